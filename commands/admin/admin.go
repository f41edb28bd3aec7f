package admin

import (
	"errors"
	"time"

	"coordd/commands"
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
	// Password is what clients must show, "" for nothing.
	Password func() string
	// Settings are the rows of CONFIG GET, by name in lower case.
	Settings func() map[string]string
	// Cluster tells where this node stands among the others.
	Cluster Cluster
	// Node tells what INFO shows of this process.
	Node func() Node
	// Keys counts the keys of a database, and those of them with a deadline.
	Keys func(db int) (keys, expires int)
	// Now is the node's clock.
	Now func() time.Time
}

// admin is the receiver of the handlers.
type admin struct{ Config }

// Groups returns the commands of this package. It is an error to leave a
// field of the Config empty.
func Groups(cfg Config) ([]commands.Group, error) {
	if cfg.Table == nil || cfg.Clients == nil || cfg.Password == nil || cfg.Settings == nil ||
		cfg.Cluster == nil || cfg.Node == nil || cfg.Keys == nil || cfg.Now == nil {
		return nil, errors.New("admin: every field of Config must be set")
	}
	a := &admin{cfg}
	return []commands.Group{
		{Name: "connection", Specs: append(a.connection(), a.client()...)},
		{Name: "server", Specs: append(append(a.server(), a.command()...), a.config()...)},
		{Name: "generic", Specs: a.generic()},
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
