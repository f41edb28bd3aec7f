package transcript

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
)

var errQuotes = errors.New("unbalanced quotes")

// split cuts a command line into arguments by redis-cli's rules: "..." with
// escapes, '...' with \' only, blanks between. Braces of a bare argument are
// expanded (see the package's comment).
func split(line string) ([]string, error) {
	var args []string
	rest := strings.TrimLeft(line, " ")
	for rest != "" {
		var arg string
		var err error
		switch rest[0] {
		case '"':
			arg, rest, err = cutDouble(rest[1:])
		case '\'':
			arg, rest, err = cutSingle(rest[1:])
		default:
			arg, rest, _ = strings.Cut(rest, " ")
			expanded, err := expand(arg)
			if err != nil {
				return nil, err
			}
			args = append(args, expanded...)
			rest = strings.TrimLeft(rest, " ")
			continue
		}
		if err != nil || rest != "" && rest[0] != ' ' {
			return nil, errQuotes
		}
		args = append(args, arg)
		rest = strings.TrimLeft(rest, " ")
	}
	if len(args) == 0 {
		return nil, errors.New("no command")
	}
	return args, nil
}

func cutSingle(s string) (arg, rest string, err error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\'':
			return b.String(), s[i+1:], nil
		case s[i] == '\\' && strings.HasPrefix(s[i+1:], "'"):
			i++
		}
		b.WriteByte(s[i])
	}
	return "", "", errQuotes
}

func cutDouble(s string) (arg, rest string, err error) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String(), s[i+1:], nil
		case s[i] == '\\' && i+1 < len(s):
			c, used := unescape(s[i+1:])
			b.WriteByte(c)
			i += used
		default:
			b.WriteByte(s[i])
		}
	}
	return "", "", errQuotes
}

// unescape reads what follows a backslash (at least one byte).
func unescape(s string) (c byte, used int) {
	if s[0] == 'x' && len(s) >= 3 {
		if n, err := strconv.ParseUint(s[1:3], 16, 8); err == nil {
			return byte(n), 3
		}
	}
	if i := strings.IndexByte("nrtba", s[0]); i >= 0 {
		return "\n\r\t\b\a"[i], 1
	}
	return s[0], 1
}

// quote writes a string as redis-cli shows it.
func quote(s string) string {
	b := []byte{'"'}
	for i := range len(s) {
		c := s[i]
		switch at := strings.IndexByte("\n\r\t\b\a", c); {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case at >= 0:
			b = append(b, '\\', "nrtba"[at])
		case c < ' ' || c > '~':
			b = fmt.Appendf(b, "\\x%02x", c)
		default:
			b = append(b, c)
		}
	}
	return string(append(b, '"'))
}

// expand turns {1..5} into numbers and {x*5} into one repeated text, both with
// whatever stands around the braces.
func expand(arg string) ([]string, error) {
	open := strings.IndexByte(arg, '{')
	end := strings.IndexByte(arg, '}')
	if open < 0 || end < open {
		return []string{arg}, nil
	}
	before, inside, after := arg[:open], arg[open+1:end], arg[end+1:]
	if text, times, ok := strings.Cut(inside, "*"); ok {
		if n, err := strconv.Atoi(times); err == nil && n >= 0 && n <= maxExpanded {
			return []string{before + strings.Repeat(text, n) + after}, nil
		}
	}
	if first, last, ok := strings.Cut(inside, ".."); ok {
		from, err1 := strconv.Atoi(first)
		to, err2 := strconv.Atoi(last)
		if err1 == nil && err2 == nil && from <= to && to-from <= maxExpanded {
			var args []string
			for n := from; n <= to; n++ {
				args = append(args, before+strconv.Itoa(n)+after)
			}
			return args, nil
		}
	}
	return []string{arg}, nil // a hash tag, as in {user}:1
}

// maxExpanded bounds what a slip of the pen in a transcript can ask for.
const maxExpanded = 1 << 20
