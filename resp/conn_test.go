package resp

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

// While Serve waits, the end of the client is noticed.
func TestGoneWhileServing(t *testing.T) {
	for _, limits := range []Limits{{}, {IdleTimeout: time.Hour}} {
		waiting, noticed := make(chan struct{}), make(chan struct{})
		s, p := serving(t, limits, func(c *Conn, _ []Command) {
			gone := c.Gone()
			select {
			case <-gone:
				t.Error("gone before it was")
			default:
			}
			close(waiting)
			<-gone
			close(noticed)
		})
		c := connect(t, s)
		say(t, c, "BLOCK\r\n")
		<-waiting
		c.Close()
		select {
		case <-noticed:
		case <-time.After(patience):
			t.Fatal("the server has not noticed that the client is gone")
		}
		poll(t, "the session to be closed", func() bool { return p.ended() == 1 })
	}
}

// What is read while looking for the client is served later, in order,
// whatever pieces it comes in, and a client that lives is not gone.
func TestGoneLosesNothing(t *testing.T) {
	step := make(chan struct{})
	s, _ := serving(t, Limits{IdleTimeout: time.Hour}, func(c *Conn, cmds []Command) {
		for _, cmd := range cmds {
			if cmd.Args[0] == "WAIT" {
				select {
				case <-c.Gone():
					t.Error("gone, although it is there")
				case <-step:
				}
			}
		}
		authenticated(c, cmds)
	})
	c := connect(t, s)
	var want []string
	for round := range 20 {
		say(t, c, "WAIT\r\n")
		want = append(want, "WAIT")
		for i := range round {
			word := fmt.Sprintf("word-%d-%d-%s", round, i, strings.Repeat("x", 37*i*round))
			frame := string(AppendCommand(nil, word))
			say(t, c, frame[:len(frame)/2])
			say(t, c, frame[len(frame)/2:])
			want = append(want, word)
		}
		step <- struct{}{}
		// Half of the time nothing has come while it waited, and the read ahead
		// is what the next command meets.
		if round%2 == 0 {
			say(t, c, "after\r\n")
			want = append(want, "after")
		}
		for _, w := range want {
			r, err := c.Receive()
			if err != nil || len(r.Elems) != 1 || r.Elems[0].Str != w {
				t.Fatalf("round %d: got %.80v, %v, want %.80q", round, r, err, w)
			}
		}
		want = nil
	}
}

// Reading ahead has an end: a client cannot fill the memory while it is served.
func TestGoneReadsAheadBounded(t *testing.T) {
	step := make(chan struct{})
	s, p := serving(t, Limits{}, func(c *Conn, cmds []Command) {
		if cmds[0].Args[0] == "WAIT" {
			c.Gone()
			<-step
		}
		authenticated(c, cmds)
	})
	c := connect(t, s)
	say(t, c, "WAIT\r\n")
	const n = 8 << 20
	sent := make(chan error, 1)
	go func() {
		_, err := c.nc.Write(AppendCommand(nil, strings.Repeat("x", n)))
		sent <- err
	}()
	poll(t, "the server to have read ahead", func() bool { return s.Stats().BytesIn >= maxAhead })
	p.opened()[0].Gone() // asking again must not make it read on
	if n := s.Stats().BytesIn; n > maxAhead+2*readSize {
		t.Errorf("%d bytes are read ahead", n)
	}
	close(step)
	for _, want := range []int{4, n} {
		if r, err := c.Receive(); err != nil || len(r.Elems[0].Str) != want {
			t.Fatalf("%.80v, %v", r, err)
		}
	}
	if err := <-sent; err != nil {
		t.Error(err)
	}
}

func TestKill(t *testing.T) {
	s, p := serving(t, Limits{}, func(c *Conn, cmds []Command) {
		if cmds[0].Args[0] == "KILL-SELF" {
			c.Write([]byte("+lost\r\n"))
			c.Kill()
		}
		echo(c, cmds)
	})
	idle := connect(t, s)
	ask(t, idle, "PING")
	conn := p.opened()[0]
	self := connect(t, s)
	conn.Kill()
	conn.Kill()
	<-conn.Gone()
	if heard := hears(t, idle); heard != "" {
		t.Errorf("heard %q", heard)
	}
	say(t, self, "KILL-SELF\r\nPING\r\n")
	if heard := hears(t, self); heard != "" {
		t.Errorf("heard %q", heard)
	}
	poll(t, "both sessions to be closed", func() bool { return p.ended() == 2 })
	conn.Write([]byte("too late"))
	if err := conn.Flush(); err != net.ErrClosed || conn.OutputBuffer() != 0 {
		t.Errorf("Flush after the end: %v, %d bytes wait", err, conn.OutputBuffer())
	}
}

// A connection that nobody serves just now can be ended with a last word.
func TestCloseAfterFlushFromOutside(t *testing.T) {
	s, p := serving(t, Limits{}, echo)
	c := connect(t, s)
	ask(t, c, "PING")
	conn := p.opened()[0]
	conn.Write([]byte("+bye\r\n"))
	conn.CloseAfterFlush()
	conn.Flush()
	if heard := hears(t, c); heard != "+bye\r\n" {
		t.Errorf("heard %q", heard)
	}

	// A command that comes before the Flush is not served. The goodbye is sent in
	// any case, but a client that goes on talking may find the connection reset.
	c = connect(t, s)
	ask(t, c, "PING")
	conn = p.opened()[1]
	conn.Write([]byte("+bye\r\n"))
	conn.CloseAfterFlush()
	_, _ = c.nc.Write([]byte("PING\r\n"))
	c.nc.SetReadDeadline(time.Now().Add(patience))
	if heard, err := io.ReadAll(c.nc); errors.Is(err, os.ErrDeadlineExceeded) || strings.Contains(string(heard), "PONG") {
		t.Errorf("heard %q, %v", heard, err)
	}
}

// What is flushed while Serve runs does not end the connection before Serve
// has said all that it wants to.
func TestCloseAfterFlushWhileServing(t *testing.T) {
	s, _ := serving(t, Limits{}, func(c *Conn, _ []Command) {
		c.CloseAfterFlush()
		c.Write([]byte("+one\r\n"))
		c.Flush()
		c.Write([]byte("+two\r\n"))
	})
	c := connect(t, s)
	say(t, c, "PING\r\n")
	if heard := hears(t, c); heard != "+one\r\n+two\r\n" {
		t.Errorf("heard %q", heard)
	}
}

// slowWriter accepts connections that take a while to write, and notes whether
// two goroutines ever write to one of them at once.
type slowWriter struct {
	net.Listener
	overlaps atomic.Int64
}

type slowConn struct {
	net.Conn
	l    *slowWriter
	busy atomic.Bool
}

func (l *slowWriter) Accept() (net.Conn, error) {
	nc, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &slowConn{Conn: nc, l: l}, nil
}

func (c *slowConn) Write(p []byte) (int, error) {
	if !c.busy.CompareAndSwap(false, true) {
		c.l.overlaps.Add(1)
	}
	defer c.busy.Store(false)
	time.Sleep(100 * time.Microsecond)
	return c.Conn.Write(p)
}

// Pushes from many goroutines, beside replies, stay whole and in order.
func TestWriteFromManyGoroutines(t *testing.T) {
	ln := &slowWriter{Listener: listen(t)}
	p := &player{serve: echo}
	s := start(t, ln, Limits{}, p)
	c := connect(t, s)
	ask(t, c, "PING")
	conn := p.opened()[0]
	const writers, each = 8, 200
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := range each {
				conn.Write(Reply{Kind: PushKind, Elems: []Reply{Int(int64(w)), Int(int64(i)), Bulk(strings.Repeat("p", i))}}.Append(nil, RESP3))
				if err := conn.Flush(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	go func() {
		for range each {
			c.nc.Write([]byte("PING\r\n"))
		}
	}()
	var next [writers]int64
	for range (writers + 1) * each {
		r, err := c.Receive()
		if err != nil {
			t.Fatal(err)
		}
		if r.Kind != PushKind {
			continue
		}
		w := r.Elems[0].Int
		if r.Elems[1].Int != next[w] {
			t.Fatalf("writer %d: got push %d, want %d", w, r.Elems[1].Int, next[w])
		}
		next[w]++
	}
	all.Wait()
	if n := ln.overlaps.Load(); n > 0 {
		t.Errorf("%d writes began during another one", n)
	}
}

// A client that does not read its replies is ended before they fill the memory.
func TestOutputLimit(t *testing.T) {
	reply := Bulk(strings.Repeat("x", 1000)).Append(nil, RESP2)
	s, p := serving(t, Limits{MaxOutput: 100_000}, func(c *Conn, cmds []Command) {
		for range 1000 {
			c.Write(reply)
		}
	})
	c := connect(t, s)
	say(t, c, "PING\r\n")
	poll(t, "the connection to end", func() bool { return p.ended() == 1 })
	if st := s.Stats(); st.Overruns != 1 {
		t.Errorf("%+v", st)
	}
}

func TestIdleTimeout(t *testing.T) {
	s, p := serving(t, Limits{IdleTimeout: 100 * time.Millisecond}, func(c *Conn, cmds []Command) {
		if cmds[0].Args[0] == "SLOW" { // the server's own time is not the client's
			select {
			case <-c.Gone():
			case <-time.After(250 * time.Millisecond):
			}
		}
		echo(c, cmds)
	})
	ask(t, connect(t, s), "SLOW")
	silent, loris := connect(t, s), connect(t, s)
	began := time.Now()
	go func() { // half a command, a byte at a time, for as long as anybody listens
		for _, b := range "*1\r\n$10000\r\n" + strings.Repeat("x", 10000) {
			if _, err := loris.nc.Write([]byte(string(b))); err != nil {
				return
			}
			time.Sleep(5 * time.Millisecond)
		}
	}()
	for name, c := range map[string]*Client{"silent": silent, "loris": loris} {
		c.nc.SetReadDeadline(time.Now().Add(patience))
		if heard, err := io.ReadAll(c.nc); len(heard) > 0 || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%s heard %q, %v", name, heard, err)
		}
	}
	if took := time.Since(began); took < 90*time.Millisecond {
		t.Errorf("ended after %v", took)
	}
	poll(t, "all sessions to be closed", func() bool { return p.ended() == 3 })
	if st := s.Stats(); st.Idle != 3 {
		t.Errorf("%+v", st)
	}
}

// brokenListener cannot accept for a while, as when descriptors have run out.
type brokenListener struct {
	failures int
	conn     chan net.Conn
	closed   chan struct{}
}

func (l *brokenListener) Accept() (net.Conn, error) {
	if l.failures > 0 {
		l.failures--
		return nil, &net.OpError{Op: "accept", Err: syscall.EMFILE}
	}
	select {
	case c := <-l.conn:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *brokenListener) Close() error {
	select {
	case <-l.closed:
	default:
		close(l.closed)
	}
	return nil
}

func (l *brokenListener) Addr() net.Addr { return &net.TCPAddr{} }

func TestAcceptBacksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ln := &brokenListener{failures: 10, conn: make(chan net.Conn), closed: make(chan struct{})}
		s := NewServer(ln, Limits{}, &player{serve: echo})
		served := make(chan error, 1)
		go func() { served <- s.Serve() }()
		began := time.Now()
		ours, theirs := net.Pipe()
		ln.conn <- theirs
		// 5 ms, doubling up to a second: eight times that, then two full ones.
		if took := time.Since(began); took != (5+10+20+40+80+160+320+640+2000)*time.Millisecond {
			t.Errorf("accepted after %v", took)
		}
		c := NewClient(ours)
		ask(t, c, "PING")
		if st := s.Stats(); st.AcceptErrors != 10 || st.Total != 1 {
			t.Errorf("%+v", st)
		}
		s.Close()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
}

// Close does not wait for a pause between tries.
func TestAcceptBackOffEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ln := &brokenListener{failures: 1 << 30, closed: make(chan struct{})}
		s := NewServer(ln, Limits{}, &player{serve: echo})
		served := make(chan error, 1)
		go func() { served <- s.Serve() }()
		time.Sleep(time.Minute)
		if n := s.Stats().AcceptErrors; n < 60 || n > 70 {
			t.Errorf("tried %d times in a minute", n)
		}
		s.Close()
		if err := <-served; err != nil {
			t.Error(err)
		}
	})
}
