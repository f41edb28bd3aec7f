package lua

import "strconv"

// Value is a Lua value: nil, bool, float64, string, *Table, *Function, *Thread
// or *Light.
type Value = any

// Light is a value without content, which is equal to itself only.
type Light struct{ Name string }

// cell holds a variable that an inner function has captured.
type cell struct{ v Value }

// Function is a function of a program, or of a library.
type Function struct {
	proto  *proto
	up     []*cell
	native func(c *Call)
	serial int // what tostring shows, 0 until it does
}

// Native makes a function of the host's.
func Native(f func(c *Call)) *Function { return &Function{native: f} }

// TypeName is what Lua's type() says of a value.
func TypeName(v Value) string {
	switch v.(type) {
	case nil:
		return "nil"
	case bool:
		return "boolean"
	case float64:
		return "number"
	case string:
		return "string"
	case *Table:
		return "table"
	case *Function:
		return "function"
	case *Thread:
		return "thread"
	}
	return "userdata"
}

// Truth tells whether a condition holds: all values but nil and false do.
func Truth(v Value) bool {
	b, ok := v.(bool)
	return v != nil && (!ok || b)
}

// small numbers are boxed once.
var small = func() (boxes [1024]Value) {
	for i := range boxes {
		boxes[i] = float64(i)
	}
	return boxes
}()

// number boxes a float. Whole numbers are what most programs count with.
func number(f float64) Value {
	if i := int(f); i > 0 && i < len(small) && float64(i) == f {
		return small[i]
	}
	return f
}

// toNumber is a number, or a string that reads as one.
func toNumber(v Value) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case string:
		return ParseNumber(v)
	}
	return 0, false
}

// toString is a string, or a number's text.
func toString(v Value) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case float64:
		return FormatNumber(v), true
	}
	return "", false
}

// Tostring is Lua's tostring(). Addresses would differ between nodes: what has
// no text of its own is numbered in the order in which it is shown.
func (m *Machine) Tostring(v Value) string {
	if h := m.metamethod(v, "__tostring"); h != nil {
		s, ok := toString(first(m.call(h, []Value{v}, nil)))
		if !ok {
			m.raisef("'tostring' must return a string to 'print'")
		}
		return s
	}
	switch v := v.(type) {
	case nil:
		return "nil"
	case bool:
		return strconv.FormatBool(v)
	case float64:
		return FormatNumber(v)
	case string:
		return v
	case *Light:
		return "userdata: " + v.Name
	case *Table:
		return "table: " + m.serial(&v.serial)
	case *Function:
		if v.native != nil { // shared by all programs: it cannot bear a number
			return "builtin: 0x00000000"
		}
		return "function: " + m.serial(&v.serial)
	case *Thread:
		return "thread: " + m.serial(&v.serial)
	}
	return TypeName(v)
}

// serial numbers an object when it is first shown.
func (m *Machine) serial(n *int) string {
	if *n == 0 {
		m.serials++
		*n = m.serials
	}
	const digits = 8
	s := strconv.FormatInt(int64(*n), 16)
	for len(s) < digits {
		s = "0" + s
	}
	return "0x" + s
}

func first(values []Value) Value {
	if len(values) == 0 {
		return nil
	}
	return values[0]
}
