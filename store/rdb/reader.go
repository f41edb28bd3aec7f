package rdb

import (
	"encoding/binary"
	"math"
	"strconv"
)

// reader reads the primitives of a value. The first fault stays: what is read
// after it is zero.
type reader struct {
	rest  string
	room  int // bytes that may yet be made by decompression
	fault bool
}

// fail notes a fault, and that nothing is left to read, so that loops end.
func (r *reader) fail() {
	r.fault, r.rest = true, ""
}

// demand fails when what must hold does not.
func (r *reader) demand(holds bool) {
	if !holds {
		r.fail()
	}
}

// cut takes n bytes.
func (r *reader) cut(n uint64) string {
	if n > uint64(len(r.rest)) {
		r.fail()
		return ""
	}
	s := r.rest[:n]
	r.rest = r.rest[n:]
	return s
}

func (r *reader) byte() byte {
	if s := r.cut(1); s != "" {
		return s[0]
	}
	return 0
}

// fixed takes n <= 8 bytes as a number, the lowest byte first.
func (r *reader) fixed(n uint64) (u uint64) {
	s := r.cut(n)
	for i := len(s) - 1; i >= 0; i-- {
		u = u<<8 | uint64(s[i])
	}
	return u
}

// big takes n <= 8 bytes as a number, the highest byte first.
func (r *reader) big(n uint64) (u uint64) {
	for _, b := range []byte(r.cut(n)) {
		u = u<<8 | uint64(b)
	}
	return u
}

// signed takes n bytes as a number that may be negative.
func (r *reader) signed(n uint64) int64 { return extend(r.fixed(n), 8*n) }

// extend is a number of so many bits in two's complement.
func extend(u, bits uint64) int64 { return int64(u<<(64-bits)) >> (64 - bits) }

// The two highest bits of a length's first byte say how it goes on.
const (
	short = iota
	medium
	long
	special // no length: the string is written in some other way
)

// head reads a length, or says which other way a string is written.
func (r *reader) head() (n uint64, other bool) {
	b := r.byte()
	low := uint64(b & 0x3f)
	switch b >> 6 {
	case short:
		return low, false
	case medium:
		return low<<8 | uint64(r.byte()), false
	case special:
		return low, true
	}
	switch b {
	case 0x80:
		return r.big(4), false
	case 0x81:
		return r.big(8), false
	}
	r.fail()
	return 0, false
}

func (r *reader) length() uint64 {
	n, other := r.head()
	r.demand(!other)
	return n
}

// count is the length of something whose elements take at least size bytes
// each: more cannot follow.
func (r *reader) count(size int) int {
	n := r.length()
	if n > uint64(len(r.rest)/size) {
		r.fail()
		return 0
	}
	return int(n)
}

// Other ways in which a string is written.
const (
	int8Text = iota
	int16Text
	int32Text
	compressedText
)

func (r *reader) string() string {
	n, other := r.head()
	if !other {
		return r.cut(n)
	}
	switch n {
	case int8Text, int16Text, int32Text:
		return strconv.FormatInt(r.signed(1<<n), 10)
	case compressedText:
		return r.compressed()
	}
	r.fail()
	return ""
}

func (r *reader) compressed() string {
	from, to := r.length(), r.length()
	packed := r.cut(from)
	// The longest reference stands for 264 bytes and takes 3.
	if to > uint64(r.room) || to > uint64(len(packed))*264 {
		r.fail()
		return ""
	}
	r.room -= int(to)
	text, ok := decompress(packed, int(to))
	r.demand(ok)
	return text
}

func (r *reader) double() float64 {
	return math.Float64frombits(binary.LittleEndian.Uint64([]byte(r.cutExactly(8))))
}

// cutExactly is cut that gives n bytes also after a fault.
func (r *reader) cutExactly(n int) string {
	if s := r.cut(uint64(n)); len(s) == n {
		return s
	}
	return string(make([]byte, n))
}

// textDouble is how the oldest sorted sets have their scores.
func (r *reader) textDouble() float64 {
	const infinite, negative = 254, 255
	switch n := r.byte(); n {
	case infinite:
		return math.Inf(1)
	case negative:
		return math.Inf(-1)
	default:
		f, err := strconv.ParseFloat(r.cut(uint64(n)), 64)
		r.demand(err == nil)
		return f
	}
}
