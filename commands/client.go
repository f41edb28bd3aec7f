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

	seen    atomic.Int64 // when it last sent something, in ms since 1970
	running atomic.Pointer[Spec]

	mu    sync.Mutex // guards state
	state ClientState
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
	Closing       bool       // the connection ends after the reply under way
}

// NewClient makes the state of a connection that has just opened: RESP2,
// database 0.
func NewClient(c ClientConfig) *Client {
	client := &Client{
		id: c.ID, addr: c.Addr, localAddr: c.LocalAddr, created: c.Created, buffers: c.Buffers,
		state: ClientState{User: DefaultUser, Authenticated: c.Authenticated, Proto: resp.RESP2},
	}
	client.seen.Store(c.Created.UnixMilli())
	return client
}

// ID is the number of the connection, unique on this node.
func (c *Client) ID() uint64 { return c.id }

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

// Seen notes that the client has sent something.
func (c *Client) Seen(now time.Time) { c.seen.Store(now.UnixMilli()) }

// Running notes the command that is being carried out.
func (c *Client) Running(s *Spec) { c.running.Store(s) }

// Line describes the connection as CLIENT LIST does, with the fields and the
// order of Redis 7.2, and no line break. What coordd has not is said as
// Redis says it of a client that does not use it.
func (c *Client) Line(now time.Time) string {
	s := c.State()
	query, output := 0, 0
	if c.buffers != nil {
		query, output = c.buffers()
	}
	cmd := "NULL"
	if r := c.running.Load(); r != nil {
		cmd = r.Name
	}
	return fmt.Sprintf("id=%d addr=%s laddr=%s fd=-1 name=%s age=%d idle=%d flags=%s db=%d sub=0 psub=0 ssub=0 multi=-1"+
		" qbuf=%d qbuf-free=0 argv-mem=0 multi-mem=0 rbs=0 rbp=0 obl=%d oll=0 omem=0 tot-mem=%d"+
		" events=r cmd=%s user=%s redir=-1 resp=%d lib-name=%s lib-ver=%s",
		c.id, c.addr, c.localAddr, s.Name, int(now.Sub(c.created).Seconds()), (now.UnixMilli()-c.seen.Load())/1000,
		s.flags(), s.DB, query, output, query+output, cmd, s.User, s.Proto, s.LibName, s.LibVer)
}

// flags are the letters of CLIENT LIST, in Redis's order.
func (s ClientState) flags() string {
	letters := ""
	for _, f := range []struct {
		on     bool
		letter string
	}{{s.Closing, "c"}, {s.ReadOnly, "r"}, {s.NoEvict, "e"}, {s.NoTouch, "T"}} {
		if f.on {
			letters += f.letter
		}
	}
	if letters == "" {
		return "N"
	}
	return letters
}
