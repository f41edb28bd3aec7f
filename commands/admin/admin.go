package admin

import (
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"coordd/commands"
	"coordd/resp"
)

// RedisVersion is the version whose commands and replies coordd follows, as
// HELLO and INFO say it.
const RedisVersion = "7.2.0"

// Config is what the commands of this package need. All functions are called
// by many connections at once, and soon after a client has asked: they must
// not wait.
type Config struct {
	// Table returns the node's table of commands, which is made of this
	// package's rows among others.
	Table func() *commands.Table
	// Clients returns the connections that are open now, by rising id.
	Clients func() []*commands.Client
	// Unblock ends the waiting of a client of this node, as if its time were over
	// or with an error, and tells whether it was waiting.
	Unblock func(client uint64, withError bool) bool
	// Password is what clients must show, "" for nothing.
	Password func() string
	// Cluster tells where this node stands among the others.
	Cluster Cluster
	// Node tells what INFO shows of this process.
	Node func() Node
	// Keys counts the keys of a database, and those of them with a deadline.
	Keys func(db int) (keys, expires int)
	// Read carries out a read of data as if the client of a connection on that
	// database had sent it. It may wait for a leader.
	Read func(db int, args []string) resp.Reply
	// HasUser tells whether there is a user of that name.
	HasUser func(name string) bool
	// Pauses is CLIENT PAUSE.
	Pauses Pauses
	// Statistics are those of commands.
	Statistics Statistics
	// Save takes a snapshot of every group on this node and returns when all are
	// on disk. It is called by one connection at a time.
	Save func() error
	// Stop has this node end in order, as a signal would, and does not wait.
	Stop func()
	// DebugCommand is who may call DEBUG: "yes" everybody, "local" connections
	// from this machine, "no" nobody.
	DebugCommand func() string
	// Now is the node's clock.
	Now func() time.Time
}

// admin is the receiver of the handlers.
type admin struct {
	Config
	saves saves
	peak  atomic.Uint64 // bytes of memory in use, the most that MEMORY STATS has seen
	begun uint64        // bytes in use when the node started
}

// Groups returns the commands of this package. It is an error to leave a
// field of the Config empty.
func Groups(cfg Config) ([]commands.Group, error) {
	if cfg.Table == nil || cfg.Clients == nil || cfg.Unblock == nil || cfg.Password == nil ||
		cfg.Cluster == nil || cfg.Node == nil || cfg.Keys == nil || cfg.Read == nil ||
		cfg.HasUser == nil || cfg.Pauses == nil || cfg.Statistics == nil ||
		cfg.Save == nil || cfg.Stop == nil || cfg.DebugCommand == nil || cfg.Now == nil {
		return nil, errors.New("admin: every field of Config must be set")
	}
	a := &admin{Config: cfg, begun: readMemory().used}
	return []commands.Group{
		{Name: "connection", Specs: slices.Concat(a.connection(), a.client(), a.clientControl())},
		{Name: "server", Specs: slices.Concat(a.server(), a.command(), a.module(), a.memory(), a.persistence(), a.debug())},
		{Name: "generic", Specs: a.generic()},
		{Name: "hyperloglog", Specs: selfTests},
		{Name: "cluster", Specs: a.cluster()},
	}, nil
}

// The flags that many rows share: what may be asked of a node that is not
// ready, or has lost the others.
const (
	always = commands.Loading | commands.Stale
	local  = always | commands.NoScript
	hidden = local | commands.Admin
)
