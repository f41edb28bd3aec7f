package commands

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"coordd/resp"
	"coordd/store"
)

// queueModel is a queue with reservations, as naive as can be. Values are
// different from one another, so that tries are exact.
type queueModel struct {
	now   int64
	list  []string // left to right
	tries map[string]int64
	out   map[string]*modelItem // by ticket
	dead  []string              // left to right
	acked map[string]bool
}

type modelItem struct {
	value   string
	until   int64
	most    int64
	delayed bool
}

// pass lets time go on: what is due comes back, the earliest first.
func (m *queueModel) pass(now int64) {
	m.now = now
	for {
		first := ""
		for ticket, i := range m.out {
			if i.until > now {
				continue
			}
			if f := m.out[first]; f == nil || i.until < f.until || i.until == f.until && ticket < first {
				first = ticket
			}
		}
		if first == "" {
			return
		}
		i := m.out[first]
		delete(m.out, first)
		m.back(i)
	}
}

func (m *queueModel) back(i *modelItem) {
	if i.most != 0 && m.tries[i.value] >= i.most && !i.delayed {
		m.dead = append([]string{i.value}, m.dead...)
		return
	}
	m.list = append(m.list, i.value)
}

// TestQueueModel plays random words of a queue on an engine and on the model, and
// has everything that is not acknowledged be somewhere, once.
func TestQueueModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		table := NewTable(DataGroups()...)
		e := NewEngine(table, store.New(testSlot))
		m := &queueModel{now: 1000, tries: map[string]int64{}, out: map[string]*modelItem{}, acked: map[string]bool{}}
		var index uint64
		do := func(args ...string) resp.Reply {
			index++
			wire := e.Apply(index, m.now, [][]byte{EncodeCommand(nil, 0, args)})
			reply, _, err := resp.Parse(bytes.Clone(wire[0]))
			if err != nil {
				t.Fatal(err)
			}
			return reply
		}
		pushed := 0
		tickets := func() []string {
			all := []string{"9223372036854775807"}
			for ticket := range m.out {
				all = append(all, ticket)
			}
			slices.Sort(all)
			return all
		}
		t.Repeat(map[string]func(*rapid.T){
			"": func(t *rapid.T) { m.require(t, do, pushed) },
			"push": func(t *rapid.T) {
				value := fmt.Sprint("v", pushed)
				pushed++
				m.list = append([]string{value}, m.list...)
				do("LPUSH", "q", value)
			},
			"pass": func(t *rapid.T) { m.pass(m.now + rapid.Int64Range(1, 60).Draw(t, "ms")) },
			"reserve": func(t *rapid.T) {
				px, n, most := rapid.Int64Range(1, 100).Draw(t, "px"), rapid.IntRange(1, 3).Draw(t, "n"), rapid.Int64Range(0, 3).Draw(t, "most")
				args := []string{"RESERVE", "q", "w", "PX", fmt.Sprint(px), "COUNT", fmt.Sprint(n)}
				if most > 0 {
					args = append(args, "MAXTRIES", fmt.Sprint(most))
				}
				m.reserve(t, do(args...), px, n, most)
			},
			"ack": func(t *rapid.T) {
				ticket := rapid.SampledFrom(tickets()).Draw(t, "ticket")
				want := int64(0)
				if i := m.out[ticket]; i != nil && !i.delayed {
					want = 1
					m.acked[i.value] = true
					delete(m.out, ticket)
				}
				if got := do("ACK", "q", ticket).Int; got != want {
					t.Fatalf("ACK %s: %d, want %d", ticket, got, want)
				}
			},
			"nack": func(t *rapid.T) {
				ticket := rapid.SampledFrom(tickets()).Draw(t, "ticket")
				i := m.out[ticket]
				want := int64(0)
				args := []string{"NACK", "q", ticket}
				delay := rapid.Int64Range(0, 50).Draw(t, "delay")
				if delay > 0 {
					args = append(args, "DELAY", fmt.Sprint(delay))
				}
				if i != nil && !i.delayed {
					want = 1
					if delay == 0 || i.most != 0 && m.tries[i.value] >= i.most {
						delete(m.out, ticket)
						m.back(i)
					} else {
						i.delayed, i.until = true, m.now+delay
					}
				}
				if got := do(args...).Int; got != want {
					t.Fatalf("NACK %s: %d, want %d", ticket, got, want)
				}
			},
			"extend": func(t *rapid.T) {
				ticket := rapid.SampledFrom(tickets()).Draw(t, "ticket")
				px := rapid.Int64Range(1, 100).Draw(t, "px")
				want := int64(0)
				if i := m.out[ticket]; i != nil && !i.delayed {
					want, i.until = 1, m.now+px
				}
				if got := do("EXTEND", "q", ticket, "PX", fmt.Sprint(px)).Int; got != want {
					t.Fatalf("EXTEND %s: %d, want %d", ticket, got, want)
				}
			},
			"restore": func(t *rapid.T) {
				fresh := NewEngine(table, store.New(testSlot))
				if err := fresh.Restore(bytes.NewReader(frozenSnapshot(t, e))); err != nil {
					t.Fatal(err)
				}
				if fresh.Hash() != e.Hash() {
					t.Fatal("hashes differ after a restore")
				}
				e = fresh
			},
		})
	})
}

// reserve takes over what RESERVE has answered, and checks it.
func (m *queueModel) reserve(t *rapid.T, reply resp.Reply, px int64, n int, most int64) {
	taken := reply.Elems
	for n > 0 && len(m.list) > 0 {
		last := len(m.list) - 1
		value := m.list[last]
		m.list = m.list[:last]
		if most != 0 && m.tries[value] >= most {
			m.dead = append([]string{value}, m.dead...)
			continue
		}
		m.tries[value]++
		if len(taken) == 0 {
			t.Fatalf("RESERVE did not give %s", value)
		}
		got := taken[0].Elems
		taken = taken[1:]
		if got[1].Str != value || got[2].Int != m.tries[value] {
			t.Fatalf("RESERVE gave %s at try %d, want %s at %d", got[1].Str, got[2].Int, value, m.tries[value])
		}
		m.out[strconv.FormatInt(got[0].Int, 10)] = &modelItem{value: value, until: m.now + px, most: most}
		n--
	}
	if len(taken) > 0 {
		t.Fatalf("RESERVE gave too much: %v", taken)
	}
}

// require compares all that can be seen, and counts that every item is somewhere.
func (m *queueModel) require(t *rapid.T, do func(args ...string) resp.Reply, pushed int) {
	for key, want := range map[string][]string{"q": m.list, "{q}:dead": m.dead} {
		var got []string
		for _, r := range do("LRANGE", key, "0", "-1").Elems {
			got = append(got, r.Str)
		}
		if !slices.Equal(got, want) {
			t.Fatalf("%s holds %q, want %q", key, got, want)
		}
	}
	if n := len(m.list) + len(m.dead) + len(m.out) + len(m.acked); n != pushed {
		t.Fatalf("%d items of %d", n, pushed)
	}
	info := do("QUEUEINFO", "q").Elems
	if reserved := info[3].Int + info[5].Int; reserved != int64(len(m.out)) {
		t.Fatalf("%d items out of sight, want %d", reserved, len(m.out))
	}
}
