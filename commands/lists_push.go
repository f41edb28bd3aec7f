package commands

import (
	"coordd/resp"
	"coordd/store"
)

func lpush(tx *store.Tx, args []string) resp.Reply { return push(tx, args, left, true) }

func rpush(tx *store.Tx, args []string) resp.Reply { return push(tx, args, right, true) }

func lpushx(tx *store.Tx, args []string) resp.Reply { return push(tx, args, left, false) }

func rpushx(tx *store.Tx, args []string) resp.Reply { return push(tx, args, right, false) }

// push puts one element after the other to an end of a list; without create
// the list must be there already.
func push(tx *store.Tx, args []string, end listEnd, create bool) resp.Reply {
	if !create && tx.Type(args[1]) == store.NoneType {
		return resp.Int(0)
	}
	l, err := tx.MakeList(args[1])
	if err != nil {
		return failed(err)
	}
	for _, v := range args[2:] {
		end.push(l, v)
	}
	notifyListPush(tx, args[1], end)
	return resp.Int(int64(l.Len()))
}

func linsert(tx *store.Tx, args []string) resp.Reply {
	key, where, pivot := args[1], args[2], args[3]
	after := isWord(where, "AFTER")
	if !after && !isWord(where, "BEFORE") {
		return errSyntax
	}
	l, err := tx.List(key)
	if err != nil {
		return failed(err)
	}
	if l == nil {
		return resp.Int(0)
	}
	at := 0
	l.Range(0, l.Len(), func(v string) bool {
		if v == pivot {
			return false
		}
		at++
		return true
	})
	if at == l.Len() {
		return resp.Int(-1)
	}
	if after {
		at++
	}
	l, _ = tx.MakeList(key) // it is a list
	l.Insert(at, args[4])
	Notify(tx, ListEvents, "linsert", key)
	return resp.Int(int64(l.Len()))
}

// lset looks at the key before the index, as in Redis.
func lset(tx *store.Tx, args []string) resp.Reply {
	l, err := tx.List(args[1])
	if err != nil {
		return failed(err)
	}
	if l == nil {
		return errNoSuchKey
	}
	n, ok := parseInt(args[2])
	if !ok {
		return errNotInteger
	}
	i, ok := listIndex(n, l.Len())
	if !ok {
		return errIndexRange
	}
	l, _ = tx.MakeList(args[1]) // it is a list
	l.Set(i, args[3])
	Notify(tx, ListEvents, "lset", args[1])
	return resp.OK
}

func lmove(tx *store.Tx, args []string) resp.Reply {
	from, ok1 := parseEnd(args[3])
	to, ok2 := parseEnd(args[4])
	if !ok1 || !ok2 {
		return errSyntax
	}
	return move(tx, args[1], args[2], from, to)
}

func rpoplpush(tx *store.Tx, args []string) resp.Reply {
	return move(tx, args[1], args[2], right, left)
}

// move takes an element from one list to another, or around one list when
// both are the same.
func move(tx *store.Tx, source, destination string, from, to listEnd) resp.Reply {
	l, err := tx.List(source)
	if err != nil {
		return failed(err)
	}
	if l == nil {
		return resp.Null
	}
	if _, err := tx.List(destination); err != nil {
		return failed(err)
	}
	l, _ = tx.MakeList(source) // both are lists, or absent
	v := from.pop(l)
	into, _ := tx.MakeList(destination)
	to.push(into, v)
	notifyListPush(tx, destination, to)
	notifyListPop(tx, source, l, from)
	return resp.Bulk(v)
}
