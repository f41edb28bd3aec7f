package store

import (
	"math/bits"
)

// Tx is access to one database, in an entry of the log or in a view. Strings
// that are given to it (keys, values, members) may alias a buffer: what is kept is
// cloned. Strings that it returns are immutable and may be kept.
type Tx struct {
	s    *Store
	db   *database
	turn *turn
}

// turn is what the transactions on all databases of one entry, or of one view, share.
type turn struct {
	writes bool
	now    int64
	rng    uint64   // splitmix64
	opened []opened // collections that the running command may change
	timed  bool     // a deadline was set, changed or lost

	touched []Touch
	emitted []any
	classes uint32 // of events that somebody wants; see Listen
	made    func(db int, key string) any
	missed  func(db int, key string) // see Misses
	author  string                   // of the running command; see By
	cleared string                   // by the running command; see Clear
}

// opened is a collection got from Make...
type opened struct {
	db  *database
	pos uint64
	key string
	obj *object
}

// On is the same transaction on another database: 0..Databases-1, System,
// Waiting or Fences.
func (tx *Tx) On(db int) *Tx {
	if tx.turn.writes {
		return &tx.s.txs[db]
	}
	if tx.db == &tx.s.dbs[db] {
		return tx
	}
	return &Tx{s: tx.s, db: &tx.s.dbs[db], turn: tx.turn}
}

// DB is the number of the database.
func (tx *Tx) DB() int { return tx.db.number }

// Now is the time (ms) to reckon with: log time, or in a view max(its now, log time).
func (tx *Tx) Now() int64 { return tx.turn.now }

// Index is the index of the log's entry; in a view, of the last one begun.
func (tx *Tx) Index() uint64 { return tx.s.head.index }

// Seed starts the sequence of Intn anew, for all databases.
func (tx *Tx) Seed(seed uint64) { tx.turn.rng = seed }

// Intn is the next number of a sequence given by Seed, in [0,n); n must be > 0.
// The sequence is splitmix64 (Steele, Lea, Flood 2014, "Fast splittable
// pseudorandom number generators"), scaled by its high bits.
func (tx *Tx) Intn(n int) int {
	tx.turn.rng += 0x9e3779b97f4a7c15
	z := tx.turn.rng
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	high, _ := bits.Mul64(z^z>>31, uint64(n))
	return int(high)
}

// NextToken draws the next number of the store's one fencing counter; never reused.
func (tx *Tx) NextToken() uint64 {
	tx.mustWrite()
	tx.s.head.tokens++
	return tx.s.head.tokens
}

// Done ends one command: collections opened by Make... that are empty are
// removed (but for streams, which stay), and the versions of those that really
// changed are bumped. Collections taken from the Tx before are not to be used
// after it.
func (tx *Tx) Done() {
	t := tx.turn
	for i := range t.opened {
		o := &t.opened[i]
		o.obj.open = false
		if o.obj.gone {
			continue
		}
		if o.obj.self.Len() == 0 && o.obj.self.kind() != StreamType {
			tx.drop(o.db, o.pos, o.db.keys.get(o.pos, o.key))
			continue
		}
		if o.obj.dirty {
			t.touch(o.db, o.key, false)
			tx.renew(o)
			o.obj.dirty = false
		}
		t.timed = o.obj.tidy(o.db, o.pos) || t.timed
	}
	clear(t.opened)
	t.opened, t.cleared = t.opened[:0], ""
	if t.timed {
		t.timed = false
		tx.s.deadlinesChanged()
	}
}

// renew gives a key a version, its first one if it was made by this command.
func (tx *Tx) renew(o *opened) {
	e := o.db.keys.ref(o.pos, o.key)
	first := e.version == 0
	e.version = tx.nextVersion()
	if first {
		tx.s.remade(o.db, o.pos, e.version)
	}
}

// nextVersion is one that no key ever had.
func (tx *Tx) nextVersion() uint64 {
	tx.s.head.changes++
	return tx.s.head.changes
}

// mustWrite stops a handler that writes in a view: nodes would part.
func (tx *Tx) mustWrite() {
	if !tx.turn.writes {
		panic("store: write in a view")
	}
}
