package commands

import (
	"coordd/resp"
	"coordd/store"
)

// Server are the commands on whole databases. They run in every group.
var Server = Group{"server", []Spec{
	{"dbsize", 1, Read | Fast | AllShards | AggSum, Keys{}, "1.0.0", "", "Counts the keys of the database.", dbSize, nil},
	{"flushall", -1, Write | Dangerous | AllShards | AllSucceeded, Keys{}, "1.0.0", "[ASYNC | SYNC]", "Deletes all keys of all databases.", flushAll, nil},
	{"flushdb", -1, Write | Dangerous | AllShards | AllSucceeded, Keys{}, "1.0.0", "[ASYNC | SYNC]", "Deletes all keys of the database.", flushDB, nil},
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
