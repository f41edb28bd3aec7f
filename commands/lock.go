package commands

import (
	"cmp"
	"slices"

	"coordd/resp"
	"coordd/store"
)

// lock grants a lock, or renews it for one who holds it. A grant has a token
// larger than any before it, so a service that keeps the largest it has seen can
// turn away a holder whose time is over. Nobody passes those who wait: a stream of
// readers would starve a writer. A holder may, since they wait for it.
//
// WAIT is no concern of this attempt; see Turns.
func lock(tx *store.Tx, args []string) resp.Reply {
	r, refusal := parseLock(args, tx.Now())
	if refusal.IsError() {
		return refusal
	}
	held, err := tx.Lock(r.name)
	switch {
	case err != nil:
		return failed(err)
	case !r.fits(held), !isTurn(tx, r, held):
		return resp.Null
	}
	return resp.Int(int64(r.take(tx)))
}

// isTurn tells whether nobody came before an owner.
func isTurn(tx *store.Tx, r lockRequest, held *store.Lock) bool {
	ls := linesOf(tx)
	if _, holds := held.Holder(r.owner); holds || ls.empty() {
		return true
	}
	first := ls.first(lockID{tx.DB(), r.name})
	return first == "" || first == r.owner
}

func unlock(tx *store.Tx, args []string) resp.Reply {
	name, owner := args[1], args[2]
	l, err := tx.Lock(name)
	if err != nil {
		return failed(err)
	}
	if _, holds := l.Holder(owner); !holds {
		return resp.Int(0)
	}
	l, _ = tx.MakeLock(name)
	l.Remove(owner)
	Notify(tx, GenericEvents, "unlock", name)
	if l.Len() == 0 {
		Notify(tx, GenericEvents, "del", name)
	}
	return resp.Int(1)
}

// lockInfo answers null for a lock that nobody holds: then nobody waits for it
// either.
func lockInfo(tx *store.Tx, args []string) resp.Reply {
	held, err := tx.Lock(args[1])
	if err != nil {
		return failed(err)
	}
	if held == nil {
		return resp.Null
	}
	ls, lock := linesOf(tx), lockID{tx.DB(), args[1]}
	next := ls.first(lock)
	var holders []store.Holder
	held.Each(func(h store.Holder) bool {
		holders = append(holders, h)
		return true
	})
	slices.SortFunc(holders, func(a, b store.Holder) int { return cmp.Compare(a.Token, b.Token) })
	var fields, all []resp.Reply
	for _, h := range holders {
		its := holderFields(tx, held, h)
		if held.Mode() == store.Exclusive {
			fields = its // as it was before there were other modes
		}
		all = append(all, resp.Map(its...))
	}
	return resp.Map(append(fields,
		resp.Bulk("mode"), resp.Bulk(held.Mode().String()),
		resp.Bulk("holders"), resp.Array(all...),
		resp.Bulk("waiting"), resp.Int(int64(ls.read(linePrefix+lock.text()).Len())),
		resp.Bulk("next"), bulkOrNull(next, next != ""),
	)...)
}

// holderFields answer a ttl of -1 for a lease without an end (PERSIST).
func holderFields(tx *store.Tx, held *store.Lock, h store.Holder) []resp.Reply {
	fields := []resp.Reply{
		resp.Bulk("owner"), resp.Bulk(h.Owner),
		resp.Bulk("token"), resp.Int(int64(h.Token)),
		resp.Bulk("ttl"), resp.Int(timeLeft(held.MemberDeadline(h.Owner), tx.Now(), 1)),
	}
	if held.Mode() == store.Permits {
		fields = append(fields, resp.Bulk("permits"), resp.Int(int64(h.Permits)))
	}
	return fields
}
