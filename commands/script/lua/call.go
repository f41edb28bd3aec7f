package lua

// Call is one call of a function that is under way. Library functions read
// their arguments from it and give it their results.
type Call struct {
	M *Machine
	// Args are a library function's arguments, or what a function of the
	// program has got for "...". They are not to be kept.
	Args []Value

	fn    *Function
	prev  *Call // the caller; among those that are done, the next
	at    *site
	line  int
	tail  int // tail calls that led here
	slots []Value
	done  bool // Return was called

	// What to call instead of returning (tails).
	tailFn   Value
	tailBase int
	tailSite *site
}

// site is how a call is written, for errors.
type site struct {
	fn     *expr
	name   string
	method bool
}

// newCall takes one that is done, or makes one.
func (m *Machine) newCall(fn *Function, at *site) *Call {
	c := m.free
	if c == nil {
		c = &Call{}
	} else {
		m.free = c.prev
	}
	c.M, c.fn, c.at, c.prev = m, fn, at, m.top
	m.top = c
	return c
}

func (m *Machine) endCall(c *Call) {
	m.top = c.prev
	*c = Call{prev: m.free}
	m.free = c
}

// call calls from Go. The results are valid until the next call.
func (m *Machine) call(fn Value, args []Value, at *site) []Value {
	if m.natives++; m.natives > maxNatives {
		m.natives-- // so that the error can be handled
		m.raisef("C stack overflow")
	}
	base := len(m.stack)
	m.stack = append(m.stack, args...)
	results := m.callAt(fn, base, at)
	m.natives--
	return results
}

// Call calls a function from a library function. The results are valid until
// the next call.
func (c *Call) Call(fn Value, args ...Value) []Value { return c.M.call(fn, args, nil) }

// callAt calls with the arguments from base on, which it takes from the stack.
func (m *Machine) callAt(fn Value, base int, at *site) []Value {
	f, ok := fn.(*Function)
	if !ok {
		h, ok := m.metamethod(fn, "__call").(*Function)
		if !ok {
			m.notCallable(fn, at)
		}
		m.stack = append(m.stack, nil)
		copy(m.stack[base+1:], m.stack[base:])
		m.stack[base] = fn
		f = h
	}
	if f.native == nil {
		return m.runProto(f, base, at)
	}
	m.Step(1)
	c := m.newCall(f, at)
	c.Args = m.stack[base:len(m.stack):len(m.stack)]
	f.native(c)
	if !c.done {
		m.rets = m.rets[:0]
	}
	m.endCall(c)
	m.stack = m.stack[:base]
	return m.rets
}

// notCallable is the error of calling what is no function.
func (m *Machine) notCallable(fn Value, at *site) {
	what := "a " + TypeName(fn) + " value"
	switch {
	case at == nil || at.fn == nil:
	case at.method:
		what = "method '" + at.name + "' (" + what + ")"
	default:
		what = at.fn.describe(fn)
	}
	m.raisef("attempt to call %s", what)
}

// runProto runs a function of the program, and those that it ends with.
func (m *Machine) runProto(f *Function, base int, at *site) []Value {
	m.admit(f.proto)
	entered := m.depth
	c := m.newCall(f, at)
	m.calls++
	for {
		m.depth = entered + perCall + f.proto.depth
		c.line = f.proto.line
		m.arrive(c, f.proto, base)
		sig := run(f.proto.body, c)
		if sig == normal { // it ended without a return
			m.rets = m.rets[:0]
		}
		if sig != tails {
			break
		}
		m.stack = m.stack[:base+copy(m.stack[base:], m.stack[c.tailBase:])]
		next, ok := c.tailFn.(*Function)
		if !ok || next.native != nil {
			m.callAt(c.tailFn, base, c.tailSite)
			break
		}
		m.Step(1)
		m.depth = entered
		m.admit(next.proto)
		f, c.fn, c.at, c.Args, c.tailFn = next, next, c.tailSite, nil, nil
		c.tail++
	}
	m.calls--
	m.depth = entered
	m.endCall(c)
	m.stack = m.stack[:base]
	return m.rets
}

// perCall is how many of Go's calls one of ours takes, nested expressions apart.
const perCall = 8

// admit refuses a call that would go too deep.
func (m *Machine) admit(p *proto) {
	if m.calls >= maxCalls || m.depth+perCall+p.depth > maxDepth {
		m.raisef("stack overflow")
	}
}

// arrive turns arguments, which lie from base on, into variables.
func (m *Machine) arrive(c *Call, p *proto, base int) {
	given := len(m.stack) - base
	params := len(p.params)
	if p.vararg && given > params {
		m.Alloc(sizeValue * (given - params))
		c.Args = append([]Value(nil), m.stack[base+params:]...)
	}
	end := base + p.slots
	if end > maxStack {
		m.raisef("stack overflow")
	}
	if end > cap(m.stack) {
		grown := make([]Value, len(m.stack), 2*end)
		copy(grown, m.stack)
		m.stack = grown
	}
	m.stack = m.stack[:end]
	c.slots = m.stack[base:end:end]
	for i, l := range p.params {
		if i >= given {
			c.slots[i] = nil
		}
		if l.captured {
			c.declare(l, c.slots[i])
		}
	}
	if p.argName != nil {
		c.declare(p.argName, c.argTable())
	}
}

// argTable is what vararg functions of Lua 5.0 found in "arg".
func (c *Call) argTable() *Table {
	t := c.M.NewTable(len(c.Args))
	for i, v := range c.Args {
		c.M.SetInt(t, i+1, v)
	}
	c.M.Set(t, "n", number(float64(len(c.Args))))
	return t
}

// declare begins a variable.
func (c *Call) declare(l *local, v Value) {
	if l.captured {
		c.M.Alloc(sizeCell)
		v = &cell{v}
	}
	c.slots[l.slot] = v
}

// store writes a variable that has begun.
func (c *Call) store(l *local, v Value) {
	if l.captured {
		c.slots[l.slot].(*cell).v = v
		return
	}
	c.slots[l.slot] = v
}

// closure makes a function, with the variables that it captures.
func (c *Call) closure(p *proto) *Function {
	const sizeFunction = 96
	c.M.Alloc(sizeFunction + 8*len(p.ups))
	f := &Function{proto: p}
	if len(p.ups) > 0 {
		f.up = make([]*cell, len(p.ups))
	}
	for i, u := range p.ups {
		if u.own != nil {
			f.up[i] = c.slots[u.own.slot].(*cell)
		} else {
			f.up[i] = c.fn.up[u.up]
		}
	}
	return f
}

// evaluate pushes the values of a list, as many as are wanted; -1: as many as
// there are.
func (c *Call) evaluate(list []*expr, want int) {
	m := c.M
	base := len(m.stack)
	last := len(list) - 1
	for i, e := range list {
		if i == last && e.all != nil && want != last+1 {
			e.all(c)
			break
		}
		v := e.get(c)
		m.stack = append(m.stack, v)
	}
	if want < 0 {
		return
	}
	for len(m.stack) < base+want {
		m.stack = append(m.stack, nil)
	}
	m.stack = m.stack[:base+want]
}
