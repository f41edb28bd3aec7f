package hll

import (
	"fmt"
	"strings"
)

// Limits of the runs.
const (
	maxZeros  = 64 // of the short form
	maxTimes  = 4
	maxSparse = 32 // the highest value
)

// run is registers of the same value, and how many bytes say so.
type run struct {
	value       byte
	times, size int
}

// runAt reads the run at a place. A second byte that is missing counts as 0.
func runAt(b []byte, at int) run {
	first := b[at]
	switch first >> 6 {
	case 0:
		return run{0, int(first) + 1, 1}
	case 1:
		times := int(first&0x3f) << 8
		if at+1 < len(b) {
			times |= int(b[at+1])
		}
		return run{0, times + 1, 2}
	}
	return run{first>>2&0x1f + 1, int(first&3) + 1, 1}
}

func appendZeros(b []byte, times int) []byte {
	if n := times - 1; times > maxZeros {
		return append(b, 0x40|byte(n>>8), byte(n))
	}
	if times > 0 {
		b = append(b, byte(times-1))
	}
	return b
}

func appendValues(b []byte, value byte, times int) []byte {
	if times > 0 {
		b = append(b, valueByte(value, times))
	}
	return b
}

func valueByte(value byte, times int) byte { return 0x80 | (value-1)<<2 | byte(times-1) }

// raiseSparse makes a register at least so high. It is not done, and nothing
// has changed, where only dense registers can hold the value or it would grow
// too large.
func (s *Sketch) raiseSparse(register int, value byte) (done, changed bool, err error) {
	if value > maxSparse {
		return false, false, nil
	}
	at, before, first := headerSize, headerSize, 0 // before is the place of the run before
	var old run
	for {
		if at >= len(s.b) {
			return true, false, ErrCorrupt
		}
		if old = runAt(s.b, at); register < first+old.times {
			break
		}
		before, at, first = at, at+old.size, first+old.times
	}
	if old.value >= value {
		return true, false, nil
	}
	var room [5]byte
	made := room[:0]
	left, right := register-first, first+old.times-1-register
	if old.value == 0 {
		made = appendZeros(appendValues(appendZeros(made, left), value, 1), right)
	} else {
		made = appendValues(appendValues(appendValues(made, old.value, left), value, 1), old.value, right)
	}
	grown := len(made) - old.size
	if grown > 0 && len(s.b)+grown > sparseMax {
		return false, false, nil
	}
	s.replace(at, old.size, made)
	s.join(before)
	s.Outdate()
	return true, true, nil
}

// replace puts bytes in the place of others.
func (s *Sketch) replace(at, size int, with []byte) {
	length := len(s.b) + len(with) - size
	rest := append([]byte(nil), s.b[min(at+size, len(s.b)):]...)
	s.b = append(append(s.b[:at], with...), rest...)[:length]
}

// join makes one run of neighbours of the same value, among the five runs from
// a place on, as Redis does after each change.
func (s *Sketch) join(at int) {
	for looked := 0; at < len(s.b) && looked < 5; looked++ {
		this := runAt(s.b, at)
		if this.value > 0 && at+1 < len(s.b) {
			next := runAt(s.b, at+1)
			if times := this.times + next.times; next.value == this.value && times <= maxTimes {
				s.b[at] = valueByte(this.value, times)
				s.b = append(s.b[:at+1], s.b[at+2:]...)
				continue // there may be more of it
			}
		}
		at += this.size
	}
}

// Runs writes the runs of a sparse one, in the form of PFDEBUG DECODE.
func Runs(v string) string {
	var b strings.Builder
	for at := headerSize; at < len(v); {
		r := runAt([]byte(v[at:min(at+2, len(v))]), 0)
		switch {
		case r.value > 0:
			fmt.Fprintf(&b, "v:%d,%d ", r.value, r.times)
		case r.size == 2:
			fmt.Fprintf(&b, "Z:%d ", r.times)
		default:
			fmt.Fprintf(&b, "z:%d ", r.times)
		}
		at += r.size
	}
	return strings.TrimSuffix(b.String(), " ")
}
