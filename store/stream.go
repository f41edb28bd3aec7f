package store

import "sort"

// Stream is a log of entries, each of fields and values under an id that only
// grows, with the groups of consumers that read it. A nil *Stream is an empty
// one. The methods that change it are for one got from MakeStream.
//
// Unlike other collections an empty stream stays: it knows its last id, and its
// groups.
//
// The entries are kept in nodes that end where the nodes of Redis's radix tree
// end, since "trim about so many" takes away whole nodes, and clients see it.
type Stream struct {
	object
	own   *token        // whoever has it may change nodes and groups that bear it
	nodes []*streamNode // their ids rise; one may hold no entry that is left
	n     int           // entries

	last    StreamID // of the latest entry, or as SetID says
	deleted StreamID // the highest that was removed (not trimmed)
	added   int64    // entries ever, or as SetID says

	groups seq[*Group] // by name
}

// newStream makes a stream that has changed: to be there is something already.
func newStream() *object {
	s := &Stream{}
	s.self = s
	s.dirty = true
	return &s.object
}

func (s *Stream) kind() Type { return StreamType }

// clone copies the tables of nodes and groups; what stands in them is copied by
// whoever changes it first.
func (s *Stream) clone() *object {
	c := &Stream{
		own:     new(token),
		nodes:   append(make([]*streamNode, 0, len(s.nodes)+1), s.nodes...),
		n:       s.n,
		last:    s.last,
		deleted: s.deleted,
		added:   s.added,
		groups:  s.groups.clone(),
	}
	s.own = new(token)
	c.self = c
	return &c.object
}

// Encoding is the word of OBJECT ENCODING.
func (s *Stream) Encoding() string { return "stream" }

// Len counts the entries.
func (s *Stream) Len() int {
	if s == nil {
		return 0
	}
	return s.n
}

// First is the id of the first entry, the zero value when there is none.
func (s *Stream) First() (id StreamID) {
	if s.Len() == 0 {
		return id
	}
	for i := 0; ; i++ {
		if entries := s.nodes[i].entries; len(entries) > 0 {
			return entries[0].id
		}
	}
}

// Top is the id of the last entry, the zero value when there is none.
func (s *Stream) Top() (id StreamID) {
	if s.Len() == 0 {
		return id
	}
	for i := len(s.nodes) - 1; ; i-- {
		if entries := s.nodes[i].entries; len(entries) > 0 {
			return entries[len(entries)-1].id
		}
	}
}

// Last is the id that the next one must be above: that of the latest entry ever,
// also when it has been removed.
func (s *Stream) Last() (id StreamID) {
	if s != nil {
		id = s.last
	}
	return id
}

// Added counts the entries ever added, or is what SetID has set.
func (s *Stream) Added() int64 {
	if s == nil {
		return 0
	}
	return s.added
}

// Deleted is the highest id that Remove has taken out.
func (s *Stream) Deleted() (id StreamID) {
	if s != nil {
		id = s.deleted
	}
	return id
}

// search is the first node that may hold an id, or one behind it.
func (s *Stream) search(id StreamID) int {
	return sort.Search(len(s.nodes), func(i int) bool { return !s.nodes[i].last.Before(id) })
}

// Has tells whether there is an entry with this id.
func (s *Stream) Has(id StreamID) bool {
	_, _, found := s.find(id)
	return found
}

// find is the node of an entry and its index there.
func (s *Stream) find(id StreamID) (node, at int, found bool) {
	if s == nil {
		return 0, 0, false
	}
	if node = s.search(id); node == len(s.nodes) {
		return node, 0, false
	}
	at = s.nodes[node].search(id)
	entries := s.nodes[node].entries
	return node, at, at < len(entries) && entries[at].id == id
}

// Range visits the entries from one id to another, both included, until f
// returns false. The fields stand before their values, and belong to f.
func (s *Stream) Range(from, to StreamID, f func(id StreamID, fields []string) bool) {
	if s == nil {
		return
	}
	for i := s.search(from); i < len(s.nodes); i++ {
		node := s.nodes[i]
		for at := node.search(from); at < len(node.entries); at++ {
			id := node.entries[at].id
			if to.Before(id) || !f(id, node.fieldsAt(at)) {
				return
			}
		}
	}
}

// RangeBack visits the entries from one id to another from the end.
func (s *Stream) RangeBack(from, to StreamID, f func(id StreamID, fields []string) bool) {
	if s == nil {
		return
	}
	for i := min(s.search(to), len(s.nodes)-1); i >= 0; i-- {
		node := s.nodes[i]
		at := node.search(to)
		if at == len(node.entries) || to.Before(node.entries[at].id) {
			at--
		}
		for ; at >= 0; at-- {
			id := node.entries[at].id
			if id.Before(from) || !f(id, node.fieldsAt(at)) {
				return
			}
		}
	}
}
