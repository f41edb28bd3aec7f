package session

import (
	"context"
	"errors"
	"time"

	"coordd/commands"
	"coordd/resp"
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

	// Redirect gives the address (HOST:PORT) of the node that clients should ask for
	// keys of a slot, "" if that is this one. nil: clients are never sent elsewhere.
	Redirect func(slot uint16) string

	// Blocker carries out commands that may wait for keys; nil means that none
	// ever waits.
	Blocker Blocker

	// Leave ends what features hold for a connection (its subscriptions): it has
	// ended, or else said RESET, and waits. nil: nothing.
	Leave func(c *commands.Client, ended bool)
	// Delivered returns when what this node has applied so far has been pushed to
	// its subscribers. nil: there are none.
	Delivered func()

	// Tracker is client-side caching; nil means that no client tracks.
	Tracker Tracker
	// Observer is told what the sessions do; nil means that nobody looks.
	Observer Observer
	// Pauses is CLIENT PAUSE; nil means that there is none.
	Pauses *Pauses

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

// Tracker tells clients when keys change that they may have cached.
type Tracker interface {
	// Reading tells that a client is about to be sent the values of keys; cached
	// says that it will be told when they change.
	Reading(c *commands.Client, keys []string, cached bool)
	// Sent tells that all has been sent that Reading announced.
	Sent(c *commands.Client)
	// Unsent tells that nothing will be sent of what Reading announced.
	Unsent(c *commands.Client)
}

// Blocker carries out the commands that wait until keys are there (BLPOP ...).
type Blocker interface {
	// Blocks tells whether this command may wait: XREAD does only with BLOCK.
	Blocks(spec *commands.Spec, args []string) bool
	// Block carries it out on a group (an index into Config.Groups) and a database,
	// and waits as long as it takes. gone returns a channel that is closed when
	// the connection has ended; asking costs a goroutine. again is called before
	// the keys are looked at once more. An error is the Log's.
	Block(c *commands.Client, group, db int, spec *commands.Spec, args []string, gone func() <-chan struct{}, again func()) (resp.Reply, error)
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
