package commands

import (
	"coordd/resp"
	"coordd/store"
)

// Sets are the commands on sets.
var Sets = Group{"set", []Spec{
	{"sadd", -3, Write | DenyOOM | Fast, oneKey, "1.0.0", "key member [member ...]", "Adds members to a set, or makes the set.", sadd, nil},
	{"scard", 2, Read | Fast, oneKey, "1.0.0", "key", "Returns the number of members of a set.", scard, nil},
	{"sdiff", -2, Read | NonDeterministicOrder, allKeys, "1.0.0", "key [key ...]", "Returns the members of a set that no other set has.", sdiff, nil},
	{"sdiffstore", -3, Write | DenyOOM, allKeys, "1.0.0", "destination key [key ...]", "Stores the members of a set that no other set has.", sdiffStore, nil},
	{"sinter", -2, Read | NonDeterministicOrder, allKeys, "1.0.0", "key [key ...]", "Returns the members that all of several sets have.", sinter, nil},
	{"sintercard", -3, Read | Movable, Keys{Find: countedKeys(1)}, "7.0.0", "numkeys key [key ...] [LIMIT limit]", "Counts the members that all of several sets have.", sinterCard, nil},
	{"sinterstore", -3, Write | DenyOOM, allKeys, "1.0.0", "destination key [key ...]", "Stores the members that all of several sets have.", sinterStore, nil},
	{"sismember", 3, Read | Fast, oneKey, "1.0.0", "key member", "Tells whether a set has a member.", sisMember, nil},
	{"smembers", 2, Read | NonDeterministicOrder, oneKey, "1.0.0", "key", "Returns all members of a set.", smembers, nil},
	{"smismember", -3, Read | Fast, oneKey, "6.2.0", "key member [member ...]", "Tells for each of several members whether a set has it.", smisMember, nil},
	{"smove", 4, Write | Fast, twoKeys, "1.0.0", "source destination member", "Moves a member from one set to another.", smove, nil},
	{"spop", -2, Write | Fast | NonDeterministic, oneKey, "1.0.0", "key [count]", "Takes members out of a set at random.", spop, nil},
	{"srandmember", -2, Read | NonDeterministic, oneKey, "1.0.0", "key [count]", "Returns members of a set at random.", srandMember, nil},
	{"srem", -3, Write | Fast, oneKey, "1.0.0", "key member [member ...]", "Takes members out of a set.", srem, nil},
	{"sscan", -3, Read | NonDeterministic, oneKey, "2.8.0", "key cursor [MATCH pattern] [COUNT count]", "Walks over the members of a set, some at a time.", sscan, nil},
	{"sunion", -2, Read | NonDeterministicOrder, allKeys, "1.0.0", "key [key ...]", "Returns the members that any of several sets has.", sunion, nil},
	{"sunionstore", -3, Write | DenyOOM, allKeys, "1.0.0", "destination key [key ...]", "Stores the members that any of several sets has.", sunionStore, nil},
}}

func sadd(tx *store.Tx, args []string) resp.Reply {
	s, err := tx.MakeSet(args[1])
	if err != nil {
		return failed(err)
	}
	added := int64(0)
	for _, m := range args[2:] {
		if s.Add(m) {
			added++
		}
	}
	if added > 0 {
		Notify(tx, SetEvents, "sadd", args[1])
	}
	return resp.Int(added)
}

func srem(tx *store.Tx, args []string) resp.Reply {
	if tx.Type(args[1]) == store.NoneType {
		return resp.Int(0)
	}
	s, err := tx.MakeSet(args[1])
	if err != nil {
		return failed(err)
	}
	removed := int64(0)
	for _, m := range args[2:] {
		if s.Remove(m) {
			removed++
		}
	}
	if removed > 0 {
		Notify(tx, SetEvents, "srem", args[1])
		notifyGone(tx, args[1], s.Len())
	}
	return resp.Int(removed)
}

func scard(tx *store.Tx, args []string) resp.Reply {
	s, err := tx.SetOf(args[1])
	if err != nil {
		return failed(err)
	}
	return resp.Int(int64(s.Len()))
}

func sisMember(tx *store.Tx, args []string) resp.Reply {
	s, err := tx.SetOf(args[1])
	if err != nil {
		return failed(err)
	}
	return oneOrZero(s.Has(args[2]))
}

func smisMember(tx *store.Tx, args []string) resp.Reply {
	s, err := tx.SetOf(args[1])
	if err != nil {
		return failed(err)
	}
	has := make([]resp.Reply, 0, len(args)-2)
	for _, m := range args[2:] {
		has = append(has, oneOrZero(s.Has(m)))
	}
	return resp.Array(has...)
}

func smembers(tx *store.Tx, args []string) resp.Reply {
	s, err := tx.SetOf(args[1])
	if err != nil {
		return failed(err)
	}
	return memberSet(members(s))
}

// members lists a set.
func members(s *store.Set) []string {
	list := make([]string, 0, s.Len())
	s.Each(func(m string) bool {
		list = append(list, m)
		return true
	})
	return list
}

// memberSet is the reply that shows members in no order that means anything.
func memberSet(list []string) resp.Reply { return resp.Set(bulks(list)...) }

func bulks(list []string) []resp.Reply {
	replies := make([]resp.Reply, len(list))
	for i, v := range list {
		replies[i] = resp.Bulk(v)
	}
	return replies
}

func smove(tx *store.Tx, args []string) resp.Reply {
	source, destination, m := args[1], args[2], args[3]
	from, err := tx.SetOf(source)
	if err != nil {
		return failed(err)
	}
	if from == nil { // the destination may then be of any type
		return resp.Int(0)
	}
	if _, err := tx.SetOf(destination); err != nil {
		return failed(err)
	}
	if !from.Has(m) || source == destination {
		return oneOrZero(from.Has(m))
	}
	from, _ = tx.MakeSet(source) // both are sets, or absent
	from.Remove(m)
	Notify(tx, SetEvents, "srem", source)
	notifyGone(tx, source, from.Len())
	to, _ := tx.MakeSet(destination)
	if to.Add(m) {
		Notify(tx, SetEvents, "sadd", destination)
	}
	return resp.Int(1)
}

// sscan checks in Redis's order: cursor, key, options.
func sscan(tx *store.Tx, args []string) resp.Reply {
	if _, ok := parseCursor(args[2]); !ok {
		return errInvalidCursor
	}
	s, err := tx.SetOf(args[1])
	if err != nil {
		return failed(err)
	}
	if s == nil {
		return scanReply(0, nil)
	}
	o, refusal := parseMemberScan(args)
	if refusal.IsError() {
		return refusal
	}
	var found []resp.Reply
	next := s.Scan(o.cursor, o.count, func(m string) {
		if o.pattern == "*" || globMatch(o.pattern, m) {
			found = append(found, resp.Bulk(m))
		}
	})
	return scanReply(next, found)
}
