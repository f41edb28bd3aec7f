package commands

import (
	"coordd/resp"
	"coordd/store"
)

// pickRule is how PICK chooses among the members.
type pickRule int

const (
	roundRobin pickRule = iota
	random
	hashed
)

// pickOptions are the options of PICK.
type pickOptions struct {
	rule    pickRule
	subject string // of HASH
	counted bool   // COUNT was given: the answer is an array
	count   int64
	exclude []string
}

// parsePick reads the options, in any order, each at most once.
func parsePick(args []string) (o pickOptions, refusal resp.Reply) {
	o.count = 1
	ruled, excludes := false, false
	for len(args) > 0 {
		word, used := args[0], 1
		switch {
		case !ruled && isWord(word, "RR"):
			ruled = true
		case !ruled && isWord(word, "RANDOM"):
			ruled, o.rule = true, random
		case !ruled && isWord(word, "HASH") && len(args) > 1:
			ruled, o.rule, o.subject = true, hashed, args[1]
			used = 2
		case !o.counted && isWord(word, "COUNT") && len(args) > 1:
			var ok bool
			if o.count, ok = parseInt(args[1]); !ok || o.count <= 0 {
				return o, errCountPositive
			}
			o.counted, used = true, 2
		case !excludes && isWord(word, "EXCLUDE") && len(args) > 1:
			n, ok := parseInt(args[1])
			if !ok || n < 0 || n > int64(len(args)-2) {
				return o, errExclude
			}
			o.exclude = args[2 : 2+n]
			excludes, used = true, 2+len(o.exclude)
		default:
			return o, errSyntax
		}
		args = args[used:]
	}
	return o, resp.Reply{}
}

// chooser chooses one of a pool's members; out, if not nil, says who takes no
// part, and at least one does.
type chooser func(out []bool) int

// pick answers one member, or up to COUNT different ones: each is picked with
// those before it left out.
func pick(tx *store.Tx, args []string) resp.Reply {
	o, refusal := parsePick(args[2:])
	if refusal.IsError() {
		return refusal
	}
	p, refusal := poolAt(tx, args[1], o.rule == roundRobin)
	if refusal.IsError() {
		return refusal
	}
	out, able := p.without(o.exclude)
	n := int(min(o.count, int64(able)))
	if n > 1 && n*len(p.names) > maxPickSteps {
		return errPickSize
	}
	picked := p.pick(tx, o, n, out)
	if o.counted {
		return resp.Array(bulks(picked)...)
	}
	if n == 0 {
		return resp.Null
	}
	return resp.Bulk(picked[0])
}

// maxPickSteps bounds the work of one PICK with COUNT, which looks at every
// member for every pick: some 50 ms, in which nothing else is applied.
const maxPickSteps = 1 << 24

// pick picks n members one after the other, which must be there.
func (p *pool) pick(tx *store.Tx, o pickOptions, n int, out []bool) []string {
	if n == 0 {
		return nil
	}
	if n > 1 && out == nil {
		out = make([]bool, len(p.names))
	}
	choose := p.chooser(tx, o)
	picked := make([]string, n)
	for i := range picked {
		at := choose(out)
		picked[i] = p.names[at]
		if out != nil {
			out[at] = true
		}
	}
	if o.rule == roundRobin {
		p.rotation().keep(out)
	}
	return picked
}

func (p *pool) chooser(tx *store.Tx, o pickOptions) chooser {
	switch o.rule {
	case random:
		return func(out []bool) int { return p.atRandom(tx, out) }
	case hashed:
		return p.rendezvous(o.subject)
	}
	return p.rotation().next
}

// atRandom chooses by weight.
func (p *pool) atRandom(tx *store.Tx, out []bool) int {
	total := p.total
	for i := range out {
		if out[i] {
			total -= p.shares[i]
		}
	}
	left := int64(tx.Intn(int(total)))
	for i, share := range p.shares {
		if out != nil && out[i] {
			continue
		}
		if left -= share; left < 0 {
			return i
		}
	}
	panic("commands: shares of a pool do not add up")
}
