package peer

import (
	"errors"
	"net"
	"sync"
	"time"
)

// Accept takes over a connection whose preamble has been read. It must answer
// quickly with an error text to refuse it; on nil it owns conn from then on,
// and must not write to it before Accept returned.
type Accept func(conn net.Conn, p Preamble) error

// Listener takes connections on the peer port and hands each to its owner.
type Listener struct {
	ln     net.Listener
	accept Accept

	mu     sync.Mutex // guards conns, closed
	conns  map[net.Conn]struct{}
	closed bool
	wg     sync.WaitGroup // the accept loop and the handshakes
}

// Listen opens the peer port. Serve must be called to accept.
func Listen(addr string, accept Accept) (*Listener, error) {
	ln, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, err
	}
	return &Listener{ln: ln, accept: accept, conns: map[net.Conn]struct{}{}}, nil
}

// Addr is the address listened on.
func (l *Listener) Addr() net.Addr { return l.ln.Addr() }

// Serve accepts in the background until Close.
func (l *Listener) Serve() {
	l.wg.Add(1)
	go func() {
		defer l.wg.Done()
		l.loop()
	}()
}

func (l *Listener) loop() {
	for {
		conn, err := l.ln.Accept()
		switch {
		case errors.Is(err, net.ErrClosed):
			return
		case err != nil: // out of file descriptors, most likely: let some go first
			time.Sleep(50 * time.Millisecond)
			continue
		}
		if !l.track(conn) {
			conn.Close()
			return
		}
		l.wg.Add(1)
		go func() {
			defer l.wg.Done()
			l.handshake(conn)
		}()
	}
}

func (l *Listener) handshake(conn net.Conn) {
	tracked := &trackedConn{Conn: conn, owner: l}
	if conn.SetDeadline(time.Now().Add(handshakeTimeout)) != nil {
		tracked.Close()
		return
	}
	p, err := readPreamble(conn)
	if err != nil {
		tracked.Close()
		return
	}
	ready := &gatedConn{Conn: tracked, open: make(chan struct{})}
	if err := l.accept(ready, p); err != nil {
		_ = writeAnswer(conn, err.Error())
		tracked.Close()
		return
	}
	if writeAnswer(conn, "") != nil || conn.SetDeadline(time.Time{}) != nil {
		tracked.Close()
	}
	close(ready.open)
}

// Close stops accepting and ends every connection accepted so far.
func (l *Listener) Close() error {
	l.mu.Lock()
	l.closed = true
	conns := l.conns
	l.conns = map[net.Conn]struct{}{}
	l.mu.Unlock()
	err := l.ln.Close()
	for c := range conns {
		c.Close()
	}
	l.wg.Wait()
	return err
}

func (l *Listener) track(c net.Conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return false
	}
	l.conns[c] = struct{}{}
	return true
}

// trackedConn leaves its listener's list when it is closed.
type trackedConn struct {
	net.Conn
	owner *Listener
}

func (c *trackedConn) Close() error {
	c.owner.mu.Lock()
	delete(c.owner.conns, c.Conn)
	c.owner.mu.Unlock()
	return c.Conn.Close()
}

// gatedConn holds back its new owner until the yes of the handshake is out, so
// that nothing can overtake it.
type gatedConn struct {
	net.Conn
	open chan struct{} // closed when the handshake is over
}

func (c *gatedConn) Read(b []byte) (int, error) {
	<-c.open
	return c.Conn.Read(b)
}

func (c *gatedConn) Write(b []byte) (int, error) {
	<-c.open
	return c.Conn.Write(b)
}
