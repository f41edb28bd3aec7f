package commands

import (
	"coordd/store"
	"coordd/store/rdb"
)

// streamValue is a stream as DUMP writes it.
func streamValue(s *store.Stream) *rdb.Stream {
	v := &rdb.Stream{Last: rdb.ID(s.Last()), Deleted: rdb.ID(s.Deleted()), Added: uint64(s.Added())}
	s.Range(store.StreamID{}, store.MaxStreamID, func(id store.StreamID, fields []string) bool {
		v.Entries = append(v.Entries, rdb.Entry{ID: rdb.ID(id), Fields: fields})
		return true
	})
	s.EachGroup(func(g *store.Group) { v.Groups = append(v.Groups, groupValue(g)) })
	return v
}

func groupValue(g *store.Group) rdb.Group {
	v := rdb.Group{Name: g.Name(), Last: rdb.ID(g.Last()), Read: g.Read()}
	g.EachPending(store.StreamID{}, store.MaxStreamID, func(p store.Pending) bool {
		v.Pending = append(v.Pending, rdb.Pending{ID: rdb.ID(p.ID), Delivered: p.At, Times: uint64(p.Deliveries)})
		return true
	})
	g.EachConsumer(func(c *store.Consumer) {
		reader := rdb.Consumer{Name: c.Name(), Seen: c.Seen(), Active: c.Active()}
		g.EachPendingOf(c, store.StreamID{}, store.MaxStreamID, func(p store.Pending) bool {
			reader.Pending = append(reader.Pending, rdb.ID(p.ID))
			return true
		})
		v.Consumers = append(v.Consumers, reader)
	})
	return v
}

// soundStream tells whether a decoded stream can be built: all that Decode does
// not check. Every entry has a field, and an id that XADD could have given.
func soundStream(v *rdb.Stream) bool {
	for _, e := range v.Entries {
		if len(e.Fields) == 0 || e.ID == (rdb.ID{}) {
			return false
		}
	}
	return true
}

// putStream fills a new stream with a sound value.
func putStream(s *store.Stream, v *rdb.Stream) {
	for _, e := range v.Entries {
		s.Append(store.StreamID(e.ID), e.Fields)
	}
	s.SetID(store.StreamID(v.Last), int64(v.Added), store.StreamID(v.Deleted))
	for i := range v.Groups {
		from := &v.Groups[i]
		s.MakeGroup(from.Name, store.StreamID(from.Last), from.Read)
		putGroup(s.OpenGroup(from.Name), from)
	}
}

// putGroup gives a new group its consumers, and each of them what it had.
func putGroup(g *store.Group, v *rdb.Group) {
	pending := make(map[rdb.ID]rdb.Pending, len(v.Pending)) // for look-up only
	for _, p := range v.Pending {
		pending[p.ID] = p
	}
	for _, c := range v.Consumers {
		g.MakeConsumer(c.Name, c.Seen)
		if c.Active != store.Unknown {
			g.SawConsumer(c.Name, c.Active, true)
		}
		g.SawConsumer(c.Name, c.Seen, false)
		for _, id := range c.Pending {
			p := pending[id]
			g.Assign(store.Pending{ID: store.StreamID(id), Consumer: c.Name, At: p.Delivered, Deliveries: int64(p.Times)})
		}
	}
}
