package differ

import (
	"fmt"
	"strings"
)

// burst adds elements to a command, now and then so many that the collection
// goes over a limit of its encoding.
func (m *maker) burst(args []string, element func() []string) []string {
	times := 1 + m.IntN(12)
	if m.IntN(5) == 0 {
		times = m.many()
	}
	for range times {
		args = append(args, element()...)
	}
	return args
}

// walk goes over a collection with a cursor.
func (m *maker) walk(word string, key ...string) []Step {
	args := append(append([]string{word}, key...), "0")
	if m.IntN(2) == 0 {
		args = append(args, "COUNT", itoa(1+m.IntN(200)))
	}
	if m.IntN(3) == 0 {
		args = append(args, "MATCH", m.pattern())
	}
	return []Step{{Commands: [][]string{args}, Loop: true}}
}

// chanceCount is the count of a command that draws: large negative ones would
// return as many elements.
func (m *maker) chanceCount() string {
	if m.IntN(6) == 0 {
		return m.pick("0", "abc", "", "9223372036854775807", "-9223372036854775808", "1000000", "-200", "4611686018427387904", "-1000")
	}
	return itoa(m.IntN(14) - 4)
}

// draws makes a command that draws at random from what another one lists.
func (m *maker) draws(word, lister string, key ...string) []Step {
	list := append([]string{lister}, key...)
	draw := []string{word}
	count := 1
	if word != "RANDOMKEY" {
		draw = append(draw, key[0])
	}
	counted := word != "RANDOMKEY" && m.IntN(2) == 0
	if counted {
		count = m.IntN(14) - 4
		draw = append(draw, itoa(count))
	}
	return []Step{{Commands: [][]string{list, draw}, Check: func(replies []Node) string {
		if counted {
			return checkDrawn(replies[0], replies[1], count)
		}
		return checkOne(replies[0], replies[1])
	}}}
}

// checkOne holds one drawn element against all there are.
func checkOne(all, drawn Node) string {
	switch {
	case all.isError() || all.Kind == '+' || drawn.isError() && len(all.Elems) == 0:
		return ""
	case len(all.Elems) == 0 && !drawn.Null:
		return "something was drawn from nothing"
	case len(all.Elems) > 0 && !contains(all, drawn):
		return fmt.Sprintf("%q was drawn and is not there", drawn.Text)
	}
	return ""
}

// checkDrawn holds a drawn array against all there are: a count below zero
// draws that many with repetition, one above zero as many as there are at most.
func checkDrawn(all, drawn Node, count int) string {
	if all.isError() || all.Kind == '+' {
		return ""
	}
	want := min(count, len(all.Elems))
	if count < 0 && len(all.Elems) > 0 {
		want = -count
	}
	if len(drawn.Elems) != max(want, 0) {
		return fmt.Sprintf("%d were drawn, and should be %d", len(drawn.Elems), max(want, 0))
	}
	seen := map[string]bool{}
	for _, e := range drawn.Elems {
		if !contains(all, e) {
			return fmt.Sprintf("%q was drawn and is not there", e.Text)
		}
		if count > 0 && seen[e.Text] {
			return fmt.Sprintf("%q was drawn twice", e.Text)
		}
		seen[e.Text] = true
	}
	return ""
}

func contains(all, one Node) bool {
	for _, e := range all.Elems {
		if e.Text == one.Text {
			return true
		}
	}
	return false
}

// pops draws members out of a set and then makes both sets the same again.
func (m *maker) pops() []Step {
	key := m.keyOf("e")
	pop := []string{"SPOP", key}
	count := 1
	counted := m.IntN(2) == 0
	if counted {
		count = m.IntN(9)
		pop = append(pop, itoa(count))
	}
	commands := [][]string{{"SMEMBERS", key}, pop, {"SMEMBERS", key}, {"DEL", key}, {"SADD", key, "1", "2", "a"}}
	if m.IntN(2) == 0 {
		commands[4] = []string{"SADD", key, "1", "2", "3"}
	}
	return []Step{{Commands: commands, Check: func(replies []Node) string {
		before, popped, after := replies[0], replies[1], replies[2]
		if !counted && len(before.Elems) > 0 {
			popped = Node{Elems: []Node{popped}}
		}
		if why := checkDrawn(before, popped, count); why != "" {
			return why
		}
		if len(popped.Elems)+len(after.Elems) != len(before.Elems) && !before.isError() {
			return "what was popped and what is left do not make up what was there"
		}
		for _, e := range popped.Elems {
			if contains(after, e) {
				return fmt.Sprintf("%q was popped and is still there", e.Text)
			}
		}
		return ""
	}}}
}

// quoted shows a command as redis-cli would be given it.
func quoted(args []string) string {
	shown := make([]string, len(args))
	for i, arg := range args {
		shown[i] = arg
		if arg == "" || strings.ContainsFunc(arg, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`"'\{}`, r) }) {
			shown[i] = quote(arg)
		}
	}
	return strings.Join(shown, " ")
}

// quote puts a text in quotes, with redis-cli's escapes.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < ' ' || c > '~':
			fmt.Fprintf(&b, "\\x%02x", c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
