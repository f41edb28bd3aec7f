package commands

import (
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
	at, refusal := deadlineOf(args[0], args[2], base, unit)
	if refusal.IsError() {
		return refusal
	}
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
	switch len(args) {
	case 2:
	case 3:
		return persistMember(tx, args[1], args[2])
	default:
		return errArity("persist")
	}
	return oneOrZero(persistKey(tx, args[1]))
}

func ttl(tx *store.Tx, args []string) resp.Reply {
	return timeLeftReply(tx, args, "ttl", 1000)
}

func pttl(tx *store.Tx, args []string) resp.Reply {
	return timeLeftReply(tx, args, "pttl", 1)
}

// timeLeftReply is TTL and PTTL, of a key or, as in KeyDB, of a member.
func timeLeftReply(tx *store.Tx, args []string, name string, unit int64) resp.Reply {
	switch len(args) {
	case 2:
		return deadlineReply(tx, args[1], tx.Now(), unit)
	case 3:
		return memberTimeLeft(tx, args[1], args[2], unit)
	}
	return errArity(name)
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
	if !exists {
		return resp.Int(-2)
	}
	return resp.Int(timeLeft(at, base, unit))
}

// timeLeft counts units of so many ms, rounded to the nearest, from base to a
// deadline; -1 for none.
func timeLeft(at, base, unit int64) int64 {
	if at == 0 {
		return -1
	}
	left := max(at-base, 0)
	if unit > 1 {
		left = left/unit + (left%unit+unit/2)/unit
	}
	return left
}
