package store

import "slices"

// Touch says that a key of a client's database was changed, made or removed.
type Touch struct {
	DB      int
	Key     string // may be kept
	Expired bool   // it went because its deadline had come
	Author  string // By; "" for most changes
	All     bool   // the whole database was emptied or replaced; Key is ""
}

// Touched are the keys that the entry has changed up to here, in the order of
// the changes; one key may stand there several times. It is cut back by Begin,
// and valid until then.
func (tx *Tx) Touched() []Touch { return tx.turn.touched }

// By marks all keys that are touched from now on with an author, until By(""). The
// name may alias the entry.
func (tx *Tx) By(author string) { tx.turn.author = author }

// Emit adds something that the entry does beside changing the state, such as a
// message to publish. The store only keeps it for who asks with Emitted.
func (tx *Tx) Emit(effect any) { tx.turn.emitted = append(tx.turn.emitted, effect) }

// EmitAt is Emit, before what was emitted after the first n.
func (tx *Tx) EmitAt(n int, effects []any) {
	tx.turn.emitted = slices.Insert(tx.turn.emitted, n, effects...)
}

// Misses has f called for every key of a client's database that is looked up for
// reading and is absent, until Misses(nil). It may be called several times for
// one look of a command.
func (tx *Tx) Misses(f func(db int, key string)) { tx.turn.missed = f }

// Want is Listen for a view.
func (tx *Tx) Want(classes uint32) {
	if tx.turn.writes {
		panic("store: Want in an entry of the log")
	}
	tx.turn.classes = classes
}

// Emitted is what was emitted since Begin, in order. The slice belongs to the
// caller.
func (tx *Tx) Emitted() []any { return tx.turn.emitted }

// keepTouched is for how many touched keys a store keeps the room.
const keepTouched = 1 << 16

// forgetEffects is for the next entry.
func (t *turn) forgetEffects() {
	clear(t.touched)
	t.touched, t.emitted = t.touched[:0], nil
	if cap(t.touched) > keepTouched {
		t.touched = nil
	}
}

func (t *turn) touch(db *database, key string, expired bool) {
	if db.number < Databases {
		t.touched = append(t.touched, Touch{DB: db.number, Key: key, Expired: expired, Author: t.author})
	}
}

func (t *turn) touchAll(db *database) {
	if db.number < Databases {
		t.touched = append(t.touched, Touch{DB: db.number, All: true})
	}
}

// Listen says which classes of events somebody wants from the next entry on: a
// mask that the store only keeps. made is called for every key of a client's
// database that is made, and what it returns is emitted; nil: nobody wants to
// know. Writer only.
func (s *Store) Listen(classes uint32, made func(db int, key string) any) {
	s.turn.classes, s.turn.made = classes, made
}

// makes tells of a key that was not there.
func (t *turn) makes(db *database, key string) {
	if t.made != nil && db.number < Databases && (key == "" || key != t.cleared) {
		t.emitted = append(t.emitted, t.made(db.number, key))
	}
}

// Wanted is the mask that Listen was given. It may differ from node to node, so
// nothing but what is emitted may depend on it.
func (tx *Tx) Wanted() uint32 { return tx.turn.classes }
