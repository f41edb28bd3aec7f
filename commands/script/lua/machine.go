package lua

// Limits are what one run of a program may take. All nodes of a cluster must
// have the same, for a program that stops at one stops at all.
type Limits struct {
	// Steps counts statements and the parts of expressions, and what library
	// functions do in proportion to their arguments.
	Steps int
	// Bytes counts what is made, in total, whether or not it is still in use.
	Bytes int
}

// How deep functions may call one another, as in Lua 5.1.
const (
	maxCalls   = 20000   // functions of the program
	maxNatives = 200     // library functions that call back, metamethods, coroutines
	maxDepth   = 300000  // of calls and nested expressions, against Go's stack
	maxStack   = 1 << 20 // values: arguments and variables of all calls
	maxResults = 7990    // of unpack and its like
)

// Machine runs programs, one at a time. After Reset nothing of a program is
// left in it. It is used by one goroutine at a time.
type Machine struct {
	// Globals are what programs see by name. They and all tables in them are
	// read-only for programs; the host fills them.
	Globals *Table
	// Rand gives random numbers below 2^31 to math.random.
	Rand func() int
	// Host is the host's own, for its library functions.
	Host any
	// Kept is what libraries keep during a run of a program.
	Kept map[string]any

	strings *Table // metatable of strings
	steps   int
	bytes   int
	limits  Limits
	serials int
	seed    *uint64 // of math.random, once the program has set it

	stack   []Value // arguments and variables of the calls under way
	rets    []Value // results of the last call, until the next one
	top     *Call
	free    *Call // a list of those that are done
	calls   int
	natives int
	depth   int

	thread  *Thread // that runs, nil: the main program
	threads []*Thread
}

// NewMachine makes a machine with Lua's own libraries.
func NewMachine() *Machine {
	m := &Machine{steps: 1 << 30, bytes: 1 << 30}
	m.openBase()
	return m
}

// Reset makes the machine ready for another program: all that the last one has
// left is let go of. Coroutines that have not ended end now.
func (m *Machine) Reset(limits Limits) {
	for _, t := range m.threads {
		t.kill()
	}
	const keep = 4096
	if cap(m.stack) > keep {
		m.stack = nil
	}
	clear(m.stack[:cap(m.stack)])
	clear(m.rets[:cap(m.rets)])
	m.stack, m.rets = m.stack[:0], m.rets[:0]
	m.limits, m.steps, m.bytes = limits, limits.Steps, limits.Bytes
	m.threads, m.thread, m.top, m.seed, m.Kept = nil, nil, nil, nil, nil
	m.calls, m.natives, m.depth, m.serials = 0, 0, 0, 0
}

// Step counts n steps, and ends the program when it has taken too many.
func (m *Machine) Step(n int) {
	if m.steps -= n; m.steps < 0 {
		m.stop(stepLimitText)
	}
}

// Alloc counts n bytes before they are made, and ends the program when they
// are too many. Making them takes time as well.
func (m *Machine) Alloc(n int) {
	if m.bytes -= n; m.bytes < 0 || n < 0 {
		m.bytes = min(m.bytes, -1)
		m.stop(byteLimitText)
	}
	const perStep = 64
	m.Step(n / perStep)
}

// Used tells what the program has taken so far.
func (m *Machine) Used() Limits {
	return Limits{Steps: m.limits.Steps - m.steps, Bytes: m.limits.Bytes - m.bytes}
}

// Load makes a function of a program.
func (m *Machine) Load(p *Program) *Function { return &Function{proto: p.main} }

// Protect runs f, which uses the machine. An error of Lua's is returned, a limit
// among them; a panic of Go's passes through.
func (m *Machine) Protect(f func()) (failed *Error) {
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *Error:
			failed = r
		default:
			panic(r)
		}
	}()
	f()
	return nil
}

// Call calls a function. The results are valid until the next call. An error is
// a panic, which Protect catches.
func (m *Machine) Call(fn Value, args ...Value) []Value { return m.call(fn, args, nil) }
