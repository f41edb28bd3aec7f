package commands

import (
	"math"

	"coordd/resp"
	"coordd/store"
)

func zpopMin(tx *store.Tx, args []string) resp.Reply { return zpop(tx, args, false) }

func zpopMax(tx *store.Tx, args []string) resp.Reply { return zpop(tx, args, true) }

// zpop without a count answers a flat array in both protocols; with one, it
// answers pairs.
func zpop(tx *store.Tx, args []string, highest bool) resp.Reply {
	if len(args) > 3 {
		return errSyntax
	}
	count, reply := int64(1), resp.Array
	if len(args) == 3 {
		var ok bool
		if count, ok = parseInt(args[2]); !ok || count < 0 {
			return errNotPositive
		}
		reply = resp.Pairs
	}
	z, err := tx.ZSet(args[1])
	if err != nil {
		return failed(err)
	}
	if z == nil || count == 0 {
		return resp.Array()
	}
	z, _ = tx.MakeZSet(args[1]) // it is a sorted set
	popped := make([]resp.Reply, 0, 2*min(count, int64(z.Len())))
	for _, at := range popRanks(z, highest, count) {
		popped = append(popped, resp.Bulk(at.m), resp.Double(at.score))
	}
	notifyZPop(tx, args[1], z, highest)
	return reply(popped...)
}

func zremRangeByRank(tx *store.Tx, args []string) resp.Reply {
	return removeSpan(tx, args, "zremrangebyrank", zrangeOptions{kind: byRank})
}

func zremRangeByScore(tx *store.Tx, args []string) resp.Reply {
	return removeSpan(tx, args, "zremrangebyscore", zrangeOptions{kind: byScore})
}

func zremRangeByLex(tx *store.Tx, args []string) resp.Reply {
	return removeSpan(tx, args, "zremrangebylex", zrangeOptions{kind: byLex})
}

func removeSpan(tx *store.Tx, args []string, event string, o zrangeOptions) resp.Reply {
	span, refusal := o.parseSpan(args[2], args[3])
	if refusal.IsError() {
		return refusal
	}
	z, err := tx.ZSet(args[1])
	if err != nil {
		return failed(err)
	}
	from, to := span(z)
	if from == to {
		return resp.Int(0)
	}
	doomed := make([]string, 0, to-from)
	z.Range(from, to, func(m string, _ float64) bool {
		doomed = append(doomed, m)
		return true
	})
	z, _ = tx.MakeZSet(args[1]) // it is a sorted set
	for _, m := range doomed {
		z.Remove(m)
	}
	Notify(tx, ZSetEvents, event, args[1])
	notifyGone(tx, args[1], z.Len())
	return resp.Int(int64(len(doomed)))
}

func zrandMember(tx *store.Tx, args []string) resp.Reply {
	if len(args) > 2 {
		return zrandMembers(tx, args)
	}
	z, err := tx.ZSet(args[1])
	if err != nil {
		return failed(err)
	}
	if z == nil {
		return resp.Null
	}
	m, _ := z.At(tx.Intn(z.Len()))
	return resp.Bulk(m)
}

func zrandMembers(tx *store.Tx, args []string) resp.Reply {
	count, refusal := parseSampleCount(args[2])
	if refusal.IsError() {
		return refusal
	}
	withScores := len(args) > 3
	if withScores && (len(args) > 4 || !isWord(args[3], "WITHSCORES")) {
		return errSyntax
	}
	if withScores && max(count, -count) > math.MaxInt64/2 { // Redis doubles it
		return errOutOfRange
	}
	z, err := tx.ZSet(args[1])
	if err != nil {
		return failed(err)
	}
	if z == nil {
		return resp.Array()
	}
	drawn, refusal := draw(tx, z.Len(), count, func(i int) int {
		m, _ := z.At(i)
		return len(m)
	})
	if refusal.IsError() {
		return refusal
	}
	return pickedRanks(z, drawn, withScores)
}

func pickedRanks(z *store.ZSet, ranks []int, withScores bool) resp.Reply {
	var found []resp.Reply
	for _, rank := range ranks {
		m, score := z.At(rank)
		found = append(found, resp.Bulk(m))
		if withScores {
			found = append(found, resp.Double(score))
		}
	}
	if withScores {
		return resp.Pairs(found...)
	}
	return resp.Array(found...)
}
