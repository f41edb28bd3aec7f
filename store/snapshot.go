package store

// The form of a snapshot, which is also what Hash hashes:
//
//	magic, version (older ones are read as well: 1 had credits for notes, and none
//	in hashes; 2 had no creations; in 3 a lock had one holder and the key's deadline)
//	index, log time, changes, tokens, creations
//	per database that has keys: number + 1, entries, 0
//	0
//	xxhash64 of all before, little endian
//
// An entry is type, key, deadline, version, value; a type is never 0. Numbers are
// varints (zigzag where they may be negative), strings are length and bytes. Entries
// stand in the order of Scan, and a collection in its own, so equal states give
// equal bytes.
const (
	snapshotMagic   = "coordd\x00s"
	snapshotVersion = 4
	noMore          = 0 // in the place of a database's number, or of a type
)

func (f *Frozen) encode(w *encoder) {
	w.buf = append(w.buf, snapshotMagic...)
	w.uint(snapshotVersion)
	w.uint(f.head.index)
	w.int(f.head.now)
	w.uint(f.head.changes)
	w.uint(f.head.tokens)
	f.made.encode(w)
	for i := range f.keys {
		if f.keys[i].len() == 0 {
			continue
		}
		w.uint(uint64(i) + 1)
		f.keys[i].ascend(0, func(_ uint64, e *entry) bool {
			e.encode(w)
			return w.err == nil
		})
		w.byte(noMore)
	}
	w.uint(noMore)
}

func (e *entry) encode(w *encoder) {
	w.byte(byte(e.kind()))
	w.string(e.name())
	w.int(e.deadline)
	w.uint(e.version)
	if e.obj == nil {
		w.string(e.value())
		return
	}
	switch c := e.obj.self.(type) {
	case *List:
		c.encode(w)
	case *Set:
		c.encode(w)
	case *Hash:
		c.encode(w)
	case *ZSet:
		c.encode(w)
	case *Stream:
		c.encode(w)
	case *Lock:
		c.encode(w)
	}
}

func (l *List) encode(w *encoder) {
	w.bool(l.quick)
	w.uint(uint64(l.items.n))
	l.items.each(0, l.items.n, func(v string) bool {
		w.string(v)
		return w.err == nil
	})
}

func (s *Set) encode(w *encoder) {
	w.byte(byte(s.form))
	w.uint(uint64(s.Len()))
	for _, v := range s.ints {
		w.int(v)
	}
	for _, m := range s.list {
		w.string(m)
	}
	s.table.each(func(m string, _ struct{}) bool {
		w.string(m)
		return w.err == nil
	})
	s.notes.encode(w)
}

func (h *Hash) encode(w *encoder) {
	w.bool(h.large)
	w.uint(uint64(h.Len()))
	h.Each(func(name, value string) bool {
		w.string(name)
		w.string(value)
		return w.err == nil
	})
	h.notes.encode(w)
}

func (z *ZSet) encode(w *encoder) {
	w.bool(z.large)
	w.uint(uint64(z.ranks.n))
	z.ranks.each(0, z.ranks.n, func(r ranked) bool {
		w.string(r.m)
		w.float(r.score)
		return w.err == nil
	})
	z.notes.encode(w)
}

func (l *Lock) encode(w *encoder) {
	w.byte(byte(l.mode))
	w.uint(uint64(l.holders.len()))
	l.Each(func(h Holder) bool {
		w.string(h.Owner)
		w.uint(h.Token)
		w.uint(h.Permits)
		return w.err == nil
	})
	l.notes.encode(w)
}
