package main

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// cell names a figure of the page.
type cell struct {
	workload string
	depth    int
	target   string
}

// results holds the samples of a run, by round. A round in which a cell could
// not be measured has the zero sample there.
type results struct {
	rounds   int
	samples  map[cell][]sample
	failures []string
	syncs    []time.Duration // single fdatasync calls of all rounds
	trips    []time.Duration // single round trips over loopback of all rounds
}

func newResults(rounds int) *results {
	return &results{rounds: rounds, samples: map[cell][]sample{}}
}

func (r *results) add(id cell, round int, s sample) {
	if r.samples[id] == nil {
		r.samples[id] = make([]sample, r.rounds)
	}
	r.samples[id][round] = s
}

func (r *results) fail(id cell, round int, err error) {
	r.failures = append(r.failures, fmt.Sprintf("%s -P %d, %s, round %d: %v", id.workload, id.depth, id.target, round+1, err))
}

// column collects one value of every round in which the cell was measured.
func (r *results) column(id cell, value func(sample) float64) []float64 {
	var all []float64
	for _, s := range r.samples[id] {
		if s != (sample{}) {
			all = append(all, value(s))
		}
	}
	return all
}

// ratio is the median over rounds of this cell's rate divided by the rate that
// another target had in the same round. NaN when no round has both.
func (r *results) ratio(id cell, to string) float64 {
	other := r.samples[cell{id.workload, id.depth, to}]
	var all []float64
	for round, s := range r.samples[id] {
		if other != nil && s.perSecond > 0 && other[round].perSecond > 0 {
			all = append(all, s.perSecond/other[round].perSecond)
		}
	}
	return median(all)
}

// median of an even number of values is the mean of the middle two. NaN for none.
func median(values []float64) float64 {
	if len(values) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(values))
	middle := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return sorted[middle]
	}
	return (sorted[middle-1] + sorted[middle]) / 2
}

// spread is how far the highest value is from the lowest, as a part of the
// median. NaN for fewer than two.
func spread(values []float64) float64 {
	if len(values) < 2 {
		return math.NaN()
	}
	return (slices.Max(values) - slices.Min(values)) / median(values)
}

// percentile is the value that a part p (0 to 1) of all values do not exceed.
// Zero for none.
func percentile(values []time.Duration, p float64) time.Duration {
	if len(values) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(values))
	return sorted[max(0, int(math.Ceil(p*float64(len(sorted))))-1)]
}
