// Package hll reads and writes HyperLogLogs in the form that Redis gives them,
// byte for byte: strings that count different elements with an error of 0.81 %,
// in 12 KB at most.
//
// A header of 16 bytes ("HYLL", the encoding, three bytes of nothing, the count
// when it was last taken) is followed by 16384 registers. Dense, each has 6
// bits. Sparse, they are written in runs:
//
//	00nnnnnn           n+1 registers (1 to 64) that are 0
//	01nnnnnn nnnnnnnn  n+1 registers (1 to 16384) that are 0
//	1vvvvvnn           n+1 registers (1 to 4) that are v+1 (1 to 32)
//
// An element's hash chooses the register, which keeps the longest row of zeros,
// and a 1, that any such hash goes on with. How many there are is estimated from
// how often each value stands in the registers (Otmar Ertl, "New cardinality
// estimation algorithms for HyperLogLog sketches", arXiv:1702.01284).
package hll
