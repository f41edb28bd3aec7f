package commands

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestGlobMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, s string
		want       bool
	}{
		{"", "", true}, {"", "a", false}, {"a", "", false}, {"*", "", false}, {"*", "abc", true}, {"**", "a", true},
		{"a*", "a", true}, {"*a", "bba", true}, {"*a*", "bab", true}, {"a*b*c", "axxbyyc", true}, {"a*b*c", "axxbyy", false},
		{"?", "a", true}, {"?", "", false}, {"??", "a", false}, {"a?c", "abc", true},
		{"[abc]", "b", true}, {"[abc]", "d", false}, {"[^abc]", "d", true}, {"[^abc]", "b", false},
		{"[a-c]x", "bx", true}, {"[c-a]x", "bx", true}, {"[a-c]", "d", false}, {"[^a-c]", "d", true},
		{"[a-]", "_", true}, {"[a-]", "b", false}, {"[-a]", "-", true}, {"[a\\-c]", "b", false}, {"[a\\-c]", "-", true}, {"[\\]]", "]", true},
		{"[]", "a", false}, {"[^]", "a", true}, {"[", "a", false}, {"[^", "a", true}, {"[a", "a", true}, {"x[a", "x", false},
		{"\\*", "*", true}, {"\\*", "a", false}, {"\\", "\\", true}, {"a\\", "a\\", true}, {"\\a", "a", true},
		{"[\x80-\xff]", "\x90", true}, {"[a-\xff]", "\x00", true}, {"[a-\xff]", "z", false},
		{"h[a-b]llo*", "hallo you", true}, {"*[0-9]", "key7", true}, {"user:*:name", "user:1:2:name", true},
	} {
		if got := globMatch(c.pattern, c.s); got != c.want {
			t.Errorf("globMatch(%q, %q) = %v", c.pattern, c.s, got)
		}
	}
}

// naiveGlob tries every length for a star.
func naiveGlob(pattern, s string) bool {
	if pattern == "" {
		return s == ""
	}
	if pattern[0] == '*' {
		for i := 0; i <= len(s); i++ {
			if naiveGlob(pattern[1:], s[i:]) {
				return true
			}
		}
		return false
	}
	if s == "" {
		return false
	}
	next, ok := globByte(pattern, 0, s[0])
	return ok && naiveGlob(pattern[next:], s[1:])
}

func TestGlobAgreesWithNaive(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pattern := rapid.StringMatching(`[ab*?\[\]^\\-]{0,8}`).Draw(t, "pattern")
		s := rapid.StringMatching(`[ab\]^\\-]{1,8}`).Draw(t, "s")
		if got, want := globMatch(pattern, s), naiveGlob(pattern, s); got != want {
			t.Fatalf("globMatch(%q, %q) = %v", pattern, s, got)
		}
	})
}

// The pattern that takes a backtracking matcher longer than the universe.
func TestGlobIsNotExponential(t *testing.T) {
	pattern, s := strings.Repeat("a*", 2000)+"b", strings.Repeat("a", 20000)
	done := make(chan bool, 1)
	go func() { done <- globMatch(pattern, s) }()
	select {
	case matched := <-done:
		if matched {
			t.Error("there is no b")
		}
	case <-time.After(20 * time.Second):
		t.Fatal("still matching after 20 s")
	}
}

// FuzzGlob looks for patterns that panic, never end, or match otherwise than
// the naive matcher says.
func FuzzGlob(f *testing.F) {
	for _, pattern := range []string{"*a*a*a*a*b", "[", "[^", "[a-", "\\", "[\\", "[]-]", "a[^\\]x"} {
		f.Add(pattern, "aaaaaaaaaaaaaaaaaaaa")
		f.Add(pattern, "a]-x")
	}
	f.Fuzz(func(t *testing.T, pattern, s string) {
		if len(pattern) > 1000 || len(s) > 1000 {
			return
		}
		got := globMatch(pattern, s)
		if s != "" && len(pattern) <= 8 && len(s) <= 8 && got != naiveGlob(pattern, s) {
			t.Errorf("globMatch(%q, %q) = %v", pattern, s, got)
		}
	})
}
