package store

// Lapsed is an effect: members of a collection have gone because their deadlines
// had come.
type Lapsed struct {
	DB   int
	Key  string
	Type Type
	Gone bool // and the key with them: no member is left
}

// lapse ends what is due in an entry's collection: members, marks and tickets,
// at most so many of them. A key that is left without members is deleted, and e
// is nil then.
func (tx *Tx) lapse(pos uint64, e *entry, most int) (left *entry, ended int) {
	o := tx.own(pos, e)
	o.open = true
	remove := o.self.(membered).Remove
	var back []returned
	if h, ok := o.self.(*Hash); ok && tx.db.number >= reserved {
		remove = func(field string) bool {
			value, _ := h.Get(field)
			back = append(back, returned{field, value})
			return h.Remove(field)
		}
	}
	kinds := o.notes.lapse(tx.turn.now, most, remove)
	o.open, o.dirty = false, false
	members := kinds[memberLapses]
	for _, n := range kinds {
		ended += n
	}
	if kinds[markLapses] > 0 {
		o.derived.Store(nil)
	}
	tx.turn.timed = true
	e = tx.db.keys.ref(pos, e.name())
	gone, key := o.self.Len() == 0, e.name()
	defer tx.giveBack(key, back)
	if members > 0 && tx.turn.classes != 0 && tx.db.number < Databases {
		tx.Emit(Lapsed{tx.db.number, e.name(), e.kind(), gone})
	}
	if gone {
		tx.turn.touch(tx.db, key, e.kind() == LockType) // a lock lives as long as its leases
		tx.db.drop(pos, e)
		return nil, ended
	}
	if members > 0 {
		tx.turn.touch(tx.db, e.name(), false)
		e.version = tx.nextVersion()
	}
	o.tidy(tx.db, pos)
	return e, ended
}

// membered is a collection whose members are found by their names.
type membered interface{ Remove(m string) bool }

// own makes an entry's collection one that no Frozen sees.
func (tx *Tx) own(pos uint64, e *entry) *object {
	o := e.obj
	if o.epoch == tx.s.epoch {
		return o
	}
	o = o.self.clone()
	o.epoch = tx.s.epoch
	tx.db.keys.ref(pos, e.name()).obj = o
	return o
}

// lapsing tells whether an entry's collection holds something that is due.
func (tx *Tx) lapsing(e *entry) bool {
	return e.obj != nil && e.obj.notes.due(tx.s.head.now)
}

// tidy ends a command's work on the collection's notes, and tells whether
// something else ends first now.
func (o *object) tidy(db *database, pos uint64) (timed bool) {
	if o.notes == nil {
		return false
	}
	timed = db.reindex(pos, o)
	if o.notes.empty() {
		o.notes = nil
	}
	return timed
}
