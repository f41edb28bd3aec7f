package hll

import (
	"encoding/binary"
	"errors"
)

const (
	registerBits = 14
	registers    = 1 << registerBits
	valueBits    = 6
	headerSize   = 16
	denseSize    = headerSize + registers*valueBits/8
	// sparseMax is the size that a sparse one may grow to, Redis's default of
	// hll-sparse-max-bytes. It is a constant because all nodes must agree on it.
	sparseMax = 3000
)

const magic = "HYLL"

// The encodings, as the header has them.
const (
	dense  = 0
	sparse = 1
)

// countAt is where the count stands in the header. The highest bit of it says
// that it is out of date.
const (
	countAt  = 8
	outdated = 1 << 63
)

// ErrCorrupt says that a string with the right header does not have the right
// registers.
var ErrCorrupt = errors.New("hll: corrupt registers")

// Is tells whether a string looks like a HyperLogLog: its header, and its size
// if it is dense.
func Is(v string) bool {
	return len(v) >= headerSize && v[:len(magic)] == magic && (v[4] == sparse || v[4] == dense && len(v) == denseSize)
}

// IsDense tells which encoding one has.
func IsDense(v string) bool { return v[4] == dense }

// Sketch is a HyperLogLog that may be changed.
type Sketch struct{ b []byte }

// New makes an empty one.
func New() *Sketch {
	b := make([]byte, headerSize, headerSize+2)
	copy(b, magic)
	b[4] = sparse
	return &Sketch{appendZeros(b, registers)}
}

// Of makes a copy of one that Is.
func Of(v string) *Sketch { return &Sketch{append(make([]byte, 0, len(v)+3), v...)} }

// Bytes is its string. It belongs to the sketch as long as that is changed.
func (s *Sketch) Bytes() []byte { return s.b }

func (s *Sketch) isDense() bool { return s.b[4] == dense }

// Outdate says that the count in the header is no longer right.
func (s *Sketch) Outdate() { s.b[countAt+7] |= 0x80 }

// Add adds an element and tells whether that changed a register.
func (s *Sketch) Add(element string) (changed bool, err error) {
	h := hash(element)
	return s.raise(int(h&(registers-1)), rank(h>>registerBits))
}

// raise makes a register at least so high.
func (s *Sketch) raise(register int, value byte) (changed bool, err error) {
	if !s.isDense() {
		if done, changed, err := s.raiseSparse(register, value); done || err != nil {
			return changed, err
		}
		if err := s.Expand(); err != nil {
			return false, err
		}
	}
	r := s.b[headerSize:]
	if denseAt(r, register) >= value {
		return false, nil
	}
	setDense(r, register, value)
	return true, nil
}

// Expand makes it dense, whatever its size.
func (s *Sketch) Expand() error {
	if s.isDense() {
		return nil
	}
	b := make([]byte, denseSize)
	copy(b, s.b[:headerSize])
	b[4] = dense
	at := 0
	err := eachRun(string(s.b), func(value byte, times int) {
		for range times {
			if value > 0 {
				setDense(b[headerSize:], at, value)
			}
			at++
		}
	})
	if err == nil {
		s.b = b
	}
	return err
}

// Max has the registers of several HyperLogLogs together. The zero value has
// those of none.
type Max struct {
	values [registers]byte
	dense  bool // one of them was
}

// Merge takes in the registers of one that Is.
func (m *Max) Merge(v string) error {
	m.dense = m.dense || IsDense(v)
	at := 0
	return eachRun(v, func(value byte, times int) {
		for range times {
			m.values[at] = max(m.values[at], value)
			at++
		}
	})
}

// Into raises the registers of a sketch. It becomes dense if one of those merged
// was.
func (m *Max) Into(s *Sketch) error {
	if m.dense {
		if err := s.Expand(); err != nil {
			return err
		}
	}
	for register, value := range m.values {
		if value == 0 {
			continue
		}
		if _, err := s.raise(register, value); err != nil {
			return err
		}
	}
	s.Outdate()
	return nil
}

// Registers are the values of one that Is.
func Registers(v string) ([]byte, error) {
	values := make([]byte, 0, registers)
	err := eachRun(v, func(value byte, times int) {
		for range times {
			values = append(values, value)
		}
	})
	return values, err
}

// eachRun visits registers of the same value that stand together.
func eachRun(v string, f func(value byte, times int)) error {
	if IsDense(v) {
		r := []byte(v[headerSize:])
		for i := range registers {
			f(denseAt(r, i), 1)
		}
		return nil
	}
	seen := 0
	for at := headerSize; at < len(v); {
		run := runAt([]byte(v[at:min(at+2, len(v))]), 0)
		if seen += run.times; seen > registers {
			return ErrCorrupt
		}
		f(run.value, run.times)
		at += run.size
	}
	if seen != registers {
		return ErrCorrupt
	}
	return nil
}

// Count estimates how many different elements were added to one that Is. What
// the header says is taken for it, unless it is out of date.
func Count(v string) (uint64, error) {
	if n := binary.LittleEndian.Uint64([]byte(v[countAt:headerSize])); n&outdated == 0 {
		return n, nil
	}
	var h histogram
	err := eachRun(v, func(value byte, times int) { h[value] += times })
	return h.estimate(), err
}

// Count estimates how many different elements were added to any of those merged.
func (m *Max) Count() uint64 {
	var h histogram
	for _, value := range m.values {
		h[value]++
	}
	return h.estimate()
}
