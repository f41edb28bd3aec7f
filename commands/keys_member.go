package commands

import (
	"coordd/resp"
	"coordd/store"
)

// Deadlines of single members, in KeyDB's words
// (https://docs.keydb.dev/docs/commands/#expiremember). EXPIREMEMBER is the
// heartbeat of whoever has registered in a set, a sorted set or a hash: each one
// moves the deadline on, and who stops is gone.
//
// A deadline belongs to the membership. SADD, ZADD and ZINCRBY of a member that
// is there leave it alone, since a new weight is no sign of life; whoever leaves
// and comes back has none. In a hash HSET takes the deadline of a field away and
// HINCRBY leaves it, as in Redis 7.4. RENAME, COPY and MOVE keep deadlines; what
// is made of members (SUNIONSTORE, SMOVE ...) has none.

// withMembers is a collection whose members may have deadlines.
type withMembers interface {
	MemberDeadline(m string) int64
	SetMemberDeadline(m string, ms int64)
	Remove(m string) bool
	Len() int
}

// memberAt is the collection at key, if m is one of its members, else nil;
// changing says that it will be changed. The reply is an error or of kind 0.
func memberAt(tx *store.Tx, key, m string, changing bool) (c withMembers, refusal resp.Reply) {
	switch tx.Type(key) {
	case store.NoneType:
		return nil, refusal
	case store.HashType:
		h, _ := tx.Hash(key)
		if _, found := h.Get(m); !found {
			return nil, refusal
		}
		if changing {
			h, _ = tx.MakeHash(key)
		}
		return h, refusal
	}
	of, refusal := collectionAt(tx, key, changing)
	if refusal.IsError() {
		return nil, refusal
	}
	if _, found := of.weight(m); !found {
		return nil, refusal
	}
	return of, refusal
}

func expireMember(tx *store.Tx, args []string) resp.Reply {
	unit := int64(1000)
	switch {
	case len(args) > 5:
		return errArity("expiremember")
	case len(args) == 5 && isWord(args[4], "MS"):
		unit = 1
	case len(args) == 5 && !isWord(args[4], "S"):
		return errUnit
	}
	return setMemberDeadline(tx, args, tx.Now(), unit)
}

func pexpireMember(tx *store.Tx, args []string) resp.Reply {
	return setMemberDeadline(tx, args, tx.Now(), 1)
}

func expireMemberAt(tx *store.Tx, args []string) resp.Reply {
	return setMemberDeadline(tx, args, 0, 1000)
}

func pexpireMemberAt(tx *store.Tx, args []string) resp.Reply {
	return setMemberDeadline(tx, args, 0, 1)
}

// setMemberDeadline is EXPIREMEMBER and its kin: args[3] counts units of so many
// ms from base. A deadline that has passed takes the member out at once.
func setMemberDeadline(tx *store.Tx, args []string, base, unit int64) resp.Reply {
	at, refusal := deadlineOf(args[0], args[3], base, unit)
	if refusal.IsError() {
		return refusal
	}
	key, m := args[1], args[2]
	c, refusal := memberAt(tx, key, m, true)
	if refusal.IsError() || c == nil {
		return orNone(refusal)
	}
	if at > tx.Now() {
		c.SetMemberDeadline(m, at)
		Notify(tx, GenericEvents, "expiremember", key)
		return resp.Int(1)
	}
	class, event := removal(tx.Type(key))
	c.Remove(m)
	Notify(tx, class, event, key)
	if c.Len() == 0 {
		Notify(tx, GenericEvents, "del", key)
	}
	return resp.Int(1)
}

// removal is the event of a member's being taken out of a collection.
func removal(of store.Type) (EventClass, string) {
	switch of {
	case store.HashType:
		return HashEvents, "hdel"
	case store.ZSetType:
		return ZSetEvents, "zrem"
	}
	return SetEvents, "srem"
}

// memberTimeLeft is what TTL answers of a member: -1 if it has no deadline, -2
// if it is not there.
func memberTimeLeft(tx *store.Tx, key, m string, unit int64) resp.Reply {
	c, refusal := memberAt(tx, key, m, false)
	switch {
	case refusal.IsError():
		return refusal
	case c == nil:
		return resp.Int(-2)
	}
	return resp.Int(timeLeft(c.MemberDeadline(m), tx.Now(), unit))
}

// persistMember takes a member's deadline away.
func persistMember(tx *store.Tx, key, m string) resp.Reply {
	c, refusal := memberAt(tx, key, m, true)
	if refusal.IsError() || c == nil || c.MemberDeadline(m) == 0 {
		return orNone(refusal)
	}
	c.SetMemberDeadline(m, 0)
	Notify(tx, GenericEvents, "persist", key)
	return resp.Int(1)
}

// told turns the effects of an entry that are the store's into events. A member
// that has lapsed is told as one that was taken out (KeyDB), a field as Redis
// 7.4 tells it. That a lock has gone with its last lease is told as of any key.
func told(effects []any, wanted EventClass) []any {
	kept := effects[:0]
	for _, effect := range effects {
		lapsed, is := effect.(store.Lapsed)
		if !is {
			kept = append(kept, effect)
			continue
		}
		class, event := removal(lapsed.Type)
		switch lapsed.Type {
		case store.HashType:
			event = "hexpired"
		case store.LockType:
			class, event = GenericEvents, "lockexpired"
		}
		if wanted&class != 0 {
			kept = append(kept, Event{class, event, lapsed.DB, lapsed.Key})
		}
		if lapsed.Gone && lapsed.Type != store.LockType && wanted&GenericEvents != 0 {
			kept = append(kept, Event{GenericEvents, "del", lapsed.DB, lapsed.Key})
		}
	}
	return kept
}
