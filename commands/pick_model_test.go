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
)

// A naive pool: who is in it, and every ticket with its end.
type modelPool struct {
	weights map[string]int
	downTo  map[string]int64 // marked down until; math.MaxInt64 for good
	gone    map[string]int64 // deadlines of members
	tickets map[int64]modelTicket
}

type modelTicket struct {
	member string
	end    int64
}

// pass ends what has come to its end at a time.
func (m *modelPool) pass(now int64) {
	for name, end := range m.gone {
		if end <= now {
			m.remove(name)
		}
	}
	maps.DeleteFunc(m.downTo, func(_ string, end int64) bool { return end <= now })
	maps.DeleteFunc(m.tickets, func(_ int64, t modelTicket) bool { return t.end <= now })
}

func (m *modelPool) remove(name string) {
	delete(m.weights, name)
	delete(m.downTo, name)
	delete(m.gone, name)
	maps.DeleteFunc(m.tickets, func(_ int64, t modelTicket) bool { return t.member == name })
}

func (m *modelPool) load(name string) (n int) {
	for _, t := range m.tickets {
		if t.member == name {
			n++
		}
	}
	return n
}

// able are those who may be picked, sorted.
func (m *modelPool) able(exclude []string) (names []string) {
	for name, w := range m.weights {
		if _, down := m.downTo[name]; w > 0 && !down && !slices.Contains(exclude, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// least fails unless the member has the least load for its weight of those.
func (m *modelPool) least(t *rapid.T, picked string, of []string) {
	t.Helper()
	if !slices.Contains(of, picked) {
		t.Fatalf("picked %s, who is not one of %v", picked, of)
	}
	for _, name := range of {
		if m.load(name)*m.weights[picked] < m.load(picked)*m.weights[name] {
			t.Fatalf("picked %s with load %d and weight %d, %s has %d and %d",
				picked, m.load(picked), m.weights[picked], name, m.load(name), m.weights[name])
		}
	}
}

// withinBound fails unless the member may hold one more ticket.
func (m *modelPool) withinBound(t *rapid.T, picked string, of []string, percent int) {
	t.Helper()
	if !slices.Contains(of, picked) {
		t.Fatalf("picked %s, who is not one of %v", picked, of)
	}
	tickets, weight := 1, 0
	for _, name := range of {
		tickets += m.load(name)
		weight += m.weights[name]
	}
	most := math.Ceil(float64(percent) / 100 * float64(tickets) * float64(m.weights[picked]) / float64(weight))
	if load := m.load(picked) + 1; float64(load) > most {
		t.Fatalf("%s has %d of %d tickets, more than its bound of %v", picked, load, tickets, most)
	}
}

// PICK LEAST and BOUND against the naive pool, while tickets are given back and
// lapse, members come, go, lapse and are marked, and nodes are restored.
func TestTicketsAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		p := newPicker(t)
		m := &modelPool{map[string]int{}, map[string]int64{}, map[string]int64{}, map[int64]modelTicket{}}
		names := []string{"a", "b", "c", "d", "e"}
		actions := map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				name, w := rapid.SampledFrom(names).Draw(t, "name"), rapid.IntRange(0, 4).Draw(t, "weight")
				p.do("ZADD", "pool", strconv.Itoa(w), name)
				m.weights[name] = w
			},
			"remove": func(t *rapid.T) {
				name := rapid.SampledFrom(names).Draw(t, "name")
				p.do("ZREM", "pool", name)
				m.remove(name)
			},
			"expire": func(t *rapid.T) {
				name, ms := rapid.SampledFrom(names).Draw(t, "name"), rapid.IntRange(1, 50).Draw(t, "ms")
				p.do("PEXPIREMEMBER", "pool", name, strconv.Itoa(ms))
				if _, in := m.weights[name]; in {
					m.gone[name] = p.now + int64(ms)
				}
			},
			"mark": func(t *rapid.T) { m.mark(t, p, rapid.SampledFrom(names).Draw(t, "name")) },
			"time": func(t *rapid.T) {
				p.now += rapid.SampledFrom([]int64{1, 5, 25, 60}).Draw(t, "ms")
				m.pass(p.now)
			},
			"least": func(t *rapid.T) { m.pickLeast(t, p, rapid.SampledFrom(names).Draw(t, "not")) },
			"bound": func(t *rapid.T) { m.pickBound(t, p, rapid.SampledFrom(names).Draw(t, "not")) },
			"done":  func(t *rapid.T) { m.done(t, p) },
			"turn":  func(t *rapid.T) { p.do("PICK", "pool") },
		}
		order := slices.Sorted(maps.Keys(actions))
		order = append(order, "least", "least", "bound", "mark", "time")
		for range rapid.IntRange(20, 60).Draw(t, "steps") {
			actions[rapid.SampledFrom(order).Draw(t, "action")](t)
			p.agree(t)
			m.compare(t, p)
		}
	})
}

func (m *modelPool) mark(t *rapid.T, p *picker, name string) {
	switch _, in := m.weights[name]; rapid.IntRange(0, 2).Draw(t, "mark") {
	case 0:
		p.do("PICKMARK", "pool", name, "UP")
		delete(m.downTo, name)
	case 1:
		p.do("PICKMARK", "pool", name, "DOWN")
		if in {
			m.downTo[name] = math.MaxInt64
		}
	case 2:
		p.do("PICKMARK", "pool", name, "DOWN", "PX", "25")
		if in {
			m.downTo[name] = p.now + 25
		}
	}
}

// take reads [member, ticket] and puts the ticket into the model.
func (m *modelPool) take(r resp.Reply, end int64) string {
	m.tickets[r.Elems[1].Int] = modelTicket{r.Elems[0].Str, end}
	return r.Elems[0].Str
}

func (m *modelPool) pickLeast(t *rapid.T, p *picker, not string) {
	px, count := rapid.Int64Range(1, 60).Draw(t, "px"), rapid.IntRange(1, 4).Draw(t, "count")
	r := p.do("PICK", "pool", "LEAST", "PX", fmt.Sprint(px), "EXCLUDE", "1", not, "COUNT", strconv.Itoa(count))
	of := m.able([]string{not})
	if len(r.Elems) != min(count, len(of)) {
		t.Fatalf("picked %+v of %v", r, of)
	}
	for _, pair := range r.Elems {
		m.least(t, pair.Elems[0].Str, of)
		of = slices.DeleteFunc(of, func(name string) bool { return name == pair.Elems[0].Str })
		m.take(pair, p.now+px)
	}
}

func (m *modelPool) pickBound(t *rapid.T, p *picker, not string) {
	percent := rapid.IntRange(100, 300).Draw(t, "percent")
	subject := rapid.StringMatching("[a-z]{1,2}").Draw(t, "subject")
	of := m.able([]string{not})
	free := p.do("PICK", "pool", "HASH", subject, "EXCLUDE", "1", not)
	r := p.do("PICK", "pool", "HASH", subject, "BOUND", strconv.Itoa(percent), "EXCLUDE", "1", not)
	if len(of) == 0 {
		if r.Kind != resp.Null.Kind || free.Kind != resp.Null.Kind {
			t.Fatalf("picked %+v and %+v of nobody", free, r)
		}
		return
	}
	picked := r.Elems[0].Str
	m.withinBound(t, picked, of, percent)
	if picked != free.Str { // so the subject's own member had no room
		tickets, weight := 1, 0
		for _, name := range of {
			tickets += m.load(name)
			weight += m.weights[name]
		}
		if m.load(free.Str)*100*weight < percent*tickets*m.weights[free.Str] {
			t.Fatalf("%s was passed over with %d of %d tickets", free.Str, m.load(free.Str), tickets)
		}
	}
	m.take(r, p.now+defaultPX)
}

func (m *modelPool) done(t *rapid.T, p *picker) {
	ids := append(slices.Sorted(maps.Keys(m.tickets)), 0)
	id := rapid.SampledFrom(ids).Draw(t, "ticket")
	want := int64(1)
	if id == 0 {
		want = 0
	}
	if r := p.do("PICKDONE", "pool", fmt.Sprint(id), fmt.Sprint(id)); r.Int != want {
		t.Fatalf("gave back %d, want %d", r.Int, want)
	}
	delete(m.tickets, id)
}

// compare holds PICKINFO and TTL against the model.
func (m *modelPool) compare(t *rapid.T, p *picker) {
	t.Helper()
	r := p.do("PICKINFO", "pool")
	if len(r.Elems) != 2*len(m.weights) {
		t.Fatalf("%d members, want %v", len(r.Elems)/2, m.weights)
	}
	for i := 0; i < len(r.Elems); i += 2 {
		name := r.Elems[i].Str
		info := map[string]resp.Reply{}
		for f := 0; f < len(r.Elems[i+1].Elems); f += 2 {
			info[r.Elems[i+1].Elems[f].Str] = r.Elems[i+1].Elems[f+1]
		}
		state := "up"
		end, down := m.downTo[name]
		switch {
		case down:
			state = "down"
		case m.weights[name] == 0:
			state = "drained"
		}
		upIn := int64(0)
		if down {
			upIn = end - p.now
		}
		if end == math.MaxInt64 {
			upIn = -1
		}
		ttl := int64(-1)
		if at, mortal := m.gone[name]; mortal {
			ttl = at - p.now
		}
		if info["outstanding"].Int != int64(m.load(name)) || info["state"].Str != state ||
			info["up-in"].Int != upIn || info["ttl"].Int != ttl || info["weight"].Float != float64(m.weights[name]) {
			t.Fatalf("%s is %+v, want load %d, %s, up in %d, ttl %d", name, info, m.load(name), state, upIn, ttl)
		}
	}
}
