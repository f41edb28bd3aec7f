package store

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestStreamIDNeighbours(t *testing.T) {
	const most = 1<<64 - 1
	for _, c := range []struct {
		id, next StreamID
	}{
		{StreamID{0, 0}, StreamID{0, 1}},
		{StreamID{5, most}, StreamID{6, 0}},
		{StreamID{most, most - 1}, StreamID{most, most}},
	} {
		if next, ok := c.id.Next(); !ok || next != c.next {
			t.Errorf("behind %v stands %v, %v, want %v", c.id, next, ok, c.next)
		}
		if before, ok := c.next.Previous(); !ok || before != c.id {
			t.Errorf("before %v stands %v, %v, want %v", c.next, before, ok, c.id)
		}
	}
	if id, ok := MaxStreamID.Next(); ok || id != (StreamID{}) {
		t.Errorf("behind the last: %v, %v", id, ok)
	}
	if id, ok := (StreamID{}).Previous(); ok || id != MaxStreamID {
		t.Errorf("before the first: %v, %v", id, ok)
	}
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) StreamID {
			number := rapid.SampledFrom([]uint64{0, 1, 2, most - 1, most})
			return StreamID{number.Draw(t, name), number.Draw(t, name)}
		}
		a, b := draw("a"), draw("b")
		if a.Before(b) != (a.Compare(b) < 0) || a.Compare(b) != -b.Compare(a) || (a == b) != (a.Compare(b) == 0) {
			t.Fatalf("%v and %v: %v, %d", a, b, a.Before(b), a.Compare(b))
		}
	})
}

// openStream is a stream in a store of its own.
func openStream() *Stream {
	s, _ := New(testSlot).Begin(1, 1).MakeStream("s")
	return s
}

func appendTo(s *Stream, words ...string) {
	s.Append(next(s.Last()), words)
}

// A node takes what a node of Redis takes; the sizes are those of a listpack.
func TestStreamNodesEndWhereThoseOfRedisEnd(t *testing.T) {
	word := func(size int) string { return string(make([]byte, size)) }
	for name, c := range map[string]struct {
		fields []string
		fit    int
	}{
		"small entries": {[]string{"f", "1"}, 100},
		// Of 4096 bytes 18 are the node's and 75 each entry's; 65 are looked ahead.
		"large entries":    {[]string{"f", word(64)}, 54},
		"a huge entry":     {[]string{"f", word(5000)}, 1},
		"the largest pair": {[]string{"f", word(2000)}, 2},
	} {
		s := openStream()
		for i := 0; len(s.nodes) < 2; i++ {
			appendTo(s, c.fields...)
			if len(s.nodes) == 2 && i != c.fit {
				t.Errorf("%s: %d in a node, want %d", name, i, c.fit)
			}
		}
	}
}

// Nodes are kept in the order of their ids, also where ids were reached that are
// gone and Last was set back below them.
func TestStreamLastSetBack(t *testing.T) {
	for _, left := range []int{0, 1} {
		s := openStream()
		for range 2 + left {
			appendTo(s, "f", "v")
		}
		gone := s.Last()
		s.Remove(gone)
		s.Trim(StreamTrim{ByID: true, MinID: StreamID{0, uint64(2 + left)}, MaxLen: left})
		s.SetID(StreamID{0, 1}, 9, StreamID{})
		for range 300 {
			appendTo(s, "f", "v")
		}
		var ids []StreamID
		s.Range(StreamID{}, MaxStreamID, func(id StreamID, _ []string) bool { ids = append(ids, id); return true })
		if len(ids) != s.Len() || !slices.IsSortedFunc(ids, StreamID.Compare) || !s.Has(StreamID{0, 2}) {
			t.Errorf("%d entries of %d are seen, from %v", len(ids), s.Len(), s.First())
		}
	}
}

// "About" takes whole nodes away, and no more entries than the limit.
func TestStreamTrimsWholeNodes(t *testing.T) {
	for _, c := range []struct {
		trim StreamTrim
		want int
	}{
		{StreamTrim{MaxLen: 950}, 50},
		{StreamTrim{MaxLen: 950, About: true}, 0},
		{StreamTrim{MaxLen: 750, About: true}, 200},
		{StreamTrim{MaxLen: 700, About: true}, 300},
		{StreamTrim{MaxLen: 0, About: true, Limit: 350}, 300},
		{StreamTrim{MaxLen: 0, About: true, Limit: 99}, 0},
		{StreamTrim{MaxLen: 2000}, 0},
		{StreamTrim{ByID: true, MinID: StreamID{0, 251}}, 250},
		{StreamTrim{ByID: true, MinID: StreamID{0, 251}, About: true}, 200},
		{StreamTrim{ByID: true, MinID: StreamID{0, 301}, About: true}, 300},
		{StreamTrim{ByID: true, MinID: MaxStreamID, About: true}, 1000},
	} {
		s := openStream()
		for range 1000 {
			appendTo(s, "f", "v")
		}
		if got := s.Trim(c.trim); got != c.want || s.Len() != 1000-c.want || s.First() != (StreamID{0, uint64(c.want) + 1}) && got != 1000 {
			t.Errorf("%+v trims %d, want %d; left are %d from %v", c.trim, got, c.want, s.Len(), s.First())
		}
	}
}

// The numbers are those that a Redis answers.
func TestRadixTree(t *testing.T) {
	for _, c := range []struct {
		ids         []StreamID
		keys, nodes int
	}{
		{nil, 0, 1},
		{[]StreamID{{1, 1}}, 1, 2},
		{[]StreamID{{1, 1}, {1, 2}}, 2, 4},
		{[]StreamID{{1, 1}, {2, 1}}, 2, 6},
		{[]StreamID{{1, 1}, {1, 256}, {1 << 60, 1}}, 3, 9},
	} {
		s := openStream()
		for _, id := range c.ids {
			s.nodes = append(s.nodes, newNode(nil, id, nil))
		}
		if keys, nodes := s.RadixTree(); keys != c.keys || nodes != c.nodes {
			t.Errorf("%v: %d keys, %d nodes, want %d, %d", c.ids, keys, nodes, c.keys, c.nodes)
		}
	}
}

// What happens in a group is no change of the key, but for a group's end; nor is
// an id that is set.
func TestGroupsLeaveTheVersion(t *testing.T) {
	tx := New(testSlot).Begin(1, 1)
	open := func() *Stream { s, _ := tx.MakeStream("s"); return s }
	open()
	tx.Done()
	for name, c := range map[string]struct {
		do      func(s *Stream)
		changes bool
	}{
		"make":   {func(s *Stream) { s.MakeGroup("h", StreamID{}, Unknown) }, false},
		"within": {func(s *Stream) { s.OpenGroup("g").MakeConsumer("c", 1); s.OpenGroup("g").SetLast(StreamID{1, 1}, 1) }, false},
		"nobody": {func(s *Stream) { s.RemoveGroup("nobody") }, false},
		"setid":  {func(s *Stream) { s.SetID(StreamID{9, 9}, 0, StreamID{}) }, false},
		"remove": {func(s *Stream) { s.RemoveGroup("g") }, true},
	} {
		open().MakeGroup("g", StreamID{}, Unknown)
		tx.Done()
		before := tx.Version("s")
		c.do(open())
		tx.Done()
		if after := tx.Version("s"); (after != before) != c.changes {
			t.Errorf("%s: version %d, then %d", name, before, after)
		}
	}
}

// Handlers that change what they opened for reading must not part the nodes.
func TestGroupsAreNotChangedUnopened(t *testing.T) {
	tx := New(testSlot).Begin(1, 1)
	s, _ := tx.MakeStream("s")
	s.MakeGroup("g", StreamID{}, Unknown)
	s.OpenGroup("g").MakeConsumer("c", 1)
	tx.Done()
	s, _ = tx.Stream("s")
	g := s.Group("g")
	for name, change := range map[string]func(){
		"append":   func() { appendTo(s, "f", "v") },
		"open":     func() { s.OpenGroup("g") },
		"set":      func() { g.SetLast(StreamID{}, 0) },
		"consumer": func() { g.MakeConsumer("d", 1) },
		"remove":   func() { g.RemoveConsumer("c") },
		"assign":   func() { g.Assign(Pending{StreamID{1, 1}, "c", 1, 1}) },
		"saw":      func() { g.SawConsumer("c", 1, true) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s did not panic", name)
				}
			}()
			change()
		}()
	}
}

// A stream that grows at one end and is trimmed at the other is as small as one
// that never had more.
func TestTrimmedStreamIsSmall(t *testing.T) {
	s := openStream()
	for i := range 100_000 {
		appendTo(s, "f", fmt.Sprint(i))
		s.Trim(StreamTrim{MaxLen: 1000})
	}
	if len(s.nodes) > 11 || cap(s.nodes) > 64 {
		t.Errorf("%d nodes for 1000 entries, room for %d", len(s.nodes), cap(s.nodes))
	}
}
