package lua

import "math"

// Table is Lua's one structure. Numbers from 1 on that follow one another lie
// in list, everything else in entries, in the order in which it came: pairs()
// walks a table in an order that depends on nothing but the program.
//
// What was removed stays as an entry without a value until the table grows, so
// that a walk may remove what it visits.
type Table struct {
	list     []Value
	entries  []entry
	index    map[Value]int32 // into entries; nil while they are few
	meta     *Table
	readonly bool
	serial   int
}

type entry struct{ key, value Value }

// few entries are found faster by looking at each.
const few = 8

// Sizes in bytes, for the account of a program's memory: what Go takes, rounded up.
const (
	sizeTable = 128
	sizeValue = 16
	sizeEntry = 96 // with its place in the index
	sizeCell  = 32
)

// NewTable makes an empty table with room for so many list elements.
func (m *Machine) NewTable(room int) *Table {
	m.Alloc(sizeTable + sizeValue*room)
	t := &Table{}
	if room > 0 {
		t.list = make([]Value, 0, room)
	}
	return t
}

// Get reads a field without metamethods.
func (t *Table) Get(key Value) Value {
	switch k := key.(type) {
	case float64:
		if i := int(k); i >= 1 && i <= len(t.list) && float64(i) == k {
			return t.list[i-1]
		}
	case nil:
		return nil
	}
	if i := t.find(key); i >= 0 {
		return t.entries[i].value
	}
	return nil
}

// GetInt reads an element without metamethods.
func (t *Table) GetInt(i int) Value {
	if i >= 1 && i <= len(t.list) {
		return t.list[i-1]
	}
	if len(t.entries) == 0 {
		return nil
	}
	return t.Get(float64(i))
}

// find is the place of a key among the entries, or -1.
func (t *Table) find(key Value) int {
	if t.index != nil {
		if i, ok := t.index[key]; ok {
			return int(i)
		}
		return -1
	}
	for i := range t.entries {
		if t.entries[i].key == key {
			return i
		}
	}
	return -1
}

// Set writes a field without metamethods. The key is neither nil nor NaN, the
// table not read-only: SetRaw sees to that for programs.
func (m *Machine) Set(t *Table, key, value Value) {
	if k, ok := key.(float64); ok {
		if i := int(k); i >= 1 && i <= len(t.list)+1 && float64(i) == k {
			m.SetInt(t, i, value)
			return
		}
	}
	m.setEntry(t, key, value)
}

// SetInt writes an element without metamethods.
func (m *Machine) SetInt(t *Table, i int, value Value) {
	switch {
	case i >= 1 && i <= len(t.list):
		t.list[i-1] = value
	case i == len(t.list)+1:
		if value == nil {
			if len(t.entries) > 0 {
				m.setEntry(t, float64(i), nil)
			}
			return
		}
		m.push(t, value)
		if len(t.entries) > 0 {
			m.adopt(t)
		}
	default:
		m.setEntry(t, float64(i), value)
	}
}

// push appends to the list.
func (m *Machine) push(t *Table, value Value) {
	if len(t.list) == cap(t.list) {
		grown := max(4, 2*cap(t.list))
		m.Alloc(sizeValue * grown)
		list := make([]Value, len(t.list), grown)
		copy(list, t.list)
		t.list = list
	}
	t.list = append(t.list, value)
}

// adopt removes the entry of what was just pushed, and takes over the entries
// that continue the list.
func (m *Machine) adopt(t *Table) {
	if i := t.find(float64(len(t.list))); i >= 0 {
		t.entries[i].value = nil
	}
	for {
		i := t.find(float64(len(t.list) + 1))
		if i < 0 || t.entries[i].value == nil {
			return
		}
		m.Step(1)
		m.push(t, t.entries[i].value)
		t.entries[i].value = nil
	}
}

func (m *Machine) setEntry(t *Table, key, value Value) {
	if i := t.find(key); i >= 0 {
		t.entries[i].value = value
		return
	}
	if value == nil {
		return
	}
	if k, ok := key.(float64); ok && k == 0 {
		key = float64(0) // -0 is the same key
	}
	if len(t.entries) == cap(t.entries) {
		m.growEntries(t)
	}
	t.entries = append(t.entries, entry{key, value})
	if t.index != nil {
		t.index[key] = int32(len(t.entries) - 1)
	} else if len(t.entries) > few {
		t.reindex()
	}
}

// growEntries makes room, by dropping what has been removed where that is half
// of all.
func (m *Machine) growEntries(t *Table) {
	m.Step(len(t.entries) / 4)
	live := 0
	for i := range t.entries {
		if t.entries[i].value != nil {
			live++
		}
	}
	room := cap(t.entries)
	if live > room/2 || room == 0 {
		room = max(4, 2*room)
		m.Alloc(sizeEntry * room)
	}
	entries := make([]entry, 0, room)
	for _, e := range t.entries {
		if e.value != nil {
			entries = append(entries, e)
		}
	}
	t.entries = entries
	if t.index != nil {
		t.reindex()
	}
}

func (t *Table) reindex() {
	t.index = make(map[Value]int32, cap(t.entries))
	for i, e := range t.entries {
		t.index[e.key] = int32(i)
	}
}

// Len is a border of the table: t[n] is there and t[n+1] is not. Which one, of
// a table with holes, follows Lua's way of looking for it.
func (t *Table) Len() int {
	n := len(t.list)
	if n > 0 && t.list[n-1] == nil {
		i, j := 0, n
		for j-i > 1 {
			if mid := (i + j) / 2; t.list[mid-1] == nil {
				j = mid
			} else {
				i = mid
			}
		}
		return i
	}
	if len(t.entries) == 0 {
		return n
	}
	for t.GetInt(n+1) != nil && n < math.MaxInt32 {
		n++
	}
	return n
}

// Next is the step of a walk: what follows key, which is nil at the start. At
// the end the key that it returns is nil; ok is false if there is no such key.
func (t *Table) Next(key Value) (k, v Value, ok bool) {
	at, ok := t.place(key)
	if !ok {
		return nil, nil, false
	}
	for ; at < len(t.list); at++ {
		if t.list[at] != nil {
			return number(float64(at + 1)), t.list[at], true
		}
	}
	for at -= len(t.list); at < len(t.entries); at++ {
		if e := &t.entries[at]; e.value != nil {
			return e.key, e.value, true
		}
	}
	return nil, nil, true
}

// place is where a walk goes on behind a key.
func (t *Table) place(key Value) (int, bool) {
	if key == nil {
		return 0, true
	}
	if k, ok := key.(float64); ok {
		if i := int(k); i >= 1 && i <= len(t.list) && float64(i) == k {
			return i, true
		}
	}
	i := t.find(key)
	return len(t.list) + i + 1, i >= 0
}

// Each visits all fields, until f returns false. f must not change the table.
func (t *Table) Each(f func(key, value Value) bool) {
	for i, v := range t.list {
		if v != nil && !f(float64(i+1), v) {
			return
		}
	}
	for i := range t.entries {
		if e := &t.entries[i]; e.value != nil && !f(e.key, e.value) {
			return
		}
	}
}

// Protect makes the table and all tables in it read-only.
func (t *Table) Protect() {
	if t.readonly {
		return
	}
	t.readonly = true
	t.Each(func(_, v Value) bool {
		if inner, ok := v.(*Table); ok {
			inner.Protect()
		}
		return true
	})
	if t.meta != nil {
		t.meta.Protect()
	}
}

// Guard makes it an error to read a field that is not there, as Redis does with
// globals.
func (t *Table) Guard() { t.meta = globalsMeta }
