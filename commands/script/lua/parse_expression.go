package lua

// exprKind says what an expression names, for assignments and errors.
type exprKind int

const (
	isValue exprKind = iota
	isConstant
	isLocal
	isUpvalue
	isGlobal
	isField
)

// expr is a compiled expression.
type expr struct {
	kind  exprKind
	get   func(c *Call) Value // its (first) value
	all   func(c *Call)       // of a call and of "...": pushes all its values
	call  func(c *Call) (fn Value, base int, at *site)
	depth int
	line  int

	local    *local  // isLocal
	up       int     // isUpvalue
	name     string  // of a variable or a field whose name is known
	constant Value   // isConstant
	obj, key *expr   // isField
	parts    []*expr // of a concatenation
}

func (e *expr) assignable() bool { return e.kind >= isLocal }

// words of the kinds, as errors have them.
var kindWords = map[exprKind]string{isLocal: "local", isUpvalue: "upvalue", isGlobal: "global", isField: "field"}

// describe says what an error is about: "local 'x' (a nil value)". A field whose
// key is no name in the program is called '?'.
func (e *expr) describe(v Value) string {
	kind := "a " + TypeName(v) + " value"
	name := e.name
	if e.kind == isField && name == "" {
		name = "?"
	}
	if word := kindWords[e.kind]; word != "" && name != "" {
		return word + " '" + name + "' (" + kind + ")"
	}
	return kind
}

// node finishes an expression: it counts a step, and for the depth of stacks.
func (p *parser) node(e *expr, parts ...*expr) *expr {
	for _, part := range parts {
		e.depth = max(e.depth, part.depth)
	}
	e.depth++
	e.line = p.lastLine
	p.weight++
	p.grow()
	p.deeper(e.depth)
	return e
}

func (p *parser) constant(v Value) *expr {
	return p.node(&expr{kind: isConstant, constant: v, get: func(*Call) Value { return v }})
}

// expressions reads a list of at least one.
func (p *parser) expressions() []*expr {
	list := []*expr{p.expression()}
	for p.accept(',') {
		list = append(list, p.expression())
	}
	return list
}

func (p *parser) expression() *expr { return p.operation(0) }

// operators of two sides: how strongly they bind on their left and right.
var operators = map[token]struct{ left, right int }{
	tokenOr: {1, 1}, tokenAnd: {2, 2},
	'<': {3, 3}, '>': {3, 3}, tokenLe: {3, 3}, tokenGe: {3, 3}, tokenNe: {3, 3}, tokenEq: {3, 3},
	tokenConcat: {5, 4}, '+': {6, 6}, '-': {6, 6}, '*': {7, 7}, '/': {7, 7}, '%': {7, 7}, '^': {10, 9},
}

// unary operators bind like this.
const unaryBinding = 8

// operation reads operators that bind more strongly than limit.
func (p *parser) operation(limit int) *expr {
	p.enter()
	defer p.leave()
	var e *expr
	if op := p.tok; op == tokenNot || op == '-' || op == '#' {
		p.next()
		e = p.unary(op, p.operation(unaryBinding))
	} else {
		e = p.simple()
	}
	for {
		op := p.tok
		binding, ok := operators[op]
		if !ok || binding.left <= limit {
			return e
		}
		p.next()
		e = p.binary(op, e, p.operation(binding.right))
	}
}

func (p *parser) simple() *expr {
	switch p.tok {
	case tokenNumber:
		e := p.constant(number(p.num))
		p.next()
		return e
	case tokenString:
		e := p.constant(p.str)
		p.next()
		return e
	case tokenNil:
		p.next()
		return p.constant(nil)
	case tokenTrue, tokenFalse:
		e := p.constant(p.tok == tokenTrue)
		p.next()
		return e
	case tokenDots:
		if !p.fn.vararg {
			p.failHere("cannot use '...' outside a vararg function")
		}
		p.fn.dots = true
		p.next()
		return p.node(&expr{
			get: func(c *Call) Value { return first(c.Args) },
			all: func(c *Call) {
				c.M.Step(len(c.Args) / 4)
				c.M.stack = append(c.M.stack, c.Args...)
			},
		})
	case '{':
		return p.table()
	case tokenFunction:
		line := p.line
		p.next()
		return p.function(false, line)
	}
	return p.suffixed()
}

// suffixed reads a name or a bracket, and what hangs behind it.
func (p *parser) suffixed() *expr {
	e := p.primary()
	for {
		switch p.tok {
		case '.':
			e = p.field(e)
		case '[':
			p.next()
			key := p.expression()
			p.expect(']')
			e = p.index(e, key)
		case ':':
			p.next()
			e = p.arguments(e, p.name())
		case '(', tokenString, '{':
			e = p.arguments(e, "")
		default:
			return e
		}
	}
}

func (p *parser) primary() *expr {
	switch p.tok {
	case tokenName:
		return p.variable(p.name())
	case '(':
		line := p.line
		p.next()
		inner := p.expression()
		p.expectMatch(')', '(', line)
		return p.node(&expr{get: inner.get}, inner) // one value, and no variable
	}
	p.failHere("unexpected symbol")
	return nil
}

// variable finds out what a name stands for.
func (p *parser) variable(name string) *expr {
	if l := p.fn.find(name); l != nil {
		slot := l.slot
		return p.node(&expr{kind: isLocal, local: l, name: name, get: func(c *Call) Value {
			if l.captured {
				return c.slots[slot].(*cell).v
			}
			return c.slots[slot]
		}})
	}
	if up := p.capture(p.fn, name); up >= 0 {
		return p.node(&expr{kind: isUpvalue, up: up, name: name, get: func(c *Call) Value { return c.fn.up[up].v }})
	}
	e := &expr{kind: isGlobal, name: name}
	var key Value = name
	e.get = func(c *Call) Value {
		if v := c.M.Globals.Get(key); v != nil {
			return v
		}
		return c.index(c.M.Globals, key, nil, e.line)
	}
	return p.node(e)
}

// field reads ".name", or ":name" of a function's own name.
func (p *parser) field(obj *expr) *expr {
	p.next()
	return p.index(obj, p.constant(p.name()))
}

func (p *parser) index(obj, key *expr) *expr {
	e := &expr{kind: isField, obj: obj, key: key}
	if s, ok := key.constant.(string); ok {
		e.name = s
	}
	o, k := obj.get, key.get
	e.get = func(c *Call) Value {
		value := o(c)
		key := k(c)
		if t, ok := value.(*Table); ok {
			if v := t.Get(key); v != nil || t.meta == nil {
				return v
			}
		}
		return c.index(value, key, obj, e.line)
	}
	return p.node(e, obj, key)
}

// item is a part of a constructor; those of the list have no key.
type item struct{ key, value *expr }

// table reads a constructor.
func (p *parser) table() *expr {
	line := p.line
	p.expect('{')
	var items []item
	var parts []*expr
	for p.tok != '}' {
		var it item
		switch {
		case p.tok == tokenName && p.peek() == '=':
			it.key = p.constant(p.name())
		case p.tok == '[':
			p.next()
			it.key = p.expression()
			p.expect(']')
		}
		if it.key != nil {
			p.expect('=')
			parts = append(parts, it.key)
		}
		it.value = p.expression()
		items, parts = append(items, it), append(parts, it.value)
		if !p.accept(',') && !p.accept(';') {
			break
		}
	}
	p.expectMatch('}', '{', line)
	e := &expr{}
	e.get = func(c *Call) Value { return c.construct(items, e.line) }
	return p.node(e, parts...)
}

// function reads parameters and body.
func (p *parser) function(method bool, line int) *expr {
	weight := p.weight
	p.open(line)
	if method {
		p.fn.params = append(p.fn.params, p.declare("self"))
	}
	p.expect('(')
	p.parameters()
	p.expect(')')
	p.fn.body = p.block()
	p.expectMatch(tokenEndWord, tokenFunction, line)
	if p.fn.dots {
		p.fn.argName = nil
	}
	proto := p.close()
	p.weight = weight
	return p.node(&expr{get: func(c *Call) Value { return c.closure(proto) }})
}

func (p *parser) parameters() {
	if p.tok == ')' {
		return
	}
	for {
		if p.accept(tokenDots) {
			p.fn.vararg = true
			p.fn.argName = p.declare("arg")
			return
		}
		if p.tok != tokenName {
			p.failHere("<name> or '...' expected")
		}
		p.fn.params = append(p.fn.params, p.declare(p.name()))
		if !p.accept(',') {
			return
		}
	}
}

// arguments reads those of a call; method is the name behind a colon, or "".
func (p *parser) arguments(fn *expr, method string) *expr {
	line := p.line
	var list []*expr
	switch p.tok {
	case '(':
		if line != p.lastLine {
			p.failHere("ambiguous syntax (function call x new statement)")
		}
		p.next()
		if p.tok != ')' {
			list = p.expressions()
		}
		p.expectMatch(')', '(', line)
	case '{':
		list = []*expr{p.table()}
	case tokenString:
		list = []*expr{p.constant(p.str)}
		p.next()
	default:
		p.failHere("function arguments expected")
	}
	return p.invocation(fn, method, list, line)
}

// invocation compiles a call.
func (p *parser) invocation(fn *expr, method string, list []*expr, line int) *expr {
	at := &site{fn: fn, name: fn.name, method: method != ""}
	if method != "" {
		at.name = method
	}
	var key Value = method
	e := &expr{}
	e.call = func(c *Call) (Value, int, *site) {
		m := c.M
		f := fn.get(c)
		base := len(m.stack)
		if method != "" {
			m.stack = append(m.stack, f)
			f = c.index(f, key, fn, line)
		}
		c.evaluate(list, -1)
		c.line = line
		return f, base, at
	}
	e.get = func(c *Call) Value { return first(c.M.callAt(e.call(c))) }
	e.all = func(c *Call) {
		values := c.M.callAt(e.call(c))
		c.M.stack = append(c.M.stack, values...)
	}
	return p.node(e, append([]*expr{fn}, list...)...)
}
