package commands

import "math"

// rotation is the state of smooth weighted round robin over a pool: nginx's
// algorithm (ngx_http_upstream_round_robin.c), which spreads the picks of a
// heavy member among those of light ones. At every pick each member's
// standing rises by its share, the one with the highest standing is picked
// (the first of equals), and its standing falls by the sum of all shares. From
// a level start everybody is level again after each round, which is one pick
// per unit of weight, so any picks that make a round give each member exactly
// its weight (promise P7).
//
// Two things are added. To write every standing at every pick would cost as
// many changes of the store as there are members, so what is kept for a member
// is its credit:
//
//	standing = credit + turn * share
//
// and credits are brought up to date every some turns only. The turn need not
// be kept: the standings sum up to 0, so it is - sum of credits / sum of shares.
//
// And P7 must hold after a member has come or gone, too, though the others are
// not level then. See settle.
type rotation struct {
	pool    *pool
	credits []int64
	won     []int64 // picks of each that are not written yet
	turn    int64
	every   int64 // turns between updates
	mark    int64 // of the pool's members and weights, markBits wide
	loose   bool  // somebody was left out since the standings were settled
}

// A credit is kept in the store as a word: the number, the mark of the pool
// that it belongs to, and whether the rotation was loose.
const (
	markBits  = 15
	wordShift = markBits + 1

	maxEvery    = 1 << 10
	maxStanding = 1 << 41 // then, |credit| < maxStanding + maxEvery<<shareBits < 1<<(63-wordShift)
)

// rotation reads the state from the store, and settles it if members or
// weights are not what they were at the last pick.
func (p *pool) rotation() *rotation {
	if p.turns != nil {
		return p.turns
	}
	n := len(p.names)
	r := &rotation{pool: p, credits: make([]int64, n), won: make([]int64, n), mark: p.mark()}
	// Up to 16 members are brought up to date at every pick; more would be
	// too many writes, but a change of members while some turns are out only
	// blurs who was next.
	r.every = min(max(int64(n)/16, 1), maxEvery)
	same, sum := true, int64(0)
	for i, m := range p.names {
		word := p.of.Standing(m).Credit
		if word == 0 {
			continue
		}
		same = same && word>>1&(1<<markBits-1) == r.mark
		r.loose = r.loose || word&1 != 0
		r.credits[i] = word >> wordShift
		sum += r.credits[i]
	}
	r.turn = -sum / p.total
	if !same || r.turn*p.total != -sum || r.turn < 0 || r.turn >= r.every {
		r.turn = 0
		for _, m := range p.drained {
			if s := p.of.Standing(m); s.Credit != 0 {
				s.Credit = 0
				p.of.SetStanding(m, s)
			}
		}
		r.settle()
	}
	p.turns = r
	return r
}

// mark tells one pool from another by its members and weights. Two may have
// the same one; then, once in 30,000 changes, settle is left out.
func (p *pool) mark() int64 {
	sum := uint64(0)
	for i, h := range p.hashes {
		sum += finalize(h ^ finalize(math.Float64bits(p.weights[i])))
	}
	return int64(finalize(sum) >> (64 - markBits))
}

// next picks one; those who are out take no part and stand still.
func (r *rotation) next(out []bool) int {
	if out != nil {
		return r.nextLoose(out)
	}
	if r.loose {
		r.settle()
	}
	r.turn++
	best, top := 0, int64(math.MinInt64)
	for i, share := range r.pool.shares {
		if standing := r.credits[i] + r.turn*share; standing > top {
			best, top = i, standing
		}
	}
	r.credits[best] -= r.pool.total
	r.won[best]++
	if r.turn < r.every { // else keep writes everybody
		r.write(best)
	}
	return best
}

func (r *rotation) nextLoose(out []bool) int {
	r.loose = true
	r.turn++
	best, top, total := 0, int64(math.MinInt64), int64(0)
	for i, share := range r.pool.shares {
		if out[i] {
			r.credits[i] -= share
			continue
		}
		total += share
		if standing := r.credits[i] + r.turn*share; standing > top {
			best, top = i, standing
		}
	}
	r.credits[best] -= total
	r.won[best]++
	return best
}

// keep ends a command: what it changed is in the store afterwards. out are
// those whom it picked or left out, nil if it was a single pick of all.
func (r *rotation) keep(out []bool) {
	if r.turn >= r.every {
		r.update()
		return
	}
	for i := range out {
		if out[i] {
			r.write(i)
		}
	}
}

// update turns standings into credits.
func (r *rotation) update() {
	far := false
	for i, share := range r.pool.shares {
		r.credits[i] += r.turn * share
		far = far || r.credits[i] > maxStanding || r.credits[i] < -maxStanding
	}
	r.turn = 0
	if far { // somebody has been left out of so many picks
		r.settle()
		return
	}
	for i := range r.credits {
		r.write(i)
	}
}

func (r *rotation) write(i int) {
	word := r.credits[i] << wordShift
	if word != 0 || r.loose {
		word |= r.mark << 1
	}
	if r.loose {
		word |= 1
	}
	m := r.pool.names[i]
	if s := r.pool.of.Standing(m); r.won[i] != 0 || word != s.Credit {
		s.Credit = word
		s.Picks += r.won[i]
		r.won[i] = 0
		r.pool.of.SetStanding(m, s)
	}
}

// settle makes the next round exact, whatever happened before, and keeps who
// is before whom: standings are moved so that they sum up to 0, and drawn
// together if one is too high.
//
// How high is too high? Let a round begin with standings x that sum up to 0,
// of n members with shares that sum up to W. The member that is picked has the
// highest standing of all, which is no less than the mean of W/n, so it has at
// least W/n - W after it, and at the end of the round. If it started with less
// than W/n, it has not lost W or more in the round; standings change by
// multiples of W in a round, so it has lost nothing. That is true of all, the
// sum is 0 as before, so nobody has won anything either: each was picked
// exactly as often as its share says, and the next round begins with the same
// standings as this one did.
func (r *rotation) settle() {
	n, sum := int64(len(r.credits)), int64(0)
	for i, share := range r.pool.shares {
		r.credits[i] += r.turn * share
		sum += r.credits[i]
	}
	top := int64(math.MinInt64)
	for i := range r.credits {
		r.credits[i] -= sum / n
		top = max(top, r.credits[i])
	}
	if limit := (r.pool.total - 1) / n; top > limit {
		r.drawTogether(float64(limit)/float64(top), limit)
	}
	r.level()
	r.turn, r.loose = 0, false
	for i := range r.credits {
		r.write(i)
	}
}

// drawTogether multiplies standings by a factor < 1, to limit at most.
func (r *rotation) drawTogether(factor float64, limit int64) {
	for i, c := range r.credits {
		r.credits[i] = min(int64(math.Floor(float64(c)*factor)), limit)
	}
}

// level makes the sum 0 again, from which rounding has taken it: some that
// stand below 0 are lifted by what is missing, or the first falls by what is
// too much.
func (r *rotation) level() {
	missing := int64(0)
	for _, c := range r.credits {
		missing -= c
	}
	for i, c := range r.credits {
		lift := min(max(-c, 0), missing)
		r.credits[i] += lift
		missing -= lift
	}
}
