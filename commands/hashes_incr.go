package commands

import (
	"math"
	"strconv"

	"coordd/resp"
	"coordd/store"
)

func hincrBy(tx *store.Tx, args []string) resp.Reply {
	by, ok := parseInt(args[3])
	if !ok {
		return errNotInteger
	}
	v, refusal := numberField(tx, args[1], args[2])
	if refusal.IsError() {
		return refusal
	}
	n, ok := parseInt(v)
	if !ok {
		return errHashNotInteger
	}
	if by > 0 && n > math.MaxInt64-by || by < 0 && n < math.MinInt64-by {
		return errOverflow
	}
	n += by
	h, _ := tx.MakeHash(args[1]) // it is a hash, or absent
	h.Put(args[2], strconv.FormatInt(n, 10))
	Notify(tx, HashEvents, "hincrby", args[1])
	return resp.Int(n)
}

func hincrByFloat(tx *store.Tx, args []string) resp.Reply {
	by, ok := parseLongDouble(args[3])
	if !ok {
		return errNotFloat
	}
	if by.IsInf() {
		return errIncrementInf
	}
	v, refusal := numberField(tx, args[1], args[2])
	if refusal.IsError() {
		return refusal
	}
	old, ok := parseLongDouble(v)
	if !ok {
		return errHashNotFloat
	}
	sum, ok := addLongDouble(old, by)
	if !ok {
		return errNaNOrInf
	}
	text := formatLongDouble(sum)
	h, _ := tx.MakeHash(args[1]) // it is a hash, or absent
	h.Put(args[2], text)
	Notify(tx, HashEvents, "hincrbyfloat", args[1])
	return resp.Bulk(text)
}

// numberField reads a field that counts: where it is missing it is 0.
func numberField(tx *store.Tx, key, field string) (string, resp.Reply) {
	h, err := tx.Hash(key)
	if err != nil {
		return "", failed(err)
	}
	if v, exists := h.Get(field); exists {
		return v, resp.Reply{}
	}
	return "0", resp.Reply{}
}
