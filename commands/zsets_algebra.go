package commands

import (
	"cmp"
	"slices"

	"coordd/resp"
	"coordd/store"
)

// zoperation makes the members of one sorted set out of several inputs. What
// it returns is in no particular order, but all nodes agree on the scores:
// these are added up in the order of the inputs, which sourcesBySize fixes.
type zoperation func(o zcombineOptions) []scored

func zunion(tx *store.Tx, args []string) resp.Reply { return zcombine(tx, args, "zunion", zunite) }

func zinter(tx *store.Tx, args []string) resp.Reply { return zcombine(tx, args, "zinter", zintersect) }

func zdiff(tx *store.Tx, args []string) resp.Reply { return zcombine(tx, args, "zdiff", zsubtract) }

func zunionStore(tx *store.Tx, args []string) resp.Reply {
	return zcombineTo(tx, args, "zunionstore", zunite)
}

func zinterStore(tx *store.Tx, args []string) resp.Reply {
	return zcombineTo(tx, args, "zinterstore", zintersect)
}

func zdiffStore(tx *store.Tx, args []string) resp.Reply {
	return zcombineTo(tx, args, "zdiffstore", zsubtract)
}

func zcombine(tx *store.Tx, args []string, name string, op zoperation) resp.Reply {
	diff := name == "zdiff"
	o, refusal := parseZCombine(tx, args[1:], name, zcombineForm{aggregates: !diff, scores: true})
	if refusal.IsError() {
		return refusal
	}
	found := []resp.Reply{}
	for _, at := range ranksOf(op(o)) {
		found = append(found, resp.Bulk(at.m))
		if o.withScores {
			found = append(found, resp.Double(at.score))
		}
	}
	if o.withScores {
		return resp.Pairs(found...)
	}
	return resp.Array(found...)
}

// zcombineTo stores the result at args[1] in the place of anything but a
// lock, which is ended by UNLOCK, DEL or its deadline only.
func zcombineTo(tx *store.Tx, args []string, name string, op zoperation) resp.Reply {
	destination := args[1]
	o, refusal := parseZCombine(tx, args[2:], name, zcombineForm{aggregates: name != "zdiffstore"})
	if refusal.IsError() {
		return refusal
	}
	if tx.Type(destination) == store.LockType {
		return errWrongType
	}
	return replaceZSet(tx, destination, name, op(o))
}

// replaceZSet makes key a sorted set of these members, or deletes it when
// there are none, and answers how many there are.
func replaceZSet(tx *store.Tx, key, event string, members []scored) resp.Reply {
	deleted := tx.Clear(key)
	if len(members) == 0 {
		if deleted {
			Notify(tx, GenericEvents, "del", key)
		}
		return resp.Int(0)
	}
	z, _ := tx.MakeZSet(key) // there is nothing now
	for _, at := range members {
		z.Put(at.m, unsigned(at.score))
	}
	Notify(tx, ZSetEvents, event, key)
	return resp.Int(int64(len(members)))
}

// zinterCard counts up to a limit; 0 is none.
func zinterCard(tx *store.Tx, args []string) resp.Reply {
	o, refusal := parseZCombine(tx, args[1:], "zintercard", zcombineForm{counts: true})
	if refusal.IsError() {
		return refusal
	}
	n := int64(0)
	o.eachInAll(func(scored) bool {
		n++
		return n != o.limit
	})
	return resp.Int(n)
}

// ranksOf puts members into the order that a sorted set has.
func ranksOf(members []scored) []scored {
	slices.SortFunc(members, func(a, b scored) int {
		return cmp.Or(cmp.Compare(a.score, b.score), cmp.Compare(a.m, b.m))
	})
	return members
}

func zunite(o zcombineOptions) []scored {
	var members []scored
	at := make(map[string]int)
	for _, src := range sourcesBySize(o.sources) {
		src.each(func(m string, score float64) bool {
			score = orZero(score * src.weight)
			if i, again := at[m]; again {
				members[i].score = o.aggregate(members[i].score, score)
			} else {
				at[m] = len(members)
				members = append(members, scored{m, score})
			}
			return true
		})
	}
	return members
}

func zintersect(o zcombineOptions) []scored {
	var members []scored
	o.eachInAll(func(at scored) bool {
		members = append(members, at)
		return true
	})
	return members
}

// eachInAll visits the members that all sources have, with their scores
// together, until f returns false.
func (o zcombineOptions) eachInAll(f func(at scored) bool) {
	sources := sourcesBySize(o.sources)
	sources[0].each(func(m string, score float64) bool {
		total := orZero(score * sources[0].weight)
		for _, src := range sources[1:] {
			score, ok := src.score(m)
			if !ok {
				return true
			}
			total = o.aggregate(total, score*src.weight)
		}
		return f(scored{m, total})
	})
}

func zsubtract(o zcombineOptions) []scored {
	var members []scored
	o.sources[0].each(func(m string, score float64) bool {
		for _, src := range o.sources[1:] {
			if _, ok := src.score(m); ok {
				return true
			}
		}
		members = append(members, scored{m, score})
		return true
	})
	return members
}
