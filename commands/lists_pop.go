package commands

import (
	"slices"

	"coordd/resp"
	"coordd/store"
)

func lpop(tx *store.Tx, args []string) resp.Reply { return pop(tx, args, "lpop", left) }

func rpop(tx *store.Tx, args []string) resp.Reply { return pop(tx, args, "rpop", right) }

// pop is LPOP and RPOP: one element, or up to a count of them as an array.
func pop(tx *store.Tx, args []string, name string, end listEnd) resp.Reply {
	if len(args) > 3 {
		return errArity(name)
	}
	counted, n := len(args) == 3, int64(1)
	if counted {
		var ok bool
		if n, ok = parseInt(args[2]); !ok || n < 0 {
			return errNotPositive
		}
	}
	l, err := tx.List(args[1])
	switch {
	case err != nil:
		return failed(err)
	case l == nil && counted:
		return resp.NullArray
	case l == nil:
		return resp.Null
	}
	l, _ = tx.MakeList(args[1]) // it is a list
	var reply resp.Reply
	if counted {
		reply = end.popUpTo(l, n)
	} else {
		reply = resp.Bulk(end.pop(l))
	}
	if n > 0 {
		notifyListPop(tx, args[1], l, end)
	}
	return reply
}

// lmpopOptions are what stands in LMPOP.
type lmpopOptions struct {
	keys  []string
	end   listEnd
	count int64
}

// parseLMPop reads everything behind the command's name.
func parseLMPop(args []string) (o lmpopOptions, refusal resp.Reply) {
	n, ok := parseInt(args[0])
	if !ok || n <= 0 {
		return o, errNumKeys
	}
	if n >= int64(len(args)-1) { // no room for LEFT or RIGHT
		return o, errSyntax
	}
	o.keys = args[1 : 1+n]
	if o.end, ok = parseEnd(args[1+n]); !ok {
		return o, errSyntax
	}
	o.count, refusal = parsePopCount(args[2+n:])
	return o, refusal
}

// parsePopCount reads what may follow the end to pop from: COUNT, else it is 1.
func parsePopCount(rest []string) (count int64, refusal resp.Reply) {
	switch {
	case len(rest) == 0:
		return 1, resp.Reply{}
	case !isWord(rest[0], "COUNT") || len(rest) == 1:
		return 0, errSyntax
	}
	count, ok := parseInt(rest[1])
	switch {
	case !ok || count <= 0:
		return 0, errCountPositive
	case len(rest) > 2:
		return 0, errSyntax
	}
	return count, resp.Reply{}
}

func lmpop(tx *store.Tx, args []string) resp.Reply {
	o, refusal := parseLMPop(args[1:])
	if refusal.IsError() {
		return refusal
	}
	return o.pop(tx)
}

// pop stops at the first key that is a list, or that is something else.
func (o lmpopOptions) pop(tx *store.Tx) resp.Reply {
	key, ok := firstHeld(tx, o.keys)
	if !ok {
		return resp.NullArray
	}
	l, err := tx.MakeList(key)
	if err != nil {
		return failed(err)
	}
	popped := o.end.popUpTo(l, o.count)
	notifyListPop(tx, key, l, o.end)
	return resp.Array(resp.Bulk(key), popped)
}

func ltrim(tx *store.Tx, args []string) resp.Reply {
	start, ok1 := parseInt(args[2])
	stop, ok2 := parseInt(args[3])
	if !ok1 || !ok2 {
		return errNotInteger
	}
	l, err := tx.List(args[1])
	if err != nil {
		return failed(err)
	}
	if l != nil {
		l, _ = tx.MakeList(args[1]) // it is a list
		l.Trim(clampRange(start, stop, l.Len()))
		Notify(tx, ListEvents, "ltrim", args[1])
		notifyGone(tx, args[1], l.Len())
	}
	return resp.OK
}

func lrem(tx *store.Tx, args []string) resp.Reply {
	count, ok := parseInt(args[2])
	if !ok {
		return errNotInteger
	}
	l, err := tx.List(args[1])
	if err != nil {
		return failed(err)
	}
	found := matches(l, args[3], listSearch{fromEnd: count < 0, limit: magnitude(count)})
	if len(found) == 0 {
		return resp.Int(0)
	}
	l, _ = tx.MakeList(args[1]) // it is a list
	if count >= 0 {
		slices.Reverse(found) // so that the indexes still to come stay right
	}
	removeAll(l, found)
	Notify(tx, ListEvents, "lrem", args[1])
	notifyGone(tx, args[1], l.Len())
	return resp.Int(int64(len(found)))
}

// removeAll takes out the elements at falling indexes. To take out one costs
// a walk over the list's parts, so a list that loses many is built anew.
func removeAll(l *store.List, falling []int) {
	const many = 1000
	if len(falling) <= many {
		for _, i := range falling {
			l.Remove(i)
		}
		return
	}
	kept := make([]string, 0, l.Len()-len(falling))
	i, next := 0, len(falling)-1
	l.Range(0, l.Len(), func(v string) bool {
		if next >= 0 && falling[next] == i {
			next--
		} else {
			kept = append(kept, v)
		}
		i++
		return true
	})
	l.Trim(0, 0)
	for _, v := range kept {
		l.PushBack(v)
	}
}
