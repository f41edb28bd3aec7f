package commands

import (
	"math"

	"coordd/resp"
	"coordd/store"
)

// moveKey takes a key to another database, if it is free there.
func moveKey(tx *store.Tx, args []string) resp.Reply {
	key := args[1]
	db, refusal := parseDB(args[2])
	if refusal.IsError() {
		return refusal
	}
	dst := tx.On(db)
	if dst == tx { // On gives one Tx for each database
		return errSameObject
	}
	t := tx.Type(key)
	if t == store.NoneType || dst.Type(key) != store.NoneType {
		return resp.Int(0)
	}
	if refusal := refuseMove(t, store.NoneType); refusal.IsError() {
		return refusal
	}
	tx.CopyTo(dst, key, key)
	tx.Delete(key)
	Notify(tx, GenericEvents, "move_from", key)
	Notify(dst, GenericEvents, "move_to", key)
	return resp.Int(1)
}

// swapDB runs in every group, each of which swaps its part of the two
// databases at once. It is atomic as a whole where there is one group.
func swapDB(tx *store.Tx, args []string) resp.Reply {
	first, ok := parseInt(args[1])
	if !ok || first < math.MinInt32 || first > math.MaxInt32 {
		return errFirstDB
	}
	second, ok := parseInt(args[2])
	if !ok || second < math.MinInt32 || second > math.MaxInt32 {
		return errSecondDB
	}
	if min(first, second) < 0 || max(first, second) >= store.Databases {
		return errDBIndex
	}
	tx.On(int(first)).Swap(tx.On(int(second)))
	return resp.OK
}

// memoryUsage tells what a key takes on this node. What Redis's structures
// would take is another number; nobody's client counts on it.
func memoryUsage(tx *store.Tx, args []string) resp.Reply {
	samples := int64(5) // Redis's default
	for i := 3; i < len(args); i += 2 {
		if !isWord(args[i], "SAMPLES") || i+1 == len(args) {
			return errSyntax
		}
		var ok bool
		if samples, ok = parseInt(args[i+1]); !ok {
			return errNotInteger
		}
		if samples < 0 {
			return errSyntax
		}
		if samples == 0 {
			samples = math.MaxInt64
		}
	}
	return ofKey(tx, args[2], func(key string) resp.Reply { return resp.Int(tx.Memory(key, int(samples))) })
}
