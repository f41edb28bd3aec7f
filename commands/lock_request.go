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
	mode        store.LockMode
	permits     uint64 // of mode Permits: how many holders there may be, with this one; else 0
	waits       bool
	waitMillis  int64 // 0: for ever
}

// parseLock reads LOCK's arguments at log time now (ms).
func parseLock(args []string, now int64) (r lockRequest, refusal resp.Reply) {
	r = lockRequest{name: args[1], owner: args[2]}
	if r.owner == "" {
		return r, errLockOwner
	}
	var ok bool
	r.ttlMillis, ok = parseInt(args[3])
	if !ok || r.ttlMillis <= 0 || r.ttlMillis > math.MaxInt64-now {
		return r, errLockTTL
	}
	for i := 4; i < len(args); i++ {
		word, value := args[i], ""
		if i+1 < len(args) {
			value = args[i+1]
		}
		switch {
		case isWord(word, "WAIT") && i+1 < len(args) && !r.waits:
			i++
			r.waitMillis, r.waits = parseInt(value)
			if !r.waits || r.waitMillis < 0 {
				return r, errLockWait
			}
		case isWord(word, "SHARED"):
			refusal = r.setMode(store.Shared)
		case isWord(word, "PERMITS") && i+1 < len(args):
			i++
			n, ok := parseInt(value)
			if !ok || n <= 0 {
				return r, errLockPermits
			}
			r.permits = uint64(n)
			refusal = r.setMode(store.Permits)
		default:
			return r, errSyntax
		}
		if refusal.IsError() {
			return r, refusal
		}
	}
	return r, resp.Reply{}
}

func (r *lockRequest) setMode(m store.LockMode) (refusal resp.Reply) {
	if r.mode != store.Exclusive {
		return errLockMode
	}
	r.mode = m
	return resp.Reply{}
}

// fits tells whether a request goes together with what others hold.
func (r lockRequest) fits(held *store.Lock) bool {
	others := held.Len()
	_, holds := held.Holder(r.owner)
	if holds {
		others--
	}
	renews := holds && r.mode == held.Mode()
	return renews || r.sharing().fits(held.Mode(), others)
}

// take carries a request out that fits. A renewal keeps its token. So does a
// holder that had the lock for itself and now lets others in; who goes any other
// way from one mode to another has a new grant, since others may have been
// granted something since the old one.
func (r lockRequest) take(tx *store.Tx) (token uint64) {
	l, _ := tx.MakeLock(r.name) // it is none of another type
	h, holds := l.Holder(r.owner)
	if !holds || l.Mode() != r.mode && l.Mode() != store.Exclusive {
		h.Token = tx.NextToken()
		noteGrant(tx, r.name, h.Token)
		Notify(tx, GenericEvents, "lock", r.name)
	}
	l.SetMode(r.mode)
	l.Hold(store.Holder{Owner: r.owner, Token: h.Token, Permits: r.permits})
	l.SetMemberDeadline(r.owner, tx.Now()+r.ttlMillis)
	return h.Token
}
