package session

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"coordd/commands"
	"coordd/resp"
	"coordd/ring"
	"coordd/store"
)

var (
	errUnavailable = errors.New("no leader")
	errLost        = errors.New("leader lost")
)

// memoryLog is a Log without a cluster: what is proposed is applied at once.
type memoryLog struct {
	engine *commands.Engine

	mu       sync.Mutex // guards all below
	index    uint64
	proposed []int // the sizes of the proposals so far
	reads    int   // how often ReadIndex was called
	fail     error // what both methods return
	hang     bool  // both wait until their context ends
}

const testNow = 1_000_000

// rigID is the number of a rig's own connection, apart from those that a
// resp.Server counts from 1.
const rigID = 1000

func (l *memoryLog) Propose(ctx context.Context, cmds [][]byte) ([][]byte, error) {
	if l.isHanging() {
		<-ctx.Done()
		return nil, errLost
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.proposed = append(l.proposed, len(cmds))
	if l.fail != nil {
		return nil, l.fail
	}
	l.index++
	return l.engine.Apply(l.index, testNow, cmds), nil
}

func (l *memoryLog) ReadIndex(ctx context.Context) (int64, error) {
	if l.isHanging() {
		<-ctx.Done()
		return 0, ctx.Err()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.reads++
	return testNow, l.fail
}

func (l *memoryLog) isHanging() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.hang
}

// memoryWire is a connection without a network.
type memoryWire struct {
	out           []byte
	waiting       int // bytes written since the last flush
	most          int // the most that ever waited
	closing       bool
	authenticated bool
	gone          chan struct{}
}

func (w *memoryWire) Write(p []byte) {
	w.out = append(w.out, p...)
	w.waiting += len(p)
	w.most = max(w.most, w.waiting)
}
func (w *memoryWire) Flush() error            { w.waiting = 0; return nil }
func (w *memoryWire) CloseAfterFlush()        { w.closing = true }
func (w *memoryWire) SetAuthenticated(b bool) { w.authenticated = b }
func (w *memoryWire) SetSubscriber(bool)      {}
func (w *memoryWire) Gone() <-chan struct{}   { return w.gone }

// localCommands stand in for those of commands/admin.
var localCommands = commands.Group{Name: "connection", Specs: []commands.Spec{
	{Name: "ping", Arity: -1, Flags: commands.Fast, Since: "1.0.0", Summary: "Answers.", Conn: func(*commands.Client, []string) resp.Reply { return resp.Simple("PONG") }},
	{Name: "select", Arity: 2, Flags: commands.Fast, Since: "1.0.0", Summary: "Turns to a database.", Conn: change(func(s *commands.ClientState, arg string) { s.DB = int(arg[0] - '0') })},
	{Name: "proto", Arity: 2, Flags: commands.Fast, Since: "1.0.0", Summary: "Chooses the protocol.", Conn: change(func(s *commands.ClientState, arg string) { s.Proto = resp.Proto(arg[0] - '0') })},
	{Name: "auth", Arity: 2, Flags: commands.NoAuth | commands.Loading, Since: "1.0.0", Summary: "Lets anybody in.", Conn: change(func(s *commands.ClientState, _ string) { s.Authenticated = true })},
	{Name: "readonly", Arity: 2, Flags: commands.Fast, Since: "3.0.0", Summary: "Lets reads be stale.", Conn: change(func(s *commands.ClientState, _ string) { s.ReadOnly = true })},
	{Name: "quit", Arity: 2, Flags: commands.NoAuth, Since: "1.0.0", Summary: "Ends the connection.", Conn: change(func(s *commands.ClientState, _ string) { s.Closing = true })},
	{Name: "fails", Arity: 1, Since: "1.0.0", Summary: "Fails.", Conn: func(*commands.Client, []string) resp.Reply { return resp.Error("ERR failed") }},
	{Name: "client", Arity: -2, Since: "1.0.0", Summary: "Has subcommands."},
	{Name: "client|id", Arity: 2, Since: "1.0.0", Summary: "Returns the number.", Conn: func(c *commands.Client, _ []string) resp.Reply { return resp.Int(int64(c.ID())) }},
}}

func change(f func(s *commands.ClientState, arg string)) func(*commands.Client, []string) resp.Reply {
	return func(c *commands.Client, args []string) resp.Reply {
		c.Change(func(s *commands.ClientState) { f(s, args[1]) })
		return resp.OK
	}
}

// rig is a session over groups that live in memory.
type rig struct {
	*Session
	handler *Handler
	wire    *memoryWire
	logs    []*memoryLog

	password string
	notReady bool
}

func newRig(t testing.TB, groups int) *rig {
	t.Helper()
	return newRigWith(t, groups, "")
}

func newRigWith(t testing.TB, groups int, password string, more ...commands.Group) *rig {
	t.Helper()
	return newRigOf(t, groups, password, more...)
}

// newRigOf has further commands.
func newRigOf(t testing.TB, groups int, password string, more ...commands.Group) *rig {
	t.Helper()
	r := &rig{wire: &memoryWire{gone: make(chan struct{})}, password: password}
	table := commands.NewTable(append(more, commands.Strings, commands.Generic, commands.Coordination, commands.Server, Transactions(), localCommands)...)
	cfg := Config{
		Table: table, Clients: NewClients(),
		Unavailable: errUnavailable, RequestTimeout: 10 * time.Second, MaxCommand: 1000,
		Password: func() string { return r.password },
		Ready:    func() bool { return !r.notReady },
	}
	for range groups {
		log := &memoryLog{engine: commands.NewEngine(table, store.New(ring.SlotOf))}
		r.logs = append(r.logs, log)
		cfg.Groups = append(cfg.Groups, Group{Log: log, Engine: log.engine})
	}
	shares := ring.New(groups)
	cfg.Owner = func(slot uint16) int { return shares.Owner(slot) - 1 }
	h, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	r.handler = h
	r.Session = h.open(r.wire, commands.NewClient(commands.ClientConfig{
		ID: rigID, Created: time.UnixMilli(testNow), Authenticated: password == "",
	}))
	return r
}

// serve gives the session one pipeline, a command a line, and returns the
// replies as they are on the wire, with "|" for each end of a line.
func (r *rig) serve(pipeline string) string {
	var cmds []resp.Command
	for line := range strings.Lines(pipeline) {
		if args := strings.Fields(line); len(args) > 0 {
			cmds = append(cmds, resp.Command{Args: args})
		}
	}
	r.wire.out = nil
	r.Serve(cmds)
	return strings.ReplaceAll(string(r.wire.out), "\r\n", "|")
}

// expect serves a pipeline and compares the replies.
func (r *rig) expect(t testing.TB, pipeline, want string) {
	t.Helper()
	if got := r.serve(pipeline); got != want {
		t.Errorf("%q:\n got %s\nwant %s", pipeline, got, want)
	}
}
