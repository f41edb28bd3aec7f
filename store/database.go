package store

// slotShift parts a position into slot (14 bits) and hash (39 bits).
const slotShift = 39

// database is one keyspace: entries by position, and their deadlines.
type database struct {
	number int
	keys   trie[entry, *entry]
	due    deadlines // of keys
	lapses deadlines // of what is in collections: the earliest of each
}

func newDatabase(number int) database {
	d := database{number: number, due: newDeadlines(), lapses: newDeadlines()}
	d.keys.wide = true
	return d
}

// insert adds an entry under a key that is not there.
func (d *database) insert(pos uint64, e entry) {
	d.keys.put(pos, e.name(), e)
	if e.deadline != 0 {
		d.due.add(e.deadline, pos)
	}
	if e.obj != nil {
		d.reindex(pos, e.obj)
	}
}

// drop removes an entry.
func (d *database) drop(pos uint64, e *entry) {
	if e.deadline != 0 {
		d.due.remove(e.deadline, pos)
	}
	if e.obj != nil {
		d.unindex(pos, e.obj)
	}
	e.forsake()
	d.keys.remove(pos, e.name())
}

// reindex is for a collection in which something else ends first now. It tells
// whether that is so.
func (d *database) reindex(pos uint64, o *object) bool {
	next := o.notes.next()
	if o.notes == nil || next == o.notes.indexed {
		return false
	}
	d.unindex(pos, o)
	if next != 0 {
		d.lapses.add(next, pos)
	}
	o.notes.indexed = next
	return true
}

// unindex is for a collection that goes.
func (d *database) unindex(pos uint64, o *object) {
	if o.notes != nil && o.notes.indexed != 0 {
		d.lapses.remove(o.notes.indexed, pos)
	}
}

// setDeadline changes the deadline of an entry got from keys.ref.
func (d *database) setDeadline(pos uint64, e *entry, ms int64) {
	if e.deadline != 0 {
		d.due.remove(e.deadline, pos)
	}
	if ms != 0 {
		d.due.add(ms, pos)
	}
	e.deadline = ms
}

// firstDue is the entry behind the earliest deadline.
func (d *database) firstDue() (pos uint64, e *entry) {
	first, _ := d.due.first()
	return first.pos, d.at(first.pos, func(e *entry) bool { return e.deadline == first.ms })
}

// firstLapse is the entry in whose collection something ends first.
func (d *database) firstLapse() (pos uint64, e *entry) {
	first, _ := d.lapses.first()
	return first.pos, d.at(first.pos, func(e *entry) bool {
		return e.obj != nil && e.obj.notes != nil && e.obj.notes.indexed == first.ms
	})
}

// at is the first entry at a position of which is holds; there must be one.
func (d *database) at(pos uint64, is func(*entry) bool) (found *entry) {
	d.keys.ascend(pos, func(_ uint64, e *entry) bool {
		found = e
		return !is(e)
	})
	return found
}

// swap exchanges what two databases hold, in O(1); each keeps its number.
func (d *database) swap(other *database) {
	d.keys, other.keys = other.keys, d.keys
	d.due, other.due = other.due, d.due
	d.lapses, other.lapses = other.lapses, d.lapses
}
