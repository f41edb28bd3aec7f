package store

import "strings"

// List is a sequence of strings. A nil *List is an empty one. Indexes are
// 0-based and must be in range; "to" is exclusive. The methods that change it
// are for a list got from MakeList.
type List struct {
	object
	items  seq[string]
	packed int  // size as a Redis listpack, in bytes
	quick  bool // it has outgrown a listpack
}

// A list is a listpack up to 8 KB (Redis's list-max-listpack-size -2), then a
// quicklist until it has shrunk to half of that. The sizes are those of the
// format, though nothing is stored in it here.
const (
	packedMax    = 8192
	packedHeader = 7
)

func newList() *object {
	l := &List{packed: packedHeader}
	l.self = l
	return &l.object
}

func (l *List) kind() Type { return ListType }

func (l *List) clone() *object {
	c := &List{items: l.items.clone(), packed: l.packed, quick: l.quick}
	c.self = c
	return &c.object
}

// Encoding is the word of OBJECT ENCODING.
func (l *List) Encoding() string {
	if l != nil && l.quick {
		return "quicklist"
	}
	return "listpack"
}

// Len counts the elements.
func (l *List) Len() int {
	if l == nil {
		return 0
	}
	return l.items.n
}

// At is element i.
func (l *List) At(i int) string { return l.items.at(i) }

// PushFront puts v before the first element.
func (l *List) PushFront(v string) { l.insert(place{}, v) }

// PushBack puts v behind the last element.
func (l *List) PushBack(v string) { l.insert(l.items.end(), v) }

// Insert puts v before element i; i == Len appends.
func (l *List) Insert(i int, v string) { l.insert(l.items.place(i), v) }

func (l *List) insert(at place, v string) {
	l.change()
	l.grow(v)
	l.items.insert(at, strings.Clone(v))
	l.packed += packedLen(v)
}

// PopFront takes the first element; false when there is none.
func (l *List) PopFront() (string, bool) {
	if l.Len() == 0 {
		return "", false
	}
	return l.remove(place{}), true
}

// PopBack takes the last element; false when there is none.
func (l *List) PopBack() (string, bool) {
	if l.Len() == 0 {
		return "", false
	}
	return l.remove(l.items.place(l.items.n - 1)), true
}

// Remove takes element i out.
func (l *List) Remove(i int) { l.remove(l.items.place(i)) }

func (l *List) remove(at place) string {
	l.change()
	v := l.items.remove(at)
	l.shrink(packedLen(v))
	return v
}

// Set replaces element i.
func (l *List) Set(i int, v string) {
	l.change()
	l.grow(v)
	old := l.items.replace(l.items.place(i), strings.Clone(v))
	l.packed += packedLen(v) - packedLen(old)
}

// Trim keeps the elements [from, to).
func (l *List) Trim(from, to int) {
	from, to = min(from, l.Len()), min(to, l.Len())
	if from == 0 && to == l.Len() {
		return
	}
	l.change()
	lost := 0
	add := func(v string) bool {
		lost += packedLen(v)
		return true
	}
	l.items.each(0, from, add)
	l.items.each(max(from, to), l.items.n, add)
	l.items.keep(from, to)
	l.shrink(lost)
}

// Range visits [from, to) until f returns false.
func (l *List) Range(from, to int, f func(v string) bool) {
	if l != nil {
		l.items.each(from, to, f)
	}
}

// RangeBack visits [from, to) from its end until f returns false.
func (l *List) RangeBack(from, to int, f func(v string) bool) {
	if l != nil {
		l.items.eachBack(from, to, f)
	}
}

// grow looks ahead as Redis does: at the listpack and the bare bytes to come.
func (l *List) grow(v string) {
	l.quick = l.quick || l.packed+len(v) > packedMax
}

func (l *List) shrink(by int) {
	l.packed -= by
	l.quick = l.quick && l.packed > packedMax/2
}

// packedLen is the size of an element in a listpack: a head, the bytes or the
// integer, and the length once more for walking back.
func packedLen(v string) int {
	n := len(v)
	if i, ok := parseInt(v); ok {
		n = packedIntLen(i)
	} else if n < 1<<6 {
		n++
	} else if n < 1<<12 {
		n += 2
	} else {
		n += 5
	}
	back := 1
	for rest := n >> 7; rest > 0; rest >>= 7 {
		back++
	}
	return n + back
}

func packedIntLen(i int64) int {
	switch {
	case 0 <= i && i < 1<<7:
		return 1
	case -1<<12 <= i && i < 1<<12:
		return 2
	case -1<<15 <= i && i < 1<<15:
		return 3
	case -1<<23 <= i && i < 1<<23:
		return 4
	case -1<<31 <= i && i < 1<<31:
		return 5
	}
	return 9
}
