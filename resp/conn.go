package resp

import (
	"net"
	"sync/atomic"
	"time"
)

// Conn is one client's connection, as its Session sees it. All methods are
// safe from any goroutine, also after the connection has ended.
type Conn struct {
	id      uint64
	server  *Server
	nc      net.Conn
	guard   *guard
	created time.Time
	gone    chan struct{}

	active        atomic.Int64 // when a command came last, in ms since 1970
	query         atomic.Int64 // bytes of commands that are not whole
	authenticated atomic.Bool
	closing       atomic.Bool // CloseAfterFlush was called
	dead          atomic.Bool // the network connection is closed
	left          atomic.Bool // gone is closed

	out   output
	watch watch

	// The rest belongs to the connection's own goroutine.

	session  Session
	batch    *batch // commands of the pipeline that redcon has delivered so far
	finished bool
}

// ID is a number that no other connection of this Server has or had. Later
// connections have larger ones.
func (c *Conn) ID() uint64 { return c.id }

// RemoteAddr is the client's address, host:port.
func (c *Conn) RemoteAddr() string { return c.nc.RemoteAddr().String() }

// LocalAddr is the address that the client has connected to, host:port.
func (c *Conn) LocalAddr() string { return c.nc.LocalAddr().String() }

// CreatedAt is when the connection was accepted.
func (c *Conn) CreatedAt() time.Time { return c.created }

// LastActive is when a command came last, or when the connection was accepted,
// to the millisecond.
func (c *Conn) LastActive() time.Time { return time.UnixMilli(c.active.Load()) }

// QueryBuffer is how many bytes have come of a command that is not whole.
func (c *Conn) QueryBuffer() int { return int(c.query.Load()) }

// SetAuthenticated lifts the limits that hold before AUTH, or brings them
// back. A new Conn has them, so where no password is asked for, Handler.Open
// lifts them. Commands of the pipeline that is being served, and which were
// already looked at, stay what they are.
func (c *Conn) SetAuthenticated(yes bool) { c.authenticated.Store(yes) }

// CloseAfterFlush ends the connection once what is written has been sent:
// after the Serve that is running, or else at the next Flush.
func (c *Conn) CloseAfterFlush() { c.closing.Store(true) }

// Kill ends the connection now. What has not been sent is lost. It does not
// wait: a Serve that is running goes on, and the Session is closed after it.
func (c *Conn) Kill() {
	if c.dead.CompareAndSwap(false, true) {
		// An error here changes nothing: nobody will use the connection again.
		_ = c.nc.Close()
	}
	c.leave()
}

// leave closes the channel that Gone returns.
func (c *Conn) leave() {
	if c.left.CompareAndSwap(false, true) {
		close(c.gone)
	}
}

// over tells whether nothing more is to be read.
func (c *Conn) over() bool { return c.dead.Load() || c.closing.Load() }
