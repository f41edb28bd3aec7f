package commands

import (
	"math"

	"coordd/resp"
	"coordd/store"
)

// pool is a set or a sorted set as PICK sees it. It is computed from the
// collection and kept with it until a member, a weight or a mark changes, so that a
// pick costs a walk over a slice and no lookups. A node that has been restored
// computes it anew, and must come to the same picks.
type pool struct {
	of standings

	// Of the members that may be picked, in the collection's order.
	names   []string
	weights []float64 // finite, > 0
	shares  []int64   // the weights as integers, see scale
	total   int64     // of the shares
	hashes  []uint64  // of the names

	drained  []string // members whose weight is not > 0, or that are marked down
	infinite bool     // a weight is +inf

	turns *rotation // nil until the first round robin
	loads *loads    // nil until the first pick with a ticket
}

// pooled is what a store.Set and a store.ZSet have in common.
type pooled interface {
	standings
	withMembers
	SetMark(m string, mark int64)
	// weight is that of a member; false when there is no such member.
	weight(m string) (w float64, found bool)
	// each visits the members in the collection's order.
	each(f func(m string, weight float64))
}

// standings are what a store keeps for a pool.
type standings interface {
	Standing(m string) store.Standing
	SetStanding(m string, s store.Standing)
	Clock() int64
	SetClock(v int64)
	Give(t store.Ticket)
	GiveBack(id uint64) (m string, ok bool)
	Tickets() int
	Loads() uint64
	Derived() any
	Derive(v any)
}

// setPool is a set, in which every weight is 1.
type setPool struct{ *store.Set }

func (s setPool) weight(m string) (float64, bool) { return 1, s.Has(m) }

func (s setPool) each(f func(m string, weight float64)) {
	s.Each(func(m string) bool {
		f(m, 1)
		return true
	})
}

// zsetPool is a sorted set, in which scores are weights.
type zsetPool struct{ *store.ZSet }

func (z zsetPool) weight(m string) (float64, bool) { return z.Score(m) }

func (z zsetPool) each(f func(m string, weight float64)) {
	z.Range(0, z.Len(), func(m string, score float64) bool {
		f(m, score)
		return true
	})
}

// collectionAt is the set or sorted set at key, nil if there is none; changing
// says that it will be changed. The reply is an error or of kind 0.
func collectionAt(tx *store.Tx, key string, changing bool) (pooled, resp.Reply) {
	switch tx.Type(key) {
	case store.NoneType:
		return nil, resp.Reply{}
	case store.SetType:
		s, _ := tx.SetOf(key)
		if changing {
			s, _ = tx.MakeSet(key)
		}
		return setPool{s}, resp.Reply{}
	case store.ZSetType:
		z, _ := tx.ZSet(key)
		if changing {
			z, _ = tx.MakeZSet(key)
		}
		return zsetPool{z}, resp.Reply{}
	}
	return nil, errWrongType
}

// poolAt is the pool at key, an empty one if there is none; changing says
// that standings will be written. The reply is an error or of kind 0.
func poolAt(tx *store.Tx, key string, changing bool) (*pool, resp.Reply) {
	of, refusal := collectionAt(tx, key, changing)
	switch {
	case refusal.IsError():
		return nil, refusal
	case of == nil:
		return &pool{}, resp.Reply{}
	}
	p := poolOf(of)
	if p.infinite {
		return nil, errPickWeights
	}
	return p, resp.Reply{}
}

// poolOf is the pool that is kept with a collection, or a new one.
func poolOf(of pooled) *pool {
	if p, ok := of.Derived().(*pool); ok {
		return p
	}
	p := &pool{of: of}
	of.each(func(m string, weight float64) {
		switch {
		case weight > math.MaxFloat64:
			p.infinite = true
		case weight > 0 && of.Standing(m).Mark == 0:
			p.names = append(p.names, m)
			p.weights = append(p.weights, weight)
			p.hashes = append(p.hashes, hashName(m))
		default:
			p.drained = append(p.drained, m)
		}
	})
	p.scale()
	of.Derive(p)
	return p
}

// shareBits bounds the sum of a pool's shares. Credits need the bits above
// them: see rotation.
const shareBits = 36

// scale makes integers of the weights, for sums that are exact and the same on
// every machine: they are multiplied by the power of two that takes their sum
// to shareBits. So integers stay exact in their proportions as long as that
// power is not negative, which is to say that they sum up to at most 2^35.
// A weight that is next to nothing beside the others counts as one share.
func (p *pool) scale() {
	largest := 0.0
	for _, w := range p.weights {
		largest = max(largest, w)
	}
	_, exponent := math.Frexp(largest)
	sum := 0.0 // of weights made to be at most 1, or it might be too large
	for _, w := range p.weights {
		sum += math.Ldexp(w, -exponent)
	}
	_, more := math.Frexp(sum)
	p.shares = make([]int64, len(p.weights))
	p.total = 0
	for i, w := range p.weights {
		p.shares[i] = max(1, int64(math.Round(math.Ldexp(w, shareBits-exponent-more))))
		p.total += p.shares[i]
	}
}

// without marks the members that take no part, nil if that is nobody, and
// counts those that do.
func (p *pool) without(excluded []string) (out []bool, able int) {
	able = len(p.names)
	if len(excluded) == 0 {
		return nil, able
	}
	named := make(map[string]bool, len(excluded))
	for _, m := range excluded {
		named[m] = true
	}
	for i, m := range p.names {
		if !named[m] {
			continue
		}
		if out == nil {
			out = make([]bool, len(p.names))
		}
		out[i] = true
		able--
	}
	return out, able
}
