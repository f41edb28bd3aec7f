package resp

import "strings"

// appendInline appends to dst the frame of an inline command: the words of a
// line that somebody has typed. An empty line appends nothing.
//
// It is done here and not by redcon, because redcon knows only a part of
// Redis's quoting (no \x41, no tabs, no quotes within a word) and takes as much
// memory for each word as the rest of the line is long: 64 KB of one-letter
// words would cost a gigabyte.
func appendInline(dst, line []byte) ([]byte, error) {
	words, err := splitWords(line)
	if err != nil || len(words) == 0 {
		return dst, err
	}
	return AppendCommand(dst, words...), nil
}

// splitWords splits a line as redis-cli and Redis do: words stand between
// blanks; in "double quotes" \n, \r, \t, \b, \a, \xHH and \c for any other c
// mean a byte; in 'single quotes' only \' does; behind a closing quote there
// must be a blank or the end.
func splitWords(line []byte) ([]string, error) {
	var words []string
	for {
		for len(line) > 0 && blank(line[0]) {
			line = line[1:]
		}
		if len(line) == 0 {
			return words, nil
		}
		var word strings.Builder
		n, err := takeWord(&word, line)
		if err != nil {
			return nil, err
		}
		words, line = append(words, word.String()), line[n:]
	}
}

// takeWord reads one word from the start of line and returns its length there.
// Vertical tabs and form feeds are blanks before a word and behind a quote, but
// do not end a word: so it is in Redis.
func takeWord(word *strings.Builder, line []byte) (int, error) {
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == ' ' || c >= '\t' && c <= '\r' && c != '\v' && c != '\f':
			return i, nil
		case c == '"' || c == '\'':
			n, err := takeQuoted(word, line[i+1:], c)
			return i + 1 + n, err
		default:
			word.WriteByte(c)
		}
	}
	return len(line), nil
}

// takeQuoted reads up to and with the closing quote.
func takeQuoted(word *strings.Builder, line []byte, quote byte) (int, error) {
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == quote:
			if i+1 < len(line) && !blank(line[i+1]) {
				return 0, errUnbalancedQuotes
			}
			return i + 1, nil
		case c == '\\' && i+1 < len(line) && (quote == '"' || line[i+1] == '\''):
			b, n := unescape(line[i+1:], quote)
			word.WriteByte(b)
			i += n
		default:
			word.WriteByte(c)
		}
	}
	return 0, errUnbalancedQuotes
}

// unescape gives the byte that is meant by what follows a backslash, and how
// many bytes say so.
func unescape(b []byte, quote byte) (meant byte, n int) {
	if quote == '\'' {
		return b[0], 1
	}
	switch b[0] {
	case 'n':
		return '\n', 1
	case 'r':
		return '\r', 1
	case 't':
		return '\t', 1
	case 'b':
		return '\b', 1
	case 'a':
		return '\a', 1
	case 'x':
		if len(b) >= 3 {
			high, ok1 := hexDigit(b[1])
			low, ok2 := hexDigit(b[2])
			if ok1 && ok2 {
				return high<<4 | low, 3
			}
		}
	}
	return b[0], 1
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case c >= '0' && c <= '9':
		return c - '0', true
	case c >= 'a' && c <= 'f':
		return c - 'a' + 10, true
	case c >= 'A' && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}

func blank(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' }
