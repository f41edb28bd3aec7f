package store

// A creations has 64 pages of 256 places: 128 kB when all are in use. Of a
// thousand keys made between WATCH and EXEC, one shares the place of a watched
// key with a probability of 6 %.
const (
	creationPages   = 64
	creationPage    = 256
	creationBuckets = creationPages * creationPage
)

// absent marks the versions of keys that are not there.
const absent = 1 << 63

// creations tell when a key was last made: a number of head.changes for all keys
// that share a place. It is what remains of a key that was made and removed, for
// WATCH, in a room that does not grow with such keys. A page is nil as long as it
// is empty.
type creations [creationPages]*[creationPage]uint64

// bucket is the place of a key of a client's database.
func bucket(db int, pos uint64) uint64 {
	const apart = 10 // bits: the same key of several databases has several places
	return (pos ^ uint64(db)<<apart) % creationBuckets
}

func (c *creations) at(place uint64) uint64 {
	if page := c[place/creationPage]; page != nil {
		return page[place%creationPage]
	}
	return 0
}

// remade notes that a key was made, by a change of the given number.
func (s *Store) remade(db *database, pos, change uint64) {
	if db.number < Databases {
		place := bucket(db.number, pos)
		s.creationPage(place / creationPage)[place%creationPage] = change
	}
}

// remadeAll notes that any key may have been made.
func (s *Store) remadeAll(change uint64) {
	for i := range uint64(creationPages) {
		page := s.creationPage(i)
		for j := range page {
			page[j] = change
		}
	}
}

// creationPage is a page that no Frozen sees.
func (s *Store) creationPage(i uint64) *[creationPage]uint64 {
	if bit := uint64(1) << i; s.mine&bit == 0 {
		page := [creationPage]uint64{}
		if s.made[i] != nil {
			page = *s.made[i]
		}
		s.made[i] = &page
		s.mine |= bit
	}
	return s.made[i]
}

// versionAbsent is the version of a key that is not there: 0 if none of its
// place was ever made.
func (s *Store) versionAbsent(db *database, pos uint64) uint64 {
	if db.number >= Databases {
		return 0
	}
	if change := s.made.at(bucket(db.number, pos)); change != 0 {
		return absent | change
	}
	return 0
}

// encode writes the places that are not empty, each by its distance to the one
// before.
func (c *creations) encode(w *encoder) {
	n := uint64(0)
	c.each(func(_, _ uint64) { n++ })
	w.uint(n)
	next := uint64(0)
	c.each(func(place, change uint64) {
		w.uint(place - next)
		w.uint(change)
		next = place + 1
	})
}

// each visits the places that are not empty.
func (c *creations) each(f func(place, change uint64)) {
	for i, page := range c {
		if page == nil {
			continue
		}
		for j, change := range page {
			if change != 0 {
				f(uint64(i*creationPage+j), change)
			}
		}
	}
}

// decodeCreations reads what encode wrote.
func (s *Store) decodeCreations(d *decoder) {
	n, next := d.uint(), uint64(0)
	d.demand(n <= creationBuckets, "too many creations")
	for ; n > 0 && d.err == nil; n-- {
		gap, change := d.uint(), d.uint()
		d.demand(gap < creationBuckets-next, "creations out of order")
		d.demand(change != 0 && change <= s.head.changes, "creation out of range")
		if d.err == nil {
			place := next + gap
			s.creationPage(place / creationPage)[place%creationPage] = change
			next = place + 1
		}
	}
}
