package store

// What a key takes in memory is reckoned from its form, in the same way on every
// node: what the allocator really does hangs on history, and replies must not.
const (
	wordBytes   = 8
	headBytes   = 2 * wordBytes // of a string
	entryBytes  = 7 * wordBytes // an entry with its position, in a leaf
	objectBytes = 12 * wordBytes
	rankBytes   = headBytes + wordBytes
	fieldBytes  = 2 * headBytes
	allocUnit   = 16 // the step of the allocator's smaller classes
)

// textBytes is an allocation for n bytes.
func textBytes(n int) int { return (n + allocUnit - 1) / allocUnit * allocUnit }

// slack is the room that a leaf keeps (see withRoom), on average.
func slack(bytes int) int { return bytes + bytes/8 }

// Memory estimates the bytes that a key and its value take, 0 when the key is
// absent. Of a collection it looks at no more than samples elements and takes
// the others to be like them.
func (tx *Tx) Memory(key string, samples int) int64 {
	e := tx.find(key)
	if e == nil {
		return 0
	}
	bytes := int64(slack(entryBytes) + textBytes(len(e.text)))
	if e.deadline != 0 {
		bytes += 4 * wordBytes // in the index of deadlines
	}
	if e.obj == nil {
		return bytes
	}
	bytes += objectBytes
	n := sampling{most: samples}
	switch c := e.obj.self.(type) {
	case *List:
		c.Range(0, c.Len(), func(v string) bool { return n.add(textBytes(len(v))) })
		bytes += int64(slack(c.Len() * headBytes))
	case *Set:
		bytes += c.form.sample(c, &n)
	case *Hash:
		per := fieldBytes
		if c.large {
			per = slack(fieldBytes + wordBytes)
		}
		c.Each(func(name, value string) bool { return n.add(per + textBytes(len(name)) + textBytes(len(value))) })
	case *ZSet:
		per := rankBytes
		if c.large {
			per += slack(headBytes + 2*wordBytes)
		}
		c.Range(0, c.Len(), func(m string, _ float64) bool { return n.add(per + textBytes(len(m))) })
	case *Stream:
		bytes += c.memory(&n)
	case *Lock:
		c.Each(func(h Holder) bool { return n.add(slack(headBytes+3*wordBytes) + textBytes(len(h.Owner))) })
	}
	return bytes + e.obj.notes.bytes() + n.of(e.obj.self.Len())
}

// sample looks at members; what it returns are bytes that need no sampling.
func (f setForm) sample(s *Set, n *sampling) int64 {
	per := headBytes
	switch f {
	case intForm:
		return int64(len(s.ints) * wordBytes)
	case tableForm:
		per = slack(headBytes + wordBytes)
	}
	s.Each(func(m string) bool { return n.add(per + textBytes(len(m))) })
	return 0
}

// memory looks at entries; what it returns is what nodes and groups take.
func (s *Stream) memory(n *sampling) int64 {
	const (
		nodeBytes        = 16 * wordBytes
		streamEntryBytes = 4 * wordBytes
		pendingBytes     = 8 * wordBytes // in the group and with its consumer
	)
look:
	for _, node := range s.nodes {
		for i := range node.entries {
			if !n.add(streamEntryBytes + textBytes(len(node.entries[i].text))) {
				break look
			}
		}
	}
	bytes := len(s.nodes) * nodeBytes
	s.EachGroup(func(g *Group) {
		bytes += objectBytes + g.pending.n*slack(pendingBytes) + g.consumers.n*objectBytes
	})
	return int64(bytes)
}

// bytes takes the members to be shared with the collection.
func (n *notes) bytes() int64 {
	if n == nil {
		return 0
	}
	const lapseBytes, ticketBytes, standingBytes = headBytes + 3*wordBytes, headBytes + 2*wordBytes, headBytes + 6*wordBytes
	ends := n.lapses.n*lapseBytes + n.deadlines.len()*(headBytes+wordBytes)
	picks := n.standings.len()*standingBytes + n.tickets.n*ticketBytes + n.holders.n*(headBytes+wordBytes)
	return int64(slack(ends + picks))
}

// sampling is the mean size of the first elements of a collection.
type sampling struct{ most, seen, bytes int }

// add tells whether one more is wanted.
func (n *sampling) add(bytes int) bool {
	n.seen++
	n.bytes += bytes
	return n.seen < n.most
}

// of is what so many elements take.
func (n *sampling) of(elements int) int64 {
	if n.seen == 0 {
		return 0
	}
	return int64(float64(n.bytes) / float64(n.seen) * float64(elements))
}
