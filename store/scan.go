package store

import "math"

// Scan visits keys from a cursor on (0: the start) until count of them have
// been passed, and returns the cursor to go on with, 0 at the end. Keys of one
// position come together, so there may be more. A key that is there from the
// first call to the last is visited at least once: cursors are positions, and
// those do not change. f must not change the store.
func (tx *Tx) Scan(cursor uint64, count int, f func(key string, t Type)) (next uint64) {
	return tx.ScanSlots(0, math.MaxUint16, cursor, count, f)
}

// ScanSlots is Scan within the slots [from, to].
func (tx *Tx) ScanSlots(from, to uint16, cursor uint64, count int, f func(key string, t Type)) (next uint64) {
	cursor = max(cursor, uint64(from)<<slotShift)
	end := (uint64(to) + 1) << slotShift
	return scan(&tx.db.keys, cursor, end, count, func(e *entry) {
		if !tx.due(e) {
			f(e.name(), e.kind())
		}
	})
}

// scan visits the items in [cursor, end) until count have been passed and the
// position changes.
func scan[V any, P named[V]](t *trie[V, P], cursor, end uint64, count int, f func(*V)) (next uint64) {
	if cursor >= 1<<positionBits {
		return 0
	}
	count = max(count, 1)
	var last uint64
	t.ascend(cursor, func(pos uint64, v *V) bool {
		if pos >= end {
			return false
		}
		if count == 0 && pos != last {
			next = pos
			return false
		}
		count = max(count-1, 0)
		last = pos
		f(v)
		return true
	})
	return next
}

// Each visits all keys in the order of Scan until f returns false. f must not
// change the store.
func (tx *Tx) Each(f func(key string, t Type) bool) {
	tx.db.keys.ascend(0, func(_ uint64, e *entry) bool {
		return tx.due(e) || f(e.name(), e.kind())
	})
}

// RandomKey picks a key by Intn, all alike; false when there is none.
func (tx *Tx) RandomKey() (key string, ok bool) {
	const tries = 100 // enough unless nearly all keys are due
	n := tx.Len()
	for i := 0; i < tries && n > 0; i++ {
		if e := tx.db.keys.at(tx.Intn(n)); !tx.due(e) {
			return e.name(), true
		}
	}
	tx.Each(func(k string, _ Type) bool {
		key, ok = k, true
		return false
	})
	return key, ok
}
