package resp

import (
	"io"
	"net"
	"os"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// readSize is how much one read takes from a connection at most, and so how
// large a batch of small commands can get.
const readSize = 64 << 10

// A source waits for bytes of one connection. One goroutine uses it at a time.
type source interface {
	// read waits for bytes and returns them. They stay valid until release,
	// which must come before the next read.
	read() ([]byte, error)
	release()
}

// newSource makes the source that suits the connection.
func newSource(nc net.Conn, pool *sync.Pool) source {
	if sc, ok := nc.(syscall.Conn); ok {
		if raw, err := sc.SyscallConn(); err == nil {
			p := &polledSource{raw: raw, pool: pool}
			p.attempt = p.try
			return p
		}
	}
	return &plainSource{nc: nc}
}

// readBuffer is what the pool of a polledSource holds.
type readBuffer [readSize]byte

// polledSource reads a socket, and takes a buffer only when there is something
// to put into it: ten thousand waiting connections need none.
type polledSource struct {
	raw     syscall.RawConn
	pool    *sync.Pool            // of *readBuffer
	attempt func(fd uintptr) bool // try, made once
	buf     *readBuffer
	n       int
	err     error
}

func (p *polledSource) read() ([]byte, error) {
	if err := p.raw.Read(p.attempt); err != nil {
		return nil, err
	}
	if p.err != nil {
		return nil, p.err
	}
	return p.buf[:p.n], nil
}

// try makes one system call; false asks to be called again when there is
// something to read.
func (p *polledSource) try(fd uintptr) bool {
	p.buf = p.pool.Get().(*readBuffer)
	for {
		p.n, p.err = unix.Read(int(fd), p.buf[:])
		if p.err != unix.EINTR {
			break
		}
	}
	switch {
	case p.err == unix.EAGAIN:
		p.release()
		return false
	case p.err != nil:
		p.err = os.NewSyscallError("read", p.err)
	case p.n == 0:
		p.err = io.EOF
	}
	if p.err != nil {
		p.release()
	}
	return true
}

func (p *polledSource) release() {
	if p.buf != nil {
		p.pool.Put(p.buf)
		p.buf = nil
	}
}

// plainSource reads what is no socket of its own, such as TLS. It needs a
// buffer to wait with, so that is a small one.
type plainSource struct {
	nc  net.Conn
	buf []byte
}

func (p *plainSource) read() ([]byte, error) {
	if p.buf == nil {
		p.buf = make([]byte, 4096)
	}
	n, err := p.nc.Read(p.buf)
	if n > 0 {
		err = nil // it will come again
	}
	return p.buf[:n], err
}

func (p *plainSource) release() {}
