package commands

import "math/bits"

// rendezvous chooses for a subject as weighted rendezvous hashing does
// (Thaler and Ravishankar 1998; the weights after Schindelhauer and Schomaker
// 2005): each member draws a number from subject and member alone, as if it
// waited for the first event of a Poisson process at the rate of its weight,
// and the shortest wait wins. Nobody's wait depends on who else is there, so a
// member that leaves moves its own subjects only, and one that comes takes only
// subjects that are its own from then on.
//
// Every node must come to the same choice, and so must every version: nothing
// here may change. It is integers but for one division, which IEEE 754 rounds
// in one way only.
func (p *pool) rendezvous(subject string) chooser {
	seed := finalize(hashName(subject))
	waits := make([]float64, len(p.names))
	for i, h := range p.hashes {
		waits[i] = float64(minusLog2(finalize(h^seed))) / p.weights[i]
	}
	return func(out []bool) int {
		best := -1
		for i, wait := range waits {
			if out != nil && out[i] {
				continue
			}
			if best < 0 || wait < waits[best] || wait == waits[best] && p.names[i] < p.names[best] {
				best = i
			}
		}
		return best
	}
}

// hashName is FNV-1a (Fowler, Noll, Vo), finished with the finalizer of
// splitmix64 because its upper bits are weak.
func hashName(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return finalize(h)
}

const (
	logBits      = 32 // binary digits behind the point
	logTableBits = 8
)

// logTable[i] is log2(1 + i/256), with logBits behind the point.
var logTable = makeLogTable()

// makeLogTable computes logarithms digit by digit: squaring a number doubles
// its logarithm, so a digit is 1 if the square is 2 or more, which is halved then.
func makeLogTable() (table [1<<logTableBits + 1]uint64) {
	const point = 62
	for i := range table[:1<<logTableBits] {
		x := uint64(1)<<point + uint64(i)<<(point-logTableBits)
		for range logBits {
			high, low := bits.Mul64(x, x)
			x = high<<(64-point) | low>>point
			table[i] <<= 1
			if x>>(point+1) != 0 {
				table[i]++
				x >>= 1
			}
		}
	}
	table[1<<logTableBits] = 1 << logBits
	return table
}

// minusLog2 is -log2(h / 2^64), with logBits behind the point; never 0. It
// draws a line between the entries of the table, so it errs by 1 part in 500
// at most where h is large, which is where the shortest waits are.
func minusLog2(h uint64) uint64 {
	h |= 1
	zeros := bits.LeadingZeros64(h)
	fraction := h << zeros << 1
	i := fraction >> (64 - logTableBits)
	between := fraction << logTableBits >> 32
	log := logTable[i] + (logTable[i+1]-logTable[i])*between>>32
	return uint64(zeros+1)<<logBits - log
}
