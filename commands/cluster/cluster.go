package cluster

import (
	"errors"
	"time"

	"coordd/commands"
	"coordd/resp"
	"coordd/ring"
)

// Config is what the commands of this package need. All functions are called
// by many connections at once.
type Config struct {
	// Topology is the cluster as it is known now, with this node in Nodes. It
	// must not wait.
	Topology func() ring.Topology
	// Offset is the index of the last entry of the first group that was applied
	// here. It must not wait.
	Offset func() uint64
	// ScanSlot calls f for the keys of a slot of a database, until all or at
	// least limit have been seen: all that was acknowledged before the call. It
	// may wait for a leader, and fails if there is none.
	ScanSlot func(db int, slot uint16, limit int, f func(key string)) error
	// Forget removes a node from the cluster for good. Of a node that was removed
	// before it says nothing, of one that nobody knows ErrUnknownNode. It may wait
	// for a leader.
	Forget func(id string) error
	// Started is when this node started.
	Started time.Time
	// Now is the node's clock.
	Now func() time.Time
}

// ErrUnknownNode is Config.Forget's answer to an id that no node has.
var ErrUnknownNode = errors.New("unknown node")

// cluster is the receiver of the handlers.
type cluster struct{ Config }

// Groups returns the commands of this package. It is an error to leave a field
// of the Config empty.
func Groups(cfg Config) ([]commands.Group, error) {
	if cfg.Topology == nil || cfg.Offset == nil || cfg.ScanSlot == nil || cfg.Forget == nil || cfg.Started.IsZero() || cfg.Now == nil {
		return nil, errors.New("cluster: every field of Config must be set")
	}
	c := &cluster{cfg}
	return []commands.Group{{Name: "cluster", Specs: append(c.offered(), refused()...)}}, nil
}

// The flags that many rows share.
const (
	stale   = commands.Stale
	varying = commands.Stale | commands.NonDeterministic
	hidden  = commands.Stale | commands.Admin
)

func (c *cluster) offered() []commands.Spec {
	return []commands.Spec{
		{Name: "asking", Arity: 1, Flags: commands.Fast, Since: "3.0.0", Summary: "Accepted, and without effect: no slot is ever on its way from one node to another.", Conn: asking},
		{Name: "cluster", Arity: -2, Since: "3.0.0", Summary: "Concerns the nodes and their slots, as Redis Cluster sees them."},
		{Name: "cluster|count-failure-reports", Arity: 3, Flags: hidden | commands.NonDeterministic, Since: "3.0.0", Syntax: "node-id", Summary: "Counts the other nodes that report a node as failed: always 0, since nodes do not vote on that.", Conn: c.failureReports},
		{Name: "cluster|countkeysinslot", Arity: 3, Flags: stale, Since: "3.0.0", Syntax: "slot", Summary: "Counts the keys of a slot in the connection's database.", Conn: c.countKeys},
		{Name: "cluster|forget", Arity: 3, Flags: hidden, Since: "3.0.0", Syntax: "node-id", Summary: "Removes a node from the cluster for good.", Conn: c.forget},
		{Name: "cluster|getkeysinslot", Arity: 4, Flags: varying, Since: "3.0.0", Syntax: "slot count", Summary: "Lists some keys of a slot in the connection's database.", Conn: c.getKeys},
		{Name: "cluster|help", Arity: 2, Flags: stale | commands.Loading, Since: "5.0.0", Summary: "Lists the subcommands.", Conn: c.help},
		{Name: "cluster|info", Arity: 2, Flags: varying, Since: "3.0.0", Summary: "Tells how the cluster is.", Conn: c.info},
		{Name: "cluster|keyslot", Arity: 3, Flags: stale, Since: "3.0.0", Syntax: "key", Summary: "Returns the slot of a key.", Conn: keySlot},
		{Name: "cluster|links", Arity: 2, Flags: varying, Since: "7.0.0", Summary: "Lists the connections between this node and the others.", Conn: c.links},
		{Name: "cluster|myid", Arity: 2, Flags: stale, Since: "3.0.0", Summary: "Returns the id of this node.", Conn: c.myID},
		{Name: "cluster|myshardid", Arity: 2, Flags: varying, Since: "7.2.0", Summary: "Returns the id of the shard that this node belongs to.", Conn: c.myShardID},
		{Name: "cluster|nodes", Arity: 2, Flags: varying, Since: "3.0.0", Summary: "Lists all nodes with their roles and slots.", Conn: c.nodes},
		{Name: "cluster|replicas", Arity: 3, Flags: hidden | commands.NonDeterministic, Since: "5.0.0", Syntax: "node-id", Summary: "Lists the replicas of a master.", Conn: c.replicas},
		{Name: "cluster|shards", Arity: 2, Flags: varying | commands.Loading, Since: "7.0.0", Summary: "Lists the masters with their slots and replicas.", Conn: c.shards},
		{Name: "cluster|slaves", Arity: 3, Flags: hidden | commands.NonDeterministic, Since: "3.0.0", Syntax: "node-id", Summary: "The old name of CLUSTER REPLICAS.", Conn: c.replicas},
		{Name: "cluster|slots", Arity: 2, Flags: varying | commands.Loading, Since: "3.0.0", Summary: "Lists all slots with the nodes that serve them.", Conn: c.slots},
	}
}

func asking(*commands.Client, []string) resp.Reply { return resp.OK }
