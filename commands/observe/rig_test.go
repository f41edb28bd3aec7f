package observe

import (
	"fmt"
	"testing"
	"time"

	"coordd/commands"
	"coordd/commands/transcript"
	"coordd/resp"
	"coordd/ring"
	"coordd/store"
)

// testStart is what the clock of a rig shows at first.
var testStart = time.UnixMilli(1_720_000_000_000)

// rig does what a session does, as far as a Recorder sees it: each command is a
// stretch of its own that takes as long as the rig is told.
type rig struct {
	*Recorder
	t       testing.TB
	table   *commands.Table
	engine  *commands.Engine
	index   uint64
	clock   time.Time
	takes   time.Duration
	clients map[string]*commands.Client
	pushed  map[string]string // what was pushed to each connection
}

var _ transcript.Player = (*rig)(nil)

func newRig(t testing.TB) *rig {
	r := &rig{t: t}
	if err := r.Reset(); err != nil {
		t.Fatal(err)
	}
	return r
}

// Reset implements transcript.Player.
func (r *rig) Reset() error {
	r.clock, r.takes = testStart, time.Microsecond
	r.Recorder = New(func() *commands.Table { return r.table }, func() time.Time { return r.clock })
	r.table = commands.NewTable(append(commands.DataGroups(), r.Recorder.Groups()...)...)
	r.engine = commands.NewEngine(r.table, store.New(ring.SlotOf))
	r.clients, r.pushed = map[string]*commands.Client{}, map[string]string{}
	return nil
}

// Advance implements transcript.Player.
func (r *rig) Advance(ms int64) { r.clock = r.clock.Add(time.Duration(ms) * time.Millisecond) }

func (r *rig) client(conn string) *commands.Client {
	c := r.clients[conn]
	if c == nil {
		c = commands.NewClient(commands.ClientConfig{
			ID: uint64(len(r.clients) + 1), Addr: "127.0.0.1:5000" + conn, Created: r.clock, Authenticated: true,
			Push: func(p []byte) { r.pushed[conn] += string(p) },
		})
		r.clients[conn] = c
	}
	return c
}

// Do implements transcript.Player.
func (r *rig) Do(conn string, proto resp.Proto, args []string) (resp.Reply, error) {
	reply := r.run(r.client(conn), args)
	read, n, err := resp.Parse(reply.Append(nil, proto))
	if err != nil || n == 0 {
		return read, fmt.Errorf("the reply %+v does not parse: %v", reply, err)
	}
	return read, nil
}

func (r *rig) run(c *commands.Client, args []string) (reply resp.Reply) {
	spec, refusal := r.table.Resolve(args)
	if spec == nil {
		r.Failed("ERR")
		return refusal
	}
	if show := r.Monitor(); show != nil {
		show(c, c.State().DB, spec, args)
	}
	if spec.Conn != nil {
		reply = spec.Conn(c, args)
		c.Release() // as a session does when the reply is sent
	} else {
		r.index++
		wire := r.engine.Apply(r.index, r.clock.UnixMilli(), [][]byte{commands.EncodeCommand(nil, c.State().DB, args)})[0]
		var err error
		if reply, _, err = resp.Parse(wire); err != nil {
			r.t.Fatal(err)
		}
	}
	done := commands.Tally{Spec: spec, Calls: 1}
	if reply.IsError() {
		r.Failed("ERR")
		done.Failed = 1
	}
	if r.Ran([]commands.Tally{done}, r.takes) {
		r.Slow(c, spec, args, r.takes)
	}
	return reply
}
