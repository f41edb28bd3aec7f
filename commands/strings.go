package commands

import (
	"coordd/resp"
	"coordd/store"
)

// maxString is the size in bytes that no string may grow beyond (Redis's
// proto-max-bulk-len). It is a constant because all nodes must agree on it.
const maxString = 512 << 20

var pairedKeys = Keys{First: 1, Last: -1, Step: 2}

// Strings are the commands on string values.
//
// MSET could be spread over groups as Redis's hints say, but it promises to
// be atomic, and what promises that is never split.
var Strings = Group{"string", []Spec{
	{"append", 3, Write | DenyOOM | Fast, oneKey, "2.0.0", "key value", "Adds a value to the end of a string, or makes the string.", appendString, nil},
	{"decr", 2, Write | DenyOOM | Fast, oneKey, "1.0.0", "key", "Takes one from an integer.", decr, nil},
	{"decrby", 3, Write | DenyOOM | Fast, oneKey, "1.0.0", "key decrement", "Takes a number from an integer.", decrBy, nil},
	{"get", 2, Read | Fast, oneKey, "1.0.0", "key", "Returns the string at a key.", get, nil},
	{"getdel", 2, Write | Fast, oneKey, "6.2.0", "key", "Returns the string at a key and deletes the key.", getDel, nil},
	{"getex", -2, Write | Fast, oneKey, "6.2.0", "key [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | PERSIST]", "Returns the string at a key and changes its deadline.", getEx, nil},
	{"getrange", 4, Read, oneKey, "2.4.0", "key start end", "Returns a part of a string.", getRange, nil},
	{"getset", 3, Write | DenyOOM | Fast, oneKey, "1.0.0", "key value", "Sets a string and returns the one before.", getSet, nil},
	{"incr", 2, Write | DenyOOM | Fast, oneKey, "1.0.0", "key", "Adds one to an integer.", incr, nil},
	{"incrby", 3, Write | DenyOOM | Fast, oneKey, "1.0.0", "key increment", "Adds a number to an integer.", incrBy, nil},
	{"incrbyfloat", 3, Write | DenyOOM | Fast, oneKey, "2.6.0", "key increment", "Adds a number to a floating-point number.", incrByFloat, nil},
	{"lcs", -3, Read, twoKeys, "7.0.0", "key1 key2 [LEN] [IDX] [MINMATCHLEN min-match-len] [WITHMATCHLEN]", "Finds the longest common subsequence of two strings.", lcs, nil},
	{"mget", -2, Read | Fast | MultiShard, allKeys, "1.0.0", "key [key ...]", "Returns the strings at several keys.", mget, nil},
	{"mset", -3, Write | DenyOOM, pairedKeys, "1.0.1", "key value [key value ...]", "Sets several strings at once.", mset, nil},
	{"msetnx", -3, Write | DenyOOM, pairedKeys, "1.0.1", "key value [key value ...]", "Sets several strings at once, if none of the keys exists.", msetnx, nil},
	{"psetex", 4, Write | DenyOOM, oneKey, "2.6.0", "key milliseconds value", "Sets a string that lives for some milliseconds.", psetEx, nil},
	{"set", -3, Write | DenyOOM, oneKey, "1.0.0", "key value [NX | XX] [GET] [EX seconds | PX milliseconds | EXAT unix-time-seconds | PXAT unix-time-milliseconds | KEEPTTL]", "Sets a string, whatever the key held before.", set, nil},
	{"setex", 4, Write | DenyOOM, oneKey, "2.0.0", "key seconds value", "Sets a string that lives for some seconds.", setEx, nil},
	{"setnx", 3, Write | DenyOOM | Fast, oneKey, "1.0.0", "key value", "Sets a string if the key does not exist.", setNX, nil},
	{"setrange", 4, Write | DenyOOM, oneKey, "2.2.0", "key offset value", "Writes over a part of a string.", setRange, nil},
	{"strlen", 2, Read | Fast, oneKey, "2.2.0", "key", "Returns the length of a string.", strLen, nil},
	{"substr", 4, Read, oneKey, "1.0.0", "key start end", "Returns a part of a string; the old name of GETRANGE.", getRange, nil},
}}

func get(tx *store.Tx, args []string) resp.Reply {
	v, ok, err := tx.Get(args[1])
	if err != nil {
		return failed(err)
	}
	return bulkOrNull(v, ok)
}

func getDel(tx *store.Tx, args []string) resp.Reply {
	v, ok, err := tx.Get(args[1])
	if err != nil {
		return failed(err)
	}
	if ok {
		deleteKey(tx, args[1])
	}
	return bulkOrNull(v, ok)
}

func getSet(tx *store.Tx, args []string) resp.Reply {
	v, ok, err := tx.Get(args[1])
	if err != nil {
		return failed(err)
	}
	put(tx, args[1], args[2], 0, false)
	return bulkOrNull(v, ok)
}

func strLen(tx *store.Tx, args []string) resp.Reply {
	v, _, err := tx.Get(args[1])
	if err != nil {
		return failed(err)
	}
	return resp.Int(int64(len(v)))
}

func appendString(tx *store.Tx, args []string) resp.Reply {
	v, _, err := tx.Get(args[1])
	if err != nil {
		return failed(err)
	}
	if len(v)+len(args[2]) > maxString {
		return errStringSize
	}
	tx.Put(args[1], v+args[2])
	Notify(tx, StringEvents, "append", args[1])
	return resp.Int(int64(len(v) + len(args[2])))
}

// mget shows what is no string as missing.
func mget(tx *store.Tx, args []string) resp.Reply {
	values := make([]resp.Reply, len(args)-1)
	for i, key := range args[1:] {
		v, ok, err := tx.Get(key)
		values[i] = bulkOrNull(v, ok && err == nil)
	}
	return resp.Array(values...)
}

func mset(tx *store.Tx, args []string) resp.Reply {
	if len(args)%2 == 0 {
		return errArity("mset")
	}
	for i := 1; i < len(args); i += 2 {
		if tx.Type(args[i]) == store.LockType {
			return errWrongType
		}
	}
	setPairs(tx, args)
	return resp.OK
}

func msetnx(tx *store.Tx, args []string) resp.Reply {
	if len(args)%2 == 0 {
		return errArity("msetnx")
	}
	for i := 1; i < len(args); i += 2 {
		if tx.Type(args[i]) != store.NoneType {
			return resp.Int(0)
		}
	}
	setPairs(tx, args)
	return resp.Int(1)
}

func setPairs(tx *store.Tx, args []string) {
	for i := 1; i < len(args); i += 2 {
		put(tx, args[i], args[i+1], 0, false)
	}
}
