package commands

import (
	"fmt"
	"math"
	"testing"

	"pgregory.net/rapid"
)

const subjects = 100_000

// aPool is a pool as it comes out of a collection, without one.
func aPool(weights map[string]float64, order []string) *pool {
	p := &pool{of: noStandings{}}
	for _, m := range order {
		p.names = append(p.names, m)
		p.weights = append(p.weights, weights[m])
		p.hashes = append(p.hashes, hashName(m))
	}
	p.scale()
	return p
}

func choices(p *pool, format string) []string {
	chosen := make([]string, subjects)
	for i := range chosen {
		chosen[i] = p.names[p.rendezvous(fmt.Sprintf(format, i))(nil)]
	}
	return chosen
}

// Shares follow weights, and a member that leaves moves its own subjects only.
func TestHashSharesAndMoves(t *testing.T) {
	for _, c := range []struct {
		member, subject string // formats
		weights         []float64
	}{
		{"%d", "%d", []float64{1, 1, 1, 1, 1, 1, 1, 1, 1, 1}},
		{"node-%d", "user:%d", []float64{1, 1, 1, 1, 1, 1, 1, 1, 1, 1}},
		{"10.0.0.%d:8080", "{tag}:%08x:session", []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}},
		{"node-%d", "node-%d", []float64{1, 1, 1, 1, 1, 2, 2, 2, 2, 2}},
		{"%x", "%020d", []float64{0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 5}},
	} {
		weights, order, sum := map[string]float64{}, []string{}, 0.0
		for i, w := range c.weights {
			m := fmt.Sprintf(c.member, i)
			weights[m] = w
			order = append(order, m)
			sum += w
		}
		before, counts := choices(aPool(weights, order), c.subject), map[string]int{}
		for _, m := range before {
			counts[m]++
		}
		for m, w := range weights {
			want := subjects * w / sum
			// 5 %, or what chance does to a small share.
			if room := max(0.05*want, 4*math.Sqrt(want)); math.Abs(float64(counts[m])-want) > room {
				t.Errorf("%s has %d subjects, its share is %.0f (%v)", m, counts[m], want, weights)
			}
		}
		for gone := range 3 {
			var rest []string
			for i, m := range order {
				if i != gone {
					rest = append([]string{m}, rest...) // nor does the order matter
				}
			}
			for i, m := range choices(aPool(weights, rest), c.subject) {
				if m != before[i] && before[i] != order[gone] {
					t.Fatalf("subject %d moved from %s to %s when %s left", i, before[i], m, order[gone])
				}
			}
		}
	}
}

// The choices are a contract between nodes of all versions.
func TestHashIsFixed(t *testing.T) {
	for s, want := range map[string]uint64{"": 0xc3817c016ba4ff30, "a": 0x5f29c2aadd9b8527, "10.0.0.1:8080": 0x617fb5c94294a1fd} {
		if got := hashName(s); got != want {
			t.Errorf("%q hashes to %#x, want %#x", s, got, want)
		}
	}
	for h, want := range map[uint64]uint64{0: 64 << 32, 1: 64 << 32, 1 << 63: 1 << 32, math.MaxUint64: 1, 3 << 62: 1782572487} {
		if got := minusLog2(h); got != want {
			t.Errorf("minusLog2(%#x) is %d, want %d", h, got, want)
		}
	}
}

func TestMinusLog2(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := rapid.Uint64().Draw(t, "h")
		if rapid.Bool().Draw(t, "near the top") {
			h = math.MaxUint64 - h>>rapid.IntRange(0, 40).Draw(t, "shift")
		}
		got := float64(minusLog2(h)) / (1 << logBits)
		want := -math.Log1p(-float64(math.MaxUint64-h)/(1<<64)) / math.Ln2
		if h < 1<<63 {
			want = 64 - math.Log2(float64(h|1))
		}
		if math.Abs(got-want) > want/500+1e-9 {
			t.Errorf("minusLog2(%#x) is %v, want %v", h, got, want)
		}
	})
}

// A random pick follows the weights, and leaves out whom it should.
func TestRandomShares(t *testing.T) {
	l := newTestLog(t)
	l.do(1, "ZADD", "pool", "1", "a", "2", "b", "3", "c", "0", "d", "50", "e")
	const picks = 60_000
	counts := map[string]int{}
	for range picks {
		counts[l.do(1, "PICK", "pool", "RANDOM", "EXCLUDE", "1", "e").Str]++
	}
	for m, w := range map[string]int{"a": 1, "b": 2, "c": 3} {
		if n, want := counts[m], picks*w/6; n < want*95/100 || n > want*105/100 {
			t.Errorf("%s was picked %d times, its share is %d", m, n, want)
		}
	}
	if len(counts) != 3 {
		t.Errorf("picked %v", counts)
	}
}
