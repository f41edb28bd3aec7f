package resp

import (
	"errors"
	"io"
	"os"
	"runtime/debug"
)

// open makes the session, the first time that redcon wants to read.
func (c *Conn) open() {
	if c.session == nil {
		c.session = c.server.handler.Open(c)
	}
}

// finish ends the connection for the given reason, and its session, the first
// time that it is called.
func (c *Conn) finish(why error) {
	if c.finished {
		return
	}
	c.finished = true
	c.explain(why)
	if c.closing.Load() {
		_ = c.Flush() // a last word from outside Serve may still wait
	}
	c.Kill()
	c.watch.wait() // the goroutine that reads ahead sees the end, too
	c.closeSession()
	c.server.stat.connections.Add(-1)
	c.server.open.Done()
}

// explain tells the client, or who runs the server, why the connection ends.
func (c *Conn) explain(why error) {
	s := c.server
	switch fault, ok := why.(protocolError); {
	case ok:
		s.stat.protocolErrors.Add(1)
		s.Log.Info("connection ended", "error", why, "client", c.id, "addr", c.RemoteAddr())
		c.Write(Error("ERR "+fault.Error()).Append(nil, RESP2))
		_ = c.Flush() // it may have gone
	case errors.Is(why, errQueryOverrun):
		s.stat.overruns.Add(1)
		s.Log.Warn("connection ended", "error", why, "client", c.id, "addr", c.RemoteAddr())
	case errors.Is(why, errOutOfStep):
		s.Log.Error("connection ended", "error", why, "client", c.id, "addr", c.RemoteAddr())
	case errors.Is(why, os.ErrDeadlineExceeded):
		s.stat.idle.Add(1)
	case why == nil || errors.Is(why, io.EOF):
	default:
		s.Log.Debug("connection ended", "error", why, "client", c.id)
	}
}

func (c *Conn) closeSession() {
	defer func() {
		if v := recover(); v != nil {
			c.panicked(v)
		}
	}()
	if c.session != nil {
		c.session.Close()
	}
}

// panicked ends this connection, and only this, after a panic on its goroutine.
func (c *Conn) panicked(v any) {
	c.server.stat.panics.Add(1)
	c.server.Log.Error("panic while serving a client: its connection is ended",
		"panic", v, "client", c.id, "addr", c.RemoteAddr(), "stack", string(debug.Stack()))
	c.Kill()
	c.watch.setServing(false)
}
