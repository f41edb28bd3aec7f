package store

import (
	"slices"
	"strconv"
	"strings"
)

// Set is a set of strings. A nil *Set is an empty one. The methods that change
// it are for a set got from MakeSet.
//
// Like Redis's, it changes its form as it grows, and never back: sorted
// integers, then a short list in the order of insertion, then a table. The
// order of Each and At is that of the form.
type Set struct {
	pooled
	form  setForm
	ints  []int64
	list  []string
	table dict[struct{}]
}

// setForm is part of the snapshot format.
type setForm uint8

const (
	intForm setForm = iota
	listForm
	tableForm
)

// Redis's set-max-intset-entries, {set,zset}-max-listpack-entries,
// hash-max-listpack-entries, and the three max-listpack-value.
const (
	intsMax     = 512
	listMax     = 128
	hashListMax = 512
	listWordMax = 64
)

func newSet() *object {
	s := &Set{}
	s.self = s
	return &s.object
}

func (s *Set) kind() Type { return SetType }

func (s *Set) clone() *object {
	c := &Set{form: s.form, ints: slices.Clone(s.ints), list: slices.Clone(s.list), table: s.table.clone()}
	c.self, c.notes = c, s.notes.clone()
	return &c.object
}

// Encoding is the word of OBJECT ENCODING.
func (s *Set) Encoding() string {
	if s == nil {
		return "intset"
	}
	return [...]string{intForm: "intset", listForm: "listpack", tableForm: "hashtable"}[s.form]
}

// Len counts the members.
func (s *Set) Len() int {
	if s == nil {
		return 0
	}
	return len(s.ints) + len(s.list) + s.table.len() // two of them are empty
}

// Has tells whether m is a member.
func (s *Set) Has(m string) bool {
	if s == nil {
		return false
	}
	switch s.form {
	case intForm:
		_, ok := s.findInt(m)
		return ok
	case listForm:
		return slices.Contains(s.list, m)
	}
	_, ok := s.table.value(m)
	return ok
}

// findInt is the index of m among the integers, or the one it would have.
func (s *Set) findInt(m string) (int, bool) {
	v, ok := parseInt(m)
	if !ok {
		return 0, false
	}
	return slices.BinarySearch(s.ints, v)
}

// Add makes m a member and tells whether it was none before.
func (s *Set) Add(m string) bool {
	s.mustBeOpen()
	added := s.add(m)
	if added {
		s.dirty = true
		s.derived.Store(nil)
	}
	return added
}

func (s *Set) add(m string) bool {
	switch s.form {
	case intForm:
		v, isInt := parseInt(m)
		i, found := slices.BinarySearch(s.ints, v)
		switch {
		case isInt && found:
			return false
		case isInt:
			s.ints = slices.Insert(s.ints, i, v)
			if len(s.ints) > intsMax {
				s.toTable()
			}
			return true
		case len(s.ints) < listMax && len(m) <= listWordMax:
			s.toList()
			s.list = append(s.list, strings.Clone(m))
			return true
		}
	case listForm:
		if slices.Contains(s.list, m) {
			return false
		}
		if len(s.list) < listMax && len(m) <= listWordMax {
			s.list = append(s.list, strings.Clone(m))
			return true
		}
	}
	s.toTable()
	return s.table.set(m, struct{}{})
}

func (s *Set) toList() {
	s.list = make([]string, 0, len(s.ints)+1)
	for _, v := range s.ints {
		s.list = append(s.list, strconv.FormatInt(v, 10))
	}
	s.form, s.ints = listForm, nil
}

func (s *Set) toTable() {
	if s.form == intForm {
		s.toList()
	}
	for _, m := range s.list {
		s.table.setKept(m, struct{}{})
	}
	s.form, s.list = tableForm, nil
}

// Remove takes m out, with all that is kept of it, and tells whether it was a member.
func (s *Set) Remove(m string) bool {
	if s == nil {
		return false
	}
	s.mustBeOpen()
	removed := s.remove(m)
	if removed {
		s.removed(m)
	}
	return removed
}

func (s *Set) remove(m string) bool {
	switch s.form {
	case intForm:
		i, found := s.findInt(m)
		if found {
			s.ints = slices.Delete(s.ints, i, i+1)
		}
		return found
	case listForm:
		i := slices.Index(s.list, m)
		if i >= 0 {
			s.list = slices.Delete(s.list, i, i+1)
		}
		return i >= 0
	}
	return s.table.forget(m)
}

// At is the i-th member in the order of Each, i in [0, Len).
func (s *Set) At(i int) string {
	switch s.form {
	case intForm:
		return strconv.FormatInt(s.ints[i], 10)
	case listForm:
		return s.list[i]
	}
	return s.table.at(i).key
}

// Each visits the members until f returns false.
func (s *Set) Each(f func(m string) bool) {
	if s == nil {
		return
	}
	for _, v := range s.ints {
		if !f(strconv.FormatInt(v, 10)) {
			return
		}
	}
	for _, m := range s.list {
		if !f(m) {
			return
		}
	}
	s.table.each(func(m string, _ struct{}) bool { return f(m) })
}

// Scan visits members from a cursor on, as Tx.Scan does keys; a small set at once.
func (s *Set) Scan(cursor uint64, count int, f func(m string)) (next uint64) {
	if s == nil {
		return 0
	}
	if s.form == tableForm {
		return s.table.scan(cursor, count, func(m string, _ struct{}) { f(m) })
	}
	s.Each(func(m string) bool {
		f(m)
		return true
	})
	return 0
}
