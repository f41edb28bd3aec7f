package store

func decodeList(d *decoder) *object {
	l := &List{packed: packedHeader, quick: d.bool()}
	l.self = l
	d.times(d.uint(), func() {
		v := d.string()
		l.items.insert(l.items.end(), v)
		l.packed += packedLen(v)
	})
	return &l.object
}

func decodeSet(d *decoder) *object {
	s := &Set{form: setForm(d.byte())}
	s.self = s
	d.demand(s.form <= tableForm, "unknown form of set")
	n := d.uint()
	d.demand(s.form != intForm || n <= intsMax, "set too large for its form")
	d.demand(s.form != listForm || n <= listMax, "set too large for its form")
	d.times(n, func() {
		switch s.form {
		case intForm:
			v := d.int()
			d.demand(len(s.ints) == 0 || s.ints[len(s.ints)-1] < v, "integers out of order")
			s.ints = append(s.ints, v)
		case listForm:
			m := d.string()
			d.demand(!s.Has(m), "member twice")
			s.list = append(s.list, m)
		default:
			d.demand(s.table.setKept(d.string(), struct{}{}), "member twice")
		}
	})
	s.notes = decodeNotes(d, SetType, s.Has)
	return &s.object
}

func decodeHash(d *decoder) *object {
	h := &Hash{large: d.bool()}
	h.self = h
	n := d.uint()
	d.demand(h.large || n <= hashListMax, "hash too large for its form")
	d.times(n, func() {
		at := field{d.string(), d.string()}
		if h.large {
			d.demand(h.table.setKept(at.name, at.value), "field twice")
			return
		}
		d.demand(h.index(at.name) < 0, "field twice")
		h.list = append(h.list, at)
	})
	h.notes = decodeNotes(d, HashType, func(name string) bool {
		_, found := h.Get(name)
		return found
	})
	return &h.object
}

func decodeZSet(d *decoder) *object {
	z := &ZSet{large: d.bool()}
	z.self = z
	n := d.uint()
	d.demand(z.large || n <= listMax, "sorted set too large for its form")
	d.times(n, func() {
		r := ranked{m: d.string(), score: d.float()}
		d.demand(z.ranks.n == 0 || z.ranks.at(z.ranks.n-1).before(r), "members out of order")
		if z.large {
			d.demand(z.scores.setKept(r.m, r.score), "member twice")
		} else {
			_, found := z.Score(r.m)
			d.demand(!found, "member twice")
		}
		z.ranks.insert(z.ranks.end(), r)
	})
	z.notes = decodeNotes(d, ZSetType, func(m string) bool {
		_, found := z.Score(m)
		return found
	})
	return &z.object
}

// decodeLock reads a lock; e holds what came before it.
func decodeLock(d *decoder, e *entry) *object {
	l := &Lock{}
	l.self = l
	if d.version < 4 {
		l.decodeSole(d, e)
		return &l.object
	}
	d.demand(e.deadline == 0, "lock with a deadline beside its leases")
	l.mode = LockMode(d.byte())
	d.demand(l.mode <= Permits, "unknown mode of a lock")
	n := d.uint()
	d.demand(l.mode != Exclusive || n == 1, "exclusive lock of several")
	d.times(n, func() {
		owner, g := d.string(), grant{d.uint(), d.uint()}
		d.demand(owner != "" && (l.mode == Permits) == (g.permits > 0), "holder without a name, or in another mode")
		d.demand(l.holders.setKept(owner, g), "holder twice")
	})
	l.notes = decodeNotes(d, LockType, func(owner string) bool {
		_, held := l.Holder(owner)
		return held
	})
	return &l.object
}

// decodeSole reads a lock as it was before there were modes: it had one holder,
// and its lease was the key's.
func (l *Lock) decodeSole(d *decoder, e *entry) {
	owner := d.string()
	d.demand(owner != "", "lock without an owner")
	l.holders.setKept(owner, grant{token: d.uint()})
	if e.deadline != 0 {
		l.notes = &notes{}
		l.notes.setDeadline(owner, e.deadline)
		e.deadline = 0
	}
}
