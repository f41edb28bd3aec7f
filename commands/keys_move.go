package commands

import (
	"math"

	"coordd/resp"
	"coordd/store"
)

func rename(tx *store.Tx, args []string) resp.Reply {
	from, to := args[1], args[2]
	t := tx.Type(from)
	if refusal := refuseMove(t, tx.Type(to)); refusal.IsError() {
		return refusal
	}
	if from != to {
		renameKey(tx, from, to)
	}
	return resp.OK
}

func renameNX(tx *store.Tx, args []string) resp.Reply {
	from, to := args[1], args[2]
	t, taken := tx.Type(from), tx.Type(to)
	if refusal := refuseMove(t, store.NoneType); refusal.IsError() {
		return refusal
	}
	if taken != store.NoneType {
		return resp.Int(0)
	}
	renameKey(tx, from, to)
	return resp.Int(1)
}

func renameKey(tx *store.Tx, from, to string) {
	tx.Rename(from, to)
	Notify(tx, GenericEvents, "rename_from", from)
	Notify(tx, GenericEvents, "rename_to", to)
}

// refuseMove is the error of a rename of a key of one type over one of
// another, or a reply of kind 0. A lock under another name would have a token
// that its service has never seen; a lock written over would be broken
// without a word of UNLOCK or DEL.
func refuseMove(from, over store.Type) resp.Reply {
	switch {
	case from == store.NoneType:
		return errNoSuchKey
	case from == store.LockType || over == store.LockType:
		return errLockMove
	}
	return resp.Reply{}
}

func copyKey(tx *store.Tx, args []string) resp.Reply {
	from, to := args[1], args[2]
	dst, replace := tx, false
	for i := 3; i < len(args); i++ {
		switch {
		case isWord(args[i], "REPLACE"):
			replace = true
		case isWord(args[i], "DB") && i+1 < len(args):
			i++
			db, refusal := parseDB(args[i])
			if refusal.IsError() {
				return refusal
			}
			dst = tx.On(db)
		default:
			return errSyntax
		}
	}
	if from == to && dst == tx { // On gives one Tx for each database
		return errSameObject
	}
	return copyTo(tx, dst, from, to, replace)
}

func copyTo(tx, dst *store.Tx, from, to string, replace bool) resp.Reply {
	t := tx.Type(from)
	if t == store.NoneType {
		return resp.Int(0)
	}
	over := dst.Type(to)
	if over != store.NoneType && !replace {
		return resp.Int(0)
	}
	if refusal := refuseMove(t, over); refusal.IsError() {
		return refusal
	}
	tx.CopyTo(dst, from, to)
	Notify(dst, GenericEvents, "copy_to", to)
	return resp.Int(1)
}

// parseDB reads the number of a database as an int of C.
func parseDB(arg string) (int, resp.Reply) {
	n, ok := parseInt(arg)
	switch {
	case !ok:
		return 0, errNotInteger
	case n < math.MinInt32 || n > math.MaxInt32:
		return 0, errIntRange
	case n < 0 || n >= store.Databases:
		return 0, errDBIndex
	}
	return int(n), resp.Reply{}
}
