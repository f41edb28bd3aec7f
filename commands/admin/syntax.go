package admin

import (
	"slices"
	"strings"
)

// argument is one argument of a command, or a group of them.
type argument struct {
	name  string
	token string // the word that the client writes before it, or alone
	kind  string // "key", "pattern", "string", "pure-token", "oneof" or "block"

	optional, multiple bool
	parts              []argument // of a oneof or a block
}

// parseSyntax reads the Syntax of a Spec, which is written as in Redis's
// documentation: words in lower case stand for values, other words for
// themselves; [a] may be left out; a | b, or <a | b>, is one of them; and
// "a [a ...]" is one a or more.
func parseSyntax(text string) []argument {
	spaced := strings.NewReplacer("[", " [ ", "]", " ] ", "<", " < ", ">", " > ", "|", " | ").Replace(text)
	p := &syntaxParser{words: strings.Fields(spaced)}
	return p.sequence()
}

type syntaxParser struct{ words []string }

// next looks at the next word, "" at the end.
func (p *syntaxParser) next() string {
	if len(p.words) == 0 {
		return ""
	}
	return p.words[0]
}

func (p *syntaxParser) take() string {
	w := p.words[0]
	p.words = p.words[1:]
	return w
}

// sequence reads arguments until a bracket closes, an alternative begins, or
// the text ends.
func (p *syntaxParser) sequence() []argument {
	list := []argument{}
	for {
		switch w := p.next(); w {
		case "", "]", ">", "|":
			return list
		case "...":
			p.take()
			if n := len(list); n > 0 {
				list[n-1].multiple = true
			}
		case "[":
			p.take()
			list = addOptional(list, p.alternatives())
		case "<":
			p.take()
			list = append(list, p.alternatives())
		default:
			list = append(list, p.word())
		}
	}
}

// alternatives reads "a | b | c" and the bracket that closes it.
func (p *syntaxParser) alternatives() argument {
	var choices []argument
	for {
		choices = append(choices, block("", p.sequence()))
		if p.next() != "|" {
			break
		}
		p.take()
	}
	if p.next() != "" {
		p.take()
	}
	if len(choices) == 1 {
		return choices[0]
	}
	names := make([]string, len(choices))
	for i, c := range choices {
		names[i] = c.name
	}
	return argument{name: strings.Join(names, "-or-"), kind: "oneof", parts: choices}
}

// word reads a value, or a token with the values that belong to it.
func (p *syntaxParser) word() argument {
	w := p.take()
	if isValue(w) {
		return argument{name: w, kind: kindOf(w)}
	}
	var values []argument
	for isValue(p.next()) {
		v := p.take()
		values = append(values, argument{name: v, kind: kindOf(v)})
	}
	var a argument
	switch {
	case len(values) > 0:
		a = block(strings.ToLower(w), values)
	case p.next() == "<":
		p.take()
		a = p.alternatives()
	default:
		a = argument{name: strings.ToLower(w), kind: "pure-token"}
	}
	a.token = w
	return a
}

// block makes one argument of several; of one it makes itself.
func block(name string, parts []argument) argument {
	if len(parts) == 1 {
		return parts[0]
	}
	if name == "" && len(parts) > 0 {
		name = parts[0].name
	}
	return argument{name: name, kind: "block", parts: parts}
}

// addOptional adds what stood in [ ]. If it only says that what is before it may
// be repeated, that is marked instead.
func addOptional(list []argument, a argument) []argument {
	repeated := []argument{a}
	if a.kind == "block" && a.token == "" {
		repeated = slices.Clone(a.parts)
	}
	n := len(repeated)
	if n == 0 || !repeated[n-1].multiple || len(list) < n || !sameNames(list[len(list)-n:], repeated) {
		a.optional = true
		return append(list, a)
	}
	before := slices.Clone(list[len(list)-n:])
	b := block("", before)
	b.multiple = true
	return append(list[:len(list)-n], b)
}

// sameNames compares what is there with its repetition, in which a token is not
// written again ("ID id [id ...]").
func sameNames(before, repeated []argument) bool {
	return slices.EqualFunc(before, repeated, func(b, r argument) bool {
		return b.name == r.name && (r.token == "" || r.token == b.token)
	})
}

// isValue tells whether a word stands for a value: it begins with a small letter.
func isValue(w string) bool { return w != "" && 'a' <= w[0] && w[0] <= 'z' }

func kindOf(name string) string {
	switch name {
	case "pattern":
		return "pattern"
	case "key", "key1", "key2", "newkey", "source", "destination", "pool", "lock", "list":
		return "key"
	}
	return "string"
}
