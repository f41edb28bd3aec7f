package lua

// statement reads one statement.
func (p *parser) statement() func(c *Call) signal {
	line := p.line
	switch p.tok {
	case tokenIf:
		return p.ifStatement(line)
	case tokenWhile:
		return p.whileStatement(line)
	case tokenDo:
		p.next()
		body := p.block()
		p.expectMatch(tokenEndWord, tokenDo, line)
		return func(c *Call) signal { return run(body, c) }
	case tokenFor:
		return p.forStatement(line)
	case tokenRepeat:
		return p.repeatStatement(line)
	case tokenFunction:
		return p.functionStatement(line)
	case tokenLocal:
		p.next()
		if p.accept(tokenFunction) {
			return p.localFunction(line)
		}
		return p.localStatement()
	case tokenReturn:
		return p.returnStatement()
	case tokenBreak:
		p.next()
		if p.fn.loops == 0 {
			p.failHere("no loop to break")
		}
		return func(*Call) signal { return breaks }
	}
	return p.expressionStatement()
}

// condition is an expression, and a block behind it.
type condition struct {
	holds func(c *Call) Value // nil: else
	then  []statement
}

func (p *parser) ifStatement(line int) func(c *Call) signal {
	var list []condition
	for p.tok == tokenIf || p.tok == tokenElseif {
		p.next()
		holds := p.expression().get
		p.expect(tokenThen)
		list = append(list, condition{holds, p.block()})
	}
	if p.accept(tokenElse) {
		list = append(list, condition{nil, p.block()})
	}
	p.expectMatch(tokenEndWord, tokenIf, line)
	if len(list) == 1 {
		holds, then := list[0].holds, list[0].then
		return func(c *Call) signal {
			if Truth(holds(c)) {
				return run(then, c)
			}
			return normal
		}
	}
	return func(c *Call) signal {
		for i := range list {
			if list[i].holds == nil || Truth(list[i].holds(c)) {
				return run(list[i].then, c)
			}
		}
		return normal
	}
}

func (p *parser) functionStatement(line int) func(c *Call) signal {
	p.next()
	target := p.variable(p.name())
	for p.tok == '.' {
		target = p.field(target)
	}
	method := p.tok == ':'
	if method {
		target = p.field(target)
	}
	body := p.function(method, line)
	return p.assign(target, body.get)
}

func (p *parser) localFunction(line int) func(c *Call) signal {
	l := p.declare(p.name())
	body := p.function(false, line).get
	return func(c *Call) signal {
		c.declare(l, nil) // first, so that the function can call itself
		c.store(l, body(c))
		return normal
	}
}

func (p *parser) localStatement() func(c *Call) signal {
	names := []string{p.name()}
	for p.accept(',') {
		names = append(names, p.name())
	}
	var list []*expr
	if p.accept('=') {
		list = p.expressions()
	}
	vars := make([]*local, len(names))
	for i, n := range names {
		vars[i] = p.declare(n)
	}
	if len(vars) == 1 && len(list) == 1 {
		l, get := vars[0], list[0].get
		return func(c *Call) signal {
			c.declare(l, get(c))
			return normal
		}
	}
	return func(c *Call) signal {
		m := c.M
		base := len(m.stack)
		c.evaluate(list, len(vars))
		for i, l := range vars {
			c.declare(l, m.stack[base+i])
		}
		m.stack = m.stack[:base]
		return normal
	}
}

func (p *parser) returnStatement() func(c *Call) signal {
	p.next()
	if p.endsBlock() || p.tok == ';' {
		return func(c *Call) signal {
			c.M.rets = c.M.rets[:0]
			return returns
		}
	}
	list := p.expressions()
	if len(list) == 1 {
		if call := list[0].call; call != nil {
			return func(c *Call) signal {
				c.tailFn, c.tailBase, c.tailSite = call(c)
				return tails
			}
		}
		if list[0].all == nil {
			get := list[0].get
			return func(c *Call) signal {
				v := get(c)
				c.M.rets = append(c.M.rets[:0], v)
				return returns
			}
		}
	}
	return func(c *Call) signal {
		m := c.M
		base := len(m.stack)
		c.evaluate(list, -1)
		m.rets = append(m.rets[:0], m.stack[base:]...)
		m.stack = m.stack[:base]
		return returns
	}
}

// expressionStatement is a call or an assignment.
func (p *parser) expressionStatement() func(c *Call) signal {
	e := p.suffixed()
	if e.call != nil {
		get := e.get
		return func(c *Call) signal {
			get(c)
			return normal
		}
	}
	targets := []*expr{e}
	for {
		if !targets[len(targets)-1].assignable() {
			p.failHere("syntax error")
		}
		if !p.accept(',') {
			break
		}
		targets = append(targets, p.suffixed())
	}
	p.expect('=')
	list := p.expressions()
	if len(targets) == 1 && len(list) == 1 {
		return p.assign(e, list[0].get)
	}
	return p.assignAll(targets, list)
}

// assign writes one value to one variable.
func (p *parser) assign(target *expr, value func(c *Call) Value) func(c *Call) signal {
	if target.kind != isField {
		return func(c *Call) signal {
			c.write(target, nil, nil, value(c))
			return normal
		}
	}
	obj, key := target.obj.get, target.key.get
	return func(c *Call) signal {
		o := obj(c)
		k := key(c)
		c.write(target, o, k, value(c))
		return normal
	}
}

// assignAll evaluates everything before it writes anything.
func (p *parser) assignAll(targets, list []*expr) func(c *Call) signal {
	return func(c *Call) signal {
		m := c.M
		base := len(m.stack)
		for _, t := range targets {
			var o, k Value
			if t.kind == isField {
				o = t.obj.get(c)
				k = t.key.get(c)
			}
			m.stack = append(m.stack, o, k)
		}
		values := len(m.stack)
		c.evaluate(list, len(targets))
		for i := len(targets) - 1; i >= 0; i-- {
			at := base + 2*i
			c.write(targets[i], m.stack[at], m.stack[at+1], m.stack[values+i])
		}
		m.stack = m.stack[:base]
		return normal
	}
}
