package store

import "math"

// find is the entry of a key for reading, nil when it is absent or due. In an
// entry of the log nothing is left in it that is due. A view cannot remove that,
// so whoever reads sees to it that nothing is due (NextDeadline).
func (tx *Tx) find(key string) *entry {
	pos := tx.s.position(key)
	e := tx.db.keys.get(pos, key)
	if e == nil || tx.due(e) {
		if tx.turn.missed != nil && tx.db.number < Databases {
			tx.turn.missed(tx.db.number, key)
		}
		return nil
	}
	if tx.lapsing(e) && tx.turn.writes {
		e, _ = tx.lapse(pos, e, math.MaxInt)
	}
	return e
}

// due tells whether a key is gone by log time, deleted or not.
func (tx *Tx) due(e *entry) bool {
	now := tx.s.head.now
	return e.deadline != 0 && e.deadline <= now || e.obj != nil && e.obj.notes.memberless(now, e.obj.self.Len())
}

// live is find for a writer: a key that is due is deleted, and so is what is due in it. The entry may yet be
// seen by a Frozen; what changes it takes keys.ref.
func (tx *Tx) live(key string) (pos uint64, e *entry) {
	tx.mustWrite()
	pos = tx.s.position(key)
	e = tx.db.keys.get(pos, key)
	switch {
	case e == nil:
	case e.deadline != 0 && e.deadline <= tx.s.head.now:
		tx.turn.touch(tx.db, e.name(), true)
		tx.turn.timed = true
		tx.db.drop(pos, e)
		return pos, nil
	case tx.lapsing(e):
		e, _ = tx.lapse(pos, e, math.MaxInt)
	}
	return pos, e
}

func (tx *Tx) drop(db *database, pos uint64, e *entry) {
	tx.turn.touch(db, e.name(), false)
	tx.turn.timed = tx.turn.timed || e.deadline != 0 || e.obj != nil && e.obj.notes != nil
	db.drop(pos, e)
}

// Type is the type of a key, NoneType when it is absent.
func (tx *Tx) Type(key string) Type {
	if e := tx.find(key); e != nil {
		return e.kind()
	}
	return NoneType
}

// Encoding is the word of OBJECT ENCODING, "" when the key is absent.
func (tx *Tx) Encoding(key string) string {
	if e := tx.find(key); e != nil {
		return e.encoding()
	}
	return ""
}

// Version changes whenever the key is written. Two states of a key with the same
// version are the same, but for what PICK keeps of members, and nothing has
// happened to it in between: also one that is absent has another version when it
// was made and removed. That of an absent key may change, now and then, when
// another key is made.
func (tx *Tx) Version(key string) uint64 {
	if e := tx.find(key); e != nil {
		return e.version
	}
	return tx.s.versionAbsent(tx.db, tx.s.position(key))
}

// Delete removes a key and tells whether it was there.
func (tx *Tx) Delete(key string) bool {
	pos, e := tx.live(key)
	if e == nil {
		return false
	}
	tx.drop(tx.db, pos, e)
	return true
}

// Clear is Delete for a key that the same command gives another value: it is not
// made anew then, as far as Listen is concerned.
func (tx *Tx) Clear(key string) bool {
	if !tx.Delete(key) {
		return false
	}
	tx.turn.cleared = key
	return true
}

// Deadline is the log time (ms) at which the key goes, 0 when it stays. That of
// a lock is the end of its last lease.
func (tx *Tx) Deadline(key string) (ms int64, exists bool) {
	e := tx.find(key)
	if e == nil {
		return 0, false
	}
	if e.kind() == LockType {
		return e.obj.self.(*Lock).ends(), true
	}
	return e.deadline, true
}

// SetDeadline sets the log time (ms) at which the key goes; 0 lets it stay.
// False when the key is absent. A deadline that is past already makes the key
// invisible at once; a handler that wants it deleted deletes it. Of a lock it
// ends all leases.
func (tx *Tx) SetDeadline(key string, ms int64) bool {
	pos, e := tx.live(key)
	if e == nil {
		return false
	}
	if e.kind() == LockType {
		l, _ := tx.MakeLock(key) // it is one
		l.end(ms)
		return true
	}
	if e.deadline == ms {
		return true
	}
	tx.turn.timed = true
	e = tx.db.keys.ref(pos, key)
	tx.db.setDeadline(pos, e, ms)
	tx.turn.touch(tx.db, e.name(), false)
	e.version = tx.nextVersion()
	return true
}

// Rename moves a key with its deadline over another one, which is lost. Nothing
// happens when from is absent or the two are the same.
func (tx *Tx) Rename(from, to string) {
	pos, e := tx.live(from)
	if e == nil || from == to {
		return
	}
	moved := e.copyAs(to, tx.s.epoch)
	tx.drop(tx.db, pos, e)
	tx.replace(to, moved)
}

// CopyTo copies a key with its deadline to a key of dst's database (dst is tx or
// from tx.On), which is replaced. Nothing happens when from is absent or would
// be copied onto itself.
func (tx *Tx) CopyTo(dst *Tx, from, to string) {
	_, e := tx.live(from)
	if e == nil || from == to && tx.db == dst.db {
		return
	}
	dst.replace(to, e.copyAs(to, tx.s.epoch))
}

// replace puts an entry in the place of what is at key.
func (tx *Tx) replace(key string, e entry) {
	pos, old := tx.live(key)
	if old != nil {
		tx.drop(tx.db, pos, old)
	}
	tx.turn.timed = tx.turn.timed || e.deadline != 0 || e.obj != nil && e.obj.notes != nil
	e.version = tx.nextVersion()
	tx.turn.touch(tx.db, e.name(), false)
	tx.db.insert(pos, e)
	tx.s.remade(tx.db, pos, e.version)
	tx.turn.makes(tx.db, e.name())
}

// Len counts the keys of the database. Those that are due but not deleted yet are counted.
func (tx *Tx) Len() int { return tx.db.keys.len() }

// Flush empties the database, in O(1).
func (tx *Tx) Flush() {
	tx.mustWrite()
	for i := range tx.turn.opened {
		if o := &tx.turn.opened[i]; o.db == tx.db {
			o.obj.gone = true
		}
	}
	*tx.db = newDatabase(tx.db.number)
	tx.turn.touchAll(tx.db)
	tx.turn.timed = true
	if tx.db.number < Databases && tx.Reserved().Len() > 0 {
		tx.Reserved().Flush()
	}
}

// Swap exchanges this database and another one of the same entry, in O(1).
// Versions and deadlines go with their keys.
func (tx *Tx) Swap(other *Tx) {
	tx.mustWrite()
	if tx.db == other.db {
		return
	}
	for i := range tx.turn.opened {
		switch o := &tx.turn.opened[i]; o.db {
		case tx.db:
			o.db = other.db
		case other.db:
			o.db = tx.db
		}
	}
	tx.db.swap(other.db)
	tx.s.remadeAll(tx.nextVersion()) // by a second swap, perhaps
	if tx.db.number < Databases {
		tx.Reserved().Swap(other.Reserved())
	}
	tx.turn.touchAll(tx.db)
	tx.turn.touchAll(other.db)
	tx.turn.timed = true
}
