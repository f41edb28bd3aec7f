package commands

import (
	"coordd/resp"
	"coordd/store"
)

func bzpopMin(tx *store.Tx, args []string) resp.Reply { return blockingZPop(tx, args, false) }

func bzpopMax(tx *store.Tx, args []string) resp.Reply { return blockingZPop(tx, args, true) }

// blockingZPop stops at the first key that is a sorted set, or that is
// something else.
func blockingZPop(tx *store.Tx, args []string, highest bool) resp.Reply {
	keys, timeout := args[1:len(args)-1], args[len(args)-1]
	if _, refusal := parseBlockTimeout(timeout); refusal.IsError() {
		return refusal
	}
	key, ok := firstHeld(tx, keys)
	if !ok {
		return resp.NullArray
	}
	z, err := tx.MakeZSet(key)
	if err != nil {
		return failed(err)
	}
	at := popRanks(z, highest, 1)[0]
	notifyZPop(tx, key, z, highest)
	return resp.Array(resp.Bulk(key), resp.Bulk(at.m), resp.Double(at.score))
}

// bzmpop looks at the timeout last, as in Redis.
func bzmpop(tx *store.Tx, args []string) resp.Reply {
	o, refusal := parseZMPop(args[2:])
	if refusal.IsError() {
		return refusal
	}
	if _, refusal := parseBlockTimeout(args[1]); refusal.IsError() {
		return refusal
	}
	return o.pop(tx)
}
