package main

import (
	"errors"
	"math"
	"testing"
	"time"
)

func TestMedianAndSpread(t *testing.T) {
	for _, c := range []struct {
		values         []float64
		median, spread float64
	}{
		{nil, math.NaN(), math.NaN()},
		{[]float64{4}, 4, math.NaN()},
		{[]float64{5, 1, 3}, 3, 4. / 3},
		{[]float64{10, 2, 4, 6}, 5, 8. / 5},
	} {
		if got := median(c.values); !same(got, c.median) {
			t.Errorf("median(%v) = %v, want %v", c.values, got, c.median)
		}
		if got := spread(c.values); !same(got, c.spread) {
			t.Errorf("spread(%v) = %v, want %v", c.values, got, c.spread)
		}
	}
}

func same(a, b float64) bool {
	return a == b || math.IsNaN(a) && math.IsNaN(b) || math.Abs(a-b) < 1e-9
}

func TestMedianLeavesItsArgumentAlone(t *testing.T) {
	values := []float64{3, 1, 2}
	median(values)
	if values[0] != 3 || values[1] != 1 {
		t.Errorf("argument has become %v", values)
	}
}

func TestPercentile(t *testing.T) {
	var values []time.Duration
	for i := range 100 {
		values = append(values, time.Duration(100-i))
	}
	for p, want := range map[float64]time.Duration{0: 1, 0.01: 1, 0.5: 50, 0.99: 99, 1: 100} {
		if got := percentile(values, p); got != want {
			t.Errorf("percentile %v = %d, want %d", p, got, want)
		}
	}
	if got := percentile(nil, 0.5); got != 0 {
		t.Errorf("percentile of nothing = %d", got)
	}
}

// A ratio compares a round with the same round: a machine that is twice as slow
// in one round must not show.
func TestRatioIsTakenRoundByRound(t *testing.T) {
	res := newResults(3)
	own, other := cell{"SET", 1, coorddThree}, cell{"SET", 1, baseline}
	for round, pace := range []float64{100, 50, 1000} {
		res.add(own, round, sample{perSecond: pace / 2})
		res.add(other, round, sample{perSecond: pace})
	}
	if got := res.ratio(own, baseline); got != 0.5 {
		t.Errorf("ratio = %v, want 0.5", got)
	}
}

func TestRoundsWithoutAFigureDoNotCount(t *testing.T) {
	res := newResults(3)
	own, other := cell{"SET", 1, coorddThree}, cell{"SET", 1, baseline}
	res.add(own, 0, sample{perSecond: 10})
	res.fail(own, 1, errors.New("took too long"))
	res.add(own, 2, sample{perSecond: 30})
	res.add(other, 2, sample{perSecond: 60})
	rates := res.column(own, func(s sample) float64 { return s.perSecond })
	if len(rates) != 2 || median(rates) != 20 {
		t.Errorf("rates %v, want 10 and 30", rates)
	}
	if got := res.ratio(own, baseline); got != 0.5 {
		t.Errorf("ratio = %v, want that of the third round", got)
	}
	if got := res.ratio(cell{"PICK", 1, coorddThree}, baseline); !math.IsNaN(got) {
		t.Errorf("ratio without figures = %v", got)
	}
	if len(res.failures) != 1 || res.failures[0] != "SET -P 1, coordd, 3 nodes, round 2: took too long" {
		t.Errorf("failures %q", res.failures)
	}
}
