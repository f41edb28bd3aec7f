package ring

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
}

// GroupInfo is one Raft group. Group 0 holds the cluster's own records and no
// slots; groups 1 and up own the slots that Ring gives them.
type GroupInfo struct {
	ID       int
	LeaderID string   // empty while no leader is known
	Voters   []string // node ids
}
