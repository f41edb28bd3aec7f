package resp

import (
	"bytes"
	"slices"
	"testing"

	"github.com/tidwall/redcon"
	"pgregory.net/rapid"
)

func TestSplitWords(t *testing.T) {
	for _, c := range []struct {
		line string
		want []string // nil: unbalanced quotes
	}{
		{"", []string{}}, {" \t ", []string{}},
		{"PING", []string{"PING"}}, {"  a\tb \v c  ", []string{"a", "b", "c"}}, {"a\vb \f'c'\v", []string{"a\vb", "c"}},
		{`a "b c" ''`, []string{"a", "b c", ""}},
		{`"\n\r\t\b\a\x41\xfF\\\"\q"`, []string{"\n\r\t\b\aA\xff\\\"q"}},
		{`"\x4"`, []string{"x4"}}, {`"\xg1"`, []string{"xg1"}},
		{`'\n\'\\ '`, []string{`\n'\\ `}},
		{`pre"fix ed" x`, []string{"prefix ed", "x"}}, {`it's' x`, []string{"its", "x"}},
		{`a\b`, []string{`a\b`}},
		{"\x00\xff", []string{"\x00\xff"}},
		{`"a`, nil}, {`'a`, nil}, {`"a\`, nil}, {`"a\"`, nil}, {`'a\'`, nil}, {`"a"b`, nil}, {`'a'"b"`, nil}, {`x "`, nil},
	} {
		got, err := splitWords([]byte(c.line))
		if (err != nil) != (c.want == nil) || err == nil && !slices.Equal(got, c.want) {
			t.Errorf("%q: got %q, %v, want %q", c.line, got, err, c.want)
		}
	}
}

// Where redcon's own reading of typed commands is sound, it is the same.
func TestSplitWordsAsRedcon(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.StringMatching(`([a-z0-9.:*-]{1,8} {1,3}|"[a-z ]{0,8}" |'[A-Z ]{0,8}' ){0,6}[a-z]{0,3}`).Draw(t, "line")
		words, err := splitWords([]byte(line))
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if len(words) == 0 || line[0] == '*' {
			return
		}
		cmd, err := redcon.NewReader(bytes.NewReader([]byte(line + "\r\n"))).ReadCommand()
		if err != nil {
			t.Fatalf("%q: redcon says %v", line, err)
		}
		var theirs []string
		for _, a := range cmd.Args {
			theirs = append(theirs, string(a))
		}
		if !slices.Equal(words, theirs) {
			t.Fatalf("%q: %q, redcon %q", line, words, theirs)
		}
	})
}
