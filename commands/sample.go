package commands

import (
	"math"

	"coordd/resp"
	"coordd/store"
)

// A command that returns random members with repetition returns as many as
// the client asks for, whatever the collection's size, so there must be a
// bound: beyond it lies a node without memory.
const (
	maxRepeats     = 1 << 20
	maxRepeatBytes = maxString
)

// sample draws count different numbers below n, in random order; all of them
// if count is larger.
func sample(tx *store.Tx, n int, count int64) []int {
	drawn := make([]int, min(int64(n), count))
	// Fisher and Yates's shuffle of 0..n-1, of which only those places are
	// kept that no longer hold their own number.
	moved := make(map[int]int, 2*len(drawn))
	at := func(i int) int {
		if v, ok := moved[i]; ok {
			return v
		}
		return i
	}
	for i := range drawn {
		j := i + tx.Intn(n-i)
		drawn[i] = at(j)
		moved[j] = at(i)
	}
	return drawn
}

// sampleRepeats draws times numbers below n, each on its own. size is the
// number of bytes that a number stands for in the reply.
func sampleRepeats(tx *store.Tx, n int, times int64, size func(i int) int) ([]int, resp.Reply) {
	if times > maxRepeats {
		return nil, errOutOfRange
	}
	drawn, bytes := make([]int, times), 0
	for i := range drawn {
		drawn[i] = tx.Intn(n)
		if bytes += size(drawn[i]); bytes > maxRepeatBytes {
			return nil, errOutOfRange
		}
	}
	return drawn, resp.Reply{}
}

// draw is sample, or sampleRepeats for a negative count.
func draw(tx *store.Tx, n int, count int64, size func(i int) int) ([]int, resp.Reply) {
	if count < 0 {
		return sampleRepeats(tx, n, -count, size)
	}
	return sample(tx, n, count), resp.Reply{}
}

// parseSampleCount reads how many random members are wanted: with a minus,
// the same one may come again.
func parseSampleCount(arg string) (int64, resp.Reply) {
	n, ok := parseInt(arg)
	if !ok {
		return 0, errNotInteger
	}
	if n == math.MinInt64 {
		return 0, errLongRange
	}
	return n, resp.Reply{}
}
