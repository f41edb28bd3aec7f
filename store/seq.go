package store

import (
	"slices"
	"sort"
)

// partMax is the number of items in a part of a seq.
const partMax = 128

// seq is a sequence in parts of at most partMax items: the elements of a list,
// the ranks of a sorted set. Ends are O(1); a rank costs a walk over the table
// of parts (8000 rows for a million items, some microseconds), a copy costs that
// table. How items are spread over parts depends on history, and nothing that
// can be observed depends on it. The zero value is empty.
type seq[T any] struct {
	parts []part[T] // none is empty
	n     int
	own   *token
}

// part is changed only by the seq with the same token.
type part[T any] struct {
	own   *token
	items []T
}

// place is an item's part and its index there. The place behind the last item
// is behind the last item of the last part.
type place struct{ part, off int }

// clone copies the table: from now on neither may change the parts that exist.
func (q *seq[T]) clone() seq[T] {
	c := seq[T]{parts: slices.Clone(q.parts), n: q.n, own: new(token)}
	q.own = new(token)
	return c
}

// place finds an index in [0, n], walking from the nearer end.
func (q *seq[T]) place(i int) place {
	if i <= q.n/2 {
		for p := range q.parts {
			if size := len(q.parts[p].items); i < size {
				return place{p, i}
			} else {
				i -= size
			}
		}
		return place{}
	}
	back := q.n - i
	for p := len(q.parts) - 1; ; p-- {
		size := len(q.parts[p].items)
		if back <= size {
			return place{p, size - back}
		}
		back -= size
	}
}

// index is the inverse of place.
func (q *seq[T]) index(at place) int {
	i := at.off
	for p := range at.part {
		i += len(q.parts[p].items)
	}
	return i
}

func (q *seq[T]) at(i int) T {
	p := q.place(i)
	return q.parts[p.part].items[p.off]
}

// search finds the first item that is not before what is sought, or the place
// behind the last; before must hold for a head of the sequence and for nothing else.
func (q *seq[T]) search(before func(T) bool) place {
	p := sort.Search(len(q.parts), func(p int) bool {
		items := q.parts[p].items
		return !before(items[len(items)-1])
	})
	if p == len(q.parts) {
		return q.end()
	}
	items := q.parts[p].items
	return place{p, sort.Search(len(items), func(i int) bool { return !before(items[i]) })}
}

func (q *seq[T]) end() place {
	if len(q.parts) == 0 {
		return place{}
	}
	last := len(q.parts) - 1
	return place{last, len(q.parts[last].items)}
}

// each visits [from, to) until f returns false.
func (q *seq[T]) each(from, to int, f func(T) bool) {
	if from >= to {
		return
	}
	at, left := q.place(from), to-from
	for p := at.part; left > 0; p++ {
		items := q.parts[p].items[at.off:]
		items = items[:min(left, len(items))]
		for i := range items {
			if !f(items[i]) {
				return
			}
		}
		left -= len(items)
		at.off = 0
	}
}

// eachBack visits [from, to) from its end until f returns false.
func (q *seq[T]) eachBack(from, to int, f func(T) bool) {
	if from >= to {
		return
	}
	at, left := q.place(to-1), to-from
	items := q.parts[at.part].items[:at.off+1]
	for p := at.part; left > 0; left -= len(items) {
		if p != at.part {
			items = q.parts[p].items
		}
		items = items[max(0, len(items)-left):]
		for i := len(items) - 1; i >= 0; i-- {
			if !f(items[i]) {
				return
			}
		}
		p--
	}
}
