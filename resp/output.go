package resp

import (
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// keepOutput is how large a buffer the pool takes back; larger ones are left
// to the garbage collector.
const keepOutput = 64 << 10

// sendPiece is how much is handed to the kernel at a time: what a slow client
// has taken of a large buffer counts as sent at once.
const sendPiece = 256 << 10

// writeBuffer is what the pool of output buffers holds.
type writeBuffer struct{ b []byte }

// output is what waits to be sent to one client.
type output struct {
	sending sync.Mutex // held while writing to the network: keeps the order

	mu     sync.Mutex // guards all below; taken after sending
	buf    *writeBuffer
	flying int         // bytes of the buffer that is being sent
	over   time.Time   // since when more waits than the soft limit allows; zero: it does not
	watch  *time.Timer // looks at over again

	pushing    atomic.Bool // a Flush for Push is about to begin
	subscribed atomic.Bool // SetSubscriber
}

// Write appends p to the output buffer and does not wait. Safe from any
// goroutine; what one call writes stays together. After the connection has
// ended it does nothing, and a buffer that grows over the limits ends it.
func (c *Conn) Write(p []byte) {
	if !c.append(p) {
		c.overrun()
	}
}

// overrun ends the connection of a client that does not read what it gets.
func (c *Conn) overrun() {
	c.server.stat.overruns.Add(1)
	c.server.Log.Warn("client does not read what it is sent: connection ended", "client", c.id, "addr", c.RemoteAddr())
	c.Kill()
}

// Push is Write for what the client did not ask for: somebody sends it soon,
// though Serve may be waiting for something else. It does not wait.
func (c *Conn) Push(p []byte) {
	c.Write(p)
	if c.out.pushing.CompareAndSwap(false, true) {
		go func() {
			c.out.pushing.Store(false) // what comes from here on may need another Flush
			_ = c.Flush()              // an error has ended the connection
		}()
	}
}

// SetSubscriber says whether the connection has subscriptions, which decides
// the limits of its output.
func (c *Conn) SetSubscriber(yes bool) { c.out.subscribed.Store(yes) }

func (c *Conn) append(p []byte) (fits bool) {
	c.out.mu.Lock()
	defer c.out.mu.Unlock()
	if c.dead.Load() {
		return true
	}
	if c.out.buf == nil {
		c.out.buf = c.server.writes.Get().(*writeBuffer)
	}
	if !c.fits(c.out.waiting() + len(p)) {
		c.out.buf = nil
		return false
	}
	c.out.buf.b = append(c.out.buf.b, p...)
	return true
}

// fits tells whether so many bytes may wait, and notes since when it is too
// much for long; out.mu is held.
func (c *Conn) fits(waiting int) bool {
	l := c.outputLimit()
	if waiting > c.server.limits.Load().MaxOutput || l.Hard > 0 && waiting > l.Hard {
		return false
	}
	o := &c.out
	switch {
	case l.Soft == 0 || waiting <= l.Soft:
		o.over = time.Time{}
	case o.over.IsZero():
		o.over = time.Now()
		if o.watch == nil {
			o.watch = time.AfterFunc(l.SoftFor, c.lookAgain)
		}
	default:
		return time.Since(o.over) < l.SoftFor
	}
	return true
}

// lookAgain ends a connection that has been over its soft limit for too long,
// though nothing further was written to it.
func (c *Conn) lookAgain() {
	c.out.mu.Lock()
	c.out.watch = nil
	fits := c.dead.Load() || c.fits(c.out.waiting())
	if fits && !c.out.over.IsZero() {
		c.out.watch = time.AfterFunc(max(time.Millisecond, c.outputLimit().SoftFor-time.Since(c.out.over)), c.lookAgain)
	}
	c.out.mu.Unlock()
	if !fits {
		c.overrun()
	}
}

func (c *Conn) outputLimit() OutputLimit {
	if c.out.subscribed.Load() {
		return c.server.limits.Load().PubSub
	}
	return c.server.limits.Load().Normal
}

// waiting is how many bytes have not been sent yet; mu is held.
func (o *output) waiting() int {
	if o.buf == nil {
		return o.flying
	}
	return o.flying + len(o.buf.b)
}

// Flush sends what has been written and waits until the kernel has taken it,
// which is as long as the client likes. Safe from any goroutine; what was
// written first is sent first. While Serve runs there is no need to call it.
// An error means that the connection has ended.
func (c *Conn) Flush() error {
	c.out.sending.Lock()
	defer c.out.sending.Unlock()
	last := c.closing.Load() // looked at first: what was written before it was set is in buf
	c.out.mu.Lock()
	buf := c.out.buf
	c.out.buf = nil
	if buf != nil {
		c.out.flying = len(buf.b)
	}
	c.out.mu.Unlock()
	if buf != nil {
		c.send(buf)
	}
	if last && !c.watch.busy() {
		c.Kill()
	}
	if c.dead.Load() {
		return net.ErrClosed
	}
	return nil
}

// send writes a buffer and gives it back.
func (c *Conn) send(buf *writeBuffer) {
	for rest := buf.b; len(rest) > 0 && !c.dead.Load(); {
		n, err := c.nc.Write(rest[:min(len(rest), sendPiece)])
		c.server.stat.bytesOut.Add(uint64(n))
		rest = rest[n:]
		if err != nil {
			c.Kill()
		}
		c.sent(len(rest))
	}
	if cap(buf.b) <= keepOutput {
		buf.b = buf.b[:0]
		c.server.writes.Put(buf)
	}
}

// sent notes how much of the buffer is still to be sent.
func (c *Conn) sent(left int) {
	c.out.mu.Lock()
	defer c.out.mu.Unlock()
	c.out.flying = left
	if l := c.outputLimit(); c.out.waiting() <= l.Soft {
		c.out.over = time.Time{}
	}
}

// OutputBuffer is how many bytes wait to be sent. Safe from any goroutine.
func (c *Conn) OutputBuffer() int {
	c.out.mu.Lock()
	defer c.out.mu.Unlock()
	return c.out.waiting()
}
