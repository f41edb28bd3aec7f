package session

import (
	"context"
	"errors"
	"time"

	"coordd/commands"
)

// Log is the log of one group, as this node reaches it. Both methods are safe
// for many goroutines and return soon after ctx ends.
type Log interface {
	// Propose commits cmds (commands.EncodeCommand), in order, and returns their
	// replies, one each, in resp.Wire form. cmds and the bytes in it belong to
	// the log from then on. An error that is Config.Unavailable says that nothing
	// was or will be applied; after any other the outcome is not known.
	Propose(ctx context.Context, cmds [][]byte) (replies [][]byte, err error)
	// ReadIndex returns when this node's engine holds everything that was
	// acknowledged before the call, with the leader's time in ms since 1970.
	ReadIndex(ctx context.Context) (nowMillis int64, err error)
}

// Group is one group of keys: its log, and this node's copy of its state.
type Group struct {
	Log    Log
	Engine *commands.Engine
}

// Config is what all sessions of a node share. It must not be changed once it
// has been given to New.
type Config struct {
	Table   *commands.Table
	Clients *Clients

	// Groups are the groups of keys, at least one.
	Groups []Group
	// Owner maps a slot (0..16383) to an index into Groups. It must be pure and
	// is not asked when there is but one group.
	Owner func(slot uint16) int

	// Unavailable is the error by which a Log says that nothing was changed.
	Unavailable error
	// RequestTimeout bounds how long a run of commands waits for its groups.
	// Clients see a pause of up to this while a leader is elected, and then an
	// error.
	RequestTimeout time.Duration
	// MaxCommand is the largest command (bytes of all its arguments) that the
	// log takes.
	MaxCommand int

	// Password gives the password that clients must show, "" for none; it may
	// change at any time.
	Password func() string
	// Ready tells whether the node can serve data yet.
	Ready func() bool
}

// Validate says what is missing or senseless.
func (c *Config) Validate() error {
	switch {
	case c.Table == nil || c.Clients == nil || c.Password == nil || c.Ready == nil:
		return errors.New("session: Table, Clients, Password and Ready must be set")
	case len(c.Groups) == 0:
		return errors.New("session: there must be a group")
	case len(c.Groups) > 1 && c.Owner == nil:
		return errors.New("session: several groups need an Owner")
	case c.Unavailable == nil:
		return errors.New("session: Unavailable must be set")
	case c.RequestTimeout <= 0:
		return errors.New("session: RequestTimeout must be positive")
	case c.MaxCommand <= 0:
		return errors.New("session: MaxCommand must be positive")
	}
	return nil
}
