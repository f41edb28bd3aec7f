package store

// slotShift parts a position into slot (14 bits) and hash (39 bits).
const slotShift = 39

// database is one keyspace: entries by position, and their deadlines.
type database struct {
	keys trie[entry, *entry]
	due  deadlines
}

func newDatabase() database {
	d := database{due: newDeadlines()}
	d.keys.wide = true
	return d
}

// insert adds an entry under a key that is not there.
func (d *database) insert(pos uint64, e entry) {
	d.keys.put(pos, e.name(), e)
	if e.deadline != 0 {
		d.due.add(e.deadline, pos)
	}
}

// drop removes an entry.
func (d *database) drop(pos uint64, e *entry) {
	if e.deadline != 0 {
		d.due.remove(e.deadline, pos)
	}
	e.forsake()
	d.keys.remove(pos, e.name())
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
	d.keys.ascend(first.pos, func(_ uint64, at *entry) bool {
		e = at
		return at.deadline != first.ms
	})
	return first.pos, e
}
