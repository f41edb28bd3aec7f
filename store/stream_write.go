package store

import "slices"

// mutable makes a node one that s may change.
func (s *Stream) mutable(i int) *streamNode {
	if n := s.nodes[i]; n.own != s.own {
		s.nodes[i] = n.copyFor(s.own)
	}
	return s.nodes[i]
}

// Append adds an entry, whose id must be above Last; fields are fields and
// values by turns, at least one pair.
func (s *Stream) Append(id StreamID, fields []string) {
	s.change()
	if !s.last.Before(id) {
		panic("store: ids of a stream must rise")
	}
	last := len(s.nodes) - 1
	if last < 0 || s.nodes[last].full(fields) {
		if last >= 0 {
			s.seal(last)
		}
		s.nodes = append(s.nodes, newNode(s.own, id, fields))
		last++
	}
	s.mutable(last).add(id, fields)
	s.n++
	s.added++
	s.last = id
}

// seal gives back the room of a node that takes no more.
func (s *Stream) seal(i int) {
	if n := s.nodes[i]; n.own == s.own {
		n.entries = slices.Clone(n.entries)
	}
}

// Remove takes an entry out and tells whether it was there.
func (s *Stream) Remove(id StreamID) bool {
	node, at, found := s.find(id)
	if !found {
		return false
	}
	s.change()
	if len(s.nodes[node].entries) == 1 {
		s.nodes = slices.Delete(s.nodes, node, node+1)
	} else {
		s.mutable(node).take(at, at+1)
	}
	s.n--
	if s.deleted.Before(id) {
		s.deleted = id
	}
	return true
}

// StreamTrim says what Trim takes away.
type StreamTrim struct {
	ByID   bool     // what is before MinID, else what is more than MaxLen entries
	MinID  StreamID // with ByID
	MaxLen int      // without
	About  bool     // only whole nodes: some that should go may stay
	Limit  int      // with About: go no further than so many entries; 0 is no limit
}

// Trim takes entries away from the front and tells how many.
func (s *Stream) Trim(t StreamTrim) (removed int) {
	s.mustBeOpen()
	for len(s.nodes) > 0 && (t.ByID || s.n > t.MaxLen) {
		live := len(s.nodes[0].entries)
		if t.Limit > 0 && removed+live > t.Limit {
			break
		}
		if !t.whole(s) {
			if !t.About {
				removed += s.trimFirst(t)
			}
			break
		}
		s.nodes[0] = nil
		s.nodes = s.nodes[1:]
		s.n -= live
		removed += live
	}
	s.dirty = s.dirty || removed > 0
	return removed
}

// whole tells whether all of the first node is to go. Of a node that ends with an
// entry removed since, that entry's id counts, as in Redis.
func (t *StreamTrim) whole(s *Stream) bool {
	if t.ByID {
		return s.nodes[0].last.Before(t.MinID)
	}
	return s.n-len(s.nodes[0].entries) >= t.MaxLen
}

// trimFirst takes away the head of the first node.
func (s *Stream) trimFirst(t StreamTrim) (removed int) {
	if t.ByID {
		removed = s.nodes[0].search(t.MinID)
	} else {
		removed = s.n - t.MaxLen
	}
	if removed > 0 {
		s.mutable(0).take(0, removed)
		s.n -= removed
	}
	return removed
}

// SetID sets Last, Added and Deleted; last must not be before Top. It does not
// change the key's version: in Redis, too, a client that watches the key does not
// hear of it.
func (s *Stream) SetID(last StreamID, added int64, deleted StreamID) {
	s.mustBeOpen()
	if s.n > 0 && last.Before(s.Top()) {
		panic("store: last id of a stream before its top entry")
	}
	// A node may have had higher ids, which are gone; those that come must not be
	// put behind them.
	for i := len(s.nodes) - 1; i >= 0 && last.Before(s.nodes[i].last); i-- {
		if len(s.nodes[i].entries) == 0 {
			s.nodes = s.nodes[:i]
		} else {
			s.mutable(i).last = last
		}
	}
	s.last, s.added, s.deleted = last, added, deleted
}
