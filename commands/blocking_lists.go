package commands

import (
	"coordd/resp"
	"coordd/store"
)

func blpop(tx *store.Tx, args []string) resp.Reply { return blockingPop(tx, args, left) }

func brpop(tx *store.Tx, args []string) resp.Reply { return blockingPop(tx, args, right) }

// blockingPop stops at the first key that is a list, or that is something
// else.
func blockingPop(tx *store.Tx, args []string, end listEnd) resp.Reply {
	keys, timeout := args[1:len(args)-1], args[len(args)-1]
	if _, refusal := parseBlockTimeout(timeout); refusal.IsError() {
		return refusal
	}
	key, ok := firstHeld(tx, keys)
	if !ok {
		return resp.NullArray
	}
	l, err := tx.MakeList(key)
	if err != nil {
		return failed(err)
	}
	v := end.pop(l)
	notifyListPop(tx, key, l, end)
	return resp.Array(resp.Bulk(key), resp.Bulk(v))
}

func blmove(tx *store.Tx, args []string) resp.Reply {
	from, ok1 := parseEnd(args[3])
	to, ok2 := parseEnd(args[4])
	if !ok1 || !ok2 {
		return errSyntax
	}
	if _, refusal := parseBlockTimeout(args[5]); refusal.IsError() {
		return refusal
	}
	return move(tx, args[1], args[2], from, to)
}

func brpoplpush(tx *store.Tx, args []string) resp.Reply {
	if _, refusal := parseBlockTimeout(args[3]); refusal.IsError() {
		return refusal
	}
	return move(tx, args[1], args[2], right, left)
}

// blmpop looks at the timeout last, as in Redis.
func blmpop(tx *store.Tx, args []string) resp.Reply {
	o, refusal := parseLMPop(args[2:])
	if refusal.IsError() {
		return refusal
	}
	if _, refusal := parseBlockTimeout(args[1]); refusal.IsError() {
		return refusal
	}
	return o.pop(tx)
}
