package commands

import (
	"coordd/resp"
	"coordd/store"
)

// Generic are the commands on keys of any type.
var Generic = Group{"generic", []Spec{
	{"copy", -3, Write | DenyOOM, twoKeys, "6.2.0", "source destination [DB destination-db] [REPLACE]", "Copies a key.", copyKey, nil},
	{"del", -2, Write | MultiShard | AggSum, allKeys, "1.0.0", "key [key ...]", "Deletes keys.", del, nil},
	{"dump", 2, Read | NonDeterministic, oneKey, "2.6.0", "key", "Returns a value in Redis's own form.", dump, nil},
	{"exists", -2, Read | Fast | MultiShard | AggSum, allKeys, "1.0.0", "key [key ...]", "Counts how many of the keys exist.", exists, nil},
	{"expire", -3, Write | Fast, oneKey, "1.0.0", "key seconds [NX | XX | GT | LT]", "Gives a key a deadline some seconds from now.", expire, nil},
	{"expireat", -3, Write | Fast, oneKey, "1.2.0", "key unix-time-seconds [NX | XX | GT | LT]", "Gives a key a deadline in seconds of Unix time.", expireAtSeconds, nil},
	{"expiretime", 2, Read | Fast, oneKey, "7.0.0", "key", "Returns a key's deadline in seconds of Unix time.", expireTime, nil},
	{"keys", 2, Read | Dangerous | AllShards | NonDeterministicOrder, Keys{}, "1.0.0", "pattern", "Lists the keys that fit a pattern.", listKeys, nil},
	{"move", 3, Write | Fast, oneKey, "1.0.0", "key db", "Takes a key to another database.", moveKey, nil},
	{"object", -2, 0, Keys{}, "2.2.3", "", "Tells how a value is kept.", nil, nil},
	{"object|encoding", 3, Read | NonDeterministic, secondKey, "2.2.3", "key", "Returns the form in which a value is kept.", objectEncoding, nil},
	{"object|freq", 3, Read | NonDeterministic, secondKey, "4.0.0", "key", "Returns how often a key is used; not kept here.", objectFreq, nil},
	{"object|help", 2, Read | Loading | Stale, Keys{}, "6.2.0", "", "Lists the subcommands.", objectHelp, nil},
	{"object|idletime", 3, Read | NonDeterministic, secondKey, "2.2.3", "key", "Returns how long a key has not been used; always 0 here.", objectIdleTime, nil},
	{"object|refcount", 3, Read | NonDeterministic, secondKey, "2.2.3", "key", "Returns how many references a value has; always 1 here.", objectRefCount, nil},
	{"persist", -2, Write | Fast, oneKey, "2.2.0", "key [member]", "Takes the deadline of a key, or of a member, away.", persist, nil},
	{"pexpire", -3, Write | Fast, oneKey, "2.6.0", "key milliseconds [NX | XX | GT | LT]", "Gives a key a deadline some milliseconds from now.", pexpire, nil},
	{"pexpireat", -3, Write | Fast, oneKey, "2.6.0", "key unix-time-milliseconds [NX | XX | GT | LT]", "Gives a key a deadline in milliseconds of Unix time.", pexpireAt, nil},
	{"pexpiretime", 2, Read | Fast, oneKey, "7.0.0", "key", "Returns a key's deadline in milliseconds of Unix time.", pexpireTime, nil},
	{"pttl", -2, Read | Fast | NonDeterministic, oneKey, "2.6.0", "key [member]", "Returns how many milliseconds a key, or a member, has left.", pttl, nil},
	{"randomkey", 1, Read | AllShards | NonDeterministic, Keys{}, "1.0.0", "", "Returns some key.", randomKey, nil},
	{"rename", 3, Write, twoKeys, "1.0.0", "key newkey", "Renames a key, over another if need be.", rename, nil},
	{"renamenx", 3, Write | Fast, twoKeys, "1.0.0", "key newkey", "Renames a key if the new name is free.", renameNX, nil},
	{"restore", -4, Write | DenyOOM | Dangerous, oneKey, "2.6.0", "key ttl serialized-value [REPLACE] [ABSTTL] [IDLETIME seconds] [FREQ frequency]", "Makes a key of what DUMP has answered.", restore, nil},
	{"scan", -2, Read | NonDeterministic, Keys{}, "2.8.0", "cursor [MATCH pattern] [COUNT count] [TYPE type]", "Walks over the keys, some at a time.", scan, nil},
	{"sort", -2, Write | DenyOOM | Dangerous | Movable, Keys{1, 1, 1, sortKeys}, "1.0.0", "key [BY pattern] [LIMIT offset count] [GET pattern [GET pattern ...]] [ASC | DESC] [ALPHA] [STORE destination]", "Sorts a list, a set or a sorted set, and may store the result.", sortKey, nil},
	{"sort_ro", -2, Read | Dangerous | Movable, Keys{1, 1, 1, sortROKeys}, "7.0.0", "key [BY pattern] [LIMIT offset count] [GET pattern [GET pattern ...]] [ASC | DESC] [ALPHA]", "Sorts a list, a set or a sorted set.", sortRO, nil},
	{"touch", -2, Read | Fast | MultiShard | AggSum, allKeys, "3.2.1", "key [key ...]", "Counts how many of the keys exist; no time of use is kept.", exists, nil},
	{"ttl", -2, Read | Fast | NonDeterministic, oneKey, "1.0.0", "key [member]", "Returns how many seconds a key, or a member, has left.", ttl, nil},
	{"type", 2, Read | Fast, oneKey, "1.0.0", "key", "Returns the type of a key.", keyType, nil},
	{"unlink", -2, Write | Fast | MultiShard | AggSum, allKeys, "4.0.0", "key [key ...]", "Deletes keys.", del, nil},
}}

var secondKey = Keys{First: 2, Last: 2, Step: 1}

func del(tx *store.Tx, args []string) resp.Reply {
	n := int64(0)
	for _, key := range args[1:] {
		if deleteKey(tx, key) {
			n++
		}
	}
	return resp.Int(n)
}

// deleteKey deletes a key and tells whether it was there.
func deleteKey(tx *store.Tx, key string) bool {
	if !tx.Delete(key) {
		return false
	}
	Notify(tx, GenericEvents, "del", key)
	return true
}

// exists counts a key as often as it is named.
func exists(tx *store.Tx, args []string) resp.Reply {
	n := int64(0)
	for _, key := range args[1:] {
		if tx.Type(key) != store.NoneType {
			n++
		}
	}
	return resp.Int(n)
}

func keyType(tx *store.Tx, args []string) resp.Reply {
	return resp.Simple(tx.Type(args[1]).String())
}

func randomKey(tx *store.Tx, _ []string) resp.Reply {
	key, ok := tx.RandomKey()
	return bulkOrNull(key, ok)
}
