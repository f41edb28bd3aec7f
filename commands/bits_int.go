package commands

import (
	"math"
	"strings"
)

// bitInt is an integer type of BITFIELD. An int64 holds any of its numbers,
// which is why there is no u64.
type bitInt struct {
	signed bool
	width  int // in bits; 1..64 if signed, else 1..63
}

// parseBitInt reads "i5" or "u63". A zero byte ends the text, as in Redis.
func parseBitInt(arg string) (t bitInt, ok bool) {
	if arg == "" || arg[0] != 'i' && arg[0] != 'u' {
		return t, false
	}
	t = bitInt{signed: arg[0] == 'i'}
	digits, _, _ := strings.Cut(arg[1:], "\x00")
	width, ok := parseInt(digits)
	if !ok || width < 1 || width > 64 || width == 64 && !t.signed {
		return t, false
	}
	t.width = int(width)
	return t, true
}

func (t bitInt) min() int64 {
	if t.signed {
		return math.MinInt64 >> (64 - t.width)
	}
	return 0
}

func (t bitInt) max() int64 {
	if t.signed {
		return math.MaxInt64 >> (64 - t.width)
	}
	return math.MaxInt64 >> (63 - t.width)
}

// decode is the number whose lowest bits are those of n.
func (t bitInt) decode(n uint64) int64 {
	if t.signed {
		return int64(n<<(64-t.width)) >> (64 - t.width)
	}
	return int64(n & uint64(t.max()))
}

// overflowMode is what becomes of a number that does not fit its type.
type overflowMode int

const (
	overflowWrap overflowMode = iota // its lowest bits stay
	overflowSat                      // it becomes the nearest number that fits
	overflowFail                     // nothing is written
)

func parseOverflow(arg string) (overflowMode, bool) {
	switch {
	case isWord(arg, "WRAP"):
		return overflowWrap, true
	case isWord(arg, "SAT"):
		return overflowSat, true
	case isWord(arg, "FAIL"):
		return overflowFail, true
	}
	return overflowWrap, false
}

// fit is what SET writes for n. To an unsigned type a number below 0 is a very
// large one, and so is one that lies more than 64 bits below what a signed type
// holds, as in Redis.
func (t bitInt) fit(n int64, mode overflowMode) (int64, bool) {
	far := t.signed && t.width != 64 && int64(uint64(t.max())-uint64(n)) < 0
	above := n > t.max() || !t.signed && n < 0 || far
	return t.settle(uint64(n), above, !above && n < t.min(), mode)
}

// add is what INCRBY writes; old is a number of the type.
func (t bitInt) add(old, by int64, mode overflowMode) (int64, bool) {
	above := by > 0 && uint64(by) > uint64(t.max())-uint64(old)
	below := by < 0 && -uint64(by) > uint64(old)-uint64(t.min())
	return t.settle(uint64(old)+uint64(by), above, below, mode)
}

// settle makes a number of the type out of one that may be too large or too
// small; false if nothing is to be written.
func (t bitInt) settle(n uint64, above, below bool, mode overflowMode) (int64, bool) {
	switch {
	case !above && !below || mode == overflowWrap:
		return t.decode(n), true
	case mode == overflowFail:
		return 0, false
	case above:
		return t.max(), true
	}
	return t.min(), true
}
