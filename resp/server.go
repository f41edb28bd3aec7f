package resp

import (
	"cmp"
	"log/slog"
	"net"
	"sync"
	"sync/atomic"

	"github.com/tidwall/redcon"
)

// Command is one command of a client: Args[0] is its name, and there is one.
// The strings never change, but each keeps alive the bytes of the whole
// command, so what is kept for long should be cloned. The slice Args belongs
// to the Server again when Serve returns.
type Command struct{ Args []string }

// Handler makes a Session for each connection.
type Handler interface {
	// Open is called once per accepted connection, on its own goroutine, before
	// anything is read from it. The Session must not be nil.
	Open(c *Conn) Session
}

// Session is the server's side of one connection. Its methods are called by
// one goroutine, the connection's own.
type Session interface {
	// Serve carries out a whole pipeline, in order. Replies are written with
	// Conn.Write; the Server flushes them once when Serve returns. While it runs
	// nothing further of this client is served.
	Serve(cmds []Command)
	// Close tells that the connection has ended. It is called exactly once,
	// never during Serve, and nothing is called after it.
	Close()
}

// Server accepts connections and serves them. Make it with NewServer.
type Server struct {
	// Log gets what an operator might want to know. It may be set before Serve
	// is called; NewServer leaves it discarding everything.
	Log *slog.Logger

	ln      net.Listener
	limits  atomic.Pointer[Limits] // never nil, and what it points to never changes
	handler Handler

	closed    chan struct{} // closed by Close
	closeOnce sync.Once
	open      sync.WaitGroup // connections whose Session is not closed yet
	stat      counters

	reads   sync.Pool // of *readBuffer
	writes  sync.Pool // of *writeBuffer
	batches sync.Pool // of *batch
}

// NewServer makes a Server that takes its connections from ln (which may speak
// TLS) and closes it in the end. Zero limits mean their defaults.
func NewServer(ln net.Listener, limits Limits, h Handler) *Server {
	s := &Server{
		Log: slog.New(slog.DiscardHandler),
		ln:  ln, handler: h,
		closed: make(chan struct{}),
	}
	s.SetLimits(limits)
	s.reads.New = func() any { return new(readBuffer) }
	s.writes.New = func() any { return &writeBuffer{b: make([]byte, 0, 4096)} }
	s.batches.New = func() any { return new(batch) }
	return s
}

// SetLimits puts other limits in place, zero ones meaning their defaults. For
// connections that are open they count from the next bytes or command on, but
// for KeepAlive, which stays. Safe from any goroutine.
func (s *Server) SetLimits(limits Limits) {
	limits = limits.withDefaults()
	s.limits.Store(&limits)
}

// Serve accepts and serves connections until Close is called or the listener
// is closed. It returns when every connection has ended and every Session is
// closed; nil after Close, net.ErrClosed if somebody else closed the listener.
// It must be called once.
func (s *Server) Serve() error {
	err := redcon.Serve(&listener{Listener: s.ln, server: s}, deliver, nil, closed)
	s.open.Wait()
	select {
	case <-s.closed:
		return nil
	default:
		return cmp.Or(err, net.ErrClosed)
	}
}

// Close stops accepting and ends all connections. It does not wait for the
// commands that are being served: Serve does. Safe from any goroutine, any
// number of times.
func (s *Server) Close() {
	s.closeOnce.Do(func() {
		close(s.closed)
		// redcon's loop ends with the listener, and closes all connections.
		_ = s.ln.Close()
	})
}

// deliver is called by redcon with the next commands of a connection.
func deliver(rc redcon.Conn, first redcon.Command) {
	rc.NetConn().(*guard).conn.deliver(first, rc.ReadPipeline())
}

// closed is called by redcon when it is done with a connection. By then the
// guard has finished it; this is for a fault in redcon or in the guard.
func closed(rc redcon.Conn, err error) {
	rc.NetConn().(*guard).conn.finish(err)
}
