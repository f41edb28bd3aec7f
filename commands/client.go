package commands

import (
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"coordd/resp"
)

// DefaultUser is who a connection is as long as it has not said otherwise.
const DefaultUser = "default"

// Client is one connection as local commands see and change it. Its own
// session changes it; other connections read it at any time (CLIENT LIST), so
// all methods are safe for many goroutines.
type Client struct {
	id        uint64
	addr      string
	localAddr string
	created   time.Time
	buffers   func() (query, output int)
	push      func(p []byte)
	kill      func()

	seen    atomic.Int64 // when it last sent something, in ms since 1970
	running atomic.Pointer[Spec]
	ended   atomic.Bool

	mu    sync.Mutex // guards state
	state ClientState

	pushing sync.Mutex // guards the two below; held while pushing, which keeps the order
	holding bool
	held    []byte // what was to be pushed since Hold
}

// ClientConfig is what is known of a connection when it opens.
type ClientConfig struct {
	ID        uint64 // unique on this node, increasing
	Addr      string // host:port of the client
	LocalAddr string // host:port it has connected to
	Created   time.Time
	// Buffers tells how many bytes wait in the connection's buffers. It is
	// called by other connections; nil means nothing is known.
	Buffers func() (query, output int)
	// Push sends bytes that the client has not asked for, and does not wait. Kill
	// ends the connection at once. Both are called from any goroutine; nil does
	// nothing.
	Push func(p []byte)
	Kill func()
	// Authenticated says that no password is asked for.
	Authenticated bool
}

// ClientState is what local commands change of a Client. It is a value: who
// keeps one keeps a copy.
type ClientState struct {
	Name          string // CLIENT SETNAME
	LibName       string // CLIENT SETINFO LIB-NAME
	LibVer        string // CLIENT SETINFO LIB-VER
	User          string // who it is, once Authenticated
	Authenticated bool
	DB            int
	Proto         resp.Proto // RESP2 or RESP3
	NoEvict       bool       // CLIENT NO-EVICT, remembered only
	NoTouch       bool       // CLIENT NO-TOUCH, remembered only
	ReadOnly      bool       // READONLY: reads may be stale
	InMulti       bool       // between MULTI and EXEC
	Queued        int        // commands that wait for EXEC
	Blocked       bool       // a command of it waits (BLPOP ...)
	Closing       bool       // the connection ends after the reply under way
	Quiet         Quiet      // CLIENT REPLY
	Monitoring    bool       // MONITOR: it is shown what others send

	Channels, Patterns, Shards int // that it is subscribed to (SUBSCRIBE, PSUBSCRIBE, SSUBSCRIBE)
	Tracking                   Tracking
}

// Tracking is what a client has asked for with CLIENT TRACKING.
type Tracking struct {
	On       bool  // it is told when keys change
	Broken   bool  // the connection it redirected to has ended
	BCast    bool  // of all keys of some prefixes, whether read or not
	OptIn    bool  // only of keys read by the command after CLIENT CACHING YES
	OptOut   bool  // of no keys read by the command after CLIENT CACHING NO
	Caching  bool  // CLIENT CACHING was said
	NoLoop   bool  // not of what it has changed itself
	Redirect int64 // the id of the connection that is told in its place, 0: none

	// Author marks its changes in the log, where NoLoop; unique among all nodes.
	Author string
}

// Subscribed tells whether messages may come at any time.
func (s *ClientState) Subscribed() bool { return s.Channels+s.Patterns+s.Shards > 0 }

// Quiet is whether a client wants replies.
type Quiet int8

// What CLIENT REPLY sets.
const (
	Loud        Quiet = iota // ON: it does
	QuietOff                 // OFF: it does not
	QuietForTwo              // SKIP: not this one, nor the next
	QuietForOne              // not the next
)

// NewClient makes the state of a connection that has just opened: RESP2,
// database 0.
func NewClient(c ClientConfig) *Client {
	client := &Client{
		id: c.ID, addr: c.Addr, localAddr: c.LocalAddr, created: c.Created,
		buffers: c.Buffers, push: c.Push, kill: c.Kill,
		state: ClientState{User: DefaultUser, Authenticated: c.Authenticated, Proto: resp.RESP2},
	}
	client.seen.Store(c.Created.UnixMilli())
	return client
}

// ID is the number of the connection, unique on this node.
func (c *Client) ID() uint64 { return c.id }

// Addr is the client's address, host:port; LocalAddr is the one that it has
// connected to.
func (c *Client) Addr() string { return c.addr }

// LocalAddr is said at Addr.
func (c *Client) LocalAddr() string { return c.localAddr }

// Buffers is how many bytes wait in the connection's buffers.
func (c *Client) Buffers() (query, output int) {
	if c.buffers == nil {
		return 0, 0
	}
	return c.buffers()
}

// Created is when the connection was opened.
func (c *Client) Created() time.Time { return c.created }

// State returns a copy of the present state.
func (c *Client) State() ClientState {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state
}

// Change lets f change the state. What f keeps of a command's arguments it
// must clone. f must not call the Client.
func (c *Client) Change(f func(s *ClientState)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f(&c.state)
}

// Reset is RESET: as if just opened, but for the library's name and version.
// authenticated says that no password is asked for.
func (c *Client) Reset(authenticated bool) {
	c.Change(func(s *ClientState) {
		*s = ClientState{
			LibName: s.LibName, LibVer: s.LibVer,
			User: DefaultUser, Authenticated: authenticated, Proto: resp.RESP2,
		}
	})
}

// Push sends the client something that is no reply to a command of its own: a
// message, an invalidation. It does not wait.
func (c *Client) Push(r resp.Reply) { c.PushBytes(r.Append(nil, c.Proto())) }

// PushBytes is Push for what is encoded for the client's protocol already. It
// does not keep p.
func (c *Client) PushBytes(p []byte) {
	c.pushing.Lock()
	defer c.pushing.Unlock()
	switch {
	case c.push == nil:
	case c.holding:
		c.held = append(c.held, p...)
	default:
		c.push(p)
	}
}

// Hold keeps back what is pushed from now on until the session has sent the
// reply under way: a message must not overtake the reply to SUBSCRIBE.
func (c *Client) Hold() {
	c.pushing.Lock()
	defer c.pushing.Unlock()
	c.holding = true
}

// Release is for the session: it ends Hold, if there was one.
func (c *Client) Release() {
	c.pushing.Lock()
	defer c.pushing.Unlock()
	if len(c.held) > 0 {
		c.push(c.held)
	}
	c.holding, c.held = false, nil
}

// Proto is the protocol that the client speaks.
func (c *Client) Proto() resp.Proto {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.state.Proto
}

// Kill ends the connection at once.
func (c *Client) Kill() {
	if c.kill != nil {
		c.kill()
	}
}

// End notes that the connection has ended. Ended tells so to those who keep
// clients in lists of their own.
func (c *Client) End() { c.ended.Store(true) }

// Ended is said at End.
func (c *Client) Ended() bool { return c.ended.Load() }

// Seen notes that the client has sent something.
func (c *Client) Seen(now time.Time) { c.seen.Store(now.UnixMilli()) }

// Running notes the command that is being carried out.
func (c *Client) Running(s *Spec) { c.running.Store(s) }

// Line describes the connection as CLIENT LIST does, with the fields and the
// order of Redis 7.2, and no line break. What coordd has not is said as
// Redis says it of a client that does not use it.
func (c *Client) Line(now time.Time) string {
	s := c.State()
	query, output := c.Buffers()
	cmd := "NULL"
	if r := c.running.Load(); r != nil {
		cmd = r.Name
	}
	multi, redirect := -1, int64(-1)
	if s.InMulti {
		multi = s.Queued
	}
	if s.Tracking.On {
		redirect = s.Tracking.Redirect
	}
	return fmt.Sprintf("id=%d addr=%s laddr=%s fd=-1 name=%s age=%d idle=%d flags=%s db=%d sub=%d psub=%d ssub=%d multi=%d"+
		" qbuf=%d qbuf-free=0 argv-mem=0 multi-mem=0 rbs=0 rbp=0 obl=%d oll=0 omem=0 tot-mem=%d"+
		" events=r cmd=%s user=%s redir=%d resp=%d lib-name=%s lib-ver=%s",
		c.id, c.addr, c.localAddr, s.Name, int(now.Sub(c.created).Seconds()), (now.UnixMilli()-c.seen.Load())/1000,
		s.flags(), s.DB, s.Channels, s.Patterns, s.Shards, multi, query, output, query+output, cmd, s.User, redirect,
		s.Proto, s.LibName, s.LibVer)
}

// flags are the letters of CLIENT LIST, in Redis's order.
func (s ClientState) flags() string {
	letters := ""
	for _, f := range []struct {
		on     bool
		letter string
	}{{s.Monitoring, "O"}, {s.Subscribed(), "P"}, {s.InMulti, "x"}, {s.Blocked, "b"}, {s.Tracking.On, "t"}, {s.Tracking.Broken, "R"}, {s.Tracking.BCast, "B"}, {s.Closing, "c"}, {s.ReadOnly, "r"}, {s.NoEvict, "e"}, {s.NoTouch, "T"}} {
		if f.on {
			letters += f.letter
		}
	}
	if letters == "" {
		return "N"
	}
	return letters
}
