package resp

import (
	"sync"
	"time"
)

// maxAhead is how many bytes are read of a client whose commands are still
// being served. One that sends more is not noticed to go until they are.
const maxAhead = 1 << 20

// watch reads a connection while Serve keeps its goroutine, for only reading
// tells that the peer has gone. What it reads is never lost: the guard
// collects it before it reads on.
type watch struct {
	mu      sync.Mutex // guards all below
	serving bool       // Session.Serve is running
	reading bool       // a goroutine reads ahead; nobody else may read
	ahead   []byte     // what it has read
	err     error      // why it has ended
	news    sync.Cond  // of the last three; its lock is mu
}

// Gone returns a channel that is closed when the connection has ended: the
// peer has gone away or closed its sending side, or Kill was called. While
// Serve runs, the first call starts a goroutine that reads ahead, so a Session
// had better ask only when it has waited for a while; it costs nothing
// otherwise. Safe from any goroutine.
func (c *Conn) Gone() <-chan struct{} {
	w := &c.watch
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.serving && !w.reading && w.err == nil && len(w.ahead) < maxAhead {
		w.reading = true
		go c.readAhead()
	}
	return c.gone
}

// readAhead reads until the connection ends, Serve has ended, or it is enough.
// When Serve ends it is not interrupted: its next bytes are what the guard
// waits for anyway. Conn.finish waits for its end.
func (c *Conn) readAhead() {
	// A deadline there may be was for the client's next command. The guard sets a
	// new one; an error is the end of the connection, and reading shows it.
	_ = c.nc.SetReadDeadline(time.Time{})
	for more := true; more; {
		b, err := c.guard.src.read()
		c.server.stat.bytesIn.Add(uint64(len(b)))
		if err != nil {
			c.leave()
		}
		more = c.watch.add(b, err, c.guard.src)
	}
}

// add notes the outcome of a read, gives the buffer back, and tells whether to
// go on. If not, the source is free for others.
func (w *watch) add(b []byte, err error, src source) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ahead = append(w.ahead, b...)
	src.release()
	w.err = err
	w.reading = err == nil && w.serving && len(w.ahead) < maxAhead
	w.news.Broadcast()
	return w.reading
}

// collect takes what has been read ahead. While somebody reads it waits for
// news; if there is nothing, and nobody reads, ok is false.
func (w *watch) collect() (b []byte, err error, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.reading && len(w.ahead) == 0 {
		w.news.Wait()
	}
	b, w.ahead = w.ahead, nil
	if !w.reading {
		err = w.err
	}
	return b, err, len(b) > 0 || err != nil
}

// wait returns when nobody reads any more.
func (w *watch) wait() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for w.reading {
		w.news.Wait()
	}
}

// setServing notes that Serve begins or has ended.
func (w *watch) setServing(on bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.serving = on
}

func (w *watch) busy() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.serving
}
