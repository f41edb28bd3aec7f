package commands

import (
	"coordd/resp"
	"coordd/store"
)

// Hashes are the commands on hashes.
var Hashes = Group{"hash", []Spec{
	{"hdel", -3, Write | Fast, oneKey, "2.0.0", "key field [field ...]", "Takes fields out of a hash.", hdel, nil},
	{"hexists", 3, Read | Fast, oneKey, "2.0.0", "key field", "Tells whether a hash has a field.", hexists, nil},
	{"hget", 3, Read | Fast, oneKey, "2.0.0", "key field", "Returns the value of a field.", hget, nil},
	{"hgetall", 2, Read | NonDeterministicOrder, oneKey, "2.0.0", "key", "Returns all fields of a hash with their values.", hgetAll, nil},
	{"hincrby", 4, Write | DenyOOM | Fast, oneKey, "2.0.0", "key field increment", "Adds a number to the integer in a field.", hincrBy, nil},
	{"hincrbyfloat", 4, Write | DenyOOM | Fast, oneKey, "2.6.0", "key field increment", "Adds a number to the floating-point number in a field.", hincrByFloat, nil},
	{"hkeys", 2, Read | NonDeterministicOrder, oneKey, "2.0.0", "key", "Returns the names of all fields of a hash.", hkeys, nil},
	{"hlen", 2, Read | Fast, oneKey, "2.0.0", "key", "Returns the number of fields of a hash.", hlen, nil},
	{"hmget", -3, Read | Fast, oneKey, "2.0.0", "key field [field ...]", "Returns the values of several fields.", hmget, nil},
	{"hmset", -4, Write | DenyOOM | Fast, oneKey, "2.0.0", "key field value [field value ...]", "Sets fields of a hash; the old name of HSET.", hmset, nil},
	{"hrandfield", -2, Read | NonDeterministic, oneKey, "6.2.0", "key [count [WITHVALUES]]", "Returns fields of a hash at random.", hrandField, nil},
	{"hscan", -3, Read | NonDeterministic, oneKey, "2.8.0", "key cursor [MATCH pattern] [COUNT count]", "Walks over the fields and values of a hash, some at a time.", hscan, nil},
	{"hset", -4, Write | DenyOOM | Fast, oneKey, "2.0.0", "key field value [field value ...]", "Sets fields of a hash, or makes the hash.", hset, nil},
	{"hsetnx", 4, Write | DenyOOM | Fast, oneKey, "2.0.0", "key field value", "Sets a field if the hash does not have it.", hsetNX, nil},
	{"hstrlen", 3, Read | Fast, oneKey, "3.2.0", "key field", "Returns the length of the value of a field.", hstrLen, nil},
	{"hvals", 2, Read | NonDeterministicOrder, oneKey, "2.0.0", "key", "Returns the values of all fields of a hash.", hvals, nil},
}}

func hset(tx *store.Tx, args []string) resp.Reply { return setFields(tx, args, "hset") }

func hmset(tx *store.Tx, args []string) resp.Reply {
	reply := setFields(tx, args, "hmset")
	if reply.IsError() {
		return reply
	}
	return resp.OK
}

// setFields sets pairs of field and value and answers how many are new.
func setFields(tx *store.Tx, args []string, name string) resp.Reply {
	if len(args)%2 != 0 {
		return errArity(name)
	}
	h, err := tx.MakeHash(args[1])
	if err != nil {
		return failed(err)
	}
	added := int64(0)
	for i := 2; i < len(args); i += 2 {
		if h.Set(args[i], args[i+1]) {
			added++
		}
	}
	Notify(tx, HashEvents, "hset", args[1])
	return resp.Int(added)
}

func hsetNX(tx *store.Tx, args []string) resp.Reply {
	h, err := tx.Hash(args[1])
	if err != nil {
		return failed(err)
	}
	if _, exists := h.Get(args[2]); exists {
		return resp.Int(0)
	}
	h, _ = tx.MakeHash(args[1]) // it is a hash, or absent
	h.Put(args[2], args[3])
	Notify(tx, HashEvents, "hset", args[1])
	return resp.Int(1)
}

func hdel(tx *store.Tx, args []string) resp.Reply {
	if tx.Type(args[1]) == store.NoneType {
		return resp.Int(0)
	}
	h, err := tx.MakeHash(args[1])
	if err != nil {
		return failed(err)
	}
	removed := int64(0)
	for _, field := range args[2:] {
		if h.Remove(field) {
			removed++
		}
	}
	if removed > 0 {
		Notify(tx, HashEvents, "hdel", args[1])
		notifyGone(tx, args[1], h.Len())
	}
	return resp.Int(removed)
}

func hget(tx *store.Tx, args []string) resp.Reply {
	h, err := tx.Hash(args[1])
	if err != nil {
		return failed(err)
	}
	return bulkOrNull(h.Get(args[2]))
}

func hmget(tx *store.Tx, args []string) resp.Reply {
	h, err := tx.Hash(args[1])
	if err != nil {
		return failed(err)
	}
	values := make([]resp.Reply, 0, len(args)-2)
	for _, field := range args[2:] {
		values = append(values, bulkOrNull(h.Get(field)))
	}
	return resp.Array(values...)
}

func hexists(tx *store.Tx, args []string) resp.Reply {
	h, err := tx.Hash(args[1])
	if err != nil {
		return failed(err)
	}
	_, exists := h.Get(args[2])
	return oneOrZero(exists)
}

func hlen(tx *store.Tx, args []string) resp.Reply {
	h, err := tx.Hash(args[1])
	if err != nil {
		return failed(err)
	}
	return resp.Int(int64(h.Len()))
}

func hstrLen(tx *store.Tx, args []string) resp.Reply {
	h, err := tx.Hash(args[1])
	if err != nil {
		return failed(err)
	}
	v, _ := h.Get(args[2])
	return resp.Int(int64(len(v)))
}
