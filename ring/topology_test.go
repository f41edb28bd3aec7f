package ring

import (
	"testing"
	"time"
)

// twoGroups is a cluster in which nobody leads the second group.
var twoGroups = Topology{
	Self: "b",
	Nodes: []Node{
		{ID: "a", ClientAddr: "db.example:6379", PeerAddr: "db.example:16379"},
		{ID: "b", ClientAddr: "[::1]:6380", PeerAddr: "nonsense", Silent: DownAfter + 1},
	},
	Groups: []GroupInfo{
		{ID: 1, LeaderID: "a", Voters: []string{"a", "b"}},
		{ID: 2, Voters: []string{"b"}},
		{ID: 3, LeaderID: "c"},
	},
	Ring: New(3),
}

func TestTopologyLeader(t *testing.T) {
	for _, c := range []struct {
		group int
		id    string
		known bool
	}{
		{1, "a", true},
		{2, "b", false}, // no leader: who is asked stands in
		{3, "b", false}, // a leader that is no member (any more, or yet)
		{4, "b", false}, // no such group
	} {
		if n, known := twoGroups.Leader(c.group); n.ID != c.id || known != c.known {
			t.Errorf("group %d: leader %q, known %v; want %q, %v", c.group, n.ID, known, c.id, c.known)
		}
	}
	if g := twoGroups.Group(1); !g.IsVoter("b") || g.IsVoter("c") || twoGroups.Group(4).IsVoter("b") {
		t.Error("the voters of a group are not those listed")
	}
	if _, found := twoGroups.Node("c"); found {
		t.Error("found a node that is not there")
	}
}

func TestNodeAddresses(t *testing.T) {
	for _, c := range []struct {
		node           Node
		host           string
		port, peerPort int
		down           bool
	}{
		{twoGroups.Nodes[0], "db.example", 6379, 16379, false},
		{twoGroups.Nodes[1], "::1", 6380, 0, true},
		{Node{ClientAddr: "h:x", PeerAddr: "h:1", Silent: time.Second}, "", 0, 1, false},
	} {
		host, port := c.node.Client()
		if host != c.host || port != c.port || c.node.PeerPort() != c.peerPort || c.node.Down() != c.down {
			t.Errorf("%+v: %s, %d, peers %d, down %v", c.node, host, port, c.node.PeerPort(), c.node.Down())
		}
	}
}
