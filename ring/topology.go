package ring

import (
	"net"
	"slices"
	"strconv"
	"time"
)

// Topology is the cluster as one node sees it at one moment: a plain value,
// from which the pages that clients ask for are rendered. Whoever holds one
// must not change its slices, which copies share.
type Topology struct {
	Epoch  uint64 // grows with each change; a client that saw a larger one knows better
	Self   string // the id of the node whose view this is
	Nodes  []Node // in the order of their ids
	Groups []GroupInfo
	Ring   Ring
}

// Node is one member of the cluster.
type Node struct {
	ID         string
	ClientAddr string // HOST:PORT, as clients should dial it
	PeerAddr   string // HOST:PORT, as other nodes should dial it
	// Silent is how long ago the node last answered the one whose view this is;
	// 0 for that one itself, and where nothing is known.
	Silent time.Duration
}

// DownAfter is the silence after which a node counts as down. Nodes ask one
// another every second; a node that is only slow must not be called down.
const DownAfter = 5 * time.Second

// Down tells whether the node has been silent for too long.
func (n Node) Down() bool { return n.Silent > DownAfter }

// Client parts ClientAddr; of what is no address it makes "" and 0.
func (n Node) Client() (host string, port int) { return partAddr(n.ClientAddr) }

// PeerPort is the port of PeerAddr, or 0.
func (n Node) PeerPort() int {
	_, port := partAddr(n.PeerAddr)
	return port
}

func partAddr(addr string) (host string, port int) {
	host, digits, err := net.SplitHostPort(addr)
	if err != nil {
		return "", 0
	}
	if port, err = strconv.Atoi(digits); err != nil {
		return "", 0
	}
	return host, port
}

// GroupInfo is one Raft group. Group 0 holds the cluster's own records and no
// slots; groups 1 and up own the slots that Ring gives them.
type GroupInfo struct {
	ID       int
	LeaderID string   // empty while no leader is known
	Voters   []string // node ids
}

// Node finds a node by its id.
func (t Topology) Node(id string) (Node, bool) {
	for _, n := range t.Nodes {
		if n.ID == id {
			return n, true
		}
	}
	return Node{}, false
}

// Group finds a group by its id; of one that is not there it returns the zero
// GroupInfo.
func (t Topology) Group(id int) GroupInfo {
	for _, g := range t.Groups {
		if g.ID == id {
			return g
		}
	}
	return GroupInfo{}
}

// Leader is the node that clients should be sent to for a group. While no
// leader is known that is the node whose view this is, and known is false: it
// takes every command, and waits with it for the next leader.
func (t Topology) Leader(group int) (n Node, known bool) {
	if n, known = t.Node(t.Group(group).LeaderID); known {
		return n, true
	}
	n, _ = t.Node(t.Self)
	return n, false
}

// IsVoter tells whether a node has a vote in the group.
func (g GroupInfo) IsVoter(id string) bool { return slices.Contains(g.Voters, id) }
