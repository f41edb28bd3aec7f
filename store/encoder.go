package store

import (
	"encoding/binary"
	"io"
	"math"

	"github.com/cespare/xxhash/v2"
)

// encoder writes the primitives of a snapshot and hashes them. The first error
// of the writer stays, and the rest is dropped.
type encoder struct {
	w   io.Writer
	buf []byte
	sum xxhash.Digest
	n   int64 // bytes handed to w
	err error
}

// encoderBuffer is how much is gathered before it is written.
const encoderBuffer = 64 << 10

func newEncoder(w io.Writer) *encoder {
	e := &encoder{w: w}
	e.sum.Reset()
	return e
}

func (e *encoder) flush() {
	e.sum.Write(e.buf)
	if e.err == nil {
		var n int
		n, e.err = e.w.Write(e.buf)
		e.n += int64(n)
	}
	e.buf = e.buf[:0]
}

func (e *encoder) room() {
	if len(e.buf) >= encoderBuffer {
		e.flush()
	}
}

func (e *encoder) byte(b byte) {
	e.buf = append(e.buf, b)
	e.room()
}

func (e *encoder) bool(b bool) {
	if b {
		e.byte(1)
	} else {
		e.byte(0)
	}
}

func (e *encoder) uint(u uint64) {
	e.buf = binary.AppendUvarint(e.buf, u)
	e.room()
}

func (e *encoder) int(i int64) {
	e.buf = binary.AppendVarint(e.buf, i)
	e.room()
}

func (e *encoder) float(f float64) {
	e.buf = binary.LittleEndian.AppendUint64(e.buf, math.Float64bits(f))
	e.room()
}

// string is piecewise, so that the buffer stays small beside a large value.
func (e *encoder) string(s string) {
	e.uint(uint64(len(s)))
	for len(s) > encoderBuffer {
		e.buf = append(e.buf, s[:encoderBuffer]...)
		s = s[encoderBuffer:]
		e.flush()
	}
	e.buf = append(e.buf, s...)
	e.room()
}

// hash is the hash of everything so far.
func (e *encoder) hash() uint64 {
	e.flush()
	return e.sum.Sum64()
}

// trailer closes a snapshot with the hash of all before.
func (e *encoder) trailer() {
	e.buf = binary.LittleEndian.AppendUint64(e.buf, e.hash())
	e.flush()
}
