package store

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/cespare/xxhash/v2"
)

// ErrBadSnapshot says that what ReadFrom read is not a whole, sound snapshot of
// a version that it knows. Errors of the reader itself are wrapped beside it.
var ErrBadSnapshot = errors.New("store: bad snapshot")

// decoder reads the primitives of a snapshot and hashes them. The bytes may be
// anything: nothing is allocated before its bytes have come. The first error
// stays, and what is read after it is zero.
type decoder struct {
	r interface {
		io.Reader
		io.ByteReader
	}
	sum     xxhash.Digest
	pending []byte // read but not hashed yet
	buf     []byte // the last string
	n       int64
	err     error
	version uint64 // of the snapshot's form
}

const decoderPiece = 64 << 10

func newDecoder(r io.Reader) *decoder {
	d := &decoder{}
	d.sum.Reset()
	var ok bool
	if d.r, ok = r.(interface {
		io.Reader
		io.ByteReader
	}); !ok {
		d.r = bufio.NewReaderSize(r, decoderPiece)
	}
	return d
}

func (d *decoder) fail(err error) {
	if d.err == nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		d.err = fmt.Errorf("%w: at byte %d: %w", ErrBadSnapshot, d.n, err)
	}
}

// demand fails with a text when what must hold does not.
func (d *decoder) demand(holds bool, text string) {
	if !holds && d.err == nil {
		d.fail(errors.New(text))
	}
}

// ReadByte makes the decoder an io.ByteReader for the varints.
func (d *decoder) ReadByte() (byte, error) {
	if d.err != nil {
		return 0, d.err
	}
	b, err := d.r.ReadByte()
	if err != nil {
		return 0, err
	}
	d.n++
	d.pending = append(d.pending, b)
	if len(d.pending) >= decoderPiece {
		d.settle()
	}
	return b, nil
}

func (d *decoder) byte() byte {
	b, err := d.ReadByte()
	if err != nil {
		d.fail(err)
	}
	return b
}

func (d *decoder) bool() bool {
	b := d.byte()
	d.demand(b <= 1, "not a boolean")
	return b == 1
}

func (d *decoder) uint() uint64 {
	u, err := binary.ReadUvarint(d)
	if err != nil {
		d.fail(err)
		return 0
	}
	return u
}

func (d *decoder) int() int64 {
	i, err := binary.ReadVarint(d)
	if err != nil {
		d.fail(err)
		return 0
	}
	return i
}

func (d *decoder) float() float64 {
	b := d.bytes(8)
	if d.err != nil {
		return 0
	}
	f := math.Float64frombits(binary.LittleEndian.Uint64(b))
	d.demand(f == f, "score is not a number")
	return f
}

// bytes reads n bytes, which hold until the next call.
func (d *decoder) bytes(n uint64) []byte {
	d.buf = d.buf[:0]
	d.more(n)
	return d.buf
}

// more reads n bytes behind those of bytes, piece by piece as they come.
func (d *decoder) more(n uint64) {
	for n > 0 && d.err == nil {
		start := len(d.buf)
		d.buf = append(d.buf, make([]byte, min(n, decoderPiece))...)
		got, err := io.ReadFull(d.r, d.buf[start:])
		d.n += int64(got)
		if err != nil {
			d.fail(err)
			return
		}
		d.settle()
		d.sum.Write(d.buf[start:])
		n -= uint64(got)
	}
}

func (d *decoder) string() string {
	b := d.bytes(d.uint())
	if d.err != nil {
		return ""
	}
	return string(b)
}

// settle hashes what is pending.
func (d *decoder) settle() {
	d.sum.Write(d.pending)
	d.pending = d.pending[:0]
}

// hash is the hash of everything so far.
func (d *decoder) hash() uint64 {
	d.settle()
	return d.sum.Sum64()
}
