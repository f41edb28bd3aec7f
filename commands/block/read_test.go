package block

import (
	"testing"
	"time"
)

// Readers all get what comes, on every node; nothing is taken.
func TestReaders(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.do("XADD", "s", "1-1", "f", "old")
		last := w.block(w.nodes[0], "XREAD BLOCK 0 STREAMS s t $ $")
		next := w.block(w.nodes[1], "XREAD COUNT 1 BLOCK 0 STREAMS s 1-1")
		w.block(w.nodes[2], "XREAD BLOCK 0 STREAMS s 0").expect(t, "s 1-1 f old")
		last.expect(t, "")
		if w.nodes[0].blocker.Blocked() != 1 || !last.c.State().Blocked {
			t.Errorf("%d wait", w.nodes[0].blocker.Blocked())
		}
		w.do("XADD", "s", "2-1", "f", "new")
		last.expect(t, "s 2-1 f new")
		next.expect(t, "s 2-1 f new")
		if n := len((*w.nodes[0].blocker.groups.Load())[0].readers.byKey); n != 0 {
			t.Errorf("%d keys are still watched", n)
		}
	})
}

// A key that is made, or becomes another type and a stream again, is noticed.
func TestReaderOfAnotherType(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		b := w.block(w.nodes[0], "XREAD BLOCK 0 STREAMS s $")
		time.Sleep(soon)
		w.do("SET", "s", "v")
		b.expect(t, "")
		w.do("FLUSHALL")
		w.do("XADD", "s", "1-1", "f", "v")
		b.expect(t, "s 1-1 f v")
		w.do("SET", "s", "v")
		time.Sleep(soon)
		w.block(w.nodes[0], "XREAD BLOCK 0 STREAMS s $").expect(t, "WRONGTYPE Operation against a key holding the wrong kind of value")
	})
}

// A stream comes with its whole database.
func TestReaderOfASwappedDatabase(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.do("XADD", "s", "1-1", "f", "v")
		w.do("MOVE", "s", "1")
		b := w.block(w.nodes[0], "XREAD BLOCK 0 STREAMS s 0")
		b.expect(t, "")
		w.do("SWAPDB", "0", "1")
		b.expect(t, "s 1-1 f v")
	})
}

func TestReaderStopsWaiting(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		began := time.Now()
		b := w.block(w.nodes[0], "XREAD BLOCK 300 STREAMS s $")
		if r := <-b.reply; lines(r) != "nil" || time.Since(began) > 350*time.Millisecond {
			t.Errorf("%v after %v", r, time.Since(began))
		}
		b = w.block(w.nodes[0], "XREAD BLOCK 0 STREAMS s $")
		time.Sleep(soon)
		w.nodes[0].blocker.Unblock(b.c.ID(), true)
		b.expect(t, "UNBLOCKED client unblocked via CLIENT UNBLOCK")
	})
}

// The entry came in a snapshot.
func TestReaderSeesASnapshot(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		b := w.block(w.nodes[0], "XREAD BLOCK 0 STREAMS s $")
		time.Sleep(soon)
		w.set(w.nodes[0], func(n *node) { n.cut = true })
		w.do("XADD", "s", "1-1", "f", "v")
		w.set(w.nodes[0], func(n *node) {
			n.install()
			n.cut = false
		})
		b.expect(t, "s 1-1 f v")
	})
}

// A group of consumers is served in order, over nodes.
func TestConsumers(t *testing.T) {
	inWorld(t, func(t *testing.T, w *world) {
		w.do("XGROUP", "CREATE", "s", "g", "$", "MKSTREAM")
		var all []*blocked
		for i := range 3 {
			all = append(all, w.block(w.nodes[i], "XREADGROUP GROUP g me COUNT 1 BLOCK 0 STREAMS s >"))
			time.Sleep(soon)
		}
		for _, id := range []string{"1-1", "2-1", "3-1"} {
			w.do("XADD", "s", id, "f", "v")
		}
		for i, id := range []string{"1-1", "2-1", "3-1"} {
			all[i].expect(t, "s "+id+" f v")
		}
	})
}
