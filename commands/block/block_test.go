package block

import (
	"testing"
	"testing/synctest"
	"time"

	"coordd/resp"
)

// inWorld runs a test in a cluster of three.
func inWorld(t *testing.T, f func(t *testing.T, w *world)) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, 1, 3)
		defer w.end()
		f(t, w)
	})
}

// soon is longer than it takes to serve, and shorter than to forget.
const soon = 500 * time.Millisecond

func (b *blocked) expect(t *testing.T, want string) {
	t.Helper()
	time.Sleep(soon)
	select {
	case r := <-b.reply:
		if lines(r) != want {
			t.Errorf("got %q, want %q", lines(r), want)
		}
	default:
		if want != "" {
			t.Errorf("nothing yet, want %q", want)
		}
	}
}

// First come, first served, wherever they are.
func TestOrderOverNodes(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		var all []*blocked
		for i := range 9 {
			all = append(all, w.block(w.nodes[i%3], "BLPOP k 0"))
			time.Sleep(soon)
		}
		w.do("RPUSH", "k", "1", "2", "3", "4", "5", "6", "7", "8", "9")
		for i, b := range all {
			b.expect(t, "k "+string(rune('1'+i)))
		}
	})
}

// What was served is not asked for again: nothing stays in the state.
func TestNothingStays(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		b := w.block(w.nodes[1], "BLPOP k 0")
		time.Sleep(soon)
		w.do("RPUSH", "k", "x")
		b.expect(t, "k x")
		time.Sleep(2 * heardAfter)
		if keys, _ := w.lead.Keys(17); keys != 0 {
			t.Errorf("%d records of nobody", keys)
		}
	})
}

func TestTimeout(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		began := time.Now()
		b := w.block(w.nodes[0], "BLMOVE k l LEFT RIGHT 1.5")
		r := <-b.reply
		if took := time.Since(began); r.Kind != resp.NullArrayKind || took < 1500*time.Millisecond || took > 1600*time.Millisecond {
			t.Errorf("%v after %v", r, took)
		}
		w.do("RPUSH", "k", "x")
		w.block(w.nodes[1], "BLPOP k 0").expect(t, "k x")
	})
}

// Who has gone takes nothing, though the log does not know yet: the push comes
// at the same moment.
func TestGoneTakesNothing(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		gone := w.block(w.nodes[0], "BLPOP k 0")
		time.Sleep(soon)
		next := w.block(w.nodes[1], "BLPOP k 0")
		time.Sleep(soon)
		gone.leave()
		synctest.Wait()
		w.do("RPUSH", "k", "x")
		next.expect(t, "k x")
	})
}

// A client that goes while its node is cut off is not served either.
func TestGoneWhileCutOff(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		gone := w.block(w.nodes[0], "BLPOP k 0")
		time.Sleep(soon)
		w.set(w.nodes[0], func(n *node) { n.cut = true })
		gone.leave()
		w.do("RPUSH", "k", "x")
		w.do("coordd.forget", "n1", "0")
		w.set(w.nodes[0], func(n *node) { n.cut = false })
		time.Sleep(soon)
		w.block(w.nodes[1], "BLPOP k 0").expect(t, "k x")
	})
}

func TestUnblock(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		n := w.nodes[0]
		a, b := w.block(n, "BLPOP k 0"), w.block(n, "BLPOP k 0")
		time.Sleep(soon)
		if n.blocker.Blocked() != 2 || !a.c.State().Blocked {
			t.Errorf("%d wait", n.blocker.Blocked())
		}
		if !n.blocker.Unblock(a.c.ID(), false) || !n.blocker.Unblock(b.c.ID(), true) || n.blocker.Unblock(99, false) {
			t.Error("the wrong ones were waiting")
		}
		a.expect(t, "nil")
		b.expect(t, "UNBLOCKED client unblocked via CLIENT UNBLOCK")
		if n.blocker.Blocked() != 0 || a.c.State().Blocked || n.blocker.Unblock(a.c.ID(), false) {
			t.Errorf("%d still wait", n.blocker.Blocked())
		}
	})
}

// A dead node's clients hold nobody up once the node is known to be absent.
func TestDeadNode(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.block(w.nodes[0], "BLPOP k 0")
		time.Sleep(soon)
		b := w.block(w.nodes[1], "BLPOP k 0")
		time.Sleep(soon)
		w.kill(w.nodes[0])
		w.do("RPUSH", "k", "x")
		b.expect(t, "")
		w.do("coordd.forget", "n1", "0")
		b.expect(t, "k x")
	})
}

// A node that is back at once says itself that its clients are gone.
func TestRestartedNode(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.block(w.nodes[0], "BLPOP k 0")
		time.Sleep(soon)
		b := w.block(w.nodes[1], "BLPOP k 0")
		time.Sleep(soon)
		w.restart(w.nodes[0])
		w.do("RPUSH", "k", "x")
		b.expect(t, "k x")
	})
}

// A node that was only cut off comes back: its clients have lost their places,
// not their turn.
func TestCutOffNode(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		a := w.block(w.nodes[0], "BLPOP k 0")
		time.Sleep(soon)
		b := w.block(w.nodes[1], "BLPOP k 0")
		time.Sleep(soon)
		w.set(w.nodes[0], func(n *node) { n.cut = true })
		w.do("RPUSH", "k", "x")
		w.do("coordd.forget", "n1", "0")
		b.expect(t, "k x")
		w.set(w.nodes[0], func(n *node) { n.cut = false })
		time.Sleep(soon)
		w.do("RPUSH", "k", "y")
		a.expect(t, "k y")
	})
}

// The reply was in the part of the log that a snapshot has skipped.
func TestReplySkippedBySnapshot(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		n := w.nodes[0]
		b := w.block(n, "BLPOP k 0")
		time.Sleep(soon)
		w.do("RPUSH", "k", "x")
		time.Sleep(soon / 2) // it may be on its way already; else:
		w.set(n, func(n *node) {
			n.cut = true
			id := waiterID{n.id, n.start, 1}
			w.append([][]byte{encodeWords("coordd.claim", id, "99")})
			for range 10 {
				w.append(nil)
			}
			n.install()
			n.cut = false
		})
		b.expect(t, "k x")
	})
}

// The question was in that part.
func TestQuestionSkippedBySnapshot(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		n := w.nodes[0]
		b := w.block(n, "BLPOP k 0")
		time.Sleep(soon)
		w.set(n, func(n *node) { n.cut = true })
		w.do("RPUSH", "k", "x")
		w.set(n, func(n *node) {
			n.install()
			n.cut = false
		})
		b.expect(t, "k x")
	})
}
