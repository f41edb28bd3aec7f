package raftfsm

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// applier runs sections through plan as the fsm does, and records what the
// machine saw and what was answered.
type applier struct {
	fsm  *fsm
	seen []string
	got  map[uint64]string
}

func newApplier() *applier {
	return &applier{fsm: &fsm{windows: windows{}}, got: map[uint64]string{}}
}

func (a *applier) apply(s section) {
	plan, fresh := a.fsm.plan(&entry{sections: []section{s}})
	for _, c := range fresh {
		a.seen = append(a.seen, string(c))
	}
	for _, p := range plan {
		for _, c := range fresh {
			p.window.replies = append(p.window.replies, []byte("re:"+string(c)))
		}
		first, next := max(p.section.first, p.window.acked), min(p.section.next(), p.window.next)
		for n := first; n < next; n++ {
			a.got[n] = string(p.window.replies[n-p.window.acked])
		}
	}
}

func cmdsOf(first, next uint64) (out [][]byte) {
	for n := first; n < next; n++ {
		out = append(out, fmt.Append(nil, n))
	}
	return out
}

// TestWindowAppliesEachCommandOnceInOrder sends ranges of one origin's commands
// over and over, in any order, with gaps and with acknowledgements.
func TestWindowAppliesEachCommandOnceInOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := newApplier()
		const last = 40
		acked := uint64(1)
		for range rapid.IntRange(1, 60).Draw(t, "sends") {
			first := rapid.Uint64Range(acked, last).Draw(t, "first")
			next := rapid.Uint64Range(first+1, last+1).Draw(t, "next")
			a.apply(section{origin: "n", start: 1, acked: acked, first: first, cmds: cmdsOf(first, next)})
			for acked < last && a.got[acked] != "" && rapid.Bool().Draw(t, "ack") {
				acked++
			}
		}
		a.apply(section{origin: "n", start: 1, acked: acked, first: acked, cmds: cmdsOf(acked, last+1)})
		for n := uint64(1); n <= last; n++ {
			if a.seen[n-1] != fmt.Sprint(n) || a.got[n] != "re:"+fmt.Sprint(n) {
				t.Fatalf("command %d: applied as %q, answered %q", n, a.seen[n-1], a.got[n])
			}
		}
		if len(a.seen) != last {
			t.Fatalf("%d commands applied, want %d", len(a.seen), last)
		}
	})
}

func TestWindowRefusesAnEarlierStart(t *testing.T) {
	a := newApplier()
	a.apply(section{origin: "n", start: 1, acked: 1, first: 1, cmds: cmdsOf(1, 3)})
	a.apply(section{origin: "n", start: 2, acked: 1, first: 1, cmds: cmdsOf(10, 11)})
	a.apply(section{origin: "n", start: 1, acked: 1, first: 3, cmds: cmdsOf(3, 4)})
	if want := []string{"1", "2", "10"}; !slices.Equal(a.seen, want) {
		t.Fatalf("applied %q, want %q: a delayed command of an earlier start counts as new", a.seen, want)
	}
}

func TestWindowsSurviveASnapshot(t *testing.T) {
	a := newApplier()
	a.apply(section{origin: "n", start: 3, acked: 1, first: 1, cmds: cmdsOf(1, 6)})
	a.apply(section{origin: "m", start: 1, acked: 1, first: 1, cmds: cmdsOf(1, 2)})
	d := decoder{b: a.fsm.windows.clone().append(nil)}
	b := newApplier()
	b.fsm.windows = parseWindows(&d)
	if d.failed {
		t.Fatal("windows do not parse")
	}
	b.apply(section{origin: "n", start: 3, acked: 2, first: 2, cmds: cmdsOf(2, 7)})
	if want := []string{"6"}; !slices.Equal(b.seen, want) || b.got[2] != "re:2" {
		t.Fatalf("after the snapshot: applied %q, want %q; reply to 2 is %q", b.seen, want, b.got[2])
	}
}
