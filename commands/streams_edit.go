package commands

import (
	"coordd/resp"
	"coordd/store"
)

func xdel(tx *store.Tx, args []string) resp.Reply {
	s, err := tx.Stream(args[1])
	switch {
	case err != nil:
		return failed(err)
	case s == nil:
		return resp.Int(0)
	}
	ids, refusal := parseIDs(args[2:])
	if refusal.IsError() {
		return refusal
	}
	s, _ = tx.MakeStream(args[1]) // it is a stream
	removed := int64(0)
	for _, id := range ids {
		if s.Remove(id) {
			removed++
		}
	}
	if removed > 0 {
		Notify(tx, StreamEvents, "xdel", args[1])
	}
	return resp.Int(removed)
}

func xsetID(tx *store.Tx, args []string) resp.Reply {
	last, ok := parseID(args[2], 0)
	if !ok {
		return errStreamID
	}
	added, deleted := int64(store.Unknown), store.StreamID{}
	for i := 3; i < len(args); i += 2 {
		switch {
		case isWord(args[i], "ENTRIESADDED") && i+1 < len(args):
			if added, ok = parseInt(args[i+1]); !ok {
				return errNotInteger
			} else if added < 0 {
				return errEntriesAdded
			}
		case isWord(args[i], "MAXDELETEDID") && i+1 < len(args):
			if deleted, ok = parseID(args[i+1], 0); !ok {
				return errStreamID
			} else if last.Before(deleted) {
				return errSetIDDeleted
			}
		default:
			return errSyntax
		}
	}
	s, err := tx.Stream(args[1])
	switch {
	case err != nil:
		return failed(err)
	case s == nil:
		return errNoSuchKey
	case last.Before(s.Deleted()):
		return errSetIDOldDeleted
	case s.Len() > 0 && last.Before(s.Top()):
		return errSetIDTop
	case added != store.Unknown && added < int64(s.Len()):
		return errSetIDAdded
	}
	if added == store.Unknown {
		added = s.Added()
	}
	if deleted == (store.StreamID{}) {
		deleted = s.Deleted()
	}
	s, _ = tx.MakeStream(args[1]) // it is a stream
	s.SetID(last, added, deleted)
	Notify(tx, StreamEvents, "xsetid", args[1])
	return resp.OK
}
