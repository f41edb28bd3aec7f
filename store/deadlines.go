package store

import "github.com/tidwall/btree"

// deadlines is a database's index of keys that go some day, earliest first. It
// is not part of a snapshot (the entries hold the deadlines), so it is never copied.
type deadlines struct {
	tree *btree.BTreeG[due]
	n    int // keys
}

// due stands for the keys at a position that go at the same time: nearly always one.
type due struct {
	ms  int64
	pos uint64
	n   int32
}

func newDeadlines() deadlines {
	sooner := func(a, b due) bool { return a.ms < b.ms || a.ms == b.ms && a.pos < b.pos }
	return deadlines{tree: btree.NewBTreeGOptions(sooner, btree.Options{NoLocks: true})}
}

func (d *deadlines) add(ms int64, pos uint64) {
	d.n++
	if old, ok := d.tree.Set(due{ms, pos, 1}); ok {
		d.tree.Set(due{ms, pos, old.n + 1})
	}
}

func (d *deadlines) remove(ms int64, pos uint64) {
	d.n--
	if old, _ := d.tree.Delete(due{ms: ms, pos: pos}); old.n > 1 {
		d.tree.Set(due{ms, pos, old.n - 1})
	}
}

// first is the earliest deadline, at the lowest position.
func (d *deadlines) first() (due, bool) { return d.tree.Min() }
