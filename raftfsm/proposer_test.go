package raftfsm

import (
	"bytes"
	"testing"
)

func testProposer() *proposer { return newProposer(nil, func() int64 { return 1 }, func() {}) }

func sec(origin string, first uint64, cmds ...string) section {
	s := section{origin: origin, start: 1, first: first}
	for _, c := range cmds {
		s.cmds = append(s.cmds, []byte(c))
	}
	return s
}

func TestProposerJoinsSectionsAndLeavesOutDuplicates(t *testing.T) {
	p := testProposer()
	p.push(sec("a", 5, "5", "6"))
	p.push(sec("b", 1, "x"))
	p.push(sec("b", 2, "y"))
	p.push(sec("a", 5, "5", "6", "7")) // sent again, with one more
	p.push(sec("a", 9, "9"))           // a gap: 8 was lost
	out := p.take()
	want := []section{sec("a", 5, "5", "6"), sec("b", 1, "x", "y"), sec("a", 7, "7")}
	if len(out) != len(want) {
		t.Fatalf("took %+v, want %+v", out, want)
	}
	for i := range want {
		if got := out[i].append(nil); !bytes.Equal(got, want[i].append(nil)) {
			t.Errorf("section %d: %+v, want %+v", i, out[i], want[i])
		}
	}
}

func TestProposerTakesWhatJoinsOnToTheAcknowledgements(t *testing.T) {
	p := testProposer()
	p.push(sec("a", 1, "1"))
	late := sec("a", 7, "7") // 1 to 6 have been answered, by way of another leader
	late.acked = 7
	p.push(late)
	if out := p.take(); len(out) != 2 || out[1].first != 7 {
		t.Fatalf("took %+v: an origin that goes on after its acknowledgements would wait for ever", out)
	}
}

func TestProposerBoundsAnEntry(t *testing.T) {
	p := testProposer()
	big := string(make([]byte, entryBytes/2))
	p.push(sec("a", 1, big, big, big))
	p.push(sec("b", 1, "tail"))
	var firsts []uint64
	total := 0
	for len(p.wake) > 0 {
		<-p.wake
		for _, s := range p.take() {
			firsts = append(firsts, s.first)
			total += len(s.cmds)
		}
	}
	if total != 4 || len(firsts) < 3 {
		t.Fatalf("%d commands in sections %v; each must leave once, and no entry be twice its bound", total, firsts)
	}
}

func TestProposerThatEndedTakesNothing(t *testing.T) {
	p := testProposer()
	p.push(sec("a", 1, "1"))
	p.end()
	p.push(sec("a", 2, "2"))
	if out := p.take(); len(out) != 0 {
		t.Fatalf("an ended proposer gave %+v", out)
	}
}
