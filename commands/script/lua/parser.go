package lua

import "fmt"

// Limits of Lua's own compiler, which bound what a source can make us do.
const (
	maxLevels   = 200     // of syntax
	maxLocals   = 200     // of a function
	maxUpvalues = 60      // of a function
	maxNodes    = 200_000 // expressions and statements, of a program
)

// proto is a function as it was written. It is not changed once it is there,
// and may be run by several machines at once.
type proto struct {
	source  string
	line    int
	params  []*local
	vararg  bool
	argName *local // the table "arg" of Lua 5.0, where the function may want it
	dots    bool   // uses "...", and so has no "arg"
	slots   int
	ups     []capture
	body    []statement
	depth   int // how deep Go's stack gets in it, in calls
}

// local is a variable of a function.
type local struct {
	name     string
	slot     int
	captured bool // lives in a cell
}

// capture says where a new closure finds one of its variables.
type capture struct {
	name string
	own  *local // of the function around it, or
	up   int    // what that one has captured itself
}

// signal is how a statement ended.
type signal int

const (
	normal signal = iota
	breaks
	returns
	tails // returns what Call.tailFn does with the arguments from Call.tailBase
)

// statement is one compiled statement.
type statement struct {
	run    func(c *Call) signal
	weight int // how many steps it counts for, what lies in its blocks apart
}

// parser turns a source into protos.
type parser struct {
	scanner
	fn     *function
	weight int // of the statement at hand
	level  int
	nodes  int // expressions and statements so far
}

// function is a proto that is being read.
type function struct {
	*proto
	outer  *function
	active []*local
	loops  int
	level  int // at its beginning
}

// Compile reads a program. source is its name, "@" before that of a file. An
// error is a *SyntaxError.
func Compile(src, source string) (p *Program, err error) {
	ps := &parser{scanner: scanner{src: src, source: source, line: 1}}
	defer func() {
		switch r := recover().(type) {
		case nil:
		case syntaxError:
			err = &SyntaxError{r.text}
		default:
			panic(r)
		}
	}()
	ps.open(0)
	ps.fn.vararg, ps.fn.dots = true, true
	ps.next()
	ps.fn.body = ps.block()
	if ps.tok != tokenEnd {
		ps.expected(tokenEnd)
	}
	return &Program{ps.close(), ps.nodes}, nil
}

// Program is a compiled source. It may be run by several machines at once.
type Program struct {
	main *proto
	size int
}

// Size is how many parts the program has. Each takes some hundred bytes.
func (p *Program) Size() int { return p.size }

// SyntaxError says why a source is none.
type SyntaxError struct{ Text string }

// Error implements error.
func (e *SyntaxError) Error() string { return e.Text }

// open begins a function.
func (p *parser) open(line int) {
	p.fn = &function{proto: &proto{source: p.source, line: line}, outer: p.fn, level: p.level}
}

// close ends it.
func (p *parser) close() *proto {
	done := p.fn
	p.fn = done.outer
	return done.proto
}

// deeper notes how deep Go's stack gets.
func (p *parser) deeper(depth int) {
	p.fn.depth = max(p.fn.depth, p.level-p.fn.level+depth)
}

// enter goes one level of syntax down.
func (p *parser) enter() {
	p.level++
	if p.level > maxLevels {
		p.fail("chunk has too many syntax levels", "")
	}
}

func (p *parser) leave() { p.level-- }

// grow counts a part of the program.
func (p *parser) grow() {
	if p.nodes++; p.nodes > maxNodes {
		p.fail("function or expression too complex", "")
	}
}

func (p *parser) expected(t token) {
	p.failHere(fmt.Sprintf("'%s' expected", t.text()))
}

// accept passes a token if it is the present one.
func (p *parser) accept(t token) bool {
	if p.tok != t {
		return false
	}
	p.next()
	return true
}

func (p *parser) expect(t token) {
	if !p.accept(t) {
		p.expected(t)
	}
}

// expectMatch demands the token that ends what began in a line.
func (p *parser) expectMatch(what, begun token, line int) {
	switch {
	case p.accept(what):
	case line == p.line:
		p.expected(what)
	default:
		p.failHere(fmt.Sprintf("'%s' expected (to close '%s' at line %d)", what.text(), begun.text(), line))
	}
}

func (p *parser) name() string {
	if p.tok != tokenName {
		p.expected(tokenName)
	}
	s := p.str
	p.next()
	return s
}

// declare makes a local variable visible.
func (p *parser) declare(name string) *local {
	fn := p.fn
	if len(fn.active) >= maxLocals {
		p.tooMany(fn, maxLocals, "local variables")
	}
	l := &local{name: name, slot: len(fn.active)}
	fn.active = append(fn.active, l)
	fn.slots = max(fn.slots, len(fn.active))
	return l
}

func (p *parser) tooMany(fn *function, limit int, what string) {
	where := "main function"
	if fn.line > 0 {
		where = fmt.Sprintf("function at line %d", fn.line)
	}
	p.fail(fmt.Sprintf("%s has more than %d %s", where, limit, what), "")
}

// find is the innermost variable of a name in a function, or nil.
func (fn *function) find(name string) *local {
	for i := len(fn.active) - 1; i >= 0; i-- {
		if fn.active[i].name == name {
			return fn.active[i]
		}
	}
	return nil
}

// capture finds a variable of the functions around fn, or -1.
func (p *parser) capture(fn *function, name string) int {
	for i, u := range fn.ups {
		if u.name == name {
			return i
		}
	}
	if fn.outer == nil {
		return -1
	}
	c := capture{name: name}
	if l := fn.outer.find(name); l != nil {
		l.captured = true
		c.own = l
	} else if c.up = p.capture(fn.outer, name); c.up < 0 {
		return -1
	}
	if len(fn.ups) >= maxUpvalues {
		p.tooMany(fn, maxUpvalues, "upvalues")
	}
	fn.ups = append(fn.ups, c)
	return len(fn.ups) - 1
}

// block reads statements up to a word that ends them.
func (p *parser) block() []statement {
	visible, weight := len(p.fn.active), p.weight
	list := p.statements()
	p.fn.active, p.weight = p.fn.active[:visible], weight
	return list
}

// statements is a block whose variables stay visible.
func (p *parser) statements() []statement {
	var list []statement
	for !p.endsBlock() {
		last := p.tok == tokenReturn || p.tok == tokenBreak
		p.enter()
		p.grow()
		p.weight = 1
		run := p.statement()
		p.leave()
		p.accept(';')
		list = append(list, statement{run, p.weight})
		if last {
			break
		}
	}
	return list
}

func (p *parser) endsBlock() bool {
	switch p.tok {
	case tokenElse, tokenElseif, tokenEndWord, tokenEnd, tokenUntil:
		return true
	}
	return false
}

// run executes a block.
func run(block []statement, c *Call) signal {
	for i := range block {
		s := &block[i]
		if c.M.steps -= s.weight; c.M.steps < 0 {
			c.M.stop(stepLimitText)
		}
		if sig := s.run(c); sig != normal {
			return sig
		}
	}
	return normal
}
