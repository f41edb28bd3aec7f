package resp

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

const patience = 10 * time.Second // for what should happen at once

// player is a Handler and its Sessions: serve answers a pipeline.
type player struct {
	serve func(c *Conn, cmds []Command)

	mu     sync.Mutex
	conns  []*Conn
	closed []*Conn
}

type playerSession struct {
	p    *player
	conn *Conn
}

func (p *player) Open(c *Conn) Session {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.conns = append(p.conns, c)
	return &playerSession{p, c}
}

func (s *playerSession) Serve(cmds []Command) { s.p.serve(s.conn, cmds) }

func (s *playerSession) Close() {
	s.p.mu.Lock()
	defer s.p.mu.Unlock()
	s.p.closed = append(s.p.closed, s.conn)
}

func (p *player) opened() []*Conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.conns)
}

func (p *player) ended() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.closed)
}

// echo answers each command with its words; AUTH and QUIT do what they say.
func echo(c *Conn, cmds []Command) {
	for _, cmd := range cmds {
		r := Reply{Kind: ArrayKind}
		for _, a := range cmd.Args {
			r.Elems = append(r.Elems, Bulk(a))
		}
		switch cmd.Args[0] {
		case "AUTH":
			c.SetAuthenticated(true)
		case "QUIT":
			c.CloseAfterFlush()
			r = OK
		}
		c.Write(r.Append(nil, RESP2))
	}
}

// authenticated lifts the limits and then answers as echo does.
func authenticated(c *Conn, cmds []Command) {
	c.SetAuthenticated(true)
	echo(c, cmds)
}

func listen(t testing.TB) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return ln
}

// start runs a server until the test ends, and then sees that all has ended.
func start(t testing.TB, ln net.Listener, limits Limits, h Handler) *Server {
	t.Helper()
	s := NewServer(ln, limits, h)
	served := make(chan error, 1)
	go func() { served <- s.Serve() }()
	t.Cleanup(func() {
		s.Close()
		select {
		case err := <-served:
			if err != nil {
				t.Errorf("Serve: %v", err)
			}
		case <-time.After(patience):
			t.Error("Serve does not return")
		}
		if n := s.Stats().Connections; n != 0 {
			t.Errorf("%d connections are left", n)
		}
	})
	return s
}

func serving(t testing.TB, limits Limits, serve func(*Conn, []Command)) (*Server, *player) {
	t.Helper()
	p := &player{serve: serve}
	return start(t, listen(t), limits, p), p
}

// connect dials a server and gives up after a while.
func connect(t testing.TB, s *Server) *Client {
	t.Helper()
	c, err := Dial(t.Context(), s.ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	c.Timeout = patience
	t.Cleanup(func() { c.Close() })
	return c
}

// say sends bytes as they are.
func say(t testing.TB, c *Client, text string) {
	t.Helper()
	if err := c.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := c.Flush(); err != nil {
		t.Fatal(err)
	}
}

// hears reads until the server ends the connection.
func hears(t testing.TB, c *Client) string {
	t.Helper()
	c.nc.SetReadDeadline(time.Now().Add(patience))
	heard, err := io.ReadAll(c.nc)
	if err != nil {
		t.Errorf("the connection does not end: %v", err)
	}
	return string(heard)
}

// ask sends a command and wants its words back.
func ask(t testing.TB, c *Client, args ...string) {
	t.Helper()
	r, err := c.Do(args...)
	if err != nil {
		t.Fatalf("%.40q: %v", args, err)
	}
	var got []string
	for _, e := range r.Elems {
		got = append(got, e.Str)
	}
	if !slices.Equal(got, args) {
		t.Fatalf("%.40q: answered %.80q", args, got)
	}
}

func poll(t testing.TB, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(patience); !done(); time.Sleep(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}

func TestServerAnswers(t *testing.T) {
	s, p := serving(t, Limits{}, authenticated)
	c := connect(t, s)
	ask(t, c, "PING")
	ask(t, c, "SET", "", "a\r\nb\x00")
	for _, n := range []int{4090, 4096, 100_000, 300_000, 5_000_000, 1} {
		ask(t, c, "SET", strings.Repeat("k", n), "v")
	}
	args := make([]string, 50_000)
	for i := range args {
		args[i] = fmt.Sprint(i)
	}
	ask(t, c, args...)

	say(t, c, "get \"a\\x41\" b\n")
	if r, err := c.Receive(); err != nil || fmt.Sprint(r.Elems[1].Str, r.Elems[2].Str) != "aAb" {
		t.Errorf("inline: %v, %v", r, err)
	}
	conn := p.opened()[0]
	if conn.ID() != 1 || conn.RemoteAddr() != c.nc.LocalAddr().String() || conn.LocalAddr() != c.nc.RemoteAddr().String() {
		t.Errorf("connection %d from %s to %s", conn.ID(), conn.RemoteAddr(), conn.LocalAddr())
	}
	if conn.LastActive().Before(conn.CreatedAt().Truncate(time.Millisecond)) || time.Since(conn.LastActive()) > patience {
		t.Errorf("created %v, last active %v", conn.CreatedAt(), conn.LastActive())
	}
	if c2 := connect(t, s); c2 != nil {
		ask(t, c2, "PING")
	}
	if p.opened()[1].ID() != 2 {
		t.Errorf("the second connection has id %d", p.opened()[1].ID())
	}
	if st := s.Stats(); st.Connections != 2 || st.Total != 2 || st.BytesIn < 5_400_000 || st.BytesOut < 5_400_000 {
		t.Errorf("%+v", st)
	}
}

// writeCounter counts the writes of all connections that it accepts.
type writeCounter struct {
	net.Listener
	writes atomic.Int64
}

type countedConn struct {
	*net.TCPConn // still a socket to read from
	n            *atomic.Int64
}

func (l *writeCounter) Accept() (net.Conn, error) {
	nc, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return countedConn{nc.(*net.TCPConn), &l.writes}, nil
}

func (c countedConn) Write(p []byte) (int, error) {
	c.n.Add(1)
	return c.TCPConn.Write(p)
}

// What comes in one read is one pipeline, and takes one write.
func TestServerKeepsPipelinesWhole(t *testing.T) {
	ln := &writeCounter{Listener: listen(t)}
	sizes := make(chan int, 1000)
	s := start(t, ln, Limits{}, &player{serve: func(c *Conn, cmds []Command) {
		sizes <- len(cmds)
		echo(c, cmds)
	}})
	c := connect(t, s)
	for round := range 20 {
		for _, n := range []int{1, 16, 1000} {
			ln.writes.Store(0)
			say(t, c, string(bytes.Repeat(AppendCommand(nil, "GET", "some-key"), n)))
			for range n {
				if _, err := c.Receive(); err != nil {
					t.Fatal(err)
				}
			}
			// The network may cut what was sent at once, though not for nothing.
			served := len(sizes)
			for range served {
				<-sizes
			}
			if served > 1+n/500 || ln.writes.Load() != int64(served) {
				t.Errorf("round %d: %d commands were served in %d pieces with %d writes", round, n, served, ln.writes.Load())
			}
		}
	}
}

func TestServerAttacks(t *testing.T) {
	s, p := serving(t, Limits{}, echo)
	bystander := connect(t, s)
	for _, a := range []struct{ name, sent, heard string }{
		{"bulk length that overflows", "*1\r\n$9223372036854775807\r\nx\r\n", "invalid bulk length"},
		{"count of four billion", "*4000000000\r\n", "invalid multibulk length"},
		{"count beyond 64 bits", "*99999999999999999999\r\n", "invalid multibulk length"},
		{"count that does not end", "*1111111111111111111111111111111111111111", "invalid multibulk length"},
		{"bulk of 600 MB", "*1\r\n$600000000\r\n", "invalid bulk length"},
		{"negative bulk", "*1\r\n$-1\r\n", "invalid bulk length"},
		{"big bulk before AUTH", "*2\r\n$3\r\nGET\r\n$16385\r\n", "unauthenticated bulk length"},
		{"many arguments before AUTH", "*11\r\n", "unauthenticated multibulk length"},
		{"a million arguments before AUTH", "*1000000\r\n", "unauthenticated multibulk length"},
		{"inline of more than 64 KB", strings.Repeat("x", 64<<10), "too big inline request"},
		{"open quotes", "GET \"a\r\n", "unbalanced quotes in request"},
		{"an integer for an argument", "*1\r\n:1\r\n", "expected '$', got ':'"},
		{"no line end behind an argument", "*1\r\n$1\r\nabc", "invalid bulk length"},
	} {
		t.Run(a.name, func(t *testing.T) {
			before := s.Stats().ProtocolErrors
			c := connect(t, s)
			ask(t, c, "PING")
			say(t, c, a.sent)
			if heard, want := hears(t, c), "-ERR Protocol error: "+a.heard+"\r\n"; heard != want {
				t.Errorf("heard %q, want %q", heard, want)
			}
			if n := s.Stats().ProtocolErrors - before; n != 1 {
				t.Errorf("%d protocol errors counted", n)
			}
			ask(t, bystander, "PING")
		})
	}
	poll(t, "all sessions but one to be closed", func() bool { return p.ended() == len(p.opened())-1 })
	for _, ignored := range []string{"*0\r\n", "*-1\r\n", "\r\n", "*0\r\n*0\r\n\n"} {
		say(t, bystander, ignored)
		ask(t, bystander, "PING")
	}
}

// Commands before a bad one are answered, and what is behind AUTH is judged
// after it.
func TestServerPipelineWithLimits(t *testing.T) {
	s, _ := serving(t, Limits{}, echo)
	big := strings.Repeat("b", 20_000)
	c := connect(t, s)
	say(t, c, "PING\r\n*1\r\n:1\r\nPING\r\n")
	if heard := hears(t, c); heard != "*1\r\n$4\r\nPING\r\n-ERR Protocol error: expected '$', got ':'\r\n" {
		t.Errorf("heard %q", heard)
	}
	c = connect(t, s)
	for _, args := range [][]string{{"AUTH", "p"}, {"SET", "k", big}, {"PING"}} {
		if err := c.Send(args...); err != nil {
			t.Fatal(err)
		}
	}
	for _, want := range []int{2, 3, 1} {
		if r, err := c.Receive(); err != nil || len(r.Elems) != want {
			t.Fatalf("got %.80v, %v, want %d words", r, err, want)
		}
	}
	ask(t, c, slices.Repeat([]string{"x"}, 1000)...)
}

func TestServerQuit(t *testing.T) {
	s, p := serving(t, Limits{}, echo)
	c := connect(t, s)
	say(t, c, "*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nQUIT\r\n")
	if heard := hears(t, c); heard != "*1\r\n$4\r\nPING\r\n+OK\r\n" {
		t.Errorf("heard %q", heard)
	}
	poll(t, "the session to be closed", func() bool { return p.ended() == 1 })
}

// A client that sends all and then ends its side, as nc does, gets its answers.
func TestServerHalfClosed(t *testing.T) {
	s, _ := serving(t, Limits{}, echo)
	c := connect(t, s)
	say(t, c, "PING\r\nPING\r\n")
	c.nc.(*net.TCPConn).CloseWrite()
	if heard := hears(t, c); heard != strings.Repeat("*1\r\n$4\r\nPING\r\n", 2) {
		t.Errorf("heard %q", heard)
	}
}

func TestServerMaxClients(t *testing.T) {
	s, _ := serving(t, Limits{MaxClients: 2}, echo)
	first, second := connect(t, s), connect(t, s)
	ask(t, first, "PING")
	ask(t, second, "PING")
	if heard := hears(t, connect(t, s)); heard != "-ERR max number of clients reached\r\n" {
		t.Errorf("heard %q", heard)
	}
	ask(t, first, "PING")
	second.Close()
	poll(t, "the second to be gone", func() bool { return s.Stats().Connections == 1 })
	ask(t, connect(t, s), "PING")
	if st := s.Stats(); st.Rejected != 1 || st.Total != 3 {
		t.Errorf("%+v", st)
	}
}

// syncBuffer is a log that may be read while it is written.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// panicker is a Handler whose next Open, Serve or Close may panic.
type panicker struct{ where atomic.Value }

func (p *panicker) at(where string) {
	if p.where.CompareAndSwap(where, "") {
		panic("on purpose in " + where)
	}
}

func (p *panicker) Open(c *Conn) Session {
	p.at("Open")
	return &panickingSession{p, c}
}

type panickingSession struct {
	p *panicker
	c *Conn
}

func (s *panickingSession) Serve(cmds []Command) {
	s.p.at("Serve")
	echo(s.c, cmds)
}

func (s *panickingSession) Close() { s.p.at("Close") }

// A fault ends the connection that met it, and nothing else.
func TestServerPanics(t *testing.T) {
	h := &panicker{}
	h.where.Store("")
	log := &syncBuffer{}
	ln := listen(t)
	s := NewServer(ln, Limits{}, h)
	s.Log = slog.New(slog.NewTextHandler(log, nil))
	served := make(chan error, 1)
	go func() { served <- s.Serve() }()
	bystander := connect(t, s)
	ask(t, bystander, "PING")
	for i, where := range []string{"Open", "Serve", "Close"} {
		h.where.Store(where)
		c := connect(t, s)
		if err := c.Write([]byte("PING\r\n")); err == nil {
			c.Flush()
		}
		if where == "Close" {
			c.Receive()
			c.Close()
		} else if _, err := c.Receive(); err == nil {
			t.Errorf("%s panics, but the connection lives", where)
		}
		poll(t, "the panic to be counted", func() bool { return s.Stats().Panics == uint64(i+1) })
		poll(t, "the connection to end", func() bool { return s.Stats().Connections == 1 })
		if !strings.Contains(log.String(), "on purpose in "+where) || !strings.Contains(log.String(), "server_test.go") {
			t.Errorf("%s: the log says %q", where, log.String())
		}
		ask(t, bystander, "PING")
	}
	s.Close()
	if err := <-served; err != nil {
		t.Errorf("Serve: %v", err)
	}
}

// Serve waits for the sessions, Close does not.
func TestServerClose(t *testing.T) {
	entered, leave := make(chan struct{}), make(chan struct{})
	p := &player{serve: func(c *Conn, _ []Command) {
		close(entered)
		<-c.Gone()
		<-leave
	}}
	s := NewServer(listen(t), Limits{}, p)
	served := make(chan error, 1)
	go func() { served <- s.Serve() }()
	busy, idle := connect(t, s), connect(t, s)
	say(t, busy, "PING\r\n")
	<-entered
	s.Close()
	s.Close()
	if heard := hears(t, idle); heard != "" {
		t.Errorf("heard %q", heard)
	}
	select {
	case err := <-served:
		t.Errorf("Serve returned %v while a session is busy", err)
	default:
	}
	close(leave)
	if err := <-served; err != nil {
		t.Errorf("Serve: %v", err)
	}
	if p.ended() != 2 {
		t.Errorf("%d sessions are closed", p.ended())
	}
}

// A listener that somebody else closes ends the server, with an error.
func TestServerLosesListener(t *testing.T) {
	ln := listen(t)
	s := NewServer(ln, Limits{}, &player{serve: echo})
	served := make(chan error, 1)
	go func() { served <- s.Serve() }()
	ask(t, connect(t, s), "PING")
	ln.Close()
	if err := <-served; err != net.ErrClosed {
		t.Errorf("Serve: %v", err)
	}
}
