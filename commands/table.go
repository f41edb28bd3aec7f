package commands

import (
	"fmt"
	"sort"
	"strings"

	"coordd/resp"
	"coordd/store"
)

// maxName is more than the longest name of a command has bytes; a longer
// word is no command, and need not be folded to lower case to know it.
const maxName = 64

// Table is every command that a node knows, fixed at start. It is read by
// all connections and by the state machine without a lock.
type Table struct {
	byName  map[string]*Spec   // lower case; a subcommand under "container|sub"
	subs    map[string][]*Spec // of a container, sorted by name
	group   map[*Spec]string
	sorted  []*Spec               // without subcommands
	reads   map[*Spec]*Spec       // of a row that may read: the same as a Read
	refused map[string]resp.Reply // what Refusals say, by name
}

// NewTable builds the table. A duplicate or incomplete row is a fault of the
// program, not of its user, and panics.
func NewTable(groups ...Group) *Table {
	t := &Table{
		byName:  make(map[string]*Spec),
		subs:    make(map[string][]*Spec),
		group:   make(map[*Spec]string),
		reads:   make(map[*Spec]*Spec),
		refused: make(map[string]resp.Reply),
	}
	for _, g := range append(groups[:len(groups):len(groups)], t.transactions(), t.authors(), t.fences()) {
		for i := range g.Specs {
			t.add(&g.Specs[i], g.Name)
		}
	}
	for name, s := range t.byName {
		if reason := t.fault(s); reason != "" {
			panic(fmt.Sprintf("commands: row %q: %s", name, reason))
		}
	}
	for _, r := range Refusals {
		if t.byName[r.Name] != nil {
			panic(fmt.Sprintf("commands: %q has a row and is refused", r.Name))
		}
		t.refused[r.Name] = r.Error()
	}
	byName := func(list []*Spec) func(i, j int) bool {
		return func(i, j int) bool { return list[i].Name < list[j].Name }
	}
	sort.Slice(t.sorted, byName(t.sorted))
	for _, list := range t.subs {
		sort.Slice(list, byName(list))
	}
	return t
}

// mayRead tells of a row that may read whether it does with these arguments;
// they have passed the arity gate. Then it runs on a view, as any Read.
var mayRead = map[string]func(args []string) bool{
	"pick":              picksOnly,
	"georadius":         func(args []string) bool { return len(geoRadiusKeys(args)) == 1 },
	"georadiusbymember": func(args []string) bool { return len(geoMemberKeys(args)) == 1 },
}

func (t *Table) add(s *Spec, group string) {
	if t.byName[s.Name] != nil {
		panic(fmt.Sprintf("commands: two rows for %q", s.Name))
	}
	t.byName[s.Name] = s
	t.group[s] = group
	if s.Flags&MayRead != 0 {
		reading := *s
		reading.Flags = s.Flags&^Write | Read
		t.reads[s], t.group[&reading] = &reading, group
	}
	if container, _, isSub := strings.Cut(s.Name, "|"); isSub {
		t.subs[container] = append(t.subs[container], s)
	} else if s.Flags&Internal == 0 {
		t.sorted = append(t.sorted, s)
	}
}

// fault says what is wrong with a row, or "".
func (t *Table) fault(s *Spec) string {
	container, _, isSub := strings.Cut(s.Name, "|")
	triple := s.Keys.First != 0 && s.Keys.Last != 0 && s.Keys.Step > 0
	switch {
	case s.Name == "" || len(s.Name) >= maxName || s.Name != strings.ToLower(s.Name):
		return "a name is short, lower case and not empty"
	case s.Arity == 0:
		return "arity is missing"
	case s.Since == "" || s.Summary == "" || t.group[s] == "":
		return "group, since or summary is missing"
	case s.Data != nil && s.Conn != nil:
		return "both Data and Conn"
	case s.Flags&InSession != 0 && (s.Data != nil || s.Conn != nil):
		return "InSession, and yet Data or Conn"
	case s.Flags&InSession == 0 && s.Data == nil && s.Conn == nil && len(t.subs[s.Name]) == 0:
		return "neither Data nor Conn, and no subcommands"
	case s.Data != nil && s.Flags&(Write|Read) != Write && s.Flags&(Write|Read) != Read:
		return "a data command is either Write or Read"
	case s.Flags&MayRead != 0 && (s.Flags&Write == 0 || mayRead[s.Name] == nil):
		return "what may read is a Write, and there is a rule for it"
	case s.Keys.First == 0 && (s.Keys.Last != 0 || s.Keys.Step != 0), s.Keys.First != 0 && !triple:
		return "first, last and step of keys belong together"
	case (s.Keys.Find != nil) != (s.Flags&Movable != 0) && s.Flags&NotKeys == 0:
		return "Movable and Keys.Find belong together"
	case isSub && t.byName[container] == nil:
		return "its container has no row"
	}
	return ""
}

// Lookup finds a command by its name in any case of letters, or nil. A
// subcommand is found under "container|sub".
func (t *Table) Lookup(name string) *Spec {
	if s := t.byName[name]; s != nil {
		return s
	}
	var folded [maxName]byte
	if len(name) > len(folded) {
		return nil
	}
	return t.byName[string(appendLower(folded[:0], name))]
}

// LookupSub finds a container's subcommand, both in any case, or nil.
func (t *Table) LookupSub(container, sub string) *Spec {
	var folded [maxName]byte
	if len(container)+1+len(sub) > len(folded) {
		return nil
	}
	b := append(appendLower(folded[:0], container), '|')
	return t.byName[string(appendLower(b, sub))]
}

// Resolve is the first gate of every command: it finds the row, or the
// subcommand's row, that args (at least the name) will run, and checks the
// number of arguments. Where it finds none it returns nil and Redis's error.
func (t *Table) Resolve(args []string) (*Spec, resp.Reply) {
	s, refusal := t.resolve(args)
	if s != nil && s.Flags&Internal != 0 {
		return nil, errUnknownCommand(args)
	}
	return s, refusal
}

// resolve knows the internal commands too.
func (t *Table) resolve(args []string) (*Spec, resp.Reply) {
	s := t.Lookup(args[0])
	if s == nil || strings.IndexByte(args[0], '|') >= 0 {
		return nil, t.unknown(args)
	}
	if len(args) > 1 && len(t.subs) > 0 && len(t.subs[s.Name]) > 0 {
		if s = t.LookupSub(args[0], args[1]); s == nil {
			return nil, t.unknownSub(args[0], args[1])
		}
	}
	if s.Arity > 0 && len(args) != s.Arity || len(args) < -s.Arity {
		return nil, errArity(s.Name)
	}
	if s.Flags&MayRead != 0 && mayRead[s.Name](args) {
		s = t.reads[s]
	}
	return s, resp.Reply{}
}

// Run carries out one command as a part of another (a transaction, a script) or
// of the log: it finds the row and runs it on tx. The session has let it pass,
// but that may have been a session of another version, so what this table does
// not know is answered once more; every node of one version answers alike. The
// caller ends the command with tx.Done.
func (t *Table) Run(tx *store.Tx, args []string) resp.Reply {
	spec, refusal := t.resolve(args)
	switch {
	case spec == nil:
		return refusal
	case spec.Data == nil: // never proposed by a session
		return errUnknownCommand(args)
	}
	return spec.Run(tx, args)
}

// All returns every command but the subcommands, sorted by name. The caller
// must not change the slice.
func (t *Table) All() []*Spec { return t.sorted }

// Subs returns the subcommands of a container (lower case), sorted by name.
// The caller must not change the slice.
func (t *Table) Subs(container string) []*Spec { return t.subs[container] }

// GroupOf returns the name of the group a row of this table came with.
func (t *Table) GroupOf(s *Spec) string { return t.group[s] }

// appendLower appends s with the letters A to Z made small.
func appendLower(dst []byte, s string) []byte {
	for i := range len(s) {
		c := s[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}
