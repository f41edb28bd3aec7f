package store

import "slices"

// mutable makes a part one that q may change.
func (q *seq[T]) mutable(p int) *part[T] {
	pt := &q.parts[p]
	if pt.own != q.own {
		pt.items = append(make([]T, 0, cap(pt.items)), pt.items...)
		pt.own = q.own
	}
	return pt
}

// replace puts v in a place and gives what was there.
func (q *seq[T]) replace(at place, v T) (old T) {
	items := q.mutable(at.part).items
	old, items[at.off] = items[at.off], v
	return old
}

// insert puts v before the item at a place.
func (q *seq[T]) insert(at place, v T) {
	at = q.makeRoom(at)
	pt := q.mutable(at.part)
	pt.items = slices.Insert(pt.items, at.off, v)
	q.n++
}

// makeRoom sees to it that the part of a place can take one more item, and
// gives the place's new address. At the ends of the sequence a new part is
// begun, so that a list that grows there has full parts; elsewhere the part is halved.
func (q *seq[T]) makeRoom(at place) place {
	switch {
	case len(q.parts) == 0:
		q.parts = append(q.parts, part[T]{own: q.own})
	case len(q.parts[at.part].items) < partMax:
	case at.off == partMax && at.part == len(q.parts)-1:
		q.addPart(at.part+1, nil)
		return place{at.part + 1, 0}
	case at.off == 0 && at.part == 0:
		q.addPart(0, nil)
	default:
		left := q.mutable(at.part)
		half := partMax / 2
		q.addPart(at.part+1, left.items[half:])
		left = &q.parts[at.part] // the table may have moved
		left.items = slices.Delete(left.items, half, partMax)
		if at.off > half {
			return place{at.part + 1, at.off - half}
		}
	}
	return at
}

// addPart puts a part with a copy of items into the table.
func (q *seq[T]) addPart(p int, items []T) {
	fresh := append(make([]T, 0, partMax), items...)
	q.parts = slices.Insert(q.parts, p, part[T]{q.own, fresh})
}

// remove takes out the item at a place. Parts that are left small join, so that
// there is no more than one part for a quarter of partMax items.
func (q *seq[T]) remove(at place) T {
	pt := q.mutable(at.part)
	v := pt.items[at.off]
	pt.items = slices.Delete(pt.items, at.off, at.off+1)
	q.n--
	if len(pt.items) == 0 {
		q.parts = slices.Delete(q.parts, at.part, at.part+1)
		return v
	}
	first := max(0, at.part-1)
	for p := first; p <= at.part && p+1 < len(q.parts); p++ {
		next := q.parts[p+1].items
		if len(q.parts[p].items)+len(next) <= partMax/2 {
			pt := q.mutable(p)
			pt.items = append(pt.items, next...)
			q.parts = slices.Delete(q.parts, p+1, p+2)
			break
		}
	}
	return v
}

// keep drops everything but [from, to).
func (q *seq[T]) keep(from, to int) {
	if from >= to {
		q.parts, q.n = nil, 0
		return
	}
	first, last := q.place(from), q.place(to-1)
	end := q.mutable(last.part)
	end.items = slices.Delete(end.items, last.off+1, len(end.items))
	start := q.mutable(first.part)
	start.items = slices.Delete(start.items, 0, first.off)
	q.parts = slices.Delete(q.parts, last.part+1, len(q.parts))
	q.parts = slices.Delete(q.parts, 0, first.part)
	q.n = to - from
}
