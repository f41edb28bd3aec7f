package commands

import (
	"cmp"
	"slices"
	"strings"

	"coordd/resp"
	"coordd/store"
)

// SORT may read keys that it does not name: BY and GET make them out of
// patterns. With one group that is exact. With several it sees those of them
// that live in the group of the key that is sorted, and takes the others to be
// absent; a hash tag in the pattern that is the key's keeps them together.
// (Redis Cluster refuses such patterns altogether.)

func sortKey(tx *store.Tx, args []string) resp.Reply { return sortReply(tx, args, true) }

func sortRO(tx *store.Tx, args []string) resp.Reply { return sortReply(tx, args, false) }

func sortReply(tx *store.Tx, args []string, stores bool) resp.Reply {
	o, refusal := parseSort(args[2:], stores)
	if refusal.IsError() {
		return refusal
	}
	elems, t, ok := sortable(tx, args[1])
	if !ok {
		return errWrongType
	}
	if o.stores && tx.Type(o.destination) == store.LockType {
		return errWrongType
	}
	if o.unsorted && t == store.SetType && o.stores {
		o.unsorted, o.by, o.alpha = false, sortPattern{}, true // what is kept must not hang on the order of a set
	}
	if o.unsorted {
		if o.descending && t != store.SetType {
			slices.Reverse(elems)
		}
	} else if elems, ok = o.sort(tx, elems); !ok {
		return errSortScores
	}
	elems = o.within(elems)
	if o.stores {
		return o.store(tx, elems)
	}
	return resp.Array(o.output(tx, elems)...)
}

// sortable is what a key holds that can be sorted, in its own order.
func sortable(tx *store.Tx, key string) (elems []string, t store.Type, ok bool) {
	keep := func(v string) bool {
		elems = append(elems, v)
		return true
	}
	t = tx.Type(key)
	switch t {
	case store.ListType:
		l, _ := tx.List(key)
		l.Range(0, l.Len(), keep)
	case store.SetType:
		s, _ := tx.SetOf(key)
		s.Each(keep)
	case store.ZSetType:
		z, _ := tx.ZSet(key)
		z.Range(0, z.Len(), func(m string, _ float64) bool { return keep(m) })
	case store.NoneType:
	default:
		return nil, t, false
	}
	return elems, t, true
}

// weighted is an element with what it is sorted by.
type weighted struct {
	elem   string
	text   string
	known  bool // there is a text
	number float64
}

// sort puts elements into order; false if one of them should have been a
// number.
func (o *sortOptions) sort(tx *store.Tx, elems []string) ([]string, bool) {
	all := make([]weighted, len(elems))
	for i, elem := range elems {
		w := weighted{elem: elem, text: elem, known: true}
		if o.by.given {
			w.text, w.known = o.by.lookup(tx, elem)
		}
		if !o.alpha && w.known {
			var ok bool
			if w.number, ok = sortNumber(w.text); !ok {
				return nil, false
			}
		}
		all[i] = w
	}
	slices.SortStableFunc(all, func(a, b weighted) int {
		order := o.compare(a, b)
		if o.descending {
			return -order
		}
		return order
	})
	for i := range all {
		elems[i] = all[i].elem
	}
	return elems, true
}

// compare is byte by byte where texts are compared, as in the locale "C". What
// has no text stands before what has; equal numbers are ordered by the
// elements, equal texts not at all.
func (o *sortOptions) compare(a, b weighted) int {
	if !o.alpha {
		return cmp.Or(cmp.Compare(a.number, b.number), cmp.Compare(a.elem, b.elem))
	}
	if !a.known || !b.known {
		return cmp.Compare(oneOrZero(a.known).Int, oneOrZero(b.known).Int)
	}
	return cmp.Compare(a.text, b.text)
}

// sortNumber reads a number as strtod does in C: spaces may stand before it,
// it ends at a NUL, and nothing at all is 0.
func sortNumber(text string) (float64, bool) {
	text, _, _ = strings.Cut(text, "\x00")
	if text == "" {
		return 0, true
	}
	return parseFloat(strings.TrimLeft(text, " \t\n\v\f\r"))
}

// within cuts the elements down to LIMIT.
func (o *sortOptions) within(elems []string) []string {
	size := int64(len(elems))
	start := min(max(o.offset, 0), size)
	left := size - start
	if o.count >= 0 {
		left = min(left, o.count)
	}
	return elems[start : start+left]
}

// output is the elements, or what GET makes of each.
func (o *sortOptions) output(tx *store.Tx, elems []string) []resp.Reply {
	found := []resp.Reply{}
	for _, elem := range elems {
		if len(o.get) == 0 {
			found = append(found, resp.Bulk(elem))
		}
		for _, pattern := range o.get {
			found = append(found, bulkOrNull(pattern.lookup(tx, elem)))
		}
	}
	return found
}

// store keeps the output as a list; what is missing is an empty text.
func (o *sortOptions) store(tx *store.Tx, elems []string) resp.Reply {
	found := o.output(tx, elems)
	deleted := tx.Clear(o.destination)
	if len(found) == 0 {
		if deleted {
			Notify(tx, GenericEvents, "del", o.destination)
		}
		return resp.Int(0)
	}
	l, _ := tx.MakeList(o.destination) // there is nothing now
	for _, v := range found {
		l.PushBack(v.Str)
	}
	Notify(tx, ListEvents, "sortstore", o.destination)
	return resp.Int(int64(len(found)))
}
