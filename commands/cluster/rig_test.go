package cluster

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"coordd/commands"
	"coordd/commands/transcript"
	"coordd/resp"
	"coordd/ring"
	"coordd/store"
)

// Ids of nodes, in the form that they have.
var (
	idA = strings.Repeat("a", 40)
	idB = strings.Repeat("b", 40)
	idC = strings.Repeat("c", 40)
)

// testNow is where the clock of every rig stands.
var testNow = time.UnixMilli(1_720_000_060_000)

// alone is a cluster of one node.
func alone() ring.Topology {
	return ring.Topology{
		Epoch: 7, Self: idA,
		Nodes:  []ring.Node{{ID: idA, ClientAddr: "10.0.0.1:6379", PeerAddr: "10.0.0.1:16379"}},
		Groups: []ring.GroupInfo{{ID: 1, LeaderID: idA, Voters: []string{idA}}},
		Ring:   ring.New(1),
	}
}

// three is a cluster of three nodes, seen from the second. leaders are those of
// its groups.
func three(leaders ...string) ring.Topology {
	t := ring.Topology{
		Epoch: 9, Self: idB,
		Nodes: []ring.Node{
			{ID: idA, ClientAddr: "10.0.0.1:6379", PeerAddr: "10.0.0.1:16379", Silent: 200 * time.Millisecond},
			{ID: idB, ClientAddr: "10.0.0.2:6380", PeerAddr: "10.0.0.2:16380"},
			{ID: idC, ClientAddr: "10.0.0.3:6381", PeerAddr: "10.0.0.3:16381", Silent: 300 * time.Millisecond},
		},
		Ring: ring.New(len(leaders)),
	}
	for i, leader := range leaders {
		t.Groups = append(t.Groups, ring.GroupInfo{ID: i + 1, LeaderID: leader, Voters: []string{idA, idB, idC}})
	}
	return t
}

// rig is a node without a network or a log. It plays transcripts: what the log
// would carry is applied at once.
type rig struct {
	topology ring.Topology
	table    *commands.Table
	engine   *commands.Engine
	index    uint64
	clients  map[string]*commands.Client // by name and protocol of the connection
	noLeader bool
	forget   func(id string) error
}

var _ transcript.Player = (*rig)(nil)

func newRig(t testing.TB, topology ring.Topology) *rig {
	t.Helper()
	r := &rig{topology: topology, forget: func(string) error { return ErrUnknownNode }}
	groups, err := Groups(Config{
		Topology: func() ring.Topology { return r.topology },
		Offset:   func() uint64 { return 42 },
		ScanSlot: func(db int, slot uint16, limit int, f func(key string)) error {
			if r.noLeader {
				return errors.New("no leader")
			}
			r.engine.ScanSlot(db, slot, limit, f)
			return nil
		},
		Forget:  func(id string) error { return r.forget(id) },
		Started: testNow.Add(-time.Minute),
		Now:     func() time.Time { return testNow },
	})
	if err != nil {
		t.Fatal(err)
	}
	r.table = commands.NewTable(append(commands.DataGroups(), groups...)...)
	if err := r.Reset(); err != nil {
		t.Fatal(err)
	}
	return r
}

// Reset implements transcript.Player.
func (r *rig) Reset() error {
	r.engine = commands.NewEngine(r.table, store.New(ring.SlotOf))
	r.clients = map[string]*commands.Client{}
	return nil
}

// Advance implements transcript.Player; no page here tells the time.
func (r *rig) Advance(int64) {}

// Do implements transcript.Player. The reply is the one that the client reads.
func (r *rig) Do(conn string, proto resp.Proto, args []string) (resp.Reply, error) {
	name := fmt.Sprint(conn, proto)
	if r.clients[name] == nil {
		r.clients[name] = commands.NewClient(commands.ClientConfig{})
		r.clients[name].Change(func(s *commands.ClientState) { s.Proto = proto })
	}
	read, n, err := resp.Parse(r.run(r.clients[name], args).Append(nil, proto))
	if err == nil && n == 0 {
		err = resp.ErrIncomplete
	}
	return read, err
}

func (r *rig) run(c *commands.Client, args []string) resp.Reply {
	spec, refusal := r.table.Resolve(args)
	switch {
	case spec == nil:
		return refusal
	case spec.Conn != nil:
		return spec.Conn(c, args)
	}
	r.index++
	wire := r.engine.Apply(r.index, testNow.UnixMilli(), [][]byte{commands.EncodeCommand(nil, c.State().DB, args)})[0]
	reply, _, err := resp.Parse(wire)
	if err != nil {
		panic(err)
	}
	return reply
}

// ask is CLUSTER with some words, on a RESP3 connection.
func (r *rig) ask(t *testing.T, words ...string) resp.Reply {
	t.Helper()
	reply, err := r.Do("", resp.RESP3, append([]string{"CLUSTER"}, words...))
	if err != nil {
		t.Fatal(err)
	}
	return reply
}
