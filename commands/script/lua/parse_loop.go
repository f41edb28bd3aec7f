package lua

// loop reads the block of a loop.
func (p *parser) loop() []statement {
	p.fn.loops++
	body := p.block()
	p.fn.loops--
	return body
}

func (p *parser) whileStatement(line int) func(c *Call) signal {
	p.next()
	holds := p.expression().get
	p.expect(tokenDo)
	weight := p.weight
	body := p.loop()
	p.expectMatch(tokenEndWord, tokenWhile, line)
	return func(c *Call) signal {
		for Truth(holds(c)) {
			c.M.Step(weight)
			if sig := run(body, c); sig == breaks {
				break
			} else if sig != normal {
				return sig
			}
		}
		return normal
	}
}

func (p *parser) repeatStatement(line int) func(c *Call) signal {
	p.next()
	visible := len(p.fn.active)
	p.fn.loops++
	body := p.statements()
	p.fn.loops--
	p.expectMatch(tokenUntil, tokenRepeat, line)
	p.weight = 1
	until := p.expression().get // it sees the variables of the block
	p.fn.active = p.fn.active[:visible]
	weight := p.weight
	return func(c *Call) signal {
		for {
			if sig := run(body, c); sig == breaks {
				return normal
			} else if sig != normal {
				return sig
			}
			c.M.Step(weight)
			if Truth(until(c)) {
				return normal
			}
		}
	}
}

func (p *parser) forStatement(line int) func(c *Call) signal {
	p.next()
	name := p.name()
	switch p.tok {
	case '=':
		return p.numericFor(name, line)
	case ',', tokenIn:
		return p.genericFor(name, line)
	}
	p.failHere("'=' or 'in' expected")
	return nil
}

func (p *parser) numericFor(name string, line int) func(c *Call) signal {
	p.next()
	from := p.expression().get
	p.expect(',')
	to := p.expression().get
	by := func(*Call) Value { return 1.0 }
	if p.accept(',') {
		by = p.expression().get
	}
	p.expect(tokenDo)
	visible := len(p.fn.active)
	v := p.declare(name)
	body := p.loop()
	p.fn.active = p.fn.active[:visible]
	p.expectMatch(tokenEndWord, tokenFor, line)
	return func(c *Call) signal {
		i, limit, step := c.forBounds(from(c), to(c), by(c), line)
		for ; step > 0 && i <= limit || step <= 0 && i >= limit; i += step {
			c.M.Step(1)
			c.declare(v, number(i))
			if sig := run(body, c); sig == breaks {
				break
			} else if sig != normal {
				return sig
			}
		}
		return normal
	}
}

func (c *Call) forBounds(from, to, by Value, line int) (i, limit, step float64) {
	c.line = line
	i, ok := toNumber(from)
	if !ok {
		c.M.raisef("'for' initial value must be a number")
	}
	if limit, ok = toNumber(to); !ok {
		c.M.raisef("'for' limit must be a number")
	}
	if step, ok = toNumber(by); !ok {
		c.M.raisef("'for' step must be a number")
	}
	return i, limit, step
}

func (p *parser) genericFor(name string, line int) func(c *Call) signal {
	names := []string{name}
	for p.accept(',') {
		names = append(names, p.name())
	}
	p.expect(tokenIn)
	at := p.line
	list := p.expressions()
	p.expect(tokenDo)
	visible := len(p.fn.active)
	vars := make([]*local, len(names))
	for i, n := range names {
		vars[i] = p.declare(n)
	}
	body := p.loop()
	p.fn.active = p.fn.active[:visible]
	p.expectMatch(tokenEndWord, tokenFor, line)
	return func(c *Call) signal {
		m := c.M
		base := len(m.stack)
		c.evaluate(list, 3)
		w := walk{fn: m.stack[base], over: m.stack[base+1], key: m.stack[base+2]}
		m.stack = m.stack[:base]
		for {
			m.Step(1)
			c.line = at
			values := w.next(c)
			if first(values) == nil {
				return normal
			}
			w.key = values[0]
			for i, v := range vars {
				var value Value
				if i < len(values) {
					value = values[i]
				}
				c.declare(v, value)
			}
			if sig := run(body, c); sig == breaks {
				return normal
			} else if sig != normal {
				return sig
			}
		}
	}
}

// walk is a generic for at work.
type walk struct {
	fn, over, key Value
	pair          [2]Value
}

// next calls the iterator; the one of pairs() needs no call.
func (w *walk) next(c *Call) []Value {
	if t, ok := w.over.(*Table); ok && w.fn == Value(nextFunction) {
		k, v, ok := t.Next(w.key)
		if !ok {
			c.M.raisef("invalid key to 'next'")
		}
		w.pair = [2]Value{k, v}
		return w.pair[:]
	}
	m := c.M
	base := len(m.stack)
	m.stack = append(m.stack, w.over, w.key)
	return m.callAt(w.fn, base, &site{})
}
