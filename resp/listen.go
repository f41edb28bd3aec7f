package resp

import (
	"crypto/tls"
	"errors"
	"net"
	"time"
)

// listener hands guarded connections to redcon. Only redcon's accepting
// goroutine uses it.
type listener struct {
	net.Listener
	server *Server
	pause  time.Duration // before the next try; 0 when the last one succeeded
}

// Accept waits for a connection that there is room for. Failures to accept
// (out of descriptors, most likely) are waited out, longer each time: they
// must not end the server, nor keep a core busy.
func (l *listener) Accept() (net.Conn, error) {
	s := l.server
	for {
		nc, err := l.Listener.Accept()
		switch {
		case err == nil:
			l.pause = 0
			if s.admit(nc) {
				return s.newConn(nc), nil
			}
		case errors.Is(err, net.ErrClosed) || !l.backOff(err):
			return nil, net.ErrClosed
		}
	}
}

// backOff waits before the next try; false means that the server is closed.
func (l *listener) backOff(err error) bool {
	const least, most = 5 * time.Millisecond, time.Second
	l.pause = min(max(2*l.pause, least), most)
	l.server.stat.acceptErrors.Add(1)
	l.server.Log.Warn("a connection could not be accepted", "error", err, "pause", l.pause)
	timer := time.NewTimer(l.pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-l.server.closed:
		return false
	}
}

// admit counts a connection in, or refuses it when there are too many.
func (s *Server) admit(nc net.Conn) bool {
	if s.stat.connections.Add(1) <= int64(s.limits.Load().MaxClients) {
		s.stat.total.Add(1)
		return true
	}
	s.stat.connections.Add(-1)
	s.stat.rejected.Add(1)
	if _, encrypted := nc.(*tls.Conn); !encrypted { // no handshake for that
		nc.SetWriteDeadline(time.Now().Add(100 * time.Millisecond))
		// If the client does not get to hear why, it still sees the end.
		_, _ = nc.Write([]byte("-ERR max number of clients reached\r\n"))
	}
	_ = nc.Close()
	return false
}

// newConn makes the connection that redcon is given.
func (s *Server) newConn(nc net.Conn) net.Conn {
	s.setKeepAlive(nc)
	s.open.Add(1)
	c := &Conn{id: s.stat.total.Load(), server: s, nc: nc, created: time.Now(), gone: make(chan struct{})}
	c.active.Store(c.created.UnixMilli())
	c.guard = &guard{Conn: nc, conn: c, src: newSource(nc, &s.reads), progress: -1}
	c.watch.news.L = &c.watch.mu
	return c.guard
}

func (s *Server) setKeepAlive(nc net.Conn) {
	if inner, ok := nc.(interface{ NetConn() net.Conn }); ok {
		nc = inner.NetConn()
	}
	if tcp, ok := nc.(*net.TCPConn); ok {
		idle := s.limits.Load().KeepAlive
		// A connection that is closed already shows that when it is read.
		_ = tcp.SetKeepAliveConfig(net.KeepAliveConfig{Enable: idle > 0, Idle: idle, Interval: idle / 3, Count: 3})
	}
}
