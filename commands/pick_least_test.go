package commands

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"coordd/store"
)

// While there is nothing to choose by, LEAST takes turns by weight.
func TestLeastTakesTurnsWhenIdle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, weights, round := newPicker(t), map[string]int{}, 0
		for i := range rapid.IntRange(1, 8).Draw(t, "members") {
			m := fmt.Sprint("m", i)
			weights[m] = rapid.IntRange(1, 9).Draw(t, "weight")
			round += weights[m]
			p.do("ZADD", "pool", strconv.Itoa(weights[m]), m)
		}
		const rounds = 5
		counts := map[string]int{}
		for range rounds * round {
			r := p.do("PICK", "pool", "LEAST")
			counts[r.Elems[0].Str]++
			p.do("PICKDONE", "pool", fmt.Sprint(r.Elems[1].Int))
			if rapid.IntRange(0, 20).Draw(t, "seldom") == 0 {
				p.agree(t)
			}
		}
		for m, w := range weights {
			if off := counts[m] - rounds*w; off < -1 || off > 1 {
				t.Fatalf("%s was picked %d times of %d, its weight is %d of %d", m, counts[m], rounds*round, w, round)
			}
		}
	})
}

// Who comes late gets no more than its turn, once loads are level.
func TestLeastOwesNothingToNewcomers(t *testing.T) {
	l := newTestLog(t)
	pick := func() string {
		r := l.do(1, "PICK", "pool", "LEAST")
		l.do(1, "PICKDONE", "pool", fmt.Sprint(r.Elems[1].Int))
		return r.Elems[0].Str
	}
	l.do(1, "SADD", "pool", "a", "b")
	for range 1000 {
		pick()
	}
	l.do(1, "SADD", "pool", "c")
	counts := map[string]int{}
	for range 30 {
		counts[pick()]++
	}
	if want := map[string]int{"a": 10, "b": 10, "c": 10}; !maps.Equal(counts, want) {
		t.Errorf("picked %v, want %v", counts, want)
	}
}

// The clock goes back before it overflows, and nobody loses its turn by it, nor
// one who was out of rotation meanwhile.
func TestLeastClockGoesBack(t *testing.T) {
	l := newTestLog(t)
	l.do(1, "SADD", "pool", "a", "b", "c", "d")
	l.do(1, "PICK", "pool", "LEAST", "COUNT", "4")
	tx := l.engine.store.Begin(l.index, 1)
	s, _ := tx.MakeSet("pool")
	s.SetClock(maxClock + 5)
	for i, m := range []string{"a", "b", "c", "d"} {
		s.SetStanding(m, store.Standing{Pass: maxClock + int64(7*i)})
	}
	tx.Done()
	l.do(1, "PICKMARK", "pool", "d", "DOWN")
	l = l.restored()
	counts := map[string]int{}
	for i := range 400 {
		if i == 100 {
			l.do(1, "PICKMARK", "pool", "d", "UP")
		}
		r := l.do(1, "PICK", "pool", "LEAST", "PX", "1")
		counts[r.Elems[0].Str]++
		l.do(1, "PICKDONE", "pool", fmt.Sprint(r.Elems[1].Int))
	}
	s, _ = l.engine.store.View(1).SetOf("pool")
	if s.Clock() >= maxClock {
		t.Errorf("the clock stands at %d", s.Clock())
	}
	for m, want := range map[string]int{"a": 33 + 75, "b": 33 + 75, "c": 33 + 75, "d": 75} {
		if off := counts[m] - want; off < -2 || off > 2 {
			t.Errorf("%s was picked %d times, not %d", m, counts[m], want)
		}
	}
}

// Weights of any size make strides that fit.
func TestLeastWithAnyWeights(t *testing.T) {
	l := newTestLog(t)
	l.do(1, "ZADD", "pool", fmt.Sprint(math.MaxFloat64), "huge", "1", "one", "5e-324", "tiny")
	counts := map[string]int{}
	for range 100 {
		r := l.do(1, "PICK", "pool", "LEAST", "EXCLUDE", "1", "huge")
		counts[r.Elems[0].Str]++
	}
	if counts["tiny"] > 1 || counts["huge"] != 0 {
		t.Errorf("picked %v", counts)
	}
}

// A pool has so many tickets and no more, until some are given back.
func TestTicketsAreLimited(t *testing.T) {
	l := newTestLog(t)
	l.do(1, "SADD", "pool", "a", "b")
	tx := l.engine.store.Begin(l.index, 1)
	s, _ := tx.MakeSet("pool")
	last := uint64(0)
	for range maxTickets - 1 {
		last = tx.NextToken()
		s.Give(store.Ticket{ID: last, Member: "a", Deadline: 1000})
	}
	tx.Done()
	if r := l.do(1, "PICK", "pool", "LEAST", "COUNT", "2"); r.Str != errTickets.Str {
		t.Errorf("two more: %+v", r)
	}
	if r := l.do(1, "PICK", "pool", "LEAST"); r.IsError() || r.Elems[0].Str != "b" {
		t.Errorf("one more: %+v", r)
	}
	if r := l.do(1, "PICK", "pool", "HASH", "s", "BOUND", "150"); r.Str != errTickets.Str {
		t.Errorf("bounded: %+v", r)
	}
	if r := l.do(1, "PICK", "pool"); r.IsError() {
		t.Errorf("a turn needs no ticket: %+v", r)
	}
	l.do(1, "PICKDONE", "pool", fmt.Sprint(last))
	if r := l.do(1, "PICK", "pool", "LEAST"); r.IsError() {
		t.Errorf("after one was given back: %+v", r)
	}
	// They lapse, so many an entry, and whoever looks sees them lapsed at once.
	if r := l.do(1000, "PICKINFO", "pool"); r.Elems[1].Elems[5].Int != 0 {
		t.Errorf("%+v", r)
	}
}

// A subject moves only if its member leaves, or from the one that left to where
// it was: whatever makes a member leave or come.
func TestHashMovesOnlyWhatItMust(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := newPicker(t)
		for i := range 10 {
			p.do("ZADD", "pool", strconv.Itoa(1+i%3), fmt.Sprint("m", i))
		}
		where := func() (at [60]string) {
			for i := range at {
				at[i] = p.do("PICK", "pool", "HASH", fmt.Sprint("user:", i)).Str
			}
			return at
		}
		before := where()
		for range 5 {
			m := fmt.Sprint("m", rapid.IntRange(0, 9).Draw(t, "member"))
			way := rapid.SampledFrom([][2][]string{
				{{"PICKMARK", "pool", m, "DOWN"}, {"PICKMARK", "pool", m, "UP"}},
				{{"ZADD", "pool", "0", m}, {"ZADD", "pool", strconv.Itoa(1 + int(m[1]-'0')%3), m}},
				{{"PEXPIREMEMBER", "pool", m, "0"}, {"ZADD", "pool", strconv.Itoa(1 + int(m[1]-'0')%3), m}},
			}).Draw(t, "way")
			p.do(way[0]...)
			for i, at := range where() {
				if at == m || at != before[i] && before[i] != m {
					t.Fatalf("user %d moved from %s to %s when %s left", i, before[i], at, m)
				}
			}
			p.do(way[1]...)
			if where() != before {
				t.Fatalf("subjects are not where they were after %s came back", m)
			}
		}
	})
}

// A member that comes, goes or gets another weight takes no more than one turn
// from another, or gives it: over all picks so far nobody is more than two turns
// before or behind its due. (Undisturbed it is never more than one.)
func TestAChangeDisturbsNobodyByMoreThanATurn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p, weights := newPicker(t), map[string]int{}
		for i := range rapid.IntRange(2, 8).Draw(t, "members") {
			m := fmt.Sprint("m", i)
			weights[m] = rapid.IntRange(1, 7).Draw(t, "weight")
			p.do("ZADD", "pool", strconv.Itoa(weights[m]), m)
		}
		counts, due := map[string]int{}, map[string]float64{}
		picks := func(n int, most float64) {
			round := 0
			for _, w := range weights {
				round += w
			}
			for range n {
				counts[p.plain()]++
				for m, w := range weights {
					due[m] += float64(w) / float64(round)
					const rounding = 1e-9
					if off := float64(counts[m]) - due[m]; math.Abs(off) > most+rounding {
						t.Fatalf("%s is %.2f turns off its due (weights %v, picked %v)", m, off, weights, counts)
					}
				}
			}
		}
		picks(rapid.IntRange(0, 40).Draw(t, "before"), 1)
		m := rapid.SampledFrom(slices.Sorted(maps.Keys(weights))).Draw(t, "who")
		switch rapid.IntRange(0, 2).Draw(t, "what") {
		case 0:
			p.do("ZREM", "pool", m)
			delete(weights, m)
		case 1:
			weights[m] = rapid.IntRange(1, 7).Draw(t, "new weight")
			p.do("ZADD", "pool", strconv.Itoa(weights[m]), m)
			delete(counts, m) // it is not another
			delete(due, m)
		case 2:
			weights["new"] = rapid.IntRange(1, 7).Draw(t, "new weight")
			p.do("ZADD", "pool", strconv.Itoa(weights["new"]), "new")
		}
		picks(60, 2)
	})
}
