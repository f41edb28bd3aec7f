package commands

import (
	"math"

	"coordd/resp"
	"coordd/store"
)

func expire(tx *store.Tx, args []string) resp.Reply {
	return setDeadline(tx, args, tx.Now(), 1000)
}

func pexpire(tx *store.Tx, args []string) resp.Reply {
	return setDeadline(tx, args, tx.Now(), 1)
}

func expireAtSeconds(tx *store.Tx, args []string) resp.Reply {
	return setDeadline(tx, args, 0, 1000)
}

func pexpireAt(tx *store.Tx, args []string) resp.Reply {
	return setDeadline(tx, args, 0, 1)
}

// setDeadline is EXPIRE and its kin: args[2] counts units of so many ms from
// base. A deadline before now is no error; it deletes the key.
func setDeadline(tx *store.Tx, args []string, base, unit int64) resp.Reply {
	o, refusal := parseExpireOptions(args[3:])
	if refusal.IsError() {
		return refusal
	}
	at, ok := parseInt(args[2])
	if !ok {
		return errNotInteger
	}
	if at > math.MaxInt64/unit || at < math.MinInt64/unit {
		return errExpireTime(args[0])
	}
	at *= unit
	if at > math.MaxInt64-base {
		return errExpireTime(args[0])
	}
	at += base
	key := args[1]
	old, exists := tx.Deadline(key)
	if !exists || !o.allow(old, at) {
		return resp.Int(0)
	}
	expireAt(tx, key, at)
	return resp.Int(1)
}

// expireOptions are the conditions of EXPIRE: on a deadline's being there,
// and on the new one's being later or earlier. No deadline is later than any.
type expireOptions struct{ nx, xx, gt, lt bool }

func parseExpireOptions(args []string) (o expireOptions, refusal resp.Reply) {
	for _, word := range args {
		switch {
		case isWord(word, "NX"):
			o.nx = true
		case isWord(word, "XX"):
			o.xx = true
		case isWord(word, "GT"):
			o.gt = true
		case isWord(word, "LT"):
			o.lt = true
		default:
			return o, errUnsupportedOption(word)
		}
	}
	switch {
	case o.nx && (o.xx || o.gt || o.lt):
		return o, errExpireNX
	case o.gt && o.lt:
		return o, errExpireGTLT
	}
	return o, resp.Reply{}
}

// allow tells whether the old deadline (0 is none) may become at.
func (o expireOptions) allow(old, at int64) bool {
	has := old != 0
	switch {
	case o.nx && has, o.xx && !has:
		return false
	case o.gt && (!has || at <= old):
		return false
	case o.lt && has && at >= old:
		return false
	}
	return true
}

func persist(tx *store.Tx, args []string) resp.Reply {
	at, exists := tx.Deadline(args[1])
	if !exists || at == 0 {
		return resp.Int(0)
	}
	tx.SetDeadline(args[1], 0)
	return resp.Int(1)
}

func ttl(tx *store.Tx, args []string) resp.Reply {
	return deadlineReply(tx, args[1], tx.Now(), 1000)
}

func pttl(tx *store.Tx, args []string) resp.Reply {
	return deadlineReply(tx, args[1], tx.Now(), 1)
}

func expireTime(tx *store.Tx, args []string) resp.Reply {
	return deadlineReply(tx, args[1], 0, 1000)
}

func pexpireTime(tx *store.Tx, args []string) resp.Reply {
	return deadlineReply(tx, args[1], 0, 1)
}

// deadlineReply counts units of so many ms, rounded to the nearest, from base
// to a key's deadline: -1 if it has none, -2 if there is no key.
func deadlineReply(tx *store.Tx, key string, base, unit int64) resp.Reply {
	at, exists := tx.Deadline(key)
	switch {
	case !exists:
		return resp.Int(-2)
	case at == 0:
		return resp.Int(-1)
	}
	left := max(at-base, 0)
	if unit > 1 {
		left = left/unit + (left%unit+unit/2)/unit
	}
	return resp.Int(left)
}
