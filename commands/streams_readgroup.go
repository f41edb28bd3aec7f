package commands

import (
	"coordd/resp"
	"coordd/store"
)

// xreadGroup checks everything before it gives anything to anybody.
func xreadGroup(tx *store.Tx, args []string) resp.Reply {
	o, refusal := parseXRead(args, tx.Now())
	if refusal.IsError() {
		return refusal
	}
	behind := make([]store.StreamID, len(o.keys))
	for i, key := range o.keys {
		s, err := tx.Stream(key)
		if err != nil {
			return failed(err)
		}
		if s.Group(o.group) == nil {
			return errNoGroup(key, o.group, " in XREADGROUP with GROUP option")
		}
		switch o.ids[i] {
		case ">":
			behind[i] = store.MaxStreamID // Redis takes the last id of all for it, too
		case "$":
			return errReadLast
		default:
			var ok bool
			if behind[i], ok = parseID(o.ids[i], 0); !ok {
				return errStreamID
			}
		}
	}
	var found []resp.Reply
	for i, key := range o.keys {
		if entries, ok := o.readAsConsumer(tx, key, behind[i]); ok {
			found = append(found, resp.Bulk(key), resp.Array(entries...))
		}
	}
	if len(found) == 0 {
		return resp.NullArray
	}
	return resp.Items(found...)
}

// readAsConsumer gives the consumer, which is made if need be, what the group has
// not read, or what is pending for it behind an id. ok is false when there is
// nothing new.
func (o *xreadOptions) readAsConsumer(tx *store.Tx, key string, behind store.StreamID) (entries []resp.Reply, ok bool) {
	s, _ := tx.MakeStream(key) // it is a stream, and has the group
	g := s.OpenGroup(o.group)
	makeConsumer(tx, key, g, o.consumer)
	g.SawConsumer(o.consumer, tx.Now(), false)
	if behind != store.MaxStreamID {
		return o.pendingEntries(tx.Now(), s, g, behind), true
	}
	if !g.Last().Before(s.Top()) {
		return nil, false
	}
	from, _ := g.Last().Next()
	t := taker{count: o.count}
	s.Range(from, store.MaxStreamID, func(id store.StreamID, fields []string) bool {
		g.SetLast(id, readUpTo(s, g, id))
		if !o.noAck {
			g.Assign(store.Pending{ID: id, Consumer: o.consumer, At: tx.Now(), Deliveries: 1})
		}
		return t.take(id, fields)
	})
	if !o.noAck {
		g.SawConsumer(o.consumer, tx.Now(), true)
	}
	return t.taken, true
}

// makeConsumer makes a consumer unless there is one of this name, and tells
// whether it did.
func makeConsumer(tx *store.Tx, key string, g *store.Group, name string) bool {
	made := g.MakeConsumer(name, tx.Now())
	if made {
		Notify(tx, StreamEvents, "xgroup-createconsumer", key)
	}
	return made
}

// pendingEntries delivers once more what is pending for the consumer behind an
// id. Of what has left the stream the id is told.
func (o *xreadOptions) pendingEntries(now int64, s *store.Stream, g *store.Group, behind store.StreamID) []resp.Reply {
	var entries []resp.Reply
	from, _ := behind.Next() // it is not the last of all
	for o.count == 0 || int64(len(entries)) < o.count {
		id, ok := g.Consumer(o.consumer).NextPending(from)
		if !ok {
			break
		}
		if s.Has(id) {
			p, _ := g.FindPending(id)
			p.At, p.Deliveries = now, p.Deliveries+1
			g.Assign(p)
			entries = append(entries, entryAt(s, id))
		} else {
			entries = append(entries, resp.Array(idReply(id), resp.NullArray))
		}
		if from, ok = id.Next(); !ok {
			break
		}
	}
	return entries
}
