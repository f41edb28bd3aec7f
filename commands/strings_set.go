package commands

import (
	"coordd/resp"
	"coordd/store"
)

// setOptions are the options of SET and GETEX.
type setOptions struct {
	nx, xx, get, keepTTL, persist bool
	expiry                        expiry
}

// parseSetOptions reads the options of SET, or those of GETEX, which have no
// condition but PERSIST. The same deadline option twice is no error: the
// last one counts, as in Redis.
func parseSetOptions(args []string, getEx bool) (o setOptions, ok bool) {
	for i := 0; i < len(args); i++ {
		word := args[i]
		switch {
		case isWord(word, "NX") && !getEx && !o.xx:
			o.nx = true
		case isWord(word, "XX") && !getEx && !o.nx:
			o.xx = true
		case isWord(word, "GET") && !getEx:
			o.get = true
		case isWord(word, "KEEPTTL") && !getEx && o.expiry.word == "":
			o.keepTTL = true
		case isWord(word, "PERSIST") && getEx && o.expiry.word == "":
			o.persist = true
		default:
			unit := expiryWord(word)
			again := o.expiry.word == "" || o.expiry.word == unit
			if unit == "" || !again || o.keepTTL || o.persist || i+1 == len(args) {
				return setOptions{}, false
			}
			i++
			o.expiry = expiry{unit, args[i]}
		}
	}
	return o, true
}

// expiryWord is the option word of a deadline in upper case, "" if arg is none.
func expiryWord(arg string) string {
	for _, word := range [...]string{"EX", "PX", "EXAT", "PXAT"} {
		if isWord(arg, word) {
			return word
		}
	}
	return ""
}

func set(tx *store.Tx, args []string) resp.Reply {
	o, ok := parseSetOptions(args[3:], false)
	if !ok {
		return errSyntax
	}
	at, refusal := o.expiry.deadline(tx.Now(), "set")
	if refusal.IsError() {
		return refusal
	}
	key, reply, skipped := args[1], resp.OK, resp.Null
	if o.get {
		old, ok, err := tx.Get(key)
		if err != nil {
			return failed(err)
		}
		reply = bulkOrNull(old, ok)
		skipped = reply
	}
	if t := tx.Type(key); o.nx && t != store.NoneType || o.xx && t == store.NoneType {
		return skipped
	} else if t == store.LockType { // ended by UNLOCK, DEL or its deadline only
		return errWrongType
	}
	put(tx, key, args[2], at, o.keepTTL)
	return reply
}

// put replaces whatever the key holds by a string that has a deadline (ms),
// none (0), or the one the key has had before.
func put(tx *store.Tx, key, value string, at int64, keepTTL bool) {
	if keepTTL {
		tx.Put(key, value)
	} else {
		tx.Set(key, value)
	}
	Notify(tx, StringEvents, "set", key)
	if at == 0 {
		return
	}
	Notify(tx, GenericEvents, "expire", key)
	if at > tx.Now() {
		tx.SetDeadline(key, at)
		return
	}
	tx.Delete(key)
	Notify(tx, ExpiredEvents, "expired", key)
}

func setNX(tx *store.Tx, args []string) resp.Reply {
	if tx.Type(args[1]) != store.NoneType {
		return resp.Int(0)
	}
	put(tx, args[1], args[2], 0, false)
	return resp.Int(1)
}

func setEx(tx *store.Tx, args []string) resp.Reply {
	return setWithDeadline(tx, args, expiry{"EX", args[2]}, "setex")
}

func psetEx(tx *store.Tx, args []string) resp.Reply {
	return setWithDeadline(tx, args, expiry{"PX", args[2]}, "psetex")
}

func setWithDeadline(tx *store.Tx, args []string, e expiry, command string) resp.Reply {
	at, refusal := e.deadline(tx.Now(), command)
	if refusal.IsError() {
		return refusal
	}
	if tx.Type(args[1]) == store.LockType {
		return errWrongType
	}
	put(tx, args[1], args[3], at, false)
	return resp.OK
}

func getEx(tx *store.Tx, args []string) resp.Reply {
	o, ok := parseSetOptions(args[2:], true)
	if !ok {
		return errSyntax
	}
	v, exists, err := tx.Get(args[1])
	if err != nil {
		return failed(err)
	}
	if !exists {
		return resp.Null
	}
	at, refusal := o.expiry.deadline(tx.Now(), "getex")
	if refusal.IsError() {
		return refusal
	}
	switch {
	case o.persist:
		persistKey(tx, args[1])
	case at != 0:
		expireAt(tx, args[1], at)
	}
	return resp.Bulk(v)
}
