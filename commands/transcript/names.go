package transcript

import (
	"regexp"
	"strings"
)

// names are the numbers of a conversation that cannot be known before: the
// first reply that holds one names it, and commands and replies after it mean
// the same number by the name.
type names map[string]string

var (
	namedReply = regexp.MustCompile(`^(.*\(integer\) )<([a-z][a-z0-9]*)>$`)
	aNumber    = regexp.MustCompile(`^-?[0-9]+$`)
)

// args puts numbers in the place of the names in a command.
func (n names) args(args []string) []string {
	if len(n) == 0 {
		return args
	}
	out := make([]string, len(args))
	for i, arg := range args {
		out[i] = arg
		if name, ok := strings.CutPrefix(arg, "<"); ok && strings.HasSuffix(name, ">") {
			if number, known := n[name[:len(name)-1]]; known {
				out[i] = number
			}
		}
	}
	return out
}

// want puts numbers in the place of the names in a reply; a name that is not
// known yet gets the number that stands in its place in got.
func (n names) want(want, got []string) []string {
	var out []string
	for i, line := range want {
		m := namedReply.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		if out == nil {
			out = append(out, want...)
		}
		if _, known := n[m[2]]; !known && i < len(got) {
			if number, ok := strings.CutPrefix(got[i], m[1]); ok && aNumber.MatchString(number) {
				n[m[2]] = number
			}
		}
		if number, known := n[m[2]]; known {
			out[i] = m[1] + number
		}
	}
	if out == nil {
		return want
	}
	return out
}
