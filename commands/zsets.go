package commands

import (
	"coordd/resp"
	"coordd/store"
)

// ZSets are the commands on sorted sets.
var ZSets = Group{"sorted-set", []Spec{
	{"bzmpop", -5, Write | Blocking | Movable, Keys{Find: countedKeys(2)}, "7.0.0", "timeout numkeys key [key ...] <MIN | MAX> [COUNT count]", "Takes the lowest or highest members out of the first of several sorted sets that has any; waits for one.", bzmpop, nil},
	{"bzpopmax", -3, Write | Fast | Blocking, keysThenTimeout, "5.0.0", "key [key ...] timeout", "Takes the member with the highest score out of the first of several sorted sets that has any; waits for one.", bzpopMax, nil},
	{"bzpopmin", -3, Write | Fast | Blocking, keysThenTimeout, "5.0.0", "key [key ...] timeout", "Takes the member with the lowest score out of the first of several sorted sets that has any; waits for one.", bzpopMin, nil},
	{"zadd", -4, Write | DenyOOM | Fast, oneKey, "1.2.0", "key [NX | XX] [GT | LT] [CH] [INCR] score member [score member ...]", "Adds members to a sorted set or changes their scores.", zadd, nil},
	{"zcard", 2, Read | Fast, oneKey, "1.2.0", "key", "Returns the number of members of a sorted set.", zcard, nil},
	{"zcount", 4, Read | Fast, oneKey, "2.0.0", "key min max", "Counts the members whose scores are in a range.", zcount, nil},
	{"zdiff", -3, Read | Movable, Keys{Find: countedKeys(1)}, "6.2.0", "numkeys key [key ...] [WITHSCORES]", "Returns the members of a sorted set that no other one has.", zdiff, nil},
	{"zdiffstore", -4, Write | DenyOOM | Movable, Keys{1, 1, 1, destinationAndCounted}, "6.2.0", "destination numkeys key [key ...]", "Stores the members of a sorted set that no other one has.", zdiffStore, nil},
	{"zincrby", 4, Write | DenyOOM | Fast, oneKey, "1.2.0", "key increment member", "Adds to the score of a member.", zincrBy, nil},
	{"zinter", -3, Read | Movable, Keys{Find: countedKeys(1)}, "6.2.0", "numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE <SUM | MIN | MAX>] [WITHSCORES]", "Returns the members that several sorted sets share.", zinter, nil},
	{"zintercard", -3, Read | Movable, Keys{Find: countedKeys(1)}, "7.0.0", "numkeys key [key ...] [LIMIT limit]", "Counts the members that several sorted sets share.", zinterCard, nil},
	{"zinterstore", -4, Write | DenyOOM | Movable, Keys{1, 1, 1, destinationAndCounted}, "2.0.0", "destination numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE <SUM | MIN | MAX>]", "Stores the members that several sorted sets share.", zinterStore, nil},
	{"zlexcount", 4, Read | Fast, oneKey, "2.8.9", "key min max", "Counts the members that are in a range of strings.", zlexCount, nil},
	{"zmpop", -4, Write | Movable, Keys{Find: countedKeys(1)}, "7.0.0", "numkeys key [key ...] <MIN | MAX> [COUNT count]", "Takes the lowest or highest members out of the first of several sorted sets that has any.", zmpop, nil},
	{"zmscore", -3, Read | Fast, oneKey, "6.2.0", "key member [member ...]", "Returns the scores of several members.", zmScore, nil},
	{"zpopmax", -2, Write | Fast, oneKey, "5.0.0", "key [count]", "Takes the members with the highest scores out of a sorted set.", zpopMax, nil},
	{"zpopmin", -2, Write | Fast, oneKey, "5.0.0", "key [count]", "Takes the members with the lowest scores out of a sorted set.", zpopMin, nil},
	{"zrandmember", -2, Read | NonDeterministic, oneKey, "6.2.0", "key [count [WITHSCORES]]", "Returns members of a sorted set at random.", zrandMember, nil},
	{"zrange", -4, Read, oneKey, "1.2.0", "key start stop [BYSCORE | BYLEX] [REV] [LIMIT offset count] [WITHSCORES]", "Returns the members in a range of ranks, scores or strings.", zrange, nil},
	{"zrangebylex", -4, Read, oneKey, "2.8.9", "key min max [LIMIT offset count]", "Returns the members in a range of strings.", zrangeByLex, nil},
	{"zrangebyscore", -4, Read, oneKey, "1.0.5", "key min max [WITHSCORES] [LIMIT offset count]", "Returns the members in a range of scores.", zrangeByScore, nil},
	{"zrangestore", -5, Write | DenyOOM, twoKeys, "6.2.0", "dst src min max [BYSCORE | BYLEX] [REV] [LIMIT offset count]", "Stores the members in a range of another sorted set.", zrangeStore, nil},
	{"zrank", -3, Read | Fast, oneKey, "2.0.0", "key member [WITHSCORE]", "Returns how many members stand before a member, lowest score first.", zrank, nil},
	{"zrem", -3, Write | Fast, oneKey, "1.2.0", "key member [member ...]", "Takes members out of a sorted set.", zrem, nil},
	{"zremrangebylex", 4, Write, oneKey, "2.8.9", "key min max", "Takes out the members in a range of strings.", zremRangeByLex, nil},
	{"zremrangebyrank", 4, Write, oneKey, "2.0.0", "key start stop", "Takes out the members in a range of ranks.", zremRangeByRank, nil},
	{"zremrangebyscore", 4, Write, oneKey, "1.2.0", "key min max", "Takes out the members in a range of scores.", zremRangeByScore, nil},
	{"zrevrange", -4, Read, oneKey, "1.2.0", "key start stop [WITHSCORES]", "Returns the members in a range of ranks, highest score first.", zrevRange, nil},
	{"zrevrangebylex", -4, Read, oneKey, "2.8.9", "key max min [LIMIT offset count]", "Returns the members in a range of strings, last one first.", zrevRangeByLex, nil},
	{"zrevrangebyscore", -4, Read, oneKey, "2.2.0", "key max min [WITHSCORES] [LIMIT offset count]", "Returns the members in a range of scores, highest first.", zrevRangeByScore, nil},
	{"zrevrank", -3, Read | Fast, oneKey, "2.0.0", "key member [WITHSCORE]", "Returns how many members stand before a member, highest score first.", zrevRank, nil},
	{"zscan", -3, Read | NonDeterministic, oneKey, "2.8.0", "key cursor [MATCH pattern] [COUNT count]", "Walks over the members and scores of a sorted set, some at a time.", zscan, nil},
	{"zscore", 3, Read | Fast, oneKey, "1.2.0", "key member", "Returns the score of a member.", zscore, nil},
	{"zunion", -3, Read | Movable, Keys{Find: countedKeys(1)}, "6.2.0", "numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE <SUM | MIN | MAX>] [WITHSCORES]", "Returns the members of several sorted sets together.", zunion, nil},
	{"zunionstore", -4, Write | DenyOOM | Movable, Keys{1, 1, 1, destinationAndCounted}, "2.0.0", "destination numkeys key [key ...] [WEIGHTS weight [weight ...]] [AGGREGATE <SUM | MIN | MAX>]", "Stores the members of several sorted sets together.", zunionStore, nil},
}}

func zcard(tx *store.Tx, args []string) resp.Reply {
	z, err := tx.ZSet(args[1])
	if err != nil {
		return failed(err)
	}
	return resp.Int(int64(z.Len()))
}

func zscore(tx *store.Tx, args []string) resp.Reply {
	z, err := tx.ZSet(args[1])
	if err != nil {
		return failed(err)
	}
	return scoreOf(z, args[2])
}

func zmScore(tx *store.Tx, args []string) resp.Reply {
	z, err := tx.ZSet(args[1])
	if err != nil {
		return failed(err)
	}
	scores := make([]resp.Reply, 0, len(args)-2)
	for _, m := range args[2:] {
		scores = append(scores, scoreOf(z, m))
	}
	return resp.Array(scores...)
}

func scoreOf(z *store.ZSet, m string) resp.Reply {
	score, ok := z.Score(m)
	if !ok {
		return resp.Null
	}
	return resp.Double(score)
}

func zrank(tx *store.Tx, args []string) resp.Reply { return rank(tx, args, "zrank", false) }

func zrevRank(tx *store.Tx, args []string) resp.Reply { return rank(tx, args, "zrevrank", true) }

func rank(tx *store.Tx, args []string, name string, reverse bool) resp.Reply {
	if len(args) > 4 {
		return errArity(name)
	}
	withScore, missing := len(args) == 4, resp.Null
	if withScore {
		if !isWord(args[3], "WITHSCORE") {
			return errSyntax
		}
		missing = resp.NullArray
	}
	z, err := tx.ZSet(args[1])
	if err != nil {
		return failed(err)
	}
	rank, ok := z.Rank(args[2])
	if !ok {
		return missing
	}
	if reverse {
		rank = z.Len() - 1 - rank
	}
	if !withScore {
		return resp.Int(int64(rank))
	}
	return resp.Array(resp.Int(int64(rank)), scoreOf(z, args[2]))
}

func zrem(tx *store.Tx, args []string) resp.Reply {
	if tx.Type(args[1]) == store.NoneType {
		return resp.Int(0)
	}
	z, err := tx.MakeZSet(args[1])
	if err != nil {
		return failed(err)
	}
	removed := int64(0)
	for _, m := range args[2:] {
		if z.Remove(m) {
			removed++
		}
	}
	if removed > 0 {
		Notify(tx, ZSetEvents, "zrem", args[1])
		notifyGone(tx, args[1], z.Len())
	}
	return resp.Int(removed)
}

// zscan checks in Redis's order: cursor, key, options. A score is text, as in
// Redis, also in RESP3.
func zscan(tx *store.Tx, args []string) resp.Reply {
	if _, ok := parseCursor(args[2]); !ok {
		return errInvalidCursor
	}
	z, err := tx.ZSet(args[1])
	if err != nil {
		return failed(err)
	}
	if z == nil {
		return scanReply(0, nil)
	}
	o, refusal := parseMemberScan(args)
	if refusal.IsError() {
		return refusal
	}
	var found []resp.Reply
	next := z.Scan(o.cursor, o.count, func(m string, score float64) {
		if o.pattern == "*" || globMatch(o.pattern, m) {
			found = append(found, resp.Bulk(m), resp.Bulk(resp.FormatDouble(score)))
		}
	})
	return scanReply(next, found)
}
