package script

import (
	"container/list"
	"strings"
	"sync"

	"coordd/commands/script/lua"
	"coordd/resp"
)

// script is a compiled text.
type script struct {
	program *lua.Program
	flags   flags
	cost    int // of keeping it
}

// programs are scripts that were compiled, the least used ones forgotten first.
// They are nothing but time that was spent already: no node need have the same.
type programs struct {
	mu    sync.Mutex // guards what follows
	size  int
	bySHA map[string]*list.Element
	order list.List // of *kept, the last used first
}

type kept struct {
	sha string
	*script
}

// maxPrograms bounds what all programs that are kept cost, in parts of programs
// (lua.Program.Size): each takes some hundred bytes.
const maxPrograms = 1 << 18

func newScript(p *lua.Program, f flags, text string) *script {
	const own, bytesPerPart = 8, 64
	return &script{p, f, own + len(text)/bytesPerPart + p.Size()}
}

// compile finds or makes the program of a text, or returns nil and what is
// wrong with the text.
func (h *host) compile(sha, body string) (*script, resp.Reply) {
	if s := h.compiled.get(sha); s != nil {
		return s, resp.Reply{}
	}
	body = strings.Clone(body) // the program refers to it; the entry's bytes are not ours
	flags, code, why := parseShebang(body)
	if why != "" {
		return nil, failure("ERR " + why)
	}
	program, err := lua.Compile(code, sourceName)
	if err != nil {
		return nil, failure("ERR Error compiling script (new function): " + err.Error())
	}
	s := newScript(program, flags, body)
	h.compiled.put(sha, s)
	return s, resp.Reply{}
}

func (p *programs) get(sha string) *script {
	p.mu.Lock()
	defer p.mu.Unlock()
	e := p.bySHA[sha]
	if e == nil {
		return nil
	}
	p.order.MoveToFront(e)
	return e.Value.(*kept).script
}

func (p *programs) put(sha string, s *script) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.bySHA == nil {
		p.bySHA = map[string]*list.Element{}
	}
	if p.bySHA[sha] != nil {
		return // somebody else was faster
	}
	sha = strings.Clone(sha)
	p.bySHA[sha] = p.order.PushFront(&kept{sha, s})
	for p.size += s.cost; p.size > maxPrograms && p.order.Len() > 1; {
		oldest := p.order.Remove(p.order.Back()).(*kept)
		delete(p.bySHA, oldest.sha)
		p.size -= oldest.cost
	}
}
