package store

import (
	"bytes"
	"errors"
	"fmt"
	"reflect"
	"testing"
)

// crowd is a store with a set, a sorted set and a hash of n members each, the
// i-th of which goes at 100+i.
func crowd(n int) (*Store, *Tx) {
	s := New(testSlot)
	tx := s.Begin(1, 1)
	set, _ := tx.MakeSet("set")
	z, _ := tx.MakeZSet("zset")
	h, _ := tx.On(3).MakeHash("hash")
	for i := range n {
		m, at := fmt.Sprint("m", i), int64(100+i)
		set.Add(m)
		set.SetMemberDeadline(m, at)
		z.Put(m, float64(i))
		z.SetMemberDeadline(m, at)
		h.Put(m, "v")
		h.SetMemberDeadline(m, at)
	}
	tx.Done()
	return s, tx
}

func lens(tx *Tx) [3]int {
	s, _ := tx.SetOf("set")
	z, _ := tx.ZSet("zset")
	h, _ := tx.On(3).Hash("hash")
	return [3]int{s.Len(), z.Len(), h.Len()}
}

// Members go in the order of their deadlines, no more than so many an entry,
// and with the last one its key.
func TestMembersGoWhenTheyAreDue(t *testing.T) {
	const n = MaxExpirePerEntry
	s, _ := crowd(n)
	if s.NextDeadline() != 100 {
		t.Fatalf("next deadline %d", s.NextDeadline())
	}
	s.Begin(2, 109)
	if got := lens(s.View(0)); got != [3]int{n - 10, n - 10, n - 10} || s.NextDeadline() != 110 {
		t.Fatalf("%v left, next deadline %d", got, s.NextDeadline())
	}
	const last = 100 + n - 1 // when the last members go
	for index, left := uint64(3), 3*(n-10); left > 3; index++ {
		s.Begin(index, last-1)
		got := lens(s.View(0))
		left = max(left-MaxExpirePerEntry, 3)
		if sum := got[0] + got[1] + got[2]; sum != left {
			t.Fatalf("%v left, want %d", got, left)
		}
	}
	s.Begin(10, last)
	for _, db := range []int{0, 3} {
		if keys, _ := s.Keys(db); keys != 0 || s.NextDeadline() != 0 {
			t.Errorf("%d keys, next deadline %d", keys, s.NextDeadline())
		}
	}
}

// Who looks at a collection in an entry does not see what is due, however much
// waits for a later entry to be removed.
func TestNobodySeesAMemberThatIsDue(t *testing.T) {
	const n = MaxExpirePerEntry
	for name, look := range map[string]func(tx *Tx) bool{
		"read":    func(tx *Tx) bool { return lens(tx) == [3]int{1, 1, 1} },
		"version": func(tx *Tx) bool { return tx.Version("zset") != 0 && lens(tx)[1] == 1 },
		"write": func(tx *Tx) bool {
			z, _ := tx.MakeZSet("zset")
			return z.Len() == 1
		},
		"copy": func(tx *Tx) bool {
			tx.CopyTo(tx, "zset", "set")
			z, err := tx.ZSet("set")
			return err == nil && z.Len() == 1
		},
		"rename": func(tx *Tx) bool {
			tx.On(3).Rename("hash", "zset")
			h, err := tx.On(3).Hash("zset")
			return err == nil && h.Len() == 1
		},
	} {
		s, _ := crowd(n)
		if tx := s.Begin(2, 100+n-2); !look(tx) {
			t.Errorf("%s: %v", name, lens(tx))
		} else {
			tx.Done()
		}
	}
	for name, gone := range map[string]func(tx *Tx) bool{
		"type": func(tx *Tx) bool { return tx.Type("zset") == NoneType },
		"each": func(tx *Tx) bool {
			some := false
			tx.Each(func(string, Type) bool { some = true; return true })
			return !some
		},
		"random": func(tx *Tx) bool { _, ok := tx.RandomKey(); return !ok },
	} {
		s, _ := crowd(n)
		tx := s.Begin(2, 100+n)
		if view := s.View(0); !gone(view) || !gone(tx) {
			t.Errorf("%s: a key is there whose members are all due", name)
		}
	}
}

// What is made under the key of a collection that has lost its members is new.
func TestADeadCollectionLeavesNothing(t *testing.T) {
	s := New(testSlot)
	tx := s.Begin(1, 1)
	for i := range MaxExpirePerEntry {
		tx.Set(fmt.Sprint(i), "")
		tx.SetDeadline(fmt.Sprint(i), 5)
	}
	set, _ := tx.MakeSet("set")
	set.Add("m")
	set.SetMemberDeadline("m", 6)
	tx.SetDeadline("set", 1000)
	tx.Done()
	tx = s.Begin(2, 6)
	set, _ = tx.MakeSet("set")
	set.Add("m")
	tx.Done()
	if at, ok := tx.Deadline("set"); at != 0 || !ok || set.MemberDeadline("m") != 0 {
		t.Errorf("the new set goes at %d, its member at %d", at, set.MemberDeadline("m"))
	}
}

// Marks and tickets end by themselves, and leave the key's version alone.
func TestMarksAndTicketsEnd(t *testing.T) {
	s := New(testSlot)
	tx := s.Begin(1, 1)
	set, _ := tx.MakeSet("set")
	set.Add("a")
	set.Add("b")
	tx.Done()
	version := tx.Version("set")
	set, _ = tx.MakeSet("set")
	set.SetMark("a", 10)
	set.SetMark("b", Down)
	set.Give(Ticket{tx.NextToken(), "a", 20})
	set.Give(Ticket{tx.NextToken(), "a", 15})
	set.Derive("something")
	tx.Done()
	for _, c := range []struct {
		now        int64
		mark, out  int64
		next       int64
		hasDerived bool
	}{{9, 10, 2, 10, true}, {10, 0, 2, 15, false}, {15, 0, 1, 20, true}, {20, 0, 0, 0, true}} {
		tx = s.Begin(uint64(c.now), c.now)
		set, _ = tx.SetOf("set")
		a, b := set.Standing("a"), set.Standing("b")
		if a != (Standing{Mark: c.mark, Out: c.out}) || b != (Standing{Mark: Down}) || s.NextDeadline() != c.next {
			t.Errorf("at %d: a %+v, b %+v, next deadline %d", c.now, a, b, s.NextDeadline())
		}
		if (set.Derived() != nil) != c.hasDerived {
			t.Errorf("at %d: derived %v", c.now, set.Derived())
		}
		set.Derive("something")
	}
	if tx.Version("set") != version || len(tx.Touched()) != 0 {
		t.Error("the key has changed")
	}
}

// A member that leaves takes its tickets along, and a ticket is given back once.
func TestTicketsOfAMember(t *testing.T) {
	s := New(testSlot)
	tx := s.Begin(1, 1)
	z, _ := tx.MakeZSet("z")
	for i := range 300 {
		m := fmt.Sprint("m", i%3)
		z.Put(m, 1)
		z.Give(Ticket{tx.NextToken(), m, int64(100 + i%7)})
	}
	if z.Tickets() != 300 || z.Standing("m1").Out != 100 {
		t.Fatalf("%d tickets, %d of m1", z.Tickets(), z.Standing("m1").Out)
	}
	z.Remove("m1")
	if _, ok := z.GiveBack(2); ok || z.Tickets() != 200 {
		t.Errorf("%d tickets after the member has gone", z.Tickets())
	}
	if m, ok := z.GiveBack(3); m != "m2" || !ok {
		t.Errorf("ticket 3 was %q's", m)
	}
	if _, ok := z.GiveBack(3); ok || z.Standing("m2").Out != 99 {
		t.Error("a ticket was given back twice")
	}
	z.Put("m1", 1)
	if z.Standing("m1") != (Standing{}) {
		t.Errorf("who came back has %+v", z.Standing("m1"))
	}
	tx.Done()
	s.Begin(2, 106)
	if z, _ := s.View(0).ZSet("z"); z.Tickets() != 0 || s.NextDeadline() != 0 {
		t.Errorf("%d tickets left, next deadline %d", z.Tickets(), s.NextDeadline())
	}
}

// What becomes of a collection's deadlines when its key does.
func TestDeadlinesOfMembersGoWithTheKey(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(tx *Tx)
		next int64
	}{
		"delete": {func(tx *Tx) { tx.Delete("h") }, 0},
		"set":    {func(tx *Tx) { tx.Set("h", "v") }, 0},
		"over":   {func(tx *Tx) { tx.Set("s", "v"); tx.Rename("s", "h") }, 0},
		"flush":  {func(tx *Tx) { tx.Flush() }, 0},
		"rename": {func(tx *Tx) { tx.Rename("h", "i") }, 50},
		"copy":   {func(tx *Tx) { tx.CopyTo(tx.On(5), "h", "i"); tx.Delete("h") }, 50},
		"empty": {func(tx *Tx) {
			h, _ := tx.MakeHash("h")
			h.Remove("f")
			h.Remove("g")
		}, 0},
		"first": {func(tx *Tx) {
			h, _ := tx.MakeHash("h")
			h.Remove("f")
		}, 60},
		"clear": {func(tx *Tx) {
			h, _ := tx.MakeHash("h")
			h.Set("f", "w")
		}, 60},
		"keep": {func(tx *Tx) {
			h, _ := tx.MakeHash("h")
			h.Put("f", "w")
		}, 50},
		"sooner, then deleted": {func(tx *Tx) {
			h, _ := tx.MakeHash("h")
			h.SetMemberDeadline("g", 30)
			tx.Delete("h")
		}, 0},
	} {
		for _, frozen := range []bool{false, true} {
			s := New(testSlot)
			tx := s.Begin(1, 1)
			h, _ := tx.MakeHash("h")
			h.Put("f", "v")
			h.Put("g", "v")
			h.SetMemberDeadline("f", 50)
			h.SetMemberDeadline("g", 60)
			tx.Done()
			if frozen {
				defer s.Freeze().Release()
			}
			c.do(tx)
			tx.Done()
			if s.NextDeadline() != c.next {
				t.Errorf("%s: next deadline %d, want %d", name, s.NextDeadline(), c.next)
			}
			s.Begin(2, 100)
			if s.NextDeadline() != 0 {
				t.Errorf("%s: next deadline %d in the end", name, s.NextDeadline())
			}
		}
	}
}

func TestLapsedIsTold(t *testing.T) {
	s, _ := crowd(2)
	s.Listen(1, nil)
	tx := s.Begin(2, 100)
	first := tx.Emitted()
	tx = s.Begin(3, 101)
	second := tx.Emitted()
	told := func(gone bool) []any {
		return []any{Lapsed{0, "set", SetType, gone}, Lapsed{0, "zset", ZSetType, gone}, Lapsed{3, "hash", HashType, gone}}
	}
	for i, got := range [][]any{first, second} {
		want := told(i == 1)
		if s.position("set") > s.position("zset") {
			want[0], want[1] = want[1], want[0]
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	}
	if len(tx.Touched()) != 3 {
		t.Errorf("touched %v", tx.Touched())
	}
}

func TestReadFromKnowsNotes(t *testing.T) {
	u := func(n int) uint64 { return uint64(n) }
	one := func(kind Type, fields ...any) []byte {
		head := []any{u(snapshotVersion), u(5), 6, u(9), u(0), u(0), u(1), byte(kind), "k", 0, u(1)}
		return sealed(body(append(append(head, fields...), byte(0), u(0))...))
	}
	set := func(fields ...any) []byte {
		return one(SetType, append([]any{byte(1), u(1), "m", byte(1)}, fields...)...)
	}
	for name, data := range map[string][]byte{
		"a hash":            one(HashType, byte(0), u(1), "f", "v", byte(0)),
		"a field that goes": one(HashType, byte(0), u(1), "f", "v", byte(1), u(1), "f", 9, u(0), 0, u(0)),
		"a set":             set(u(1), "m", 9, u(1), "m", 1, 2, 3, -1, 4, u(1), u(7), "m", 9),
	} {
		s := New(testSlot)
		if _, err := s.ReadFrom(bytes.NewReader(data)); err != nil {
			t.Errorf("%s: %v", name, err)
		} else if !bytes.Equal(snapshotOf(t, s), data) {
			t.Errorf("%s is written differently", name)
		}
	}
	for name, data := range map[string][]byte{
		"no notes at all":  one(SetType, byte(1), u(1), "m"),
		"empty notes":      set(u(0), u(0), 0, u(0)),
		"nobody goes":      set(u(1), "n", 9, u(0), 0, u(0)),
		"goes at 0":        set(u(1), "m", 0, u(0), 0, u(0)),
		"goes twice":       set(u(2), "m", 9, "m", 10, u(0), 0, u(0)),
		"nobody stands":    set(u(0), u(1), "n", 1, 2, 3, 0, 4, u(0)),
		"stands twice":     set(u(0), u(2), "m", 1, 2, 3, 0, "m", 1, 2, 3, 0, 4, u(0)),
		"unknown mark":     set(u(0), u(1), "m", 1, 2, 3, -2, 4, u(0)),
		"nobody's ticket":  set(u(0), u(0), 4, u(1), u(7), "n", 9),
		"ticket twice":     set(u(0), u(0), 4, u(2), u(7), "m", 9, u(7), "m", 9),
		"timeless ticket":  set(u(0), u(0), 4, u(1), u(7), "m", 0),
		"a field's ticket": one(HashType, byte(0), u(1), "f", "v", byte(1), u(0), u(0), 0, u(1), u(7), "f", 9),
	} {
		if _, err := New(testSlot).ReadFrom(bytes.NewReader(data)); !errors.Is(err, ErrBadSnapshot) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
