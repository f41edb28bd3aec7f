package commands

import (
	"coordd/resp"
	"coordd/store"
)

// zmpopOptions are what stands in ZMPOP.
type zmpopOptions struct {
	keys    []string
	highest bool
	count   int64
}

// parseZMPop reads from numkeys on.
func parseZMPop(args []string) (o zmpopOptions, refusal resp.Reply) {
	n, ok := parseInt(args[0])
	if !ok || n <= 0 {
		return o, errNumKeys
	}
	if n >= int64(len(args)-1) { // no room for MIN or MAX
		return o, errSyntax
	}
	o.keys = args[1 : 1+n]
	o.highest = isWord(args[1+n], "MAX")
	if !o.highest && !isWord(args[1+n], "MIN") {
		return o, errSyntax
	}
	o.count, refusal = parsePopCount(args[2+n:])
	return o, refusal
}

func zmpop(tx *store.Tx, args []string) resp.Reply {
	o, refusal := parseZMPop(args[1:])
	if refusal.IsError() {
		return refusal
	}
	return o.pop(tx)
}

// pop stops at the first key that is a sorted set, or that is something else.
// Its pairs are arrays in both protocols.
func (o zmpopOptions) pop(tx *store.Tx) resp.Reply {
	key, ok := firstHeld(tx, o.keys)
	if !ok {
		return resp.NullArray
	}
	z, err := tx.MakeZSet(key)
	if err != nil {
		return failed(err)
	}
	popped := popRanks(z, o.highest, o.count)
	pairs := make([]resp.Reply, len(popped))
	for i, at := range popped {
		pairs[i] = resp.Array(resp.Bulk(at.m), resp.Double(at.score))
	}
	notifyZPop(tx, key, z, o.highest)
	return resp.Array(resp.Bulk(key), resp.Array(pairs...))
}

// popRanks takes members from one end, at most count.
func popRanks(z *store.ZSet, highest bool, count int64) []scored {
	popped := make([]scored, min(count, int64(z.Len())))
	for i := range popped {
		rank := 0
		if highest {
			rank = z.Len() - 1
		}
		m, score := z.At(rank)
		z.Remove(m)
		popped[i] = scored{m, score}
	}
	return popped
}
