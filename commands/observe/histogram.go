package observe

import (
	"math/bits"
	"sync/atomic"
)

// A histogram counts times in buckets that grow with the time: eight to each
// doubling, from 1024 ns on, so a bucket is at most an eighth wide. It is filled
// by many goroutines without a lock.
type histogram struct {
	counts [buckets]atomic.Uint64
}

const (
	least   = 10 // bits of a time (ns) that are one bucket
	parts   = 8  // buckets to a doubling
	doubles = 32 // the last bucket takes all that is longer: an hour and more
	buckets = 1 + doubles*parts
)

// bucketOf finds the bucket of a time.
func bucketOf(ns uint64) int {
	if ns < 1<<least {
		return 0
	}
	octave := bits.Len64(ns) - 1 - least
	part := ns >> (octave + least - 3) & (parts - 1)
	return min(1+octave*parts+int(part), buckets-1)
}

// endOf is the first time (ns) that is longer than those of a bucket.
func endOf(bucket int) uint64 {
	if bucket == 0 {
		return 1 << least
	}
	octave, part := (bucket-1)/parts, uint64((bucket-1)%parts)
	return (parts + part + 1) << (octave + least - 3)
}

func (h *histogram) add(ns, times uint64) { h.counts[bucketOf(ns)].Add(times) }

// total is how many times were counted.
func (h *histogram) total() (n uint64) {
	for i := range h.counts {
		n += h.counts[i].Load()
	}
	return n
}

// percentile is the time in microseconds that p of 100 times did not exceed.
func (h *histogram) percentile(p float64) float64 {
	total := h.total()
	seen := uint64(0)
	for i := range h.counts {
		n := h.counts[i].Load()
		if seen += n; n > 0 && float64(seen) >= p/100*float64(total) {
			return float64(endOf(i)-1) / 1000
		}
	}
	return 0
}

// point of a distribution: so many times were not longer.
type point struct{ micros, count uint64 }

// distribution is cumulative, at each doubling before which a time was counted.
func (h *histogram) distribution() (points []point) {
	seen, told := h.counts[0].Load(), uint64(0)
	for octave := range doubles {
		if seen > told {
			points = append(points, point{(1 << (octave + least)) / 1000, seen})
			told = seen
		}
		for part := range parts {
			seen += h.counts[1+octave*parts+part].Load()
		}
	}
	if seen > told {
		points = append(points, point{(1 << (doubles + least)) / 1000, seen})
	}
	return points
}
