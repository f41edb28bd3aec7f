package commands

import (
	"math"

	"coordd/resp"
	"coordd/store"
)

// lockRequest is what stands in LOCK.
type lockRequest struct {
	name, owner string
	ttlMillis   int64
}

// parseLock reads LOCK's arguments at log time now (ms).
func parseLock(args []string, now int64) (r lockRequest, refusal resp.Reply) {
	r = lockRequest{name: args[1], owner: args[2]}
	if len(args) > 4 {
		return r, errSyntax
	}
	if r.owner == "" {
		return r, errLockOwner
	}
	var ok bool
	r.ttlMillis, ok = parseInt(args[3])
	if !ok || r.ttlMillis <= 0 || r.ttlMillis > math.MaxInt64-now {
		return r, errLockTTL
	}
	return r, resp.Reply{}
}

// lock grants a lock that is free, or renews it for the one who holds it. A
// grant has a token larger than any before it, so a service that keeps the
// largest it has seen can turn away a holder whose time is over. A renewal
// keeps its token.
func lock(tx *store.Tx, args []string) resp.Reply {
	r, refusal := parseLock(args, tx.Now())
	if refusal.IsError() {
		return refusal
	}
	held, err := tx.Lock(r.name)
	if err != nil {
		return failed(err)
	}
	if held != nil && held.Owner != r.owner {
		return resp.Null
	}
	if held == nil {
		held, _ = tx.MakeLock(r.name) // the name is free
		held.Owner, held.Token = r.owner, tx.NextToken()
	}
	token := held.Token
	tx.SetDeadline(r.name, tx.Now()+r.ttlMillis)
	return resp.Int(int64(token))
}

func unlock(tx *store.Tx, args []string) resp.Reply {
	held, err := tx.Lock(args[1])
	if err != nil {
		return failed(err)
	}
	if held == nil || held.Owner != args[2] {
		return resp.Int(0)
	}
	tx.Delete(args[1])
	return resp.Int(1)
}

// lockInfo answers a ttl of -1 for a lock without a deadline (PERSIST).
func lockInfo(tx *store.Tx, args []string) resp.Reply {
	held, err := tx.Lock(args[1])
	if err != nil {
		return failed(err)
	}
	if held == nil {
		return resp.Null
	}
	return resp.Map(
		resp.Bulk("owner"), resp.Bulk(held.Owner),
		resp.Bulk("token"), resp.Int(int64(held.Token)),
		resp.Bulk("ttl"), deadlineReply(tx, args[1], tx.Now(), 1),
	)
}
