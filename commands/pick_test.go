package commands

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"coordd/resp"
	"coordd/store"
)

// picker picks from the pool "pool" of two nodes: one that keeps running, and
// one that is restored from a snapshot now and then. They must agree.
type picker struct {
	t      rapid.TB
	steady *testLog
	fresh  *testLog
	now    int64 // log time (ms)
}

func newPicker(t rapid.TB) *picker {
	return &picker{t: t, steady: newTestLog(t), fresh: newTestLog(t), now: 1}
}

func (p *picker) do(args ...string) resp.Reply {
	p.t.Helper()
	a, b := p.steady.do(p.now, args...), p.fresh.do(p.now, args...)
	if fmt.Sprint(a) != fmt.Sprint(b) {
		p.t.Fatalf("%q: %+v, but %+v on a node that was restored", args, a, b)
	}
	return a
}

func (p *picker) plain() string {
	p.t.Helper()
	r := p.do("PICK", "pool")
	if r.Kind != resp.BulkKind {
		p.t.Fatalf("PICK answered %+v", r)
	}
	return r.Str
}

// agree fails, if it looks, unless both nodes are in the same state. Now and then
// the fresh one is restored from a snapshot. (To look at a node's hash freezes
// it, and what it then changes it has to copy, without what was derived from it.)
func (p *picker) agree(t *rapid.T) {
	t.Helper()
	switch rapid.SampledFrom([]string{"go on", "go on", "go on", "look", "restore"}).Draw(t, "node") {
	case "go on":
		return
	case "restore":
		p.fresh = p.steady.restored()
	}
	if p.steady.engine.Hash() != p.fresh.engine.Hash() {
		t.Fatal("the two nodes differ")
	}
}

// exact fails unless every window of a round gives each member its weight.
func exact(t rapid.TB, weights map[string]int, picks []string) {
	t.Helper()
	round := 0
	for _, w := range weights {
		round += w
	}
	counts := map[string]int{}
	for i, m := range picks {
		counts[m]++
		if i >= round {
			counts[picks[i-round]]--
		}
		if i < round-1 {
			continue
		}
		for m, w := range weights {
			if counts[m] != w {
				t.Fatalf("%s was picked %d times, not %d, in the %d picks up to %d of %v (weights %v)",
					m, counts[m], w, round, i, picks, weights)
			}
		}
	}
}

// P7: every window of W picks gives each member exactly its weight, while
// members come and go, weights change, members are left out, and nodes are
// restored from snapshots.
func TestRoundRobinIsExact(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, weights := newPicker(t), map[string]int{}
		sorted := rapid.Bool().Draw(t, "sorted")
		most, heaviest := 12, 9
		if rapid.Bool().Draw(t, "many") {
			most, heaviest = 70, 3 // credits are not written at every pick
		}
		put := func(m string) {
			weights[m] = 1
			p.do("PICKMARK", "pool", m, "UP")
			if sorted {
				weights[m] = rapid.IntRange(1, heaviest).Draw(t, "weight")
				p.do("ZADD", "pool", strconv.Itoa(weights[m]), m)
				return
			}
			p.do("SADD", "pool", m)
		}
		someone := func() string {
			return rapid.SampledFrom(slices.Sorted(maps.Keys(weights))).Draw(t, "someone")
		}
		for i := range rapid.IntRange(1, most).Draw(t, "members") {
			put(fmt.Sprint("m", i))
		}
		var picks []string
		for range rapid.IntRange(1, 12).Draw(t, "steps") {
			round := 0
			for _, w := range weights {
				round += w
			}
			n := rapid.IntRange(0, 2*round+5).Draw(t, "picks")
			if rapid.Bool().Draw(t, "enough") { // numbers that are drawn tend to be small
				n += round
			}
			for range n {
				picks = append(picks, p.plain())
			}
			exact(t, weights, picks)
			switch what := rapid.SampledFrom([]string{"put", "remove", "drain", "down", "lapse", "out", "count", "others", "agree"}).Draw(t, "what"); what {
			case "put":
				put(fmt.Sprint("m", rapid.IntRange(0, most).Draw(t, "member")))
				picks = nil
			case "remove", "drain", "down", "lapse":
				if len(weights) == 1 {
					break
				}
				m := someone()
				delete(weights, m)
				switch {
				case what == "drain" && sorted:
					p.do("ZADD", "pool", "0", m)
				case what == "down":
					p.do("PICKMARK", "pool", m, "DOWN")
				case what == "lapse":
					p.do("PEXPIREMEMBER", "pool", m, "10")
					p.now += 10
				default:
					p.do("SREM", "pool", m)
					p.do("ZREM", "pool", m)
				}
				picks = nil
			case "out":
				p.do("PICK", "pool", "EXCLUDE", "2", someone(), someone())
				picks = nil
			case "count":
				p.do("PICK", "pool", "COUNT", strconv.Itoa(rapid.IntRange(2, most).Draw(t, "count")))
				picks = nil
			case "others": // are none of round robin's business
				p.do("PICK", "pool", "RANDOM", "COUNT", "2")
				p.do("PICK", "pool", "HASH", "subject", "EXCLUDE", "1", someone())
				p.do("PICK", "pool", "LEAST", "COUNT", "2")
				p.do("PICK", "pool", "HASH", "subject", "BOUND", "110")
				p.do("PICKINFO", "pool")
			case "agree":
				p.agree(t)
			}
			p.agree(t)
		}
	})
}

// The same with more members than the property test can afford.
func TestRoundRobinIsExactForMany(t *testing.T) {
	p, weights := newPicker(t), map[string]int{}
	for i := range 400 {
		m := fmt.Sprint("m", i)
		weights[m] = 1 + i%4
		p.do("ZADD", "pool", strconv.Itoa(weights[m]), m)
	}
	for _, change := range []string{"", "m7", "m399", "m8"} {
		if change != "" {
			p.do("ZREM", "pool", change)
			delete(weights, change)
		}
		var picks []string
		for i := range 1500 {
			picks = append(picks, p.plain())
			if i%333 == 0 {
				p.fresh = p.steady.restored()
			}
		}
		exact(t, weights, picks)
	}
	if p.steady.engine.Hash() != p.fresh.engine.Hash() {
		t.Error("the two nodes differ")
	}
}

// The sequence of nginx's own example.
func TestRoundRobinIsSmooth(t *testing.T) {
	p := newPicker(t)
	p.do("ZADD", "pool", "5", "a", "1", "b", "1", "c")
	got := ""
	for range 14 {
		got += p.plain()
	}
	if got != "aabacaaaabacaa" {
		t.Errorf("got %s", got)
	}
}

// A member that has been drained starts level, as one that is new does.
func TestDrainedMemberForgetsItsCredit(t *testing.T) {
	l := newTestLog(t)
	l.do(1, "ZADD", "pool", "3", "a", "2", "b", "2", "c")
	l.do(1, "PICK", "pool")
	credit := func() int64 {
		z, err := l.engine.store.View(1).ZSet("pool")
		if err != nil {
			t.Fatal(err)
		}
		return z.Standing("a").Credit
	}
	if credit() == 0 {
		t.Error("who was picked is level")
	}
	l.do(1, "ZADD", "pool", "0", "a")
	l.do(1, "PICK", "pool")
	if credit() != 0 {
		t.Error("who was drained has a credit")
	}
}

// A pool that changes at every pick starves nobody, and a member that leaves
// and comes back all the time gains nothing by it.
func TestRoundRobinUnderChurn(t *testing.T) {
	for _, rejoins := range []bool{false, true} {
		p, counts := newPicker(t), map[string]int{}
		p.do("SADD", "pool", "a", "b", "c", "d", "x0")
		const picks = 500
		for i := range picks {
			m := p.plain()
			if m[0] == 'x' {
				m = "x"
			}
			counts[m]++
			p.do("SREM", "pool", fmt.Sprint("x", i))
			if next := fmt.Sprint("x", i+1); rejoins {
				p.do("SADD", "pool", next)
			} else {
				p.do("SADD", "pool", "a") // no change
				p.do("SADD", "pool", fmt.Sprint("y", i))
				p.do("SREM", "pool", fmt.Sprint("y", i))
			}
		}
		for _, m := range []string{"a", "b", "c", "d"} {
			if n := counts[m]; n < picks/6 || n > picks/3 {
				t.Errorf("rejoins %v: %s was picked %d of %d times: %v", rejoins, m, n, picks, counts)
			}
		}
	}
}

// Weights of any size are scaled, and tiny ones are not lost.
func TestPickScale(t *testing.T) {
	for _, c := range []struct {
		weights []float64
		want    []int64 // proportions
	}{
		{[]float64{1, 2, 3}, []int64{1, 2, 3}},
		{[]float64{0.1, 0.1, 0.1}, []int64{1, 1, 1}},
		{[]float64{0.25, 0.5, 7}, []int64{1, 2, 28}},
		{[]float64{1 << 34, 1, 3}, []int64{1 << 34, 1, 3}},
		{[]float64{math.MaxFloat64, math.MaxFloat64, math.MaxFloat64 / 2}, []int64{2, 2, 1}},
		{[]float64{5e-324, 5e-324, 1e-323}, []int64{1, 1, 2}},
	} {
		p := pool{weights: c.weights}
		p.scale()
		unit := p.shares[0] / c.want[0]
		for i, share := range p.shares {
			if share != unit*c.want[i] {
				t.Errorf("%v: shares %v, want them as %v", c.weights, p.shares, c.want)
				break
			}
		}
	}
	p := pool{weights: []float64{1e300, 1}}
	if p.scale(); p.shares[1] != 1 || p.total >= 1<<shareBits+2 {
		t.Errorf("shares %v", p.shares)
	}
}

// Whoever is left out of ever so many picks keeps its standing within bounds.
func TestRoundRobinStandingsStayBounded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := pool{of: noStandings{}}
		for i := range rapid.IntRange(2, 20).Draw(t, "members") {
			p.names = append(p.names, fmt.Sprint(i))
			p.weights = append(p.weights, rapid.Float64Range(0.001, 1000).Draw(t, "weight"))
			p.hashes = append(p.hashes, hashName(fmt.Sprint(i)))
		}
		p.scale()
		r := p.rotation()
		for range rapid.IntRange(1, 300).Draw(t, "picks") {
			out := make([]bool, len(p.names))
			for i := range out {
				out[i] = rapid.Bool().Draw(t, "out")
			}
			out[0] = false
			if rapid.Bool().Draw(t, "far") { // further than picks can take it here
				r.credits[0] += maxStanding
				r.credits[1] -= maxStanding
			}
			r.next(out)
			r.keep(out)
			sum := r.turn * p.total
			for i, c := range r.credits {
				sum += c
				if c<<wordShift>>wordShift != c {
					t.Fatalf("credit %d of %d does not fit its word", c, i)
				}
			}
			if sum != 0 {
				t.Fatalf("the standings sum up to %d", sum)
			}
		}
	})
}

// noStandings stands in for a collection that nobody else has picked from.
type noStandings struct{ standings }

func (noStandings) Standing(string) (s store.Standing) { return s }
func (noStandings) SetStanding(string, store.Standing) {}

func TestPickCountIsBounded(t *testing.T) {
	l := newTestLog(t)
	args := []string{"SADD", "pool"}
	for i := range 5000 {
		args = append(args, strconv.Itoa(i))
	}
	l.do(1, args...)
	if r := l.do(1, "PICK", "pool", "COUNT", "5000"); r.Str != errPickSize.Str {
		t.Errorf("answered %d elements, %s", len(r.Elems), r.Str)
	}
	if r := l.do(1, "PICK", "pool", "COUNT", "1000"); len(r.Elems) != 1000 {
		t.Errorf("answered %d elements, %s", len(r.Elems), r.Str)
	}
}

// A pool in use does not disturb who watches its key.
func TestPickLeavesTheVersion(t *testing.T) {
	l := newTestLog(t)
	l.do(1, "SADD", "pool", "a", "b")
	version := func() uint64 { return l.engine.store.View(1).Version("pool") }
	before := version()
	l.do(1, "PICK", "pool")
	l.do(1, "PICK", "pool", "COUNT", "2")
	if version() != before {
		t.Error("PICK has changed the version")
	}
}

func BenchmarkPick(b *testing.B) {
	for _, members := range []int{3, 10, 100, 10_000} {
		for _, c := range []struct{ name, kind, rule string }{
			{"RR/set", "SADD", "RR"}, {"RR/zset", "ZADD", "RR"}, {"LEAST/zset", "ZADD", "LEAST"}, {"RANDOM/zset", "ZADD", "RANDOM"}, {"HASH/zset", "ZADD", "HASH"},
		} {
			b.Run(fmt.Sprintf("%s/%d", c.name, members), func(b *testing.B) {
				l := newTestLog(b)
				for i := range members {
					if c.kind == "SADD" {
						l.do(1, "SADD", "pool", fmt.Sprint("member:", i))
					} else {
						l.do(1, "ZADD", "pool", strconv.Itoa(i%100+1), fmt.Sprint("member:", i))
					}
				}
				args := []string{"PICK", "pool", c.rule}
				if c.rule == "HASH" {
					args = append(args, "user:1234567")
				}
				cmd := [][]byte{EncodeCommand(nil, 0, args)}
				b.ReportAllocs()
				b.ResetTimer()
				for range b.N {
					l.index++
					l.engine.Apply(l.index, 1, cmd)
				}
			})
		}
	}
}
