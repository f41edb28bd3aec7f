package commands

import (
	"math/bits"

	"coordd/resp"
	"coordd/store"
)

// bitCount looks at its arguments only where the key has a string, and at the
// unit only where the range may hold something, as Redis 7 does.
func bitCount(tx *store.Tx, args []string) resp.Reply {
	v, exists, err := tx.Get(args[1])
	switch {
	case err != nil:
		return failed(err)
	case !exists:
		return resp.Int(0)
	case len(args) == 2:
		return resp.Int(int64(onesIn(v, 0, 8*len(v))))
	case len(args) == 3 || len(args) > 5:
		return errSyntax
	}
	start, ok1 := parseInt(args[2])
	end, ok2 := parseInt(args[3])
	if !ok1 || !ok2 {
		return errNotInteger
	}
	if start < 0 && end < 0 && start > end {
		return resp.Int(0)
	}
	unit, ok := parseUnit(args[4:])
	if !ok {
		return errSyntax
	}
	from, to := unit.span(start, end, v)
	return resp.Int(int64(onesIn(v, from, to)))
}

// bitPos looks at a range only where the key has a string.
func bitPos(tx *store.Tx, args []string) resp.Reply {
	bit, ok := parseInt(args[2])
	if !ok {
		return errNotInteger
	}
	if bit != 0 && bit != 1 {
		return errBitSought
	}
	v, exists, err := tx.Get(args[1])
	if err != nil {
		return failed(err)
	}
	if !exists {
		return resp.Int(-bit) // a row of zeros without an end
	}
	start, end, unit, refusal := parseBitPosRange(args[3:])
	if refusal.IsError() {
		return refusal
	}
	from, to := unit.span(start, end, v)
	at := firstBit(v, from, to, bit)
	if at < 0 && bit == 0 && from < to && len(args) < 5 {
		at = to // nobody has said where it ends: zeros follow the string
	}
	return resp.Int(int64(at))
}

// parseBitPosRange reads [start [end [BYTE | BIT]]], in Redis's order.
func parseBitPosRange(args []string) (start, end int64, unit bitUnit, refusal resp.Reply) {
	unit, end = bytewise, -1
	if len(args) > 3 {
		return 0, 0, unit, errSyntax
	}
	ok := true
	if len(args) > 0 {
		if start, ok = parseInt(args[0]); !ok {
			return 0, 0, unit, errNotInteger
		}
	}
	if len(args) > 2 {
		if unit, ok = parseUnit(args[2:]); !ok {
			return 0, 0, unit, errSyntax
		}
	}
	if len(args) > 1 {
		if end, ok = parseInt(args[1]); !ok {
			return 0, 0, unit, errNotInteger
		}
	}
	return start, end, unit, resp.Reply{}
}

// bitUnit is how many bits the numbers of a range count by.
type bitUnit int

const (
	bitwise  bitUnit = 1
	bytewise bitUnit = 8
)

// parseUnit reads [BYTE | BIT].
func parseUnit(args []string) (bitUnit, bool) {
	switch {
	case len(args) == 0 || isWord(args[0], "BYTE"):
		return bytewise, true
	case isWord(args[0], "BIT"):
		return bitwise, true
	}
	return bytewise, false
}

// span is the bits from <= i < to of v that an inclusive range means.
func (u bitUnit) span(start, end int64, v string) (from, to int) {
	size := 8 * len(v) / int(u)
	if end < -int64(size) {
		end = 0 // before the first means the first, as in GETRANGE
	}
	from, to = clampRange(start, end, size)
	return from * int(u), to * int(u)
}

// onesIn counts the bits from <= i < to of v that are 1.
func onesIn(v string, from, to int) int {
	if from == to {
		return 0
	}
	whole := v[from/8 : (to+7)/8]
	n := 0
	i := 0
	for ; i+8 <= len(whole); i += 8 {
		n += bits.OnesCount64(wordAt(whole, i))
	}
	for ; i < len(whole); i++ {
		n += bits.OnesCount8(whole[i])
	}
	// What stands in the first and the last byte but not in the range.
	n -= bits.OnesCount8(whole[0] &^ (0xff >> (from % 8)))
	if over := to % 8; over != 0 {
		n -= bits.OnesCount8(whole[len(whole)-1] & (0xff >> over))
	}
	return n
}

// firstBit finds the first bit of v, from <= i < to, that is bit, or -1.
func firstBit(v string, from, to int, bit int64) int {
	none := uint64(bit) - 1 // a word without such a bit: all 0, or all 1
	for i := from; i < to; {
		if i%8 == 0 && i/8+8 <= len(v) && wordAt(v, i/8) == none {
			i += 64
			continue
		}
		if bitAt(v, i) == uint64(bit) {
			return i
		}
		i++
	}
	return -1
}
