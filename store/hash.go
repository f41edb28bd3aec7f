package store

import (
	"slices"
	"strings"
)

// Hash is a map from fields to values. A nil *Hash is an empty one. The
// methods that change it are for one got from MakeHash.
//
// It is a short list in the order of insertion, then a table, never back; the
// order of Each and At is that of the form.
type Hash struct {
	timed
	large bool
	list  []field
	table dict[string]
}

type field struct{ name, value string }

func newHash() *object {
	h := &Hash{}
	h.self = h
	return &h.object
}

func (h *Hash) kind() Type { return HashType }

func (h *Hash) clone() *object {
	c := &Hash{large: h.large, list: slices.Clone(h.list), table: h.table.clone()}
	c.self, c.notes = c, h.notes.clone()
	return &c.object
}

// Encoding is the word of OBJECT ENCODING.
func (h *Hash) Encoding() string {
	if h != nil && h.large {
		return "hashtable"
	}
	return "listpack"
}

// Len counts the fields.
func (h *Hash) Len() int {
	if h == nil {
		return 0
	}
	return len(h.list) + h.table.len() // one of them is empty
}

func (h *Hash) index(name string) int {
	return slices.IndexFunc(h.list, func(f field) bool { return f.name == name })
}

// Get is the value of a field; false when there is no such field.
func (h *Hash) Get(field string) (string, bool) {
	if h == nil {
		return "", false
	}
	if h.large {
		return h.table.value(field)
	}
	if i := h.index(field); i >= 0 {
		return h.list[i].value, true
	}
	return "", false
}

// Set sets a field, without a deadline, and tells whether it is new.
func (h *Hash) Set(field, value string) bool {
	added := h.Put(field, value)
	if !added {
		h.SetMemberDeadline(field, 0)
	}
	return added
}

// Put sets a field and tells whether it is new. One that is not keeps its deadline.
func (h *Hash) Put(field, value string) bool {
	h.change()
	return h.put(field, strings.Clone(value))
}

func (h *Hash) put(name, value string) bool {
	if !h.large && max(len(name), len(value)) > listWordMax {
		h.toTable()
	}
	if h.large {
		return h.table.set(name, value)
	}
	if i := h.index(name); i >= 0 {
		h.list[i].value = value
		return false
	}
	h.list = append(h.list, field{strings.Clone(name), value})
	if len(h.list) > hashListMax {
		h.toTable()
	}
	return true
}

func (h *Hash) toTable() {
	for _, f := range h.list {
		h.table.setKept(f.name, f.value)
	}
	h.large, h.list = true, nil
}

// Remove takes a field out, with its deadline, and tells whether it was there.
func (h *Hash) Remove(field string) bool {
	if h == nil {
		return false
	}
	h.mustBeOpen()
	removed := h.remove(field)
	if removed {
		h.removed(field)
	}
	return removed
}

func (h *Hash) remove(field string) bool {
	if h.large {
		return h.table.forget(field)
	}
	i := h.index(field)
	if i >= 0 {
		h.list = slices.Delete(h.list, i, i+1)
	}
	return i >= 0
}

// At is the i-th field in the order of Each, i in [0, Len).
func (h *Hash) At(i int) (field, value string) {
	if h.large {
		p := h.table.at(i)
		return p.key, p.val
	}
	return h.list[i].name, h.list[i].value
}

// Each visits the fields until f returns false.
func (h *Hash) Each(f func(field, value string) bool) {
	if h == nil {
		return
	}
	for _, at := range h.list {
		if !f(at.name, at.value) {
			return
		}
	}
	h.table.each(f)
}

// Scan visits fields from a cursor on, as Tx.Scan does keys; those of a small hash at once.
func (h *Hash) Scan(cursor uint64, count int, f func(field, value string)) (next uint64) {
	if h == nil {
		return 0
	}
	if h.large {
		return h.table.scan(cursor, count, f)
	}
	for _, at := range h.list {
		f(at.name, at.value)
	}
	return 0
}
