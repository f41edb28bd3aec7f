package commands

import (
	"coordd/resp"
	"coordd/store"
)

func spop(tx *store.Tx, args []string) resp.Reply {
	if len(args) > 3 {
		return errSyntax
	}
	if len(args) == 3 {
		return spopCount(tx, args)
	}
	if tx.Type(args[1]) == store.NoneType {
		return resp.Null
	}
	s, err := tx.MakeSet(args[1])
	if err != nil {
		return failed(err)
	}
	m := s.At(tx.Intn(s.Len()))
	s.Remove(m)
	notifySPop(tx, args[1], s.Len())
	return resp.Bulk(m)
}

func spopCount(tx *store.Tx, args []string) resp.Reply {
	count, ok := parseInt(args[2])
	if !ok || count < 0 {
		return errNotPositive
	}
	s, err := tx.SetOf(args[1])
	if err != nil {
		return failed(err)
	}
	switch {
	case count == 0 || s == nil:
		return memberSet(nil)
	case count >= int64(s.Len()):
		all := memberSet(members(s))
		tx.Delete(args[1])
		notifySPop(tx, args[1], 0)
		return all
	}
	s, _ = tx.MakeSet(args[1]) // it is a set
	popped := make([]string, count)
	for i := range popped {
		popped[i] = s.At(tx.Intn(s.Len()))
		s.Remove(popped[i])
	}
	notifySPop(tx, args[1], s.Len())
	return memberSet(popped)
}

func notifySPop(tx *store.Tx, key string, left int) {
	Notify(tx, SetEvents, "spop", key)
	notifyGone(tx, key, left)
}

func srandMember(tx *store.Tx, args []string) resp.Reply {
	if len(args) > 3 {
		return errSyntax
	}
	if len(args) == 3 {
		return srandMembers(tx, args)
	}
	s, err := tx.SetOf(args[1])
	if err != nil {
		return failed(err)
	}
	if s == nil {
		return resp.Null
	}
	return resp.Bulk(s.At(tx.Intn(s.Len())))
}

func srandMembers(tx *store.Tx, args []string) resp.Reply {
	count, refusal := parseSampleCount(args[2])
	if refusal.IsError() {
		return refusal
	}
	s, err := tx.SetOf(args[1])
	if err != nil {
		return failed(err)
	}
	switch {
	case s == nil:
		return resp.Array()
	case count >= int64(s.Len()):
		return resp.Array(bulks(members(s))...)
	}
	drawn, refusal := draw(tx, s.Len(), count, func(i int) int { return len(s.At(i)) })
	if refusal.IsError() {
		return refusal
	}
	replies := make([]resp.Reply, len(drawn))
	for i, at := range drawn {
		replies[i] = resp.Bulk(s.At(at))
	}
	return resp.Array(replies...)
}
