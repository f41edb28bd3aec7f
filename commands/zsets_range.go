package commands

import (
	"coordd/resp"
	"coordd/store"
)

// rangeKind is what the ends of a range are.
type rangeKind int

const (
	byRank rangeKind = iota
	byScore
	byLex
)

// zrangeOptions are the options of ZRANGE and of its many kin, which are
// ZRANGE with some of them fixed.
type zrangeOptions struct {
	kind          rangeKind
	reverse       bool
	withScores    bool
	offset, limit int64 // limit < 0: all
}

// readRest reads the options behind the ends. The forms of the name "zrange"
// are free, all others have a fixed kind and direction; those that store take
// no WITHSCORES.
func (o *zrangeOptions) readRest(args []string, free, stores bool) resp.Reply {
	kindFree, directionFree := free, free
	o.limit = -1
	for i := 0; i < len(args); i++ {
		switch word := args[i]; {
		case !stores && isWord(word, "WITHSCORES"):
			o.withScores = true
		case isWord(word, "LIMIT") && i+2 < len(args):
			var ok1, ok2 bool
			o.offset, ok1 = parseInt(args[i+1])
			o.limit, ok2 = parseInt(args[i+2])
			if !ok1 || !ok2 {
				return errNotInteger
			}
			i += 2
		case directionFree && isWord(word, "REV"):
			o.reverse, directionFree = true, false
		case kindFree && isWord(word, "BYLEX"):
			o.kind, kindFree = byLex, false
		case kindFree && isWord(word, "BYSCORE"):
			o.kind, kindFree = byScore, false
		default:
			return errSyntax
		}
	}
	switch {
	case o.limit != -1 && o.kind == byRank: // LIMIT 0 -1 passes, as in Redis
		return errZRangeLimit
	case o.withScores && o.kind == byLex:
		return errZRangeLexScores
	}
	return resp.Reply{}
}

// zspan finds the ranks of a range: from <= rank < to, lowest score first.
type zspan func(z *store.ZSet) (from, to int)

// parseSpan reads the ends. A range of scores or strings that is asked for in
// reverse has its highest end first.
func (o zrangeOptions) parseSpan(first, second string) (zspan, resp.Reply) {
	if o.kind == byRank {
		start, ok1 := parseInt(first)
		stop, ok2 := parseInt(second)
		if !ok1 || !ok2 {
			return nil, errNotInteger
		}
		return func(z *store.ZSet) (from, to int) {
			from, to = clampRange(start, stop, z.Len())
			if o.reverse {
				return z.Len() - to, z.Len() - from
			}
			return from, to
		}, resp.Reply{}
	}
	if o.reverse {
		first, second = second, first
	}
	if o.kind == byScore {
		r, ok := parseScoreRange(first, second)
		if !ok {
			return nil, errMinMaxFloat
		}
		return r.ranks, resp.Reply{}
	}
	r, ok := parseLexRange(first, second)
	if !ok {
		return nil, errMinMaxLex
	}
	return r.ranks, resp.Reply{}
}

// within cuts a span down to LIMIT, which counts from the end where the walk
// begins. A negative offset leaves nothing.
func (o zrangeOptions) within(from, to int) (int, int) {
	size := int64(to - from)
	if o.kind == byRank {
		return from, to
	}
	if o.offset < 0 || o.offset >= size {
		return 0, 0
	}
	left := size - o.offset
	if o.limit >= 0 {
		left = min(left, o.limit)
	}
	if o.reverse {
		to -= int(o.offset)
		return to - int(left), to
	}
	from += int(o.offset)
	return from, from + int(left)
}

// each visits the members of a span in the direction wanted.
func (o zrangeOptions) each(z *store.ZSet, span zspan, f func(m string, score float64)) {
	from, to := o.within(span(z))
	visit := z.Range
	if o.reverse {
		visit = z.RangeBack
	}
	visit(from, to, func(m string, score float64) bool {
		f(m, score)
		return true
	})
}

func zrange(tx *store.Tx, args []string) resp.Reply {
	return rangeReply(tx, args, zrangeOptions{}, true)
}

func zrevRange(tx *store.Tx, args []string) resp.Reply {
	return rangeReply(tx, args, zrangeOptions{reverse: true}, false)
}

func zrangeByScore(tx *store.Tx, args []string) resp.Reply {
	return rangeReply(tx, args, zrangeOptions{kind: byScore}, false)
}

func zrevRangeByScore(tx *store.Tx, args []string) resp.Reply {
	return rangeReply(tx, args, zrangeOptions{kind: byScore, reverse: true}, false)
}

func zrangeByLex(tx *store.Tx, args []string) resp.Reply {
	return rangeReply(tx, args, zrangeOptions{kind: byLex}, false)
}

func zrevRangeByLex(tx *store.Tx, args []string) resp.Reply {
	return rangeReply(tx, args, zrangeOptions{kind: byLex, reverse: true}, false)
}

func rangeReply(tx *store.Tx, args []string, o zrangeOptions, free bool) resp.Reply {
	if refusal := o.readRest(args[4:], free, false); refusal.IsError() {
		return refusal
	}
	span, refusal := o.parseSpan(args[2], args[3])
	if refusal.IsError() {
		return refusal
	}
	z, err := tx.ZSet(args[1])
	if err != nil {
		return failed(err)
	}
	found := []resp.Reply{}
	o.each(z, span, func(m string, score float64) {
		found = append(found, resp.Bulk(m))
		if o.withScores {
			found = append(found, resp.Double(score))
		}
	})
	if o.withScores {
		return resp.Pairs(found...)
	}
	return resp.Array(found...)
}

// zrangeStore puts the range in the place of anything but a lock, which is
// ended by UNLOCK, DEL or its deadline only.
func zrangeStore(tx *store.Tx, args []string) resp.Reply {
	destination, source := args[1], args[2]
	var o zrangeOptions
	if refusal := o.readRest(args[5:], true, true); refusal.IsError() {
		return refusal
	}
	span, refusal := o.parseSpan(args[3], args[4])
	if refusal.IsError() {
		return refusal
	}
	z, err := tx.ZSet(source)
	if err != nil {
		return failed(err)
	}
	if tx.Type(destination) == store.LockType {
		return errWrongType
	}
	var found []scored
	o.each(z, span, func(m string, score float64) { found = append(found, scored{m, score}) })
	return replaceZSet(tx, destination, "zrangestore", found)
}

// scored is a member of a sorted set with its score.
type scored struct {
	m     string
	score float64
}

func zcount(tx *store.Tx, args []string) resp.Reply {
	return countSpan(tx, args, zrangeOptions{kind: byScore})
}

func zlexCount(tx *store.Tx, args []string) resp.Reply {
	return countSpan(tx, args, zrangeOptions{kind: byLex})
}

func countSpan(tx *store.Tx, args []string, o zrangeOptions) resp.Reply {
	span, refusal := o.parseSpan(args[2], args[3])
	if refusal.IsError() {
		return refusal
	}
	z, err := tx.ZSet(args[1])
	if err != nil {
		return failed(err)
	}
	from, to := span(z)
	return resp.Int(int64(to - from))
}
