package commands

import (
	"coordd/resp"
	"coordd/store"
)

// ByName is a word of the log, of every table: coordd.by author command arg...
// carries the command out and marks all keys that it touches with its author,
// for clients that do not want to be told of their own changes.
const ByName = "coordd.by"

// By is a command under its author's name.
func By(author string, args []string) []string {
	return append([]string{ByName, author}, args...)
}

// Unsigned is the command of which By may have been made.
func Unsigned(args []string) []string {
	if len(args) > 2 && args[0] == ByName {
		return args[2:]
	}
	return args
}

func (t *Table) authors() Group {
	return Group{"authors", []Spec{
		{ByName, -3, Write | Internal, Keys{}, "coordd", "", "Carries out a command under its author's name.", t.by, nil},
	}}
}

func (t *Table) by(tx *store.Tx, args []string) resp.Reply {
	tx.By(args[1])
	reply := t.Run(tx, args[2:])
	tx.Done()
	tx.By("")
	return reply
}
