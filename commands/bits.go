package commands

import (
	"math"

	"coordd/resp"
	"coordd/store"
)

// Bitmaps are the commands that see a string as a row of bits: bit 0 is the
// highest of the first byte, and behind the string all are 0.
var Bitmaps = Group{"bitmap", []Spec{
	{"bitcount", -2, Read, oneKey, "2.6.0", "key [start end [BYTE | BIT]]", "Counts the bits of a string that are 1.", bitCount, nil},
	{"bitfield", -2, Write | DenyOOM, oneKey, "3.2.0", "key [GET encoding offset | [OVERFLOW <WRAP | SAT | FAIL>] <SET encoding offset value | INCRBY encoding offset increment> [GET encoding offset | [OVERFLOW <WRAP | SAT | FAIL>] <SET encoding offset value | INCRBY encoding offset increment> ...]]", "Reads, sets and adds to integers of any width in a string.", bitField, nil},
	{"bitfield_ro", -2, Read | Fast, oneKey, "6.0.0", "key [GET encoding offset [GET encoding offset ...]]", "Reads integers of any width in a string.", bitFieldRO, nil},
	{"bitop", -4, Write | DenyOOM, Keys{First: 2, Last: -1, Step: 1}, "2.6.0", "<AND | OR | XOR | NOT> destkey key [key ...]", "Combines strings bit by bit and stores the result.", bitOp, nil},
	{"bitpos", -3, Read, oneKey, "2.8.7", "key bit [start [end [BYTE | BIT]]]", "Finds the first bit of a string that is 1, or 0.", bitPos, nil},
	{"getbit", 3, Read | Fast, oneKey, "2.2.0", "key offset", "Returns a bit of a string.", getBit, nil},
	{"setbit", 4, Write | DenyOOM, oneKey, "2.2.0", "key offset value", "Sets a bit of a string, or makes the string.", setBit, nil},
}}

func getBit(tx *store.Tx, args []string) resp.Reply {
	offset, ok := parseBitOffset(args[2])
	if !ok {
		return errBitOffset
	}
	v, _, err := tx.Get(args[1])
	if err != nil {
		return failed(err)
	}
	return resp.Int(int64(bitAt(v, offset)))
}

func setBit(tx *store.Tx, args []string) resp.Reply {
	offset, ok := parseBitOffset(args[2])
	if !ok {
		return errBitOffset
	}
	bit, ok := parseInt(args[3])
	if !ok || bit != 0 && bit != 1 {
		return errBitValue
	}
	v, _, err := tx.Get(args[1])
	if err != nil {
		return failed(err)
	}
	old := bitAt(v, offset)
	if offset/8 < len(v) && old == uint64(bit) {
		return resp.Int(bit) // nothing changes, also not for who watches the key
	}
	b := grownTo(v, offset/8+1)
	setBits(b, offset, 1, uint64(bit))
	tx.Put(args[1], alias(b))
	Notify(tx, StringEvents, "setbit", args[1])
	return resp.Int(int64(old))
}

// parseBitOffset reads the place of a bit that a string may have.
func parseBitOffset(arg string) (int, bool) {
	n, ok := parseInt(arg)
	return int(n), ok && n >= 0 && n/8 < maxString
}

// parseFieldOffset is parseBitOffset, where "#2" is the place of the third
// integer of so many bits.
func parseFieldOffset(arg string, width int) (int, bool) {
	if arg == "" || arg[0] != '#' {
		return parseBitOffset(arg)
	}
	n, ok := parseInt(arg[1:])
	if !ok || n < 0 || n > math.MaxInt64/int64(width) {
		return 0, false
	}
	n *= int64(width)
	return int(n), n/8 < maxString
}

// grownTo is a copy of v with zero bytes behind it where it is shorter.
func grownTo(v string, size int) []byte {
	b := make([]byte, max(len(v), size))
	copy(b, v)
	return b
}

// bitAt is 0 or 1.
func bitAt[S string | []byte](s S, offset int) uint64 {
	if offset/8 >= len(s) {
		return 0
	}
	return uint64(s[offset/8]>>(7-offset%8)) & 1
}

// bitsAt reads width bits, at most 64, as a number.
func bitsAt[S string | []byte](s S, offset, width int) uint64 {
	n := uint64(0)
	for i := range width {
		n = n<<1 | bitAt(s, offset+i)
	}
	return n
}

// setBits writes the lowest width bits of n; b must be long enough.
func setBits(b []byte, offset, width int, n uint64) {
	for i := offset + width - 1; i >= offset; i-- {
		shift := 7 - i%8
		b[i/8] = b[i/8]&^(1<<shift) | byte(n&1)<<shift
		n >>= 1
	}
}

// wordAt reads eight bytes, the first one as the highest.
func wordAt(s string, i int) uint64 {
	w := s[i : i+8]
	return uint64(w[0])<<56 | uint64(w[1])<<48 | uint64(w[2])<<40 | uint64(w[3])<<32 |
		uint64(w[4])<<24 | uint64(w[5])<<16 | uint64(w[6])<<8 | uint64(w[7])
}
