package tracking

import (
	"errors"
	"flag"
	"fmt"
	"strings"
	"testing"

	"coordd/commands"
	"coordd/commands/transcript"
	"coordd/resp"
	"coordd/ring"
	"coordd/store"
)

var update = flag.Bool("update", false, "write the replies into testdata; read the diff before you keep it")

// rig is a node without a network or a log, and clients that do what a session
// does for them.
type rig struct {
	tracker *Tracker
	table   *commands.Table
	engine  *commands.Engine
	index   uint64
	mostKey int
	conns   map[string]*conn
	lastID  uint64
}

// conn is a client with what it has received.
type conn struct {
	*commands.Client
	inbox []byte
}

func newRig(t testing.TB) *rig {
	t.Helper()
	r := &rig{conns: map[string]*conn{}}
	var err error
	r.tracker, err = New(Config{Find: r.find, Origin: func() string { return "node" }, MaxKeys: func() int { return r.mostKey }})
	if err != nil {
		t.Fatal(err)
	}
	client := commands.Group{Name: "connection", Specs: []commands.Spec{{Name: "client", Arity: -2, Since: "2.4.0", Summary: "Concerns connections."}}}
	r.table = commands.NewTable(append(commands.DataGroups(), append(r.tracker.Groups(), client)...)...)
	r.engine = commands.NewEngine(r.table, store.New(ring.SlotOf))
	r.engine.Observe(func(e *commands.Effects) { r.tracker.Effects(0, e) })
	return r
}

func (r *rig) find(id int64) *commands.Client {
	for _, c := range r.conns {
		if c.ID() == uint64(id) {
			return c.Client
		}
	}
	return nil
}

func (r *rig) open(name string, proto resp.Proto) *conn {
	key := fmt.Sprint(name, proto)
	if c := r.conns[key]; c != nil {
		return c
	}
	r.lastID++
	c := &conn{}
	c.Client = commands.NewClient(commands.ClientConfig{ID: r.lastID, Push: func(p []byte) { c.inbox = append(c.inbox, p...) }})
	c.Change(func(s *commands.ClientState) { s.Proto = proto })
	r.conns[key] = c
	return c
}

// end closes a connection.
func (r *rig) end(name string, proto resp.Proto) {
	key := fmt.Sprint(name, proto)
	r.tracker.Leave(r.conns[key].Client)
	delete(r.conns, key)
}

// write has the log carry out a command, of an author or of nobody.
func (r *rig) write(author, line string) {
	args := strings.Fields(line)
	if author != "" {
		args = commands.By(author, args)
	}
	r.index++
	r.engine.Apply(r.index, int64(r.index), [][]byte{commands.EncodeCommand(nil, 0, args)})
}

// received is what a client has got since it was last looked at.
func (c *conn) received() string {
	var all []string
	for len(c.inbox) > 0 {
		r, n, err := resp.Parse(c.inbox)
		if err != nil || n == 0 {
			return fmt.Sprintf("%q does not parse", c.inbox)
		}
		c.inbox = c.inbox[n:]
		all = append(all, strings.Join(transcript.Render(r), " "))
	}
	return strings.Join(all, "; ")
}

// Reset implements transcript.Player.
func (r *rig) Reset() error { return nil }

// Advance implements transcript.Player.
func (r *rig) Advance(int64) {}

// Do implements transcript.Player.
func (r *rig) Do(name string, proto resp.Proto, args []string) (resp.Reply, error) {
	c := r.open(name, proto)
	spec, refusal := r.table.Resolve(args)
	if spec == nil {
		return refusal, nil
	}
	if spec.Conn == nil {
		return resp.Reply{}, errors.New("the rig plays words about connections only")
	}
	reply, _, err := resp.Parse(spec.Conn(c.Client, args).Append(nil, proto))
	c.Release() // as the session does when the reply is sent
	return reply, err
}

func TestTranscriptsInProcess(t *testing.T) {
	transcript.PlayAll(t, newRig(t), "testdata", transcript.Rules{Update: *update})
}

func TestTranscriptsAgainstRedis(t *testing.T) {
	addr, ok := transcript.StartRedis(t)
	if !ok {
		return
	}
	player := transcript.NewTCP(addr)
	t.Cleanup(player.Close)
	transcript.PlayAll(t, player, "testdata", transcript.Rules{Redis: true, WallClock: true, Update: *update})
}
