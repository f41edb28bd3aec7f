package sentinel

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"coordd/commands"
	"coordd/commands/transcript"
	"coordd/resp"
	"coordd/ring"
)

// Ids of nodes, in the form that they have.
var (
	idA = strings.Repeat("a", 40)
	idB = strings.Repeat("b", 40)
	idC = strings.Repeat("c", 40)
)

// alone is a cluster of one node.
func alone() ring.Topology {
	return ring.Topology{
		Epoch: 7, Self: idA,
		Nodes:  []ring.Node{{ID: idA, ClientAddr: "10.0.0.1:6379", PeerAddr: "10.0.0.1:16379"}},
		Groups: []ring.GroupInfo{{ID: 1, LeaderID: idA, Voters: []string{idA}}},
		Ring:   ring.New(1),
	}
}

// three is a cluster of three nodes, seen from the second.
func three(leader string) ring.Topology {
	return ring.Topology{
		Epoch: 9, Self: idB,
		Nodes: []ring.Node{
			{ID: idA, ClientAddr: "10.0.0.1:6379", PeerAddr: "10.0.0.1:16379", Silent: 200 * time.Millisecond},
			{ID: idB, ClientAddr: "10.0.0.2:6380", PeerAddr: "10.0.0.2:16380"},
			{ID: idC, ClientAddr: "10.0.0.3:6381", PeerAddr: "10.0.0.3:16381", Silent: 300 * time.Millisecond},
		},
		Groups: []ring.GroupInfo{{ID: 1, LeaderID: leader, Voters: []string{idA, idB, idC}}},
		Ring:   ring.New(1),
	}
}

// rig is a node without a network or data. It plays transcripts.
type rig struct {
	topology ring.Topology
	table    *commands.Table
	failover func() error
}

var _ transcript.Player = (*rig)(nil)

func newRig(t testing.TB, topology ring.Topology) *rig {
	t.Helper()
	r := &rig{topology: topology, failover: func() error { return nil }}
	groups, err := Groups(Config{
		MasterName:      "mymaster",
		Topology:        func() ring.Topology { return r.topology },
		Offset:          func() uint64 { return 42 },
		Info:            func() string { return "# Server\r\n" },
		Failover:        func() error { return r.failover() },
		FailoverTimeout: 10 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	r.table = commands.NewTable(groups...)
	return r
}

// Reset implements transcript.Player; there is no state.
func (r *rig) Reset() error { return nil }

// Advance implements transcript.Player; no page here tells the time.
func (r *rig) Advance(int64) {}

// Do implements transcript.Player. The reply is the one that the client reads.
func (r *rig) Do(_ string, proto resp.Proto, args []string) (resp.Reply, error) {
	spec, reply := r.table.Resolve(args)
	if spec != nil {
		reply = spec.Conn(commands.NewClient(commands.ClientConfig{}), args)
	}
	read, n, err := resp.Parse(reply.Append(nil, proto))
	if err == nil && n == 0 {
		err = resp.ErrIncomplete
	}
	return read, err
}

// ask is SENTINEL with some words, on a RESP3 connection, as redis-cli would
// show the reply, with the ids of nodes shortened to their first letter.
func (r *rig) ask(t *testing.T, words ...string) string {
	t.Helper()
	reply, err := r.Do("", resp.RESP3, append([]string{"SENTINEL"}, words...))
	if err != nil {
		t.Fatal(err)
	}
	page := strings.Join(transcript.Render(reply), "\n")
	for _, id := range []string{idA, idB, idC} {
		page = strings.ReplaceAll(page, id, id[:1])
	}
	return page
}

// field is the value of a field of the n-th description of a list.
func (r *rig) field(t *testing.T, n int, name string, words ...string) string {
	t.Helper()
	reply, err := r.Do("", resp.RESP3, append([]string{"SENTINEL"}, words...))
	if err != nil || len(reply.Elems) <= n {
		t.Fatalf("%v: %v, %v", words, reply, err)
	}
	fields := reply.Elems[n].Elems
	for i := 0; i < len(fields); i += 2 {
		if fields[i].Str == name {
			return fields[i+1].Str
		}
	}
	return fmt.Sprintf("no field %q", name)
}
