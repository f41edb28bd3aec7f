package peer

import (
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"
)

// Verb names a request. The values are on the wire and never change.
type Verb byte

// Respond answers one request; it must be called exactly once, from any goroutine.
type Respond func(body []byte, err error)

// Serve answers the requests of one Calls connection until it ends. handle is
// run on the reading goroutine: it must not block, but may respond later.
func ServeCalls(conn net.Conn, from Identity, handle func(from Identity, v Verb, body []byte, r Respond)) {
	f := NewFrames(conn)
	defer f.Close()
	for {
		b, err := f.Receive()
		if err != nil || len(b) < 9 {
			return
		}
		id := binary.BigEndian.Uint64(b[1:9])
		handle(from, Verb(b[0]), b[9:], func(body []byte, err error) {
			status := byte(0)
			if err != nil {
				status, body = 1, []byte(err.Error())
			}
			// An error here means that the asking side is gone: nobody to tell.
			_ = f.Send(func(dst []byte) []byte {
				dst = append(dst, status)
				dst = binary.BigEndian.AppendUint64(dst, id)
				return append(dst, body...)
			})
		})
	}
}

// ErrLost means that the connection ended, or time ran out, before an answer
// came: the request may or may not have been carried out.
var ErrLost = errors.New("no answer from peer")

// Caller asks other nodes. It keeps one connection to each address that it was
// asked to call, made when needed. Safe for many goroutines.
type Caller struct {
	self func() Identity

	mu    sync.Mutex // guards lines, closed
	lines map[string]*line
	shut  bool
}

// NewCaller makes a Caller that presents itself as self() says at each dial.
func NewCaller(self func() Identity) *Caller {
	return &Caller{self: self, lines: map[string]*line{}}
}

const (
	dialTimeout = 1 * time.Second
	callTimeout = 10 * time.Second // of Call, where the caller names none
	maxWaiting  = 4096             // requests unanswered on one line: a paused peer costs no more
	redialPause = 50 * time.Millisecond
)

// errBusy is the answer to a request beyond maxWaiting.
var errBusy = fmt.Errorf("%w: too many requests are waiting for it", ErrLost)

// Call asks addr and waits for its answer, at most timeout (0: 10 s).
func (c *Caller) Call(addr string, v Verb, body []byte, timeout time.Duration) ([]byte, error) {
	if timeout == 0 {
		timeout = callTimeout
	}
	type answer struct {
		body []byte
		err  error
	}
	ch := make(chan answer, 1)
	c.Go(addr, v, body, func(b []byte, err error) { ch <- answer{b, err} })
	t := time.NewTimer(timeout)
	defer t.Stop()
	select {
	case a := <-ch:
		return a.body, a.err
	case <-t.C:
		return nil, fmt.Errorf("%w: %s did not answer within %v", ErrLost, addr, timeout)
	}
}

// Go asks addr and calls done exactly once, with the answer or an error, on a
// goroutine of the Caller's: done must not block. It never waits for the
// network itself.
func (c *Caller) Go(addr string, v Verb, body []byte, done func([]byte, error)) {
	c.mu.Lock()
	if c.shut {
		c.mu.Unlock()
		done(nil, net.ErrClosed)
		return
	}
	l := c.lines[addr]
	if l == nil {
		l = &line{addr: addr, waiting: map[uint64]func([]byte, error){}}
		c.lines[addr] = l
		go c.run(l)
	}
	c.mu.Unlock()
	l.ask(v, body, done)
}

// Close ends all connections; what was not answered is told so.
func (c *Caller) Close() {
	c.mu.Lock()
	c.shut = true
	c.mu.Unlock()
	c.Redial()
}

// Redial ends all connections made so far, so that the next requests present
// this node as it is now. What was not answered is told so.
func (c *Caller) Redial() {
	c.mu.Lock()
	lines := c.lines
	c.lines = map[string]*line{}
	c.mu.Unlock()
	for _, l := range lines {
		l.fail(net.ErrClosed)
	}
}

// run dials and then reads the answers of one line until it breaks; the next
// request to that address makes a new line.
func (c *Caller) run(l *line) {
	defer func() {
		c.mu.Lock()
		if c.lines[l.addr] == l {
			delete(c.lines, l.addr)
		}
		c.mu.Unlock()
	}()
	conn, err := Dial(l.addr, Preamble{Kind: Calls, From: c.self()}, dialTimeout)
	if err != nil {
		l.fail(err)
		time.Sleep(redialPause) // requests made meanwhile fail at once, and no dialling storm begins
		return
	}
	f := NewFrames(conn)
	if !l.up(f) {
		f.Close()
		return
	}
	for {
		b, err := f.Receive()
		if err == nil && len(b) < 9 {
			err = errors.New("malformed answer")
		}
		if err != nil {
			l.fail(fmt.Errorf("%w: %w", ErrLost, err))
			return
		}
		l.answer(binary.BigEndian.Uint64(b[1:9]), b[0] == 0, b[9:])
	}
}

// line is one connection of a Caller and the requests that wait on it.
type line struct {
	addr string

	mu      sync.Mutex // guards all below; held for no I/O
	frames  *Frames    // nil while dialling
	queued  [][]byte   // requests made while dialling
	waiting map[uint64]func([]byte, error)
	next    uint64
	failed  error
}

func (l *line) ask(v Verb, body []byte, done func([]byte, error)) {
	l.mu.Lock()
	err := l.failed
	if err == nil && len(l.waiting) >= maxWaiting {
		err = errBusy
	}
	if err != nil {
		l.mu.Unlock()
		done(nil, err)
		return
	}
	l.next++
	l.waiting[l.next] = done
	req := append(binary.BigEndian.AppendUint64([]byte{byte(v)}, l.next), body...)
	if l.frames == nil {
		l.queued = append(l.queued, req)
		l.mu.Unlock()
		return
	}
	// A failed send breaks the connection, which fails everybody who waits.
	_ = l.frames.Send(func(dst []byte) []byte { return append(dst, req...) })
	l.mu.Unlock()
}

func (l *line) up(f *Frames) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failed != nil {
		return false
	}
	l.frames = f
	for _, req := range l.queued {
		_ = f.Send(func(dst []byte) []byte { return append(dst, req...) })
	}
	l.queued = nil
	return true
}

func (l *line) answer(id uint64, ok bool, body []byte) {
	l.mu.Lock()
	done := l.waiting[id]
	delete(l.waiting, id)
	l.mu.Unlock()
	switch {
	case done == nil:
	case ok:
		done(body, nil)
	default:
		done(nil, errors.New(string(body)))
	}
}

func (l *line) fail(err error) {
	l.mu.Lock()
	if l.failed == nil {
		l.failed = err
	}
	waiting := l.waiting
	l.waiting = map[uint64]func([]byte, error){}
	if l.frames != nil {
		l.frames.Close()
	}
	l.mu.Unlock()
	for _, done := range waiting {
		done(nil, err)
	}
}
