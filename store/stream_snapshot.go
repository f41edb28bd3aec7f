package store

// The form of a stream in a snapshot:
//
//	last id, highest deleted id, entries ever added
//	count, nodes: first id, last id, size, entries gone; fields; entries
//	count, groups: name, last id, entries read; consumers; what is pending
//
// Lists have their length first. An id of an entry is the ms since the node's
// first id, and its number; a pending entry names its consumer by rank.
func (s *Stream) encode(w *encoder) {
	w.id(s.last)
	w.id(s.deleted)
	w.int(s.added)
	w.uint(uint64(len(s.nodes)))
	for _, n := range s.nodes {
		n.encode(w)
	}
	w.uint(uint64(s.groups.n))
	s.EachGroup(func(g *Group) { g.encode(w) })
}

func (e *encoder) id(id StreamID) {
	e.uint(id.Millis)
	e.uint(id.Seq)
}

func (n *streamNode) encode(w *encoder) {
	w.id(n.first)
	w.id(n.last)
	w.uint(uint64(n.bytes))
	w.uint(uint64(n.gone))
	w.uint(uint64(len(n.fields)))
	for _, name := range n.fields {
		w.string(name)
	}
	w.uint(uint64(len(n.entries)))
	for i := range n.entries {
		w.uint(n.entries[i].id.Millis - n.first.Millis)
		w.uint(n.entries[i].id.Seq)
		w.string(n.entries[i].text)
	}
}

func (g *Group) encode(w *encoder) {
	w.string(g.name)
	w.id(g.last)
	w.int(g.read)
	w.uint(uint64(g.consumers.n))
	g.EachConsumer(func(c *Consumer) {
		w.string(c.name)
		w.int(c.seen)
		w.int(c.active)
	})
	w.uint(uint64(g.pending.n))
	g.pending.each(0, g.pending.n, func(p Pending) bool {
		at, _ := g.findConsumer(p.Consumer)
		w.id(p.ID)
		w.uint(uint64(g.consumers.index(at)))
		w.int(p.At)
		w.int(p.Deliveries)
		return w.err == nil
	})
}
