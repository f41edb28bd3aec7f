package commands

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"coordd/resp"
	"coordd/store"
)

// A sample holds different numbers of the range, as many as asked for.
func TestSample(t *testing.T) {
	s := store.New(testSlot)
	rapid.Check(t, func(t *rapid.T) {
		tx := s.View(1)
		tx.Seed(rapid.Uint64().Draw(t, "seed"))
		n := rapid.IntRange(1, 50).Draw(t, "n")
		count := rapid.Int64Range(0, 60).Draw(t, "count")
		drawn := sample(tx, n, count)
		if int64(len(drawn)) != min(int64(n), count) {
			t.Fatalf("%d of %d: %v", count, n, drawn)
		}
		slices.Sort(drawn)
		if len(slices.Compact(slices.Clone(drawn))) != len(drawn) {
			t.Fatalf("twice: %v", drawn)
		}
		if len(drawn) > 0 && (drawn[0] < 0 || drawn[len(drawn)-1] >= n) {
			t.Fatalf("outside of %d: %v", n, drawn)
		}
	})
}

// Every way of drawing members at random draws all of them alike.
func TestRandomMembersAreEven(t *testing.T) {
	for _, c := range []struct {
		command string
		drawn   int // members per command
	}{
		{"SRANDMEMBER s", 1}, {"SRANDMEMBER s 3", 3}, {"SRANDMEMBER s -5", 5},
		{"ZRANDMEMBER z", 1}, {"ZRANDMEMBER z 3", 3}, {"ZRANDMEMBER z -5", 5},
		{"SPOP s", 1}, {"SPOP s 3", 3}, {"PICK s RANDOM", 1}, {"PICK s RANDOM COUNT 3", 3},
	} {
		l := newTestLog(t)
		counts := map[string]int{}
		const members, times = 6, 2000
		for range times {
			l.do(1, "SADD", "s", "a", "b", "c", "d", "e", "f")
			l.do(1, "ZADD", "z", "1", "a", "2", "b", "3", "c", "4", "d", "5", "e", "6", "f")
			r := l.do(1, strings.Split(c.command, " ")...)
			if r.Kind == resp.BulkKind {
				r.Elems = []resp.Reply{r}
			}
			if len(r.Elems) != c.drawn {
				t.Fatalf("%s: %+v", c.command, r)
			}
			for _, m := range r.Elems {
				counts[m.Str]++
			}
		}
		want := times * c.drawn / members
		for m, n := range counts {
			if n < want*8/10 || n > want*12/10 {
				t.Errorf("%s: %s came %d times, %d are its share", c.command, m, n, want)
			}
		}
		if len(counts) != members {
			t.Errorf("%s: %v", c.command, counts)
		}
	}
}

// A client cannot ask for a reply that the node has no room for.
func TestRepeatsAreBounded(t *testing.T) {
	l := newTestLog(t)
	l.do(1, "SADD", "small", "a")
	l.do(1, "ZADD", "smallz", "1", "a")
	large := strings.Repeat("x", 1<<20)
	l.do(1, "SADD", "large", large)
	for command, ok := range map[string]bool{
		"SRANDMEMBER small -1048576":             true,
		"SRANDMEMBER small -1048577":             false,
		"SRANDMEMBER small -9223372036854775807": false,
		"ZRANDMEMBER smallz -1048577":            false,
		"ZRANDMEMBER smallz -1048577 WITHSCORES": false,
		"SRANDMEMBER large -5":                   true,
		"SRANDMEMBER large -513":                 false,
	} {
		if r := l.do(1, strings.Split(command, " ")...); r.IsError() == ok || r.IsError() && r.Str != errOutOfRange.Str {
			t.Errorf("%s: %v %s", command, fmt.Sprint(r.Kind), r.Str)
		}
	}
}
