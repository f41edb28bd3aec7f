package commands

import (
	"coordd/resp"
	"coordd/store"
)

// Lists are the commands on lists.
var Lists = Group{"list", []Spec{
	{"blmove", 6, Write | DenyOOM | Blocking, twoKeys, "6.2.0", "source destination <LEFT | RIGHT> <LEFT | RIGHT> timeout", "Takes an element from an end of one list and pushes it to an end of another; waits for one.", blmove, nil},
	{"blmpop", -5, Write | Blocking | Movable, Keys{Find: countedKeys(2)}, "7.0.0", "timeout numkeys key [key ...] <LEFT | RIGHT> [COUNT count]", "Pops elements from the first of several lists that has any; waits for one.", blmpop, nil},
	{"blpop", -3, Write | Blocking, keysThenTimeout, "2.0.0", "key [key ...] timeout", "Takes the first element of the first of several lists that has any; waits for one.", blpop, nil},
	{"brpop", -3, Write | Blocking, keysThenTimeout, "2.0.0", "key [key ...] timeout", "Takes the last element of the first of several lists that has any; waits for one.", brpop, nil},
	{"brpoplpush", 4, Write | DenyOOM | Blocking, twoKeys, "2.2.0", "source destination timeout", "Takes the last element of one list and puts it before the first one of another; waits for one.", brpoplpush, nil},
	{"lindex", 3, Read, oneKey, "1.0.0", "key index", "Returns an element of a list.", lindex, nil},
	{"linsert", 5, Write | DenyOOM, oneKey, "2.2.0", "key <BEFORE | AFTER> pivot element", "Inserts an element before or after another one.", linsert, nil},
	{"llen", 2, Read | Fast, oneKey, "1.0.0", "key", "Returns the length of a list.", llen, nil},
	{"lmove", 5, Write | DenyOOM, twoKeys, "6.2.0", "source destination <LEFT | RIGHT> <LEFT | RIGHT>", "Takes an element from an end of one list and pushes it to an end of another.", lmove, nil},
	{"lmpop", -4, Write | Movable, Keys{Find: countedKeys(1)}, "7.0.0", "numkeys key [key ...] <LEFT | RIGHT> [COUNT count]", "Pops elements from the first of several lists that has any.", lmpop, nil},
	{"lpop", -2, Write | Fast, oneKey, "1.0.0", "key [count]", "Takes the first elements of a list.", lpop, nil},
	{"lpos", -3, Read, oneKey, "6.0.6", "key element [RANK rank] [COUNT num-matches] [MAXLEN len]", "Returns the indexes at which a list has an element.", lpos, nil},
	{"lpush", -3, Write | DenyOOM | Fast, oneKey, "1.0.0", "key element [element ...]", "Puts elements before the first one of a list, or makes the list.", lpush, nil},
	{"lpushx", -3, Write | DenyOOM | Fast, oneKey, "2.2.0", "key element [element ...]", "Puts elements before the first one of a list, if there is one.", lpushx, nil},
	{"lrange", 4, Read, oneKey, "1.0.0", "key start stop", "Returns a range of a list.", lrange, nil},
	{"lrem", 4, Write, oneKey, "1.0.0", "key count element", "Removes elements that equal a given one.", lrem, nil},
	{"lset", 4, Write | DenyOOM, oneKey, "1.0.0", "key index element", "Replaces an element of a list.", lset, nil},
	{"ltrim", 4, Write, oneKey, "1.0.0", "key start stop", "Keeps nothing but a range of a list.", ltrim, nil},
	{"rpop", -2, Write | Fast, oneKey, "1.0.0", "key [count]", "Takes the last elements of a list.", rpop, nil},
	{"rpoplpush", 3, Write | DenyOOM, twoKeys, "1.2.0", "source destination", "Takes the last element of one list and puts it before the first one of another.", rpoplpush, nil},
	{"rpush", -3, Write | DenyOOM | Fast, oneKey, "1.0.0", "key element [element ...]", "Puts elements behind the last one of a list, or makes the list.", rpush, nil},
	{"rpushx", -3, Write | DenyOOM | Fast, oneKey, "2.2.0", "key element [element ...]", "Puts elements behind the last one of a list, if there is one.", rpushx, nil},
}}

// listEnd is one of the two ends of a list.
type listEnd bool

const (
	left  listEnd = false
	right listEnd = true
)

// parseEnd reads LEFT or RIGHT.
func parseEnd(arg string) (end listEnd, ok bool) {
	return listEnd(isWord(arg, "RIGHT")), isWord(arg, "LEFT") || isWord(arg, "RIGHT")
}

func (end listEnd) push(l *store.List, v string) {
	if end == right {
		l.PushBack(v)
		return
	}
	l.PushFront(v)
}

func (end listEnd) pop(l *store.List) string {
	var v string
	if end == right {
		v, _ = l.PopBack()
	} else {
		v, _ = l.PopFront()
	}
	return v
}

// popUpTo takes n elements one after the other, or all if there are fewer.
func (end listEnd) popUpTo(l *store.List, n int64) resp.Reply {
	popped := make([]resp.Reply, min(n, int64(l.Len())))
	for i := range popped {
		popped[i] = resp.Bulk(end.pop(l))
	}
	return resp.Array(popped...)
}

// listIndex turns an index that may count from the end (-1 is the last) into
// one in [0, n); false when it is outside.
func listIndex(i int64, n int) (int, bool) {
	if i < 0 {
		i += int64(n)
	}
	return int(i), i >= 0 && i < int64(n)
}

func llen(tx *store.Tx, args []string) resp.Reply {
	l, err := tx.List(args[1])
	if err != nil {
		return failed(err)
	}
	return resp.Int(int64(l.Len()))
}

// lindex does not look at the index of a list that is not there, as in Redis.
func lindex(tx *store.Tx, args []string) resp.Reply {
	l, err := tx.List(args[1])
	if err != nil {
		return failed(err)
	}
	if l == nil {
		return resp.Null
	}
	n, ok := parseInt(args[2])
	if !ok {
		return errNotInteger
	}
	i, ok := listIndex(n, l.Len())
	if !ok {
		return resp.Null
	}
	return resp.Bulk(l.At(i))
}

func lrange(tx *store.Tx, args []string) resp.Reply {
	start, ok1 := parseInt(args[2])
	stop, ok2 := parseInt(args[3])
	if !ok1 || !ok2 {
		return errNotInteger
	}
	l, err := tx.List(args[1])
	if err != nil {
		return failed(err)
	}
	from, to := clampRange(start, stop, l.Len())
	elems := make([]resp.Reply, 0, to-from)
	l.Range(from, to, func(v string) bool {
		elems = append(elems, resp.Bulk(v))
		return true
	})
	return resp.Array(elems...)
}
