package resp

import (
	"net"
	"sync"
)

// keepOutput is how large a buffer the pool takes back; larger ones are left
// to the garbage collector.
const keepOutput = 64 << 10

// writeBuffer is what the pool of output buffers holds.
type writeBuffer struct{ b []byte }

// output is what waits to be sent to one client.
type output struct {
	sending sync.Mutex // held while writing to the network: keeps the order
	mu      sync.Mutex // guards buf; taken after sending
	buf     *writeBuffer
}

// Write appends p to the output buffer and does not wait. Safe from any
// goroutine; what one call writes stays together. After the connection has
// ended it does nothing, and a buffer that grows over Limits.MaxOutput ends it.
func (c *Conn) Write(p []byte) {
	if !c.append(p) {
		c.server.stat.overruns.Add(1)
		c.server.Log.Warn("client does not read its replies: connection ended", "client", c.id, "addr", c.RemoteAddr())
		c.Kill()
	}
}

func (c *Conn) append(p []byte) (fits bool) {
	c.out.mu.Lock()
	defer c.out.mu.Unlock()
	if c.dead.Load() {
		return true
	}
	if c.out.buf == nil {
		c.out.buf = c.server.writes.Get().(*writeBuffer)
	}
	if len(c.out.buf.b)+len(p) > c.server.limits.MaxOutput {
		c.out.buf = nil
		return false
	}
	c.out.buf.b = append(c.out.buf.b, p...)
	return true
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
	n, err := c.nc.Write(buf.b)
	c.server.stat.bytesOut.Add(uint64(n))
	if err != nil {
		c.Kill()
	}
	if cap(buf.b) <= keepOutput {
		buf.b = buf.b[:0]
		c.server.writes.Put(buf)
	}
}

// OutputBuffer is how many bytes wait to be sent. Safe from any goroutine.
func (c *Conn) OutputBuffer() int {
	c.out.mu.Lock()
	defer c.out.mu.Unlock()
	if c.out.buf == nil {
		return 0
	}
	return len(c.out.buf.b)
}
