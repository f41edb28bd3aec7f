package peer

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"sync"
)

// MaxFrame bounds one frame's body in bytes. Commands are far smaller (a log
// entry's worth); the reply to one of them may be large.
const MaxFrame = 1 << 30

// Frames is a connection that carries frames both ways: four bytes of length,
// then a body. Sends of many goroutines that meet while the socket is busy
// leave in one write.
type Frames struct {
	conn net.Conn
	in   *bufio.Reader

	mu     sync.Mutex // guards out, spare, err; held for no I/O
	out    []byte     // what waits to be written
	spare  []byte     // the buffer last written, to be used again
	err    error
	signal chan struct{} // capacity 1: there is something in out
	done   chan struct{} // closed by Close; ends the writer
	once   sync.Once
}

// keepBuffer is the largest write buffer that is kept for use again.
const keepBuffer = 1 << 20

// NewFrames wraps conn and starts its writer, which Close ends.
func NewFrames(conn net.Conn) *Frames {
	f := &Frames{
		conn:   conn,
		in:     bufio.NewReaderSize(conn, 64<<10),
		signal: make(chan struct{}, 1),
		done:   make(chan struct{}),
	}
	go f.write()
	return f
}

// Send queues one frame whose body is what build appends. It never waits for
// the network; an error of an earlier write is returned once it is known.
func (f *Frames) Send(build func(dst []byte) []byte) error {
	f.mu.Lock()
	if f.err != nil {
		f.mu.Unlock()
		return f.err
	}
	at := len(f.out)
	f.out = build(append(f.out, 0, 0, 0, 0))
	binary.BigEndian.PutUint32(f.out[at:], uint32(len(f.out)-at-4))
	f.mu.Unlock()
	select {
	case f.signal <- struct{}{}:
	default:
	}
	return nil
}

func (f *Frames) write() {
	for {
		select {
		case <-f.signal:
		case <-f.done:
			return
		}
		f.mu.Lock()
		b := f.out
		f.out, f.spare = f.spare[:0], nil
		f.mu.Unlock()
		_, err := f.conn.Write(b)
		f.mu.Lock()
		if cap(b) <= keepBuffer {
			f.spare = b
		}
		if err != nil {
			f.err = err
		}
		f.mu.Unlock()
		if err != nil {
			f.Close()
			return
		}
	}
}

// Receive waits for the next frame. The body is the caller's to keep. Only one
// goroutine may receive.
func (f *Frames) Receive() ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(f.in, head[:]); err != nil {
		return nil, err
	}
	n := binary.BigEndian.Uint32(head[:])
	if n > MaxFrame {
		return nil, fmt.Errorf("frame of %d bytes is over the limit of %d", n, MaxFrame)
	}
	if n <= keepBuffer {
		body := make([]byte, n)
		_, err := io.ReadFull(f.in, body)
		return body, err
	}
	// Memory is taken as bytes arrive, not on the word of a header.
	var body bytes.Buffer
	_, err := io.CopyN(&body, f.in, int64(n))
	return body.Bytes(), err
}

// Close ends the connection and the writer. It may be called more than once.
func (f *Frames) Close() {
	f.once.Do(func() {
		close(f.done)
		f.conn.Close()
		f.mu.Lock()
		if f.err == nil {
			f.err = net.ErrClosed
		}
		f.mu.Unlock()
	})
}
