package admin

import (
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"coordd/commands"
	"coordd/commands/transcript"
	"coordd/resp"
	"coordd/ring"
	"coordd/store"
)

// testStart is when the node of a rig started; its clock stands a minute later.
var testStart = time.UnixMilli(1_720_000_000_000)

// rig is a node without a network, a cluster or a log. It plays transcripts:
// what the log would carry is applied at once.
type rig struct {
	table  *commands.Table
	engine *commands.Engine
	index  uint64

	clock sync.Mutex // guards now against snapshots that end in the background
	now   time.Time

	clients  map[string]*commands.Client // by name and protocol of the connection
	lastID   uint64
	password string
	blocked  map[uint64]bool
	status   Status
	node     Node

	save    func() error // what SAVE does
	debug   string       // enable-debug-command
	stopped int          // calls of Stop
	killed  []uint64     // connections that were killed
	pauses  []string     // what CLIENT PAUSE and UNPAUSE asked for
	stats   rigStats
}

var _ transcript.Player = (*rig)(nil)

func newRig(t testing.TB) *rig {
	t.Helper()
	r := &rig{
		save: func() error { return nil }, debug: "no",
		node:   Node{Version: "0.1", RunID: "0123456789abcdef0123456789abcdef01234567", Started: testStart, Port: 6379, Ready: true, MaxClients: 10000},
		status: Status{NodeID: "n1", Leads: true, LeaderAddr: "10.0.0.1:6379", Voters: 1, Offset: 42},
	}
	groups, err := Groups(Config{
		Table:    func() *commands.Table { return r.table },
		Clients:  r.openClients,
		Unblock:  func(client uint64, withError bool) bool { return r.blocked[client] },
		Password: func() string { return r.password },
		Cluster:  r,
		Node:     func() Node { return r.node },
		Keys:     func(db int) (keys, expires int) { return r.engine.Keys(db) },
		Read: func(db int, args []string) resp.Reply {
			spec, _ := r.table.Resolve(args)
			return r.engine.View(r.now.UnixMilli(), 1, db, spec, args)
		},
		HasUser:      func(name string) bool { return name == commands.DefaultUser },
		Pauses:       r,
		Statistics:   &r.stats,
		Save:         func() error { return r.save() },
		Stop:         func() { r.stopped++ },
		DebugCommand: func() string { return r.debug },
		Now:          r.time,
	})
	if err != nil {
		t.Fatal(err)
	}
	r.table = commands.NewTable(append(commands.DataGroups(), append(groups, elsewhere)...)...)
	if err := r.Reset(); err != nil {
		t.Fatal(err)
	}
	return r
}

// Status implements Cluster.
func (r *rig) Status() Status { return r.status }

// Pause implements Pauses.
func (r *rig) Pause(d time.Duration, all bool) {
	r.pauses = append(r.pauses, fmt.Sprint(d, all))
}

// Unpause implements Pauses.
func (r *rig) Unpause() { r.pauses = append(r.pauses, "over") }

// rigStats is what INFO tells of commands.
type rigStats struct {
	commands  []commands.CommandStat
	errors    []commands.ErrorStat
	latencies []commands.LatencyStat
}

func (s *rigStats) Commands() []commands.CommandStat  { return s.commands }
func (s *rigStats) Errors() []commands.ErrorStat      { return s.errors }
func (s *rigStats) Latencies() []commands.LatencyStat { return s.latencies }

func (r *rig) openClients() []*commands.Client {
	var open []*commands.Client
	for _, c := range r.clients {
		open = append(open, c)
	}
	slices.SortFunc(open, func(a, b *commands.Client) int { return int(a.ID()) - int(b.ID()) })
	return open
}

// Reset implements transcript.Player.
func (r *rig) Reset() error {
	r.engine = commands.NewEngine(r.table, store.New(ring.SlotOf))
	r.clients = map[string]*commands.Client{}
	r.clock.Lock()
	defer r.clock.Unlock()
	r.now = testStart.Add(time.Minute)
	return nil
}

// Advance implements transcript.Player.
func (r *rig) Advance(ms int64) {
	r.clock.Lock()
	defer r.clock.Unlock()
	r.now = r.now.Add(time.Duration(ms) * time.Millisecond)
}

func (r *rig) time() time.Time {
	r.clock.Lock()
	defer r.clock.Unlock()
	return r.now
}

// open returns the connection of that name, which is opened if need be.
func (r *rig) open(conn string, proto resp.Proto) *commands.Client {
	name := fmt.Sprint(conn, proto)
	if c := r.clients[name]; c != nil {
		return c
	}
	r.lastID++
	id := r.lastID
	c := commands.NewClient(commands.ClientConfig{
		ID: r.lastID, Addr: "127.0.0.1:50000", LocalAddr: "127.0.0.1:6379", Created: r.now, Authenticated: r.password == "",
		Kill: func() { r.killed = append(r.killed, id) },
	})
	r.clients[name] = c
	if proto == resp.RESP3 {
		c.Change(func(s *commands.ClientState) { s.Proto = resp.RESP3 })
	}
	return c
}

// Do implements transcript.Player. The reply is the one that the client reads,
// in the protocol that it speaks by then.
func (r *rig) Do(conn string, proto resp.Proto, args []string) (resp.Reply, error) {
	c := r.open(conn, proto)
	reply := r.run(c, args)
	if c.State().Closing {
		delete(r.clients, fmt.Sprint(conn, proto))
	}
	read, n, err := resp.Parse(reply.Append(nil, c.State().Proto))
	if err != nil || n == 0 {
		return read, fmt.Errorf("the reply %+v does not parse: %v", reply, err)
	}
	return read, nil
}

// run does what a session does.
func (r *rig) run(c *commands.Client, args []string) resp.Reply {
	spec, refusal := r.table.Resolve(args)
	switch {
	case spec == nil:
		return refusal
	case !c.State().Authenticated && spec.Flags&commands.NoAuth == 0 && r.password != "":
		return resp.Error("NOAUTH Authentication required.")
	case spec.Conn != nil:
		c.Running(spec)
		return spec.Conn(c, args)
	}
	r.index++
	wire := r.engine.Apply(r.index, r.now.UnixMilli(), [][]byte{commands.EncodeCommand(nil, c.State().DB, args)})[0]
	reply, _, err := resp.Parse(wire)
	if err != nil {
		panic(err)
	}
	return reply
}

// elsewhere are subcommands of CLIENT that other packages bring, for CLIENT HELP.
var elsewhere = commands.Group{Name: "connection", Specs: []commands.Spec{
	stub("client|caching", 3, "<YES | NO>", "Says whether the keys of the next command are tracked, in OPTIN or OPTOUT mode."),
	stub("client|getredir", 2, "", "Returns the id of the connection that invalidations go to."),
	stub("client|tracking", -3, "<ON | OFF> [REDIRECT client-id] [PREFIX prefix [PREFIX prefix ...]] [BCAST] [OPTIN] [OPTOUT] [NOLOOP]", "Has the connection told when keys that it may have cached are changed."),
	stub("client|trackinginfo", 2, "", "Describes how the connection tracks."),
}}

func stub(name string, arity int, syntax, summary string) commands.Spec {
	return commands.Spec{
		Name: name, Arity: arity, Flags: local, Since: "6.0.0", Syntax: syntax, Summary: summary,
		Conn: func(*commands.Client, []string) resp.Reply { return resp.OK },
	}
}

// isElsewhere tells whether a row is not this package's own.
func isElsewhere(s *commands.Spec) bool {
	return slices.ContainsFunc(elsewhere.Specs, func(e commands.Spec) bool { return e.Name == s.Name })
}
