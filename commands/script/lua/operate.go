package lua

import "math"

// maxChain is how many tables __index may lead through.
const maxChain = 100

// metamethod is what an object's metatable says of an event, or nil.
func (m *Machine) metamethod(v Value, event string) Value {
	meta := m.metatable(v)
	if meta == nil {
		return nil
	}
	return meta.Get(event)
}

func (m *Machine) metatable(v Value) *Table {
	switch v := v.(type) {
	case *Table:
		return v.meta
	case string:
		return m.strings
	}
	return nil
}

// index reads a field. from is the expression that gave the object, for errors.
func (c *Call) index(obj, key Value, from *expr, line int) Value {
	m := c.M
	c.line = line
	for range maxChain {
		t, isTable := obj.(*Table)
		if isTable {
			if v := t.Get(key); v != nil || t.meta == nil {
				return v
			}
		}
		h := m.metamethod(obj, "__index")
		switch {
		case h == nil && isTable:
			return nil
		case h == nil:
			m.raisef("attempt to index %s", describe(from, obj))
		}
		if f, ok := h.(*Function); ok {
			return first(m.call(f, []Value{obj, key}, &site{}))
		}
		m.Step(1)
		obj, from = h, nil
	}
	m.raisef("loop in gettable")
	return nil
}

func describe(e *expr, v Value) string {
	if e == nil {
		e = &expr{}
	}
	return e.describe(v)
}

// write gives a variable or a field its value. obj and key are those of a field.
func (c *Call) write(target *expr, obj, key, value Value) {
	switch target.kind {
	case isLocal:
		c.store(target.local, value)
	case isUpvalue:
		c.fn.up[target.up].v = value
	case isGlobal:
		c.setField(c.M.Globals, target.name, value, nil, target.line)
	default:
		if t, ok := obj.(*Table); ok && t.meta == nil && !t.readonly {
			if i, ok := key.(float64); ok && i == math.Trunc(i) && math.Abs(i) < 1<<31 {
				c.M.SetInt(t, int(i), value)
				return
			}
		}
		c.setField(obj, key, value, target.obj, target.line)
	}
}

// setField writes a field, as a program does.
func (c *Call) setField(obj, key, value Value, from *expr, line int) {
	m := c.M
	c.line = line
	for range maxChain {
		t, isTable := obj.(*Table)
		if isTable && (t.meta == nil || t.Get(key) != nil) {
			m.SetRaw(t, key, value)
			return
		}
		h := m.metamethod(obj, "__newindex")
		switch {
		case h == nil && isTable:
			m.SetRaw(t, key, value)
			return
		case h == nil:
			m.raisef("attempt to index %s", describe(from, obj))
		}
		if f, ok := h.(*Function); ok {
			m.call(f, []Value{obj, key, value}, &site{})
			return
		}
		m.Step(1)
		obj, from = h, nil
	}
	m.raisef("loop in settable")
}

// SetRaw writes a field without metamethods. It is the program's error if that
// may not be.
func (m *Machine) SetRaw(t *Table, key, value Value) {
	if t.readonly {
		m.raisef("Attempt to modify a readonly table")
	}
	switch k := key.(type) {
	case nil:
		m.raisef("table index is nil")
	case float64:
		if math.IsNaN(k) {
			m.raisef("table index is NaN")
		}
	}
	m.Set(t, key, value)
}

// construct makes the table of a constructor. What has no key is kept until the
// end, as Lua does: it wins over a key that says the same.
func (c *Call) construct(items []item, line int) Value {
	m := c.M
	t := m.NewTable(0)
	base := len(m.stack)
	for i, it := range items {
		switch {
		case it.key != nil:
			key := it.key.get(c)
			value := it.value.get(c)
			c.line = line
			m.SetRaw(t, key, value)
		case i == len(items)-1 && it.value.all != nil:
			it.value.all(c)
		default:
			v := it.value.get(c)
			m.stack = append(m.stack, v)
		}
	}
	if list := m.stack[base:]; len(list) > 0 {
		m.Alloc(sizeValue * len(list))
		entries, before := t.entries, t.list
		t.list = append(make([]Value, 0, max(len(list), len(before))), list...)
		if len(before) > len(list) {
			t.list = append(t.list, before[len(list):]...)
		}
		t.entries, t.index = nil, nil
		for _, e := range entries {
			if e.value != nil && t.Get(e.key) == nil {
				m.Set(t, e.key, e.value)
			}
		}
	}
	m.stack = m.stack[:base]
	return t
}

// arithmetic computes what is not two numbers.
func (c *Call) arithmetic(op token, a, b Value, left, right *expr, line int) Value {
	m := c.M
	c.line = line
	x, ok := toNumber(a)
	y, ok2 := toNumber(b)
	if ok && ok2 {
		return number(compute(op, x, y))
	}
	event := arithmeticEvents[op]
	h := m.metamethod(a, event)
	if h == nil {
		h = m.metamethod(b, event)
	}
	if h != nil {
		return first(m.call(h, []Value{a, b}, &site{}))
	}
	if !ok {
		m.raisef("attempt to perform arithmetic on %s", left.describe(a))
	}
	m.raisef("attempt to perform arithmetic on %s", right.describe(b))
	return nil
}

var arithmeticEvents = map[token]string{'+': "__add", '-': "__sub", '*': "__mul", '/': "__div", '%': "__mod", '^': "__pow"}

func compute(op token, x, y float64) float64 {
	switch op {
	case '+':
		return x + y
	case '-':
		return x - y
	case '*':
		return x * y
	case '/':
		return x / y
	case '%':
		return modulo(x, y)
	}
	return math.Pow(x, y)
}

// negate is unary minus.
func (c *Call) negate(v Value, e *expr, line int) Value {
	if x, ok := toNumber(v); ok {
		return number(-x)
	}
	c.line = line
	if h := c.M.metamethod(v, "__unm"); h != nil {
		return first(c.M.call(h, []Value{v, v}, &site{}))
	}
	c.M.raisef("attempt to perform arithmetic on %s", e.describe(v))
	return nil
}

// length is the operator #. In Lua 5.1 tables have no say in it.
func (c *Call) length(v Value, e *expr, line int) Value {
	switch v := v.(type) {
	case string:
		return number(float64(len(v)))
	case *Table:
		return number(float64(v.Len()))
	}
	c.line = line
	c.M.raisef("attempt to get length of %s", e.describe(v))
	return nil
}

// Equal compares as == does.
func (m *Machine) Equal(a, b Value) bool {
	if a == b {
		return true
	}
	x, ok := a.(*Table)
	y, ok2 := b.(*Table)
	if !ok || !ok2 || x.meta == nil || y.meta == nil {
		return false
	}
	h := x.meta.Get("__eq")
	if h == nil || h != y.meta.Get("__eq") {
		return false
	}
	return Truth(first(m.call(h, []Value{a, b}, &site{})))
}

// Less compares as < does.
func (m *Machine) Less(a, b Value) bool {
	switch x := a.(type) {
	case float64:
		if y, ok := b.(float64); ok {
			return x < y
		}
	case string:
		if y, ok := b.(string); ok {
			m.Step(min(len(x), len(y)) / 32)
			return x < y
		}
	}
	if result, ok := m.compare(a, b, "__lt"); ok {
		return result
	}
	m.incomparable(a, b)
	return false
}

// lessOrEqual compares as <= does.
func (m *Machine) lessOrEqual(a, b Value) bool {
	switch x := a.(type) {
	case float64:
		if y, ok := b.(float64); ok {
			return x <= y
		}
	case string:
		if y, ok := b.(string); ok {
			m.Step(min(len(x), len(y)) / 32)
			return x <= y
		}
	}
	if result, ok := m.compare(a, b, "__le"); ok {
		return result
	}
	if result, ok := m.compare(b, a, "__lt"); ok {
		return !result
	}
	m.incomparable(a, b)
	return false
}

// compare asks the metamethod that both have, if there is one.
func (m *Machine) compare(a, b Value, event string) (result, ok bool) {
	if TypeName(a) != TypeName(b) {
		return false, false
	}
	h := m.metamethod(a, event)
	if h == nil || h != m.metamethod(b, event) {
		return false, false
	}
	return Truth(first(m.call(h, []Value{a, b}, &site{}))), true
}

func (m *Machine) incomparable(a, b Value) {
	if x, y := TypeName(a), TypeName(b); x != y {
		m.raisef("attempt to compare %s with %s", x, y)
	} else {
		m.raisef("attempt to compare two %s values", x)
	}
}
