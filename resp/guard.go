package resp

import (
	"errors"
	"io"
	"net"
	"strings"
	"time"
)

// guard is the net.Conn that redcon is given. It is read, and what it guards is
// served, by one goroutine: redcon's for this connection.
type guard struct {
	net.Conn // for redcon's other questions; reading and writing go another way

	conn *Conn
	src  source
	scan scanner

	lent  bool     // ready may point into the source's buffer
	held  segments // bytes of a command that is not whole
	ready segments // bytes for redcon: whole commands only

	// released counts the commands of this batch, which are in ready or have
	// been passed on. When redcon has given back as many, they are served.
	released int
	passed   int // bytes of this batch

	failed  error  // how the connection ends when the batch has been served
	recheck bool   // the scanner has a line to judge again after the batch
	rest    []byte // what came behind that line

	grown   bool // redcon's buffer must be made small again
	filling bool // the command that redcon delivers next is the filler

	progress int  // bytes since the idle deadline was set; negative: set it
	timed    bool // there is an idle deadline
}

var (
	errQueryOverrun = errors.New("query buffer over its limit")
	errOutOfStep    = errors.New("redcon did not deliver what it was given")
)

// filler makes redcon give memory back. Its buffer doubles until a batch fits,
// and when all is read it goes on with the first 4096 bytes of it, which keep
// the whole alive, until it must grow again. The filler makes it grow at once,
// to 8192 bytes, and is dropped when it comes back as a command.
var filler = AppendCommand(nil, strings.Repeat(" ", 5000))

// smallBatch is the size in bytes up to which redcon may keep its buffer.
const smallBatch = 8 << 10

// Read implements net.Conn for redcon. It waits until at least one command is
// whole. All that can go wrong ends here, with Conn.finish and io.EOF.
func (g *guard) Read(p []byte) (n int, err error) {
	defer func() {
		if v := recover(); v != nil {
			g.conn.panicked(v)
			g.conn.finish(nil)
			n, err = 0, io.EOF
		}
	}()
	g.conn.open()
	for g.ready.size == 0 {
		if err := g.advance(); err != nil {
			g.conn.finish(err)
			return 0, io.EOF
		}
	}
	n = g.ready.moveTo(p)
	if g.ready.size == 0 {
		g.giveBack()
		g.grown = g.passed > smallBatch
		g.passed = 0
	}
	return n, nil
}

// Write implements net.Conn for redcon, which has nothing to say: it flushes
// its empty buffer after each pipeline.
func (g *guard) Write(p []byte) (int, error) {
	if len(p) > 0 {
		g.conn.Write(p)
		return len(p), g.conn.Flush()
	}
	return 0, nil
}

// Close implements net.Conn for redcon.
func (g *guard) Close() error {
	g.conn.Kill()
	return nil
}

// advance is called when redcon has read everything and all of it has been
// served. It makes one step: something may be ready after it.
func (g *guard) advance() error {
	switch {
	case g.conn.over():
		return io.EOF
	case g.released > 0:
		return errOutOfStep
	case g.grown:
		g.grown, g.filling = false, true
		g.ready.push(filler)
	case g.failed != nil:
		return g.failed
	case g.recheck:
		b := g.rest
		g.recheck, g.rest = false, nil
		g.intake(b)
	default:
		b, err := g.receive()
		g.intake(b)
		if g.ready.size == 0 {
			g.giveBack()
		}
		if g.failed == nil {
			g.failed = err
		}
	}
	return nil
}

// receive waits for bytes. There may be some together with an error.
func (g *guard) receive() ([]byte, error) {
	if g.progress < 0 || g.progress >= readSize {
		if err := g.waitUntil(g.conn.server.limits.Load().IdleTimeout); err != nil {
			return nil, err
		}
	}
	b, err, ahead := g.conn.watch.collect()
	if !ahead {
		b, err = g.src.read()
		g.lent = true
		g.conn.server.stat.bytesIn.Add(uint64(len(b)))
	}
	g.progress += len(b)
	return b, err
}

// waitUntil sets how long the connection may be silent from now on, 0 for ever.
func (g *guard) waitUntil(idle time.Duration) error {
	if idle <= 0 && !g.timed {
		return nil
	}
	deadline := time.Time{}
	if idle > 0 {
		g.progress = 0
		deadline = time.Now().Add(idle)
	}
	g.timed = idle > 0
	return g.Conn.SetReadDeadline(deadline)
}

// giveBack returns the source's buffer, unless somebody reads ahead into it.
func (g *guard) giveBack() {
	if g.lent {
		g.lent = false
		g.src.release()
	}
}

// intake looks at bytes that are new. What is whole then is in ready, which may
// point into b; the beginning of a further command is copied to held.
func (g *guard) intake(b []byte) {
	g.scan.authenticated, g.scan.limits = g.conn.authenticated.Load(), g.conn.server.limits.Load()
	run := 0   // b[run:] is neither in ready nor dropped
	begin := 0 // where the present command begins, as far as it is in b
	for at := 0; ; {
		n, ev, err := g.scan.next(b[at:])
		at += n
		if ev == ended {
			g.ready.take(&g.held)
			g.released++
			begin = at
			continue
		}
		g.ready.push(b[run:begin])
		if ev == typed {
			err = g.passTyped()
		}
		switch {
		case err != nil:
			g.refuse(err, b[begin:at], b[at:])
		case ev == needMore:
			g.hold(b[begin:])
		default: // typed or ignored: the bytes themselves are of no more use
			g.held = segments{}
			run, begin = at, at
			continue
		}
		break
	}
	g.passed += g.ready.size
	if g.released > 0 {
		g.progress = -1
	}
	g.conn.query.Store(int64(g.held.size + len(g.scan.line) + len(g.rest)))
}

// passTyped puts an inline command into the form that all others have.
func (g *guard) passTyped() error {
	frame, err := appendInline(nil, g.scan.inline)
	g.scan.inline = nil // it may keep a large buffer alive
	if len(frame) > 0 {
		g.ready.push(frame)
		g.released++
	}
	return err
}

// hold keeps the beginning of a command. The scanner itself keeps what is
// typed, until it is a line.
func (g *guard) hold(b []byte) {
	if g.scan.stage == inInline {
		return
	}
	g.held.copyIn(b)
	if g.held.size > g.conn.server.limits.Load().MaxQuery {
		g.failed = errQueryOverrun
	}
}

// refuse ends the connection, once the commands before this one have been
// served. One of those may be AUTH: if that could make a difference, the
// command (of which so much has come) is looked at again then.
func (g *guard) refuse(err error, command, behind []byte) {
	if e, ok := err.(protocolError); ok && e.liftedByAuth() && g.released > 0 {
		g.hold(command)
		g.rest = append([]byte(nil), behind...)
		g.recheck = true
		return
	}
	g.failed = err
}
