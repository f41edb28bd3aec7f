package store

import "encoding/binary"

func decodeStream(d *decoder) *object {
	s := &Stream{last: d.id(), deleted: d.id(), added: d.int()}
	s.self = s
	for n := d.uint(); n > 0 && d.err == nil; n-- {
		node := decodeNode(d)
		if last := len(s.nodes) - 1; last >= 0 {
			d.demand(s.nodes[last].last.Before(node.first), "nodes out of order")
		}
		s.nodes = append(s.nodes, node)
		s.n += len(node.entries)
		d.demand(!s.last.Before(node.last), "entries behind the last id")
	}
	for n := d.uint(); n > 0 && d.err == nil; n-- {
		g := decodeGroup(d)
		d.demand(s.groups.n == 0 || s.groups.at(s.groups.n-1).name < g.name, "groups out of order")
		s.groups.insert(s.groups.end(), g)
	}
	return &s.object
}

func (d *decoder) id() StreamID { return StreamID{d.uint(), d.uint()} }

func decodeNode(d *decoder) *streamNode {
	n := &streamNode{first: d.id(), last: d.id(), bytes: d.size(), gone: d.size()}
	for fields := d.uint(); fields > 0 && d.err == nil; fields-- {
		n.fields = append(n.fields, d.string())
	}
	d.demand(len(n.fields) > 0, "node without fields")
	entries := d.size()
	d.demand(entries+n.gone <= nodeMaxEntries, "too many entries in a node")
	above := n.first
	for i := 0; i < entries && d.err == nil; i++ {
		e := streamEntry{id: StreamID{n.first.Millis + d.uint(), d.uint()}}
		text := d.bytes(d.uint())
		d.demand(above.Before(e.id) || i == 0 && above == e.id, "entries out of order")
		d.demand(!n.last.Before(e.id), "entries behind the end of their node")
		d.demand(wellPacked(text, len(n.fields)), "words of an entry are damaged")
		e.text, above = string(text), e.id
		n.entries = append(n.entries, e)
	}
	d.demand(!n.last.Before(n.first), "node ends before it begins")
	return n
}

// size reads a number that is no larger than what one string may hold.
func (d *decoder) size() int {
	const most = 1 << 40
	n := d.uint()
	d.demand(n <= most, "size out of range")
	return int(min(n, most))
}

// wellPacked tells whether streamNode.fieldsAt may trust a text.
func wellPacked(rest []byte, fields int) bool {
	next := func() (uint64, bool) {
		u, n := binary.Uvarint(rest)
		rest = rest[max(n, 0):]
		return u, n > 0
	}
	words, ok := next()
	ok = ok && words <= uint64(len(rest))
	if words *= 2; words == 0 {
		words = uint64(fields)
	}
	for ; words > 0 && ok; words-- {
		var size uint64
		if size, ok = next(); ok {
			ok = size <= uint64(len(rest))
			rest = rest[min(size, uint64(len(rest))):]
		}
	}
	return ok && len(rest) == 0
}

func decodeGroup(d *decoder) *Group {
	g := &Group{name: d.string(), last: d.id(), read: d.int()}
	for n := d.uint(); n > 0 && d.err == nil; n-- {
		c := &Consumer{name: d.string(), seen: d.int(), active: d.int()}
		d.demand(g.consumers.n == 0 || g.consumers.at(g.consumers.n-1).name < c.name, "consumers out of order")
		g.consumers.insert(g.consumers.end(), c)
	}
	for n := d.uint(); n > 0 && d.err == nil; n-- {
		p := Pending{ID: d.id()}
		consumer := d.uint()
		p.At, p.Deliveries = d.int(), d.int()
		d.demand(consumer < uint64(g.consumers.n), "pending for nobody")
		d.demand(g.pending.n == 0 || g.pending.at(g.pending.n-1).ID.Before(p.ID), "pending entries out of order")
		if d.err != nil {
			break
		}
		c := g.consumers.at(int(consumer))
		p.Consumer = c.name
		g.pending.insert(g.pending.end(), p)
		c.pending.insert(c.pending.end(), p.ID)
	}
	return g
}
