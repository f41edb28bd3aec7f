package commands

import (
	"math"
	"math/big"
	"strconv"

	"coordd/resp"
	"coordd/store"
)

func incr(tx *store.Tx, args []string) resp.Reply { return addInt(tx, args[1], 1) }
func decr(tx *store.Tx, args []string) resp.Reply { return addInt(tx, args[1], -1) }

func incrBy(tx *store.Tx, args []string) resp.Reply {
	n, ok := parseInt(args[2])
	if !ok {
		return errNotInteger
	}
	return addInt(tx, args[1], n)
}

func decrBy(tx *store.Tx, args []string) resp.Reply {
	n, ok := parseInt(args[2])
	if !ok {
		return errNotInteger
	}
	if n == math.MinInt64 { // has no positive counterpart
		return errDecrOverflow
	}
	return addInt(tx, args[1], -n)
}

func addInt(tx *store.Tx, key string, by int64) resp.Reply {
	v, exists, err := tx.Get(key)
	if err != nil {
		return failed(err)
	}
	n := int64(0)
	if exists {
		var ok bool
		if n, ok = parseInt(v); !ok {
			return errNotInteger
		}
	}
	if by > 0 && n > math.MaxInt64-by || by < 0 && n < math.MinInt64-by {
		return errOverflow
	}
	n += by
	var digits [20]byte
	tx.Put(key, alias(strconv.AppendInt(digits[:0], n, 10)))
	Notify(tx, StringEvents, "incrby", key)
	return resp.Int(n)
}

func incrByFloat(tx *store.Tx, args []string) resp.Reply {
	v, exists, err := tx.Get(args[1])
	if err != nil {
		return failed(err)
	}
	if !exists {
		v = "0"
	}
	old, ok1 := parseLongDouble(v)
	by, ok2 := parseLongDouble(args[2])
	if !ok1 || !ok2 {
		return errNotFloat
	}
	sum, ok := addLongDouble(old, by)
	if !ok {
		return errNaNOrInf
	}
	text := formatLongDouble(sum)
	tx.Put(args[1], text)
	Notify(tx, StringEvents, "incrbyfloat", args[1])
	return resp.Bulk(text)
}

// addLongDouble adds; ok is false where the sum is no finite long double.
func addLongDouble(a, b *big.Float) (sum *big.Float, ok bool) {
	if a.IsInf() || b.IsInf() { // big.Float panics on inf-inf
		return nil, false
	}
	sum = new(big.Float).SetPrec(longDoubleBits).Add(a, b)
	return sum, sum.MantExp(nil) <= longDoubleMaxExp
}
