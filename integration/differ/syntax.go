package differ

import "strings"

// form is a piece of a command's syntax, as Redis's documentation writes it.
type form struct {
	word     string // stands for itself: NX
	value    string // stands for an argument: seconds
	parts    []form // one after the other
	choices  []form // one of these
	optional bool   // in [ ]
	repeats  bool   // [key ...]: any number of times
}

// parseForm reads a syntax: words with a small letter in front are values,
// others stand for themselves; [a] may be left out, a | b is one of them, and
// "..." repeats the brackets it stands in.
func parseForm(text string) form {
	spaced := strings.NewReplacer("[", " [ ", "]", " ] ", "<", " < ", ">", " > ", "|", " | ").Replace(text)
	p := &formParser{words: strings.Fields(spaced)}
	return p.choices()
}

type formParser struct{ words []string }

func (p *formParser) take() string {
	if len(p.words) == 0 {
		return ""
	}
	w := p.words[0]
	p.words = p.words[1:]
	return w
}

// choices reads up to the bracket that closes, or to the end.
func (p *formParser) choices() form {
	all := []form{{}}
	repeats := false
	for {
		last := &all[len(all)-1]
		switch w := p.take(); {
		case w == "" || w == "]" || w == ">":
			if len(all) == 1 {
				last.repeats = repeats
				return *last
			}
			return form{choices: all, repeats: repeats}
		case w == "|":
			all = append(all, form{})
		case w == "...":
			repeats = true
		case w == "[":
			part := p.choices()
			part.optional = true
			last.parts = append(last.parts, part)
		case w == "<":
			last.parts = append(last.parts, p.choices())
		case 'a' <= w[0] && w[0] <= 'z':
			last.parts = append(last.parts, form{value: w})
		default:
			last.parts = append(last.parts, form{word: w})
		}
	}
}

// values lists the names of all arguments in a form.
func (f form) values() []string {
	var names []string
	if f.value != "" {
		names = append(names, f.value)
	}
	for _, part := range append(f.parts[:len(f.parts):len(f.parts)], f.choices...) {
		names = append(names, part.values()...)
	}
	return names
}
