package commands

import (
	"coordd/resp"
	"coordd/store"
)

// Server are the commands on whole databases, which run in every group, and
// what tells of a node's resources.
var Server = Group{"server", []Spec{
	{"dbsize", 1, Read | Fast | AllShards | AggSum, Keys{}, "1.0.0", "", "Counts the keys of the database.", dbSize, nil},
	{"flushall", -1, Write | Dangerous | AllShards | AllSucceeded, Keys{}, "1.0.0", "[ASYNC | SYNC]", "Deletes all keys of all databases.", flushAll, nil},
	{"flushdb", -1, Write | Dangerous | AllShards | AllSucceeded, Keys{}, "1.0.0", "[ASYNC | SYNC]", "Deletes all keys of the database.", flushDB, nil},
	{"memory", -2, 0, Keys{}, "4.0.0", "", "Tells of the use of memory.", nil, nil},
	{"memory|usage", -3, Read, secondKey, "4.0.0", "key [SAMPLES count]", "Estimates how many bytes a key takes here.", memoryUsage, nil},
	{"swapdb", 3, Write | Fast | Dangerous | AllShards | AllSucceeded, Keys{}, "4.0.0", "index1 index2", "Exchanges the keys of two databases.", swapDB, nil},
}}

func dbSize(tx *store.Tx, _ []string) resp.Reply {
	return resp.Int(int64(tx.Len()))
}

func flushDB(tx *store.Tx, args []string) resp.Reply {
	if !flushMode(args) {
		return errSyntax
	}
	tx.Flush()
	return resp.OK
}

func flushAll(tx *store.Tx, args []string) resp.Reply {
	if !flushMode(args) {
		return errSyntax
	}
	for db := range store.Databases {
		tx.On(db).Flush()
	}
	return resp.OK
}

// flushMode checks the one argument there may be. Both modes are the same
// here: memory goes back when nothing refers to it any more.
func flushMode(args []string) bool {
	switch len(args) {
	case 1:
		return true
	case 2:
		return isWord(args[1], "SYNC") || isWord(args[1], "ASYNC")
	}
	return false
}
