package store

import "strings"

// Group is a group of consumers of a stream: how far it has read, and who got
// what and has not acknowledged it. The methods that change it are for one got
// from Stream.OpenGroup; as with credits, what happens in a group is no change
// of the key to those who watch it.
type Group struct {
	own *token  // of the stream that may change it
	by  *object // the stream that opened it for that

	name      string
	last      StreamID
	read      int64
	pending   seq[Pending] // by id
	consumers seq[*Consumer]
}

// Consumer is a reader in a group.
type Consumer struct {
	own     *token // of the table that may change it, see openConsumer
	name    string
	seen    int64
	active  int64
	pending seq[StreamID]
}

// Pending is an entry that a consumer got and has not acknowledged. It may have
// left the stream since.
type Pending struct {
	ID         StreamID
	Consumer   string
	At         int64 // log time (ms) of the last delivery
	Deliveries int64
}

// Unknown is in the place of a time that has not been, and of a count that
// nobody knows.
const Unknown = -1

// Groups counts the groups.
func (s *Stream) Groups() int {
	if s == nil {
		return 0
	}
	return s.groups.n
}

// EachGroup visits the groups in the order of their names.
func (s *Stream) EachGroup(f func(g *Group)) {
	if s == nil {
		return
	}
	s.groups.each(0, s.groups.n, func(g *Group) bool {
		f(g)
		return true
	})
}

// findGroup is the place of a group, or the one it would have.
func (s *Stream) findGroup(name string) (at place, g *Group) {
	at = s.groups.search(func(g *Group) bool { return g.name < name })
	if at != s.groups.end() {
		if g = s.groups.parts[at.part].items[at.off]; g.name == name {
			return at, g
		}
	}
	return at, nil
}

// Group is a group for reading; nil when there is none of this name.
func (s *Stream) Group(name string) *Group {
	if s == nil {
		return nil
	}
	_, g := s.findGroup(name)
	return g
}

// OpenGroup is a group for changing; nil when there is none of this name.
func (s *Stream) OpenGroup(name string) *Group {
	s.mustBeOpen()
	at, g := s.findGroup(name)
	if g == nil {
		return nil
	}
	if g.own != s.own {
		g = g.copyFor(s.own)
		s.groups.replace(at, g)
	}
	g.by = &s.object
	return g
}

func (g *Group) copyFor(own *token) *Group {
	return &Group{own: own, name: g.name, last: g.last, read: g.read, pending: g.pending.clone(), consumers: g.consumers.clone()}
}

// MakeGroup makes a group, which has read up to an id, the read-th (or Unknown)
// entry of the stream. False when there is one of this name.
func (s *Stream) MakeGroup(name string, last StreamID, read int64) bool {
	s.mustBeOpen()
	at, g := s.findGroup(name)
	if g != nil {
		return false
	}
	s.groups.insert(at, &Group{own: s.own, name: strings.Clone(name), last: last, read: read})
	return true
}

// RemoveGroup takes a group away, and tells whether it was there. This one is a
// change of the key: whoever waits for something to read in it must hear of it.
func (s *Stream) RemoveGroup(name string) bool {
	s.mustBeOpen()
	at, g := s.findGroup(name)
	if g == nil {
		return false
	}
	s.change()
	s.groups.remove(at)
	return true
}

// Name is the group's name.
func (g *Group) Name() string { return g.name }

// Last is the id up to which the group has read.
func (g *Group) Last() StreamID { return g.last }

// Read is how many entries of the stream there were up to Last, or Unknown.
func (g *Group) Read() int64 { return g.read }

// SetLast sets Last and Read.
func (g *Group) SetLast(last StreamID, read int64) {
	g.by.mustBeOpen()
	g.last, g.read = last, read
}
