package lua

import (
	"iter"
	"slices"
)

// Thread is a coroutine. It has a stack of its own, ours and Go's: iter.Pull
// gives it one without a second thread of execution.
type Thread struct {
	fn     Value
	status string
	by     *Thread // who has resumed it

	in, out []Value // what is handed over
	failed  *Error
	resume  func() (struct{}, bool)
	stop    func()
	yield   func(struct{}) bool

	stack   []Value
	top     *Call
	own     depths // of what it has under way
	base    depths // where it was resumed
	counted int    // bytes of its stacks
	serial  int
}

// killed unwinds a coroutine that is given up.
type killed struct{}

// sizeThread is what a coroutine takes at least: two stacks.
const sizeThread = 12 << 10

var coroutineLibrary = Library(map[string]func(c *Call){
	"create": coroutineCreate, "resume": coroutineResume, "running": coroutineRunning,
	"status": coroutineStatus, "wrap": coroutineWrap, "yield": coroutineYield,
}, nil)

// newThread makes a coroutine of a function.
func (c *Call) newThread() *Thread {
	m := c.M
	fn := c.Func(1)
	if fn.native != nil {
		c.ArgError(1, "Lua function expected")
	}
	m.Alloc(sizeThread)
	t := &Thread{fn: fn, status: "suspended"}
	m.threads = append(m.threads, t)
	return t
}

// start gives it its stack when it is first resumed.
func (m *Machine) start(t *Thread) {
	t.resume, t.stop = iter.Pull(func(yield func(struct{}) bool) {
		defer func() {
			switch r := recover().(type) {
			case nil, killed:
			case *Error:
				t.failed = r
			default:
				panic(r)
			}
			t.status = "dead"
		}()
		t.yield = yield
		t.out = slices.Clone(m.call(t.fn, t.in, nil))
	})
}

// kill ends a coroutine that nobody will resume any more.
func (t *Thread) kill() {
	if t.stop != nil && t.status != "dead" {
		t.stop()
	}
}

// depths are how deep calls go, in a coroutine or in all.
type depths struct{ calls, natives, depth int }

// switchTo runs a coroutine until it yields, ends or fails. What it has under
// way counts for how deep calls may go.
func (m *Machine) switchTo(t *Thread, args []Value) ([]Value, *Error) {
	if t.status != "suspended" {
		return nil, &Error{Value: "cannot resume " + t.status + " coroutine"}
	}
	if m.natives+t.own.natives >= maxNatives {
		m.raisef("C stack overflow")
	}
	m.setAside("normal")
	t.by, m.thread = m.thread, t
	stack, top := m.stack, m.top
	base := depths{m.calls, m.natives, m.depth}
	m.stack, m.top = t.stack, t.top
	m.calls, m.natives, m.depth = base.calls+t.own.calls, base.natives+t.own.natives+1, base.depth+t.own.depth
	t.in, t.status, t.base = args, "running", base
	if t.resume == nil {
		m.start(t)
	}
	t.resume()
	t.stack, t.top = m.stack, m.top
	m.stack, m.top = stack, top
	m.calls, m.natives, m.depth = base.calls, base.natives, base.depth
	if m.thread = t.by; m.thread != nil {
		m.thread.status = "running"
	}
	if err := t.failed; err != nil {
		t.failed = nil
		if err.Limit {
			panic(err)
		}
		return nil, err
	}
	return t.out, nil
}

// setAside notes what the running coroutine, if it is one, has under way, and
// counts its stacks: others will run beside it.
func (m *Machine) setAside(status string) {
	t := m.thread
	if t == nil {
		return
	}
	t.own = depths{m.calls - t.base.calls, max(m.natives-t.base.natives-1, 0), m.depth - t.base.depth}
	const perDepth = 256 // bytes of Go's stack
	if size := perDepth*t.own.depth + sizeValue*len(m.stack); size > t.counted {
		m.Alloc(size - t.counted)
		t.counted = size
	}
	t.status = status
}

func coroutineCreate(c *Call) { c.Return(c.newThread()) }

func coroutineResume(c *Call) {
	t, ok := c.Arg(1).(*Thread)
	if !ok {
		c.ArgError(1, "coroutine expected")
	}
	results, err := c.M.switchTo(t, slices.Clone(c.Args[1:]))
	if err != nil {
		c.Return(false, err.Value)
		return
	}
	c.Return(append([]Value{true}, results...)...)
}

func coroutineWrap(c *Call) {
	t := c.newThread()
	c.Return(Native(func(c *Call) {
		results, err := c.M.switchTo(t, slices.Clone(c.Args))
		if err != nil {
			if s, ok := toString(err.Value); ok {
				err.Value = c.M.Where(1) + s
			}
			c.Throw(err.Value)
		}
		c.Return(results...)
	}))
}

func coroutineYield(c *Call) {
	t := c.M.thread
	if t == nil {
		c.M.raisef("attempt to yield across metamethod/C-call boundary")
	}
	t.out = slices.Clone(c.Args)
	c.M.setAside("suspended")
	if !t.yield(struct{}{}) {
		panic(killed{})
	}
	c.Return(t.in...)
}

func coroutineStatus(c *Call) {
	t, ok := c.Arg(1).(*Thread)
	if !ok {
		c.ArgError(1, "coroutine expected")
	}
	c.Return(t.status)
}

func coroutineRunning(c *Call) {
	if c.M.thread == nil {
		c.Return(nil)
		return
	}
	c.Return(c.M.thread)
}
