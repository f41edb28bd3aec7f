package commands

import (
	"math"

	"coordd/resp"
	"coordd/store"
)

// zaddOptions are the options of ZADD.
type zaddOptions struct{ nx, xx, gt, lt, ch, incr bool }

// parseZAdd reads the options and returns the rest: score, member, ...
func parseZAdd(args []string) (o zaddOptions, pairs []string, refusal resp.Reply) {
	i := 0
	for ; i < len(args) && o.read(args[i]); i++ {
	}
	pairs = args[i:]
	switch {
	case len(pairs) == 0 || len(pairs)%2 != 0:
		refusal = errSyntax
	case o.nx && o.xx:
		refusal = errZAddNXXX
	case o.gt && o.nx || o.lt && o.nx || o.gt && o.lt:
		refusal = errZAddGTLTNX
	case o.incr && len(pairs) > 2:
		refusal = errZAddIncr
	}
	return o, pairs, refusal
}

// read takes one word if it is an option.
func (o *zaddOptions) read(word string) bool {
	switch {
	case isWord(word, "NX"):
		o.nx = true
	case isWord(word, "XX"):
		o.xx = true
	case isWord(word, "GT"):
		o.gt = true
	case isWord(word, "LT"):
		o.lt = true
	case isWord(word, "CH"):
		o.ch = true
	case isWord(word, "INCR"):
		o.incr = true
	default:
		return false
	}
	return true
}

func zadd(tx *store.Tx, args []string) resp.Reply {
	o, pairs, refusal := parseZAdd(args[2:])
	if refusal.IsError() {
		return refusal
	}
	return o.addTo(tx, args[1], pairs)
}

// zincrBy takes no options, but Redis reads them: one in the place of the
// increment is a syntax error.
func zincrBy(tx *store.Tx, args []string) resp.Reply {
	if _, _, refusal := parseZAdd(args[2:]); refusal.IsError() {
		return refusal
	}
	return zaddOptions{incr: true}.addTo(tx, args[1], args[2:])
}

// addTo adds pairs of score and member to the sorted set at key.
func (o zaddOptions) addTo(tx *store.Tx, key string, pairs []string) resp.Reply {
	scores := make([]float64, len(pairs)/2)
	for i := range scores {
		var ok bool
		if scores[i], ok = parseFloat(pairs[2*i]); !ok {
			return errNotFloat
		}
		scores[i] = unsigned(scores[i])
	}
	z, err := tx.ZSet(key)
	if err != nil {
		return failed(err)
	}
	reply := resp.Null // of INCR that was not allowed
	if !o.incr {
		reply = resp.Int(0)
	}
	if o.incr {
		old, _ := z.Score(pairs[1])
		if math.IsNaN(old + scores[0]) {
			return errScoreNaN
		}
	}
	if z == nil && o.xx {
		return reply
	}
	z, _ = tx.MakeZSet(key) // it is a sorted set, or absent
	touched := false
	for i, score := range scores {
		score, added, changed, allowed := o.put(z, pairs[2*i+1], score)
		touched = touched || added || changed
		switch {
		case o.incr && allowed:
			reply = resp.Double(score)
		case added || changed && o.ch:
			reply.Int++
		}
	}
	switch {
	case touched && o.incr:
		Notify(tx, ZSetEvents, "zincr", key)
	case touched:
		Notify(tx, ZSetEvents, "zadd", key)
	}
	return reply
}

// put adds one member, or changes its score, as far as the options allow;
// now is the score that it has then.
func (o zaddOptions) put(z *store.ZSet, m string, score float64) (now float64, added, changed, allowed bool) {
	old, exists := z.Score(m)
	if exists && o.nx || !exists && o.xx {
		return 0, false, false, false
	}
	if !exists {
		z.Put(m, score)
		return score, true, false, true
	}
	if o.incr {
		score += old
	}
	if o.lt && score >= old || o.gt && score <= old {
		return 0, false, false, false
	}
	if score != old {
		z.Put(m, score)
	}
	return score, false, score != old, true
}

// unsigned takes the sign off -0, which would look different in replies.
func unsigned(score float64) float64 {
	if score == 0 {
		return 0
	}
	return score
}
