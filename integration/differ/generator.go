package differ

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"coordd/commands"
)

// Generator makes sequences. It is fixed once made, and may be used by many.
type Generator struct {
	groups   []group
	families map[string]*family
}

// group is the commands of one group of the table that are generated.
type group struct {
	family *family
	words  []word
}

// word is a command with its form.
type word struct {
	args   []string // the name: one or two words
	form   form
	spoils bool // a mistake may be made in it
	waits  bool // it may block
}

// maker makes the arguments of one sequence.
type maker struct {
	*rand.Rand
	family   *family // of the command being made
	name     string  // of the command being made
	keys     map[string]Kinds
	dbs      map[string]bool
	added    int  // to streams, and so the first half of the next id
	inScript bool // a command for a script, where nothing waits
	careful  bool // no mistakes
	groups   []group
	multi    bool // between MULTI and EXEC
}

// NewGenerator makes a generator for the commands of some groups that real
// Redis has too. It refuses a command with an argument that no table of values
// knows.
func NewGenerator(groups []commands.Group) (*Generator, error) {
	g := &Generator{families: families()}
	for _, from := range groups {
		f := g.families[from.Name]
		if f == nil {
			return nil, fmt.Errorf("differ: no family for the group %q", from.Name)
		}
		made := group{family: f}
		for _, spec := range from.Specs {
			if _, left := f.leaveOut[spec.Name]; left || spec.Since == "coordd" || spec.Data == nil || spec.Flags&commands.Internal != 0 {
				continue
			}
			w := word{args: strings.Split(spec.Name, "|"), form: parseForm(f.syntax(spec.Name, spec.Syntax))}
			w.waits = slices.Contains(w.form.values(), "timeout")
			w.spoils = !w.waits && !f.exact[spec.Name] // a timeout by mistake would be waited for
			for _, value := range w.form.values() {
				if f.value(spec.Name, value) == nil {
					return nil, fmt.Errorf("differ: nothing makes the argument %q of %s", value, spec.Name)
				}
			}
			made.words = append(made.words, w)
		}
		if len(made.words) > 0 {
			g.groups = append(g.groups, made)
		}
	}
	g.groups = append(g.groups, group{family: scriptFamily()})
	return g, nil
}

// Limits of a sequence.
const (
	minSteps, maxSteps = 5, 40
)

// many is a number of elements around the limits of encodings: 128 and 512.
func (m *maker) many() int {
	if m.IntN(3) == 0 {
		return 500 + m.IntN(60)
	}
	return 110 + m.IntN(60)
}

// Sequence makes the one of a number; the same seed and number make the same.
func (g *Generator) Sequence(seed, number uint64) Sequence {
	m := &maker{Rand: rand.New(rand.NewPCG(seed, number)), groups: g.groups, keys: map[string]Kinds{}, dbs: map[string]bool{"0": true}}
	seq := Sequence{Proto: 2 + m.IntN(2)}
	focus := g.groups[m.IntN(len(g.groups))]
	for focus.family.rare {
		focus = g.groups[m.IntN(len(g.groups))]
	}
	for range 2 + m.IntN(2+focus.family.keysMore) {
		seq.Steps = append(seq.Steps, m.setup(focus.family))
	}
	for range minSteps + m.IntN(maxSteps-minSteps) {
		from := focus
		if m.IntN(5) == 0 {
			from = g.groups[m.IntN(len(g.groups))]
		}
		if from.family.rare && m.IntN(12) > 0 {
			from = focus
		}
		seq.Steps = append(seq.Steps, m.step(g, from)...)
	}
	for key, kinds := range m.keys {
		seq.Keys = append(seq.Keys, Key{key, kinds})
	}
	for db := range m.dbs {
		seq.DBs = append(seq.DBs, db)
	}
	slices.SortFunc(seq.Keys, func(a, b Key) int { return strings.Compare(a.Name, b.Name) })
	slices.Sort(seq.DBs)
	return seq
}

// step makes one step of a group: mostly a command, sometimes one of the
// family's own inventions, sometimes a transaction, sometimes nonsense.
func (m *maker) step(g *Generator, from group) []Step {
	if len(from.words) == 0 {
		m.family = from.family
		return from.family.inventions[m.IntN(len(from.family.inventions))](m)
	}
	if !m.multi {
		switch n := m.IntN(200); {
		case n < 4:
			return m.transaction(g, from)
		case n < 6:
			return []Step{one(m.pick("NOSUCH", "", "gett", "SET|x", "object"), m.text(), m.text())}
		case n < 9:
			return []Step{one("SELECT", m.database())}
		case n < 10 && !from.family.rare:
			m.careful = true
			args := m.command(from)
			m.careful = false
			if !from.family.exact[m.name] {
				args = append([]string{"COMMAND", "GETKEYS"}, append(args, "a")...)
			}
			return []Step{one(args...)}
		case n < 18:
			return []Step{m.setup(from.family)}
		case n < 36 && len(from.family.inventions) > 0:
			m.family = from.family
			return from.family.inventions[m.IntN(len(from.family.inventions))](m)
		}
	}
	args := m.command(from)
	if strings.HasPrefix(m.name, "sort") {
		return []Step{one(afresh...), one(args...)}
	}
	return []Step{one(args...)}
}

// afresh parses a number well and does nothing else. SORT of Redis takes an
// error for its own that parsing has left behind in any command before it.
var afresh = []string{"ZADD", "nowhere", "XX", "1", "m"}

// transaction makes MULTI, some commands and EXEC, or a way to spoil it.
func (m *maker) transaction(g *Generator, from group) []Step {
	var steps []Step
	if m.IntN(3) == 0 {
		steps = append(steps, one("WATCH", m.keyOf(from.family.kinds)))
		if m.IntN(2) == 0 {
			steps = append(steps, m.step(g, from)...)
		}
	}
	steps = append(steps, one("MULTI"))
	m.multi = true
	for range m.IntN(6) {
		steps = append(steps, m.step(g, from)...)
	}
	m.multi = false
	switch m.IntN(20) {
	case 0:
		steps = append(steps, one("MULTI"), one("EXEC"))
	case 1:
		steps = append(steps, one("DISCARD"))
	case 2:
		steps = append(steps, one("WATCH", m.key()), one("EXEC"))
	default:
		steps = append(steps, one("EXEC"))
	}
	return steps
}

// setup makes a key of the family, so that the commands find one.
func (m *maker) setup(f *family) Step {
	m.family, m.name = f, ""
	return one(f.setups[m.IntN(len(f.setups))](m)...)
}

// command makes a command of a group.
func (m *maker) command(from group) []string {
	w := from.words[m.IntN(len(from.words))]
	for w.waits && !m.multi && (m.inScript || m.IntN(12) > 0) { // Redis takes up to 100 ms to see that time is over
		w = from.words[m.IntN(len(from.words))]
	}
	m.family, m.name = from.family, strings.Join(w.args, "|")
	args := make([]string, 0, 8)
	for _, part := range w.args {
		args = append(args, m.letters(strings.ToUpper(part)))
	}
	named := len(args)
	args = m.fill(args, w.form)
	if w.spoils && !m.careful && m.IntN(20) == 0 {
		args = m.spoil(args, named)
	}
	return args
}

// counted writes a number of keys and the keys themselves, which are the next
// one or two parts; now and then the number is wrong. It returns how many parts
// it has taken.
func (m *maker) counted(args []string, parts []form) ([]string, int) {
	at, taken := len(args), 2
	args = m.fillPart(append(args, ""), parts[1])
	if len(parts) > 2 && parts[2].repeats {
		args = m.fillPart(args, parts[2])
		taken++
	}
	n := len(args) - at - 1
	args[at] = itoa(n)
	if m.IntN(25) == 0 {
		args[at] = m.pick("0", "-1", "abc", "", "1", "2", itoa(n+1), itoa(n-1), "9223372036854775807")
	}
	return args, taken
}

// fill writes a form with arguments.
func (m *maker) fill(args []string, f form) []string {
	switch {
	case f.word != "":
		return append(args, m.letters(f.word))
	case f.value != "":
		return append(args, m.family.value(m.name, f.value)(m))
	case len(f.choices) > 0:
		return m.fill(args, f.choices[m.IntN(len(f.choices))])
	}
	for i := 0; i < len(f.parts); i++ {
		if f.parts[i].value == "numkeys" {
			var taken int
			args, taken = m.counted(args, f.parts[i:])
			i += taken - 1
			continue
		}
		if !f.parts[i].optional || f.parts[i].repeats {
			args = m.fillPart(args, f.parts[i])
			continue
		}
		last := i + 1
		for last < len(f.parts) && f.parts[last].optional && !f.parts[last].repeats {
			last++
		}
		args = m.options(args, f.parts[i:last])
		i = last - 1
	}
	return args
}

// fillPart writes a part that is there, or repeats it.
func (m *maker) fillPart(args []string, f form) []string {
	if !f.repeats {
		return m.fill(args, f)
	}
	times := m.IntN(3 + 3*m.IntN(2))
	if m.IntN(100) == 0 {
		times = m.many()
	}
	if f.optional {
		f.repeats = false
	} else {
		times++
	}
	for range times {
		args = m.fill(args, f)
	}
	return args
}

// options writes some of neighbouring options in any order, and now and then
// one of them again.
func (m *maker) options(args []string, options []form) []string {
	for _, i := range m.Perm(len(options)) {
		if m.IntN(5) < 2 {
			args = m.fill(args, options[i])
		}
		if m.IntN(40) == 0 {
			args = m.fill(args, options[i])
		}
	}
	return args
}

// letters writes a word in large letters mostly.
func (m *maker) letters(word string) string {
	switch m.IntN(12) {
	case 0:
		return strings.ToLower(word)
	case 1:
		return word[:1] + strings.ToLower(word[1:])
	}
	return word
}

// spoil makes a mistake behind the name.
func (m *maker) spoil(args []string, named int) []string {
	if len(args) == named {
		return append(args, m.text())
	}
	at := named + m.IntN(len(args)-named)
	switch m.IntN(5) {
	case 0:
		return args[:len(args)-1]
	case 1:
		return append(args, m.text())
	case 2:
		return slices.Delete(args, at, at+1)
	case 3:
		args[at], args[len(args)-1] = args[len(args)-1], args[at]
		return args
	}
	args[at] = m.odd()
	return args
}

func (m *maker) pick(from ...string) string { return from[m.IntN(len(from))] }
