package admin

import "time"

// Cluster tells where this node stands. Safe for many goroutines.
type Cluster interface {
	// Status is what is known now; it does not wait.
	Status() Status
}

// Status is a node's view of the cluster at one moment.
//
// Redis has one master; coordd has a leader per group, and every node takes
// every command. Where Redis asks for the master, the leader of the first group
// of keys is shown.
type Status struct {
	NodeID string
	// Leads says that this node leads the first group of keys.
	Leads bool
	// LeaderAddr is the client address (host:port) of that group's leader, ""
	// while none is known.
	LeaderAddr string
	// Replicas are the other nodes of that group.
	Replicas []Replica
	// Voters counts the voting nodes of that group, this one among them.
	Voters int
	// Offset is the index of the last entry of that group applied here.
	Offset uint64
	// Groups are all groups that this node takes part in.
	Groups []GroupStatus
}

// Replica is another node of the first group of keys.
type Replica struct {
	Addr   string // client address, host:port
	Offset uint64 // the last entry it is known to have
}

// GroupStatus is one row of INFO's raft section.
type GroupStatus struct {
	ID         int
	Role       string // "leader", "follower", "candidate", "nonvoter"
	Term       uint64
	Leader     string // node id, "" while none is known
	LeaderAddr string // its client address
	Applied    uint64 // indices of the log
	Commit     uint64
	FirstLog   uint64 // oldest entry that the log still holds
	LastLog    uint64
	Snapshot   uint64
	LogTime    int64    // ms since 1970
	StateHash  string   // as the group's own log prints it
	Voters     []string // node ids
	NonVoters  []string // node ids of those that only listen yet
}

// Node is what INFO shows of this process.
type Node struct {
	Version    string // of coordd
	RunID      string // 40 hexadecimal digits, new at each start
	Started    time.Time
	Port       int // of the client address
	Executable string
	ConfigFile string
	Ready      bool
	MaxClients int
	Blocked    int // clients that wait in a command

	Connections uint64 // accepted since the start
	Rejected    uint64 // of them refused at once
	Commands    uint64 // answered
	Errors      uint64 // of them with an error
	BytesIn     uint64
	BytesOut    uint64
	Expired     uint64 // keys deleted because they were due

	Audience Audience

	LastSnapshot time.Time // of any group; zero if there was none
}

// Audience counts who is sent what it has not asked for, of this node's clients.
type Audience struct {
	Channels, Patterns, ShardChannels          int // that somebody listens to
	Tracking                                   int // clients that cache
	TrackedKeys, TrackedItems, TrackedPrefixes int // what they are told of
}
