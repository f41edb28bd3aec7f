package transcript

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestSplit(t *testing.T) {
	for line, want := range map[string][]string{
		`GET a`:                   {"GET", "a"},
		`  GET   a  `:             {"GET", "a"},
		`SET "a b" ""`:            {"SET", "a b", ""},
		`SET "\x00\xFF\n\"\\" b`:  {"SET", "\x00\xff\n\"\\", "b"},
		`SET "\xzz" "\q"`:         {"SET", "xzz", "q"},
		`SET 'a "b" \' \n' c`:     {"SET", `a "b" ' \n`, "c"},
		`RPUSH l {1..4}`:          {"RPUSH", "l", "1", "2", "3", "4"},
		`RPUSH l k{-1..1}x`:       {"RPUSH", "l", "k-1x", "k0x", "k1x"},
		`SET k {ab*3}`:            {"SET", "k", "ababab"},
		`SET {tag}:1 "{1..3}"`:    {"SET", "{tag}:1", "{1..3}"},
		`SET {a*b} {1..b} }{ {}`:  {"SET", "{a*b}", "{1..b}", "}{", "{}"},
		`SET {a*99999999} {9..1}`: {"SET", "{a*99999999}", "{9..1}"},
	} {
		got, err := split(line)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q, %v; want %q", line, got, err, want)
		}
	}
	for _, line := range []string{``, `  `, `GET "a`, `GET 'a`, `GET "a"b`, `GET "a\`, `GET 'a'b`} {
		if got, err := split(line); err == nil {
			t.Errorf("%q was split into %q", line, got)
		}
	}
}

func TestQuoteIsSplitAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := string(rapid.SliceOf(rapid.Byte()).Draw(t, "bytes"))
		got, err := split(quote(s))
		if err != nil || len(got) != 1 || got[0] != s {
			t.Fatalf("%s became %q, %v", quote(s), got, err)
		}
		if strings.ContainsAny(quote(s), "\n\r") {
			t.Fatalf("%s is more than a line", quote(s))
		}
	})
}
