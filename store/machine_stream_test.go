package store

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// modelStream is a stream without nodes, and with everything spelled out.
type modelStream struct {
	Entries       []modelEntry
	Last, Deleted StreamID
	Added         int64
	Groups        map[string]*modelGroup
}

type modelEntry struct {
	ID     StreamID
	Fields []string
}

type modelGroup struct {
	Last      StreamID
	Read      int64
	Consumers map[string][2]int64 // seen, active
	Pending   map[StreamID]Pending
}

// Among all types, streams would seldom have much in them.
func TestStreamsAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		m := &machine{real: New(testSlot), twin: New(testSlot), model: newModel()}
		m.begin(t, 1000)
		m.play(t, map[string]func(*rapid.T){
			"entry": m.entry, "freeze": m.freeze, "restore": m.restore, "copy": m.copyKey,
			"stream 1": m.streamWords, "stream 2": m.streamWords, "group 1": m.groupWords, "group 2": m.groupWords, "group 3": m.groupWords,
		})
	})
}

func (s *modelStream) clone() *modelStream {
	if s == nil {
		return nil
	}
	c := *s
	c.Entries = slices.Clone(s.Entries)
	c.Groups = map[string]*modelGroup{}
	for name, g := range s.Groups {
		c.Groups[name] = &modelGroup{g.Last, g.Read, maps.Clone(g.Consumers), maps.Clone(g.Pending)}
	}
	return &c
}

// orEmpty gives what reflect.DeepEqual takes for the same as observed does.
func (s *modelStream) orEmpty() *modelStream {
	c := s.clone()
	if len(c.Entries) == 0 {
		c.Entries = nil
	}
	return c
}

// observed is everything that can be seen of a stream, by every way to see it.
func observed(s *Stream) *modelStream {
	m := &modelStream{Last: s.Last(), Deleted: s.Deleted(), Added: s.Added(), Groups: map[string]*modelGroup{}}
	s.Range(StreamID{}, MaxStreamID, func(id StreamID, fields []string) bool {
		m.Entries = append(m.Entries, modelEntry{id, fields})
		return true
	})
	s.EachGroup(func(g *Group) {
		seen := &modelGroup{g.Last(), g.Read(), map[string][2]int64{}, map[StreamID]Pending{}}
		g.EachConsumer(func(c *Consumer) { seen.Consumers[c.Name()] = [2]int64{c.Seen(), c.Active()} })
		for p, ok := g.NextPending(StreamID{}); ok; p, ok = g.NextPending(next(p.ID)) {
			seen.Pending[p.ID] = p
		}
		m.Groups[g.Name()] = seen
	})
	return m
}

func next(id StreamID) StreamID {
	id, _ = id.Next()
	return id
}

// drawStream draws one of few keys, so that copies and moves meet what there is.
func drawStream(t *rapid.T) string {
	return rapid.SampledFrom([]string{"stream", "stream", "a"}).Draw(t, "key")
}

// drawFields mostly draws the same fields with other values.
func drawFields(t *rapid.T) []string {
	value := drawWord(t)
	return rapid.SampledFrom([][]string{
		{"a", value}, {"a", value}, {"b", value}, {"a", value, "b", ""}, {"", ""}, {"a", value, "a", value, value, value},
	}).Draw(t, "fields")
}

func (m *machine) args(words []string) []string {
	args := make([]string, len(words))
	for i, w := range words {
		args[i] = m.arg(w)
	}
	return args
}

func (m *machine) streamWords(t *rapid.T) {
	db, key := drawDB(t), drawStream(t)
	word := rapid.SampledFrom([]string{"append", "append", "append", "remove", "trim", "trim", "setid"}).Draw(t, "word")
	count := rapid.SampledFrom([]int{1, 1, 3, 250}).Draw(t, "count")
	step := rapid.SampledFrom([]uint64{1, 2, 1 << 40}).Draw(t, "step")
	fields, number := drawFields(t), rapid.IntRange(0, 300).Draw(t, "number")
	byID, about := rapid.Bool().Draw(t, "by id"), rapid.Bool().Draw(t, "about")
	limit := rapid.SampledFrom([]int{0, 0, 1, 100, 150}).Draw(t, "limit")
	fresh := m.find(db, key) == nil
	got, v := change(m, t, db, key, StreamType, (*Tx).MakeStream, func(s *Stream) (answer []any, changed bool) {
		pick := idAt(s, number)
		switch word {
		case "append":
			for i := range count {
				id := StreamID{s.Last().Millis + step, uint64(i) * step}
				s.Append(id, m.args(fields))
				answer = append(answer, id)
			}
			return answer, true
		case "remove":
			for i := range count {
				answer = append(answer, s.Remove(StreamID{pick.Millis, pick.Seq + uint64(i)}))
			}
			return answer, fresh || slices.Contains(answer, any(true))
		case "trim":
			t := StreamTrim{ByID: byID, MinID: pick, MaxLen: number, About: about}
			if about {
				t.Limit = limit
			}
			removed := s.Trim(t)
			return []any{pick, removed}, fresh || removed > 0
		}
		last := StreamID{s.Top().Millis + step, 0}
		s.SetID(last, int64(number), pick)
		return []any{last, pick}, fresh
	})
	if v == nil {
		return
	}
	v.stream.orMade()
	switch word {
	case "append":
		v.stream.append(got, fields)
	case "remove":
		m.want(t, got, v.stream.remove(m.pickOf(v.stream, number), count)...)
	case "trim":
		v.stream.trim(t, StreamTrim{ByID: byID, MinID: got[0].(StreamID), MaxLen: number, About: about}, got[1].(int))
	case "setid":
		v.stream.Last, v.stream.Added, v.stream.Deleted = got[0].(StreamID), int64(number), got[1].(StreamID)
	}
	s, _ := m.real.View(0).On(db).Stream(key)
	m.checkStream(t, s, v.stream, number)
}

func (s *modelStream) orMade() {
	if s.Groups == nil {
		s.Groups = map[string]*modelGroup{}
	}
}

// idAt is the id of some entry, or of none.
func idAt(s *Stream, number int) (pick StreamID) {
	n := 0
	s.Range(StreamID{}, MaxStreamID, func(id StreamID, _ []string) bool {
		pick = id
		n++
		return n <= number
	})
	return pick
}

func (m *machine) pickOf(s *modelStream, number int) StreamID {
	if len(s.Entries) == 0 {
		return StreamID{}
	}
	return s.Entries[min(number, len(s.Entries)-1)].ID
}

func (s *modelStream) append(ids []any, fields []string) {
	for _, id := range ids {
		s.Last = id.(StreamID)
		s.Entries = append(s.Entries, modelEntry{s.Last, fields})
		s.Added++
	}
}

func (s *modelStream) remove(from StreamID, count int) (answer []any) {
	for i := range count {
		id := StreamID{from.Millis, from.Seq + uint64(i)}
		before := len(s.Entries)
		s.Entries = slices.DeleteFunc(s.Entries, func(e modelEntry) bool { return e.ID == id })
		removed := len(s.Entries) < before
		if removed && id.Compare(s.Deleted) > 0 {
			s.Deleted = id
		}
		answer = append(answer, removed)
	}
	return answer
}

// trim checks how many entries were taken away: all that should be, or with
// About no more than that.
func (s *modelStream) trim(t *rapid.T, how StreamTrim, removed int) {
	most := max(0, len(s.Entries)-how.MaxLen)
	if how.ByID {
		most = slices.IndexFunc(s.Entries, func(e modelEntry) bool { return e.ID.Compare(how.MinID) >= 0 })
		if most < 0 {
			most = len(s.Entries)
		}
	}
	if removed > most || !how.About && removed < most {
		t.Fatalf("trimmed %d, want %d (about: %v)", removed, most, how.About)
	}
	s.Entries = slices.Clone(s.Entries[removed:])
}

func (m *machine) checkStream(t *rapid.T, s *Stream, want *modelStream, number int) {
	t.Helper()
	n := len(want.Entries)
	from, to := min(number/2, n), min(number, n)
	first, top := StreamID{}, StreamID{}
	if n > 0 {
		first, top = want.Entries[0].ID, want.Entries[n-1].ID
	}
	if s.Len() != n || s.First() != first || s.Top() != top {
		t.Fatalf("%d entries from %v to %v, want %d", s.Len(), s.First(), s.Top(), n)
	}
	if from == to {
		return
	}
	lo, hi := want.Entries[from].ID, want.Entries[to-1].ID
	var there, back []modelEntry
	s.Range(lo, hi, func(id StreamID, fields []string) bool { there = append(there, modelEntry{id, fields}); return true })
	s.RangeBack(lo, hi, func(id StreamID, fields []string) bool { back = append(back, modelEntry{id, fields}); return true })
	slices.Reverse(back)
	if !reflect.DeepEqual(there, want.Entries[from:to]) || !reflect.DeepEqual(back, there) {
		t.Fatalf("from %v to %v there are %v, and backwards %v", lo, hi, there, back)
	}
	behind, _ := hi.Next()
	if !s.Has(hi) || s.Has(behind) != (to < n && want.Entries[to].ID == behind) {
		t.Fatalf("%v or %v is there and should not be, or the other way round", hi, behind)
	}
}

func (m *machine) groupWords(t *rapid.T) {
	db, key := drawDB(t), drawStream(t)
	word := rapid.SampledFrom([]string{"make", "remove", "setlast", "consumer", "assign", "assign", "assign", "release", "saw", "forget"}).Draw(t, "word")
	group := rapid.SampledFrom([]string{"", "g", "h"}).Draw(t, "group")
	consumer := rapid.SampledFrom([]string{"", "c", "d"}).Draw(t, "consumer")
	id := StreamID{rapid.Uint64Range(0, 3).Draw(t, "ms"), rapid.Uint64Range(0, 300).Draw(t, "seq")}
	count := rapid.SampledFrom([]int{1, 1, 2, 200}).Draw(t, "count")
	number := rapid.Int64Range(-1, 9).Draw(t, "number")
	fresh := m.find(db, key) == nil
	got, v := change(m, t, db, key, StreamType, (*Tx).MakeStream, func(s *Stream) ([]any, bool) {
		answer := m.doInGroup(s, word, group, consumer, id, count, number)
		return answer, fresh || word == "remove" && answer[0] == true
	})
	if v == nil {
		return
	}
	v.stream.orMade()
	m.want(t, got, v.stream.doInGroup(word, group, consumer, id, count, number)...)
	s, _ := m.real.View(0).On(db).Stream(key)
	for name, g := range v.stream.Groups {
		for consumer := range g.Consumers {
			if got, want := pendingOf(s.Group(name), consumer), g.pendingOf(consumer); got != want {
				t.Fatalf("%q of %q has %s, want %s", consumer, name, got, want)
			}
		}
	}
}

func (m *machine) doInGroup(s *Stream, word, group, consumer string, id StreamID, count int, number int64) (answer []any) {
	switch word {
	case "make":
		return []any{s.MakeGroup(m.arg(group), id, number)}
	case "remove":
		return []any{s.RemoveGroup(m.arg(group))}
	}
	if word == "assign" {
		s.MakeGroup(m.arg(group), id, number)
	}
	g := s.OpenGroup(m.arg(group))
	if g == nil {
		return []any{nil}
	}
	if word == "assign" {
		g.MakeConsumer(m.arg(consumer), number)
	}
	c := g.Consumer(consumer)
	switch {
	case word == "setlast":
		g.SetLast(id, number)
	case word == "consumer":
		return []any{g.MakeConsumer(m.arg(consumer), number)}
	case word == "release":
		for i := range count {
			answer = append(answer, g.Release(StreamID{id.Millis, id.Seq + uint64(i)}))
		}
		return answer
	case c == nil:
	case word == "assign":
		for i := range count {
			g.Assign(Pending{StreamID{id.Millis, id.Seq + uint64(i)}, m.arg(consumer), number, int64(i)})
		}
	case word == "saw":
		g.SawConsumer(m.arg(consumer), number, count > 1)
	case word == "forget":
		g.RemoveConsumer(m.arg(consumer))
	}
	return append(answer, g.Pending(), g.LastPending(), pendingOf(g, consumer))
}

// pendingOf is what a consumer's own list holds.
func pendingOf(g *Group, consumer string) string {
	c := g.Consumer(consumer)
	if c == nil {
		return "nobody"
	}
	text := fmt.Sprint(c.Pending())
	for id, ok := c.NextPending(StreamID{}); ok; id, ok = c.NextPending(next(id)) {
		p, found := g.FindPending(id)
		text += fmt.Sprint(id, found && p.Consumer == consumer)
	}
	return text
}

func (s *modelStream) doInGroup(word, group, consumer string, id StreamID, count int, number int64) (answer []any) {
	g := s.Groups[group]
	if g == nil && (word == "make" || word == "assign") {
		s.Groups[group] = &modelGroup{id, number, map[string][2]int64{}, map[StreamID]Pending{}}
	}
	switch {
	case word == "make":
		return []any{g == nil}
	case word == "assign":
		g = s.Groups[group]
		if _, known := g.Consumers[consumer]; !known {
			g.Consumers[consumer] = [2]int64{number, Unknown}
		}
	case word == "remove":
		delete(s.Groups, group)
		return []any{g != nil}
	case g == nil:
		return []any{nil}
	}
	_, known := g.Consumers[consumer]
	switch {
	case word == "setlast":
		g.Last, g.Read = id, number
	case word == "consumer":
		if !known {
			g.Consumers[consumer] = [2]int64{number, Unknown}
		}
		return []any{!known}
	case word == "release":
		for i := range count {
			at := StreamID{id.Millis, id.Seq + uint64(i)}
			_, found := g.Pending[at]
			delete(g.Pending, at)
			answer = append(answer, found)
		}
		return answer
	case !known:
	case word == "assign":
		for i := range count {
			at := StreamID{id.Millis, id.Seq + uint64(i)}
			g.Pending[at] = Pending{at, consumer, number, int64(i)}
		}
	case word == "saw":
		times := g.Consumers[consumer]
		if times[0] = number; count > 1 {
			times[1] = number
		}
		g.Consumers[consumer] = times
	case word == "forget":
		delete(g.Consumers, consumer)
		maps.DeleteFunc(g.Pending, func(_ StreamID, p Pending) bool { return p.Consumer == consumer })
	}
	return append(answer, len(g.Pending), g.lastPending(), g.pendingOf(consumer))
}

func (g *modelGroup) sorted() []StreamID {
	return slices.SortedFunc(maps.Keys(g.Pending), StreamID.Compare)
}

func (g *modelGroup) lastPending() (last StreamID) {
	for _, last = range g.sorted() {
	}
	return last
}

func (g *modelGroup) pendingOf(consumer string) string {
	if _, known := g.Consumers[consumer]; !known {
		return "nobody"
	}
	n, text := 0, ""
	for _, id := range g.sorted() {
		if g.Pending[id].Consumer == consumer {
			n++
			text += fmt.Sprint(id, true)
		}
	}
	return fmt.Sprint(n) + text
}
