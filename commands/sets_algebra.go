package commands

import (
	"slices"

	"coordd/resp"
	"coordd/store"
)

// setOperation makes the members of one set out of several. A set that is
// absent is nil. What it returns is in an order that all nodes agree on.
type setOperation func(sets []*store.Set) []string

func sinter(tx *store.Tx, args []string) resp.Reply { return combine(tx, args[1:], intersection) }

func sunion(tx *store.Tx, args []string) resp.Reply { return combine(tx, args[1:], union) }

func sdiff(tx *store.Tx, args []string) resp.Reply { return combine(tx, args[1:], difference) }

func sinterStore(tx *store.Tx, args []string) resp.Reply {
	return combineTo(tx, args, "sinterstore", intersection)
}

func sunionStore(tx *store.Tx, args []string) resp.Reply {
	return combineTo(tx, args, "sunionstore", union)
}

func sdiffStore(tx *store.Tx, args []string) resp.Reply {
	return combineTo(tx, args, "sdiffstore", difference)
}

func combine(tx *store.Tx, keys []string, op setOperation) resp.Reply {
	sets, err := setsAt(tx, keys)
	if err != nil {
		return failed(err)
	}
	return memberSet(op(sets))
}

// combineTo stores the result at args[1] in the place of anything but a lock,
// which is ended by UNLOCK, DEL or its deadline only.
func combineTo(tx *store.Tx, args []string, event string, op setOperation) resp.Reply {
	destination := args[1]
	sets, err := setsAt(tx, args[2:])
	if err != nil {
		return failed(err)
	}
	if tx.Type(destination) == store.LockType {
		return errWrongType
	}
	result := op(sets)
	var passed []string
	if event == "sdiffstore" && subtracts(sets) {
		sets[0].Each(func(m string) bool { passed = append(passed, m); return true })
	}
	if len(result) == 0 {
		deleteKey(tx, destination)
		return resp.Int(0)
	}
	tx.Clear(destination)
	s, _ := tx.MakeSet(destination) // there is nothing now
	for _, m := range passed {      // which leaves the encoding that they needed
		s.Add(m)
	}
	for _, m := range passed {
		s.Remove(m)
	}
	for _, m := range result {
		s.Add(m)
	}
	Notify(tx, SetEvents, event, destination)
	return resp.Int(int64(len(result)))
}

func setsAt(tx *store.Tx, keys []string) ([]*store.Set, error) {
	sets := make([]*store.Set, len(keys))
	for i, key := range keys {
		var err error
		if sets[i], err = tx.SetOf(key); err != nil {
			return nil, err
		}
	}
	return sets, nil
}

func intersection(sets []*store.Set) []string {
	var result []string
	eachInAll(sets, func(m string) bool {
		result = append(result, m)
		return true
	})
	return result
}

// eachInAll visits the members that all sets have, until f returns false. It
// walks over the smallest set and asks the others, smaller ones first.
func eachInAll(sets []*store.Set, f func(m string) bool) {
	sets = slices.Clone(sets)
	slices.SortStableFunc(sets, func(a, b *store.Set) int { return a.Len() - b.Len() })
	sets[0].Each(func(m string) bool {
		for _, s := range sets[1:] {
			if !s.Has(m) {
				return true
			}
		}
		return f(m)
	})
}

func union(sets []*store.Set) []string {
	size := 0
	for _, s := range sets {
		size = max(size, s.Len())
	}
	result, seen := make([]string, 0, size), make(map[string]struct{}, size)
	for _, s := range sets {
		s.Each(func(m string) bool {
			if _, again := seen[m]; !again {
				seen[m] = struct{}{}
				result = append(result, m)
			}
			return true
		})
	}
	return result
}

func difference(sets []*store.Set) []string {
	var result []string
	sets[0].Each(func(m string) bool {
		for _, s := range sets[1:] {
			if s.Has(m) {
				return true
			}
		}
		result = append(result, m)
		return true
	})
	return result
}

// subtracts tells whether Redis's SDIFFSTORE copies the first set and takes the
// others' members out of it, where it would cost more to look up each member of
// the first in all others (t_set.c).
func subtracts(sets []*store.Set) bool {
	lookUp, takeOut := 0, 0
	for _, s := range sets {
		if s.Len() > 0 {
			lookUp += sets[0].Len()
			takeOut += s.Len()
		}
	}
	return lookUp/2 > takeOut
}

// sinterCard counts up to a limit; 0 is none.
func sinterCard(tx *store.Tx, args []string) resp.Reply {
	keys, limit, refusal := parseInterCard(args[1:])
	if refusal.IsError() {
		return refusal
	}
	sets, err := setsAt(tx, keys)
	if err != nil {
		return failed(err)
	}
	n := int64(0)
	eachInAll(sets, func(string) bool {
		n++
		return n != limit
	})
	return resp.Int(n)
}

func parseInterCard(args []string) (keys []string, limit int64, refusal resp.Reply) {
	n, ok := parseInt(args[0])
	switch {
	case !ok || n <= 0:
		return nil, 0, errNumKeys
	case n > int64(len(args)-1):
		return nil, 0, errNumKeysArgs
	}
	keys = args[1 : 1+n]
	for rest := args[1+n:]; len(rest) > 0; rest = rest[2:] {
		if !isWord(rest[0], "LIMIT") || len(rest) == 1 {
			return nil, 0, errSyntax
		}
		if limit, ok = parseInt(rest[1]); !ok || limit < 0 {
			return nil, 0, errLimitNegative
		}
	}
	return keys, limit, resp.Reply{}
}
