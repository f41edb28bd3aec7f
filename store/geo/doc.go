// Package geo keeps places on the earth as scores of sorted sets, bit for bit
// as Redis does: longitude and latitude in 26 bits each, interleaved, so that
// places near one another mostly have scores near one another.
//
// It is pure arithmetic. The same arguments give the same bits on every
// machine: products are rounded before they are added to anything, and sine,
// cosine and arc sine are computed here (trig.go), since those of Go's library
// may differ in the last bit from one processor to the next.
package geo
