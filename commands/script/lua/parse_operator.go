package lua

import "strings"

// unary compiles an operator of one side.
func (p *parser) unary(op token, e *expr) *expr {
	out := &expr{}
	get := e.get
	switch op {
	case tokenNot:
		out.get = func(c *Call) Value { return !Truth(get(c)) }
	case '#':
		out.get = func(c *Call) Value { return c.length(get(c), e, out.line) }
	default:
		if n, ok := e.constant.(float64); ok {
			return p.constant(number(-n))
		}
		out.get = func(c *Call) Value {
			v := get(c)
			if n, ok := v.(float64); ok {
				return number(-n)
			}
			return c.negate(v, e, out.line)
		}
	}
	return p.node(out, e)
}

// binary compiles an operator of two sides.
func (p *parser) binary(op token, l, r *expr) *expr {
	e := &expr{}
	left, right := l.get, r.get
	switch op {
	case tokenAnd:
		e.get = func(c *Call) Value {
			if v := left(c); !Truth(v) {
				return v
			}
			return right(c)
		}
	case tokenOr:
		e.get = func(c *Call) Value {
			if v := left(c); Truth(v) {
				return v
			}
			return right(c)
		}
	case tokenEq, tokenNe:
		same := op == tokenEq
		e.get = func(c *Call) Value {
			a := left(c)
			b := right(c)
			if s, ok := a.(string); ok {
				c.M.steps -= len(s) / 64
			}
			return c.equal(a, b, e.line) == same
		}
	case tokenConcat:
		e.parts = append([]*expr{l}, r)
		if r.parts != nil {
			e.parts = append([]*expr{l}, r.parts...)
		}
		e.get = func(c *Call) Value { return c.concat(e.parts, e.line) }
	case '<', '>', tokenLe, tokenGe:
		e.get = p.comparison(op, e, left, right)
	default:
		e.get = p.arithmetic(op, e, l, r)
	}
	return p.node(e, l, r)
}

func (c *Call) equal(a, b Value, line int) bool {
	if a == b {
		return true
	}
	if _, ok := a.(*Table); !ok {
		return false
	}
	c.line = line
	return c.M.Equal(a, b)
}

func (p *parser) comparison(op token, e *expr, left, right func(c *Call) Value) func(c *Call) Value {
	less := op == '<' || op == '>'
	swapped := op == '>' || op == tokenGe
	return func(c *Call) Value {
		a := left(c)
		b := right(c)
		if swapped {
			a, b = b, a
		}
		c.line = e.line
		if less {
			return c.M.Less(a, b)
		}
		return c.M.lessOrEqual(a, b)
	}
}

func (p *parser) arithmetic(op token, e, l, r *expr) func(c *Call) Value {
	left, right := l.get, r.get
	return func(c *Call) Value {
		a := left(c)
		b := right(c)
		if x, ok := a.(float64); ok {
			if y, ok := b.(float64); ok {
				return number(compute(op, x, y))
			}
		}
		return c.arithmetic(op, a, b, l, r, e.line)
	}
}

// concat joins from the right, as many texts at a time as follow one another.
func (c *Call) concat(parts []*expr, line int) Value {
	m := c.M
	base := len(m.stack)
	for _, e := range parts {
		v := e.get(c)
		m.stack = append(m.stack, v)
	}
	c.line = line
	values := m.stack[base:]
	right := values[len(values)-1]
	for i := len(values) - 2; i >= 0; {
		from := i + 1
		size := 0
		if s, ok := toString(right); ok {
			size = len(s)
			for from > 0 {
				left, ok := toString(values[from-1])
				if !ok {
					break
				}
				size += len(left)
				from--
			}
		}
		if from <= i {
			right = m.join(values[from:i+1], right, size)
			i = from - 1
			continue
		}
		right = c.concatObjects(values[i], right, parts[i], parts[i+1])
		i--
	}
	m.stack = m.stack[:base]
	return right
}

func (m *Machine) join(values []Value, last Value, size int) Value {
	m.Alloc(size)
	var b strings.Builder
	b.Grow(size)
	for _, v := range values {
		s, _ := toString(v)
		b.WriteString(s)
	}
	s, _ := toString(last)
	b.WriteString(s)
	return b.String()
}

// concatObjects asks a metamethod.
func (c *Call) concatObjects(a, b Value, left, right *expr) Value {
	m := c.M
	h := m.metamethod(a, "__concat")
	if h == nil {
		h = m.metamethod(b, "__concat")
	}
	if h != nil {
		return first(m.call(h, []Value{a, b}, &site{}))
	}
	if _, ok := toString(a); ok {
		a, left = b, right
	}
	m.raisef("attempt to concatenate %s", left.describe(a))
	return nil
}
