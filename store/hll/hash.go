package hll

import (
	"encoding/binary"
	"math/bits"
)

// hash is MurmurHash64A (Austin Appleby) with the seed that Redis uses.
func hash(s string) uint64 {
	const (
		seed  = 0xadc83b19
		m     = 0xc6a4a7935bd1e995
		shift = 47
	)
	h := uint64(seed) ^ uint64(len(s))*m
	for ; len(s) >= 8; s = s[8:] {
		k := binary.LittleEndian.Uint64([]byte(s[:8])) * m
		k ^= k >> shift
		h = (h ^ k*m) * m
	}
	if len(s) > 0 {
		var tail [8]byte
		copy(tail[:], s)
		h = (h ^ binary.LittleEndian.Uint64(tail[:])) * m
	}
	h ^= h >> shift
	h *= m
	return h ^ h>>shift
}

// rank is the number of zeros that the hash goes on with, and one more: 1 to 51.
func rank(rest uint64) byte {
	return byte(bits.TrailingZeros64(rest|1<<(64-registerBits)) + 1)
}
