package commands

import (
	"math/bits"
	"slices"

	"coordd/store"
)

// loads are the tickets of a pool's members, read from the store again when
// somebody else has changed them (a pick was given back, or has lapsed).
type loads struct {
	seen    uint64 // store's count of changes when they were read
	out     []int64
	passes  []int64
	strides []int64
	at      map[string]int // index of a name
}

// current are the loads as they stand.
func (p *pool) current() *loads {
	l := p.loads
	if l == nil {
		n := len(p.names)
		l = &loads{out: make([]int64, n), passes: make([]int64, n), strides: make([]int64, n), at: make(map[string]int, n)}
		for i, m := range p.names {
			l.strides[i] = min(strideUnit/p.shares[i], maxStride)
			l.at[m] = i
		}
		p.loads = l
	} else if l.seen == p.of.Loads() {
		return l
	}
	for i, m := range p.names {
		s := p.of.Standing(m)
		l.out[i], l.passes[i] = s.Out, s.Pass
	}
	l.seen = p.of.Loads()
	return l
}

// leastLoaded chooses the member with the fewest tickets for its weight. Of
// equals, which are many while there is little to do, they take turns by weight:
// the next turn of each is a stride behind its last, the shorter the larger its
// share, and the earliest is first. (Start-time fair queueing; Goyal, Vin, Cheng
// 1996.) A turn that was missed counts as the pool's clock, which is the turn of
// the last pick: nobody saves up turns.
func (p *pool) leastLoaded(out []bool) int {
	l, clock := p.current(), p.of.Clock()
	best, load, first := -1, 0.0, int64(0)
	for i, weight := range p.weights {
		if out != nil && out[i] {
			continue
		}
		ratio, turn := float64(l.out[i])/weight, l.turn(i, clock)
		if best < 0 || ratio < load || ratio == load && turn < first {
			best, load, first = i, ratio, turn
		}
	}
	return best
}

// A round of picks moves turns on by about strideUnit shares, however many
// members there are.
const (
	strideUnit = 1 << 50
	maxStride  = 1 << 40 // of shares next to nothing
	maxClock   = 1 << 60
)

// turn is when it is a member's turn.
func (l *loads) turn(i int, clock int64) int64 { return max(l.passes[i]+l.strides[i], clock) }

// take hands out a ticket for a member that was chosen, for so many ms.
func (p *pool) take(tx *store.Tx, i int, px int64) (id uint64) {
	l, clock := p.current(), p.of.Clock()
	turn := l.turn(i, clock)
	if turn > maxClock {
		p.rewind(turn)
		turn = 0
	}
	if turn != clock {
		p.of.SetClock(turn)
	}
	l.passes[i] = turn
	l.out[i]++
	m := p.names[i]
	s := p.of.Standing(m)
	s.Picks++
	s.Pass = turn
	p.of.SetStanding(m, s)
	id = tx.NextToken()
	p.of.Give(store.Ticket{ID: id, Member: m, Deadline: tx.Now() + px})
	l.seen = p.of.Loads()
	return id
}

// rewind sets the clock back to 0, and the turns of all members with it, long
// before it would overflow.
func (p *pool) rewind(clock int64) {
	for _, m := range slices.Concat(p.names, p.drained) {
		s := p.of.Standing(m)
		s.Pass = max(s.Pass-clock, 0)
		p.of.SetStanding(m, s)
		if i, here := p.loads.at[m]; here {
			p.loads.passes[i] = s.Pass
		}
	}
	p.of.SetClock(0)
}

// bounded chooses for a subject as rendezvous does, among the members that have
// room (Mirrokni, Thorup, Zadimoghaddam 2018, "Consistent hashing with bounded
// loads"): of the tickets of those who take part, and this one, each may hold so
// many percent of its fair share, rounded up. The rooms add up to more than the
// tickets, so somebody has some.
func (p *pool) bounded(subject string, percent int64) chooser {
	choose := p.rendezvous(subject)
	full := make([]bool, len(p.names))
	return func(out []bool) int {
		l, tickets, total := p.current(), int64(1), int64(0)
		for i := range p.names {
			if full[i] = out != nil && out[i]; !full[i] {
				tickets += l.out[i]
				total += p.shares[i]
			}
		}
		for i, share := range p.shares {
			full[i] = full[i] || l.out[i] >= room(percent*tickets, share, 100*total)
		}
		return choose(full)
	}
}

// room is a * share / total, rounded up; share <= total.
func room(a, share, total int64) int64 {
	high, low := bits.Mul64(uint64(a), uint64(share))
	quotient, rest := bits.Div64(high, low, uint64(total))
	if rest != 0 {
		quotient++
	}
	return int64(quotient)
}
