package store

import (
	"fmt"
	"io"
	"strconv"
	"sync"
	"testing"
)

// large is a store with n keys, and one key of every type with n members.
func large(n int) *Store {
	s := New(testSlot)
	tx := s.Begin(1, 1)
	l, _ := tx.On(1).MakeList("list")
	set, _ := tx.On(1).MakeSet("set")
	h, _ := tx.On(1).MakeHash("hash")
	z, _ := tx.On(1).MakeZSet("zset")
	stream, _ := tx.On(1).MakeStream("stream")
	stream.MakeGroup("g", StreamID{}, Unknown)
	g := stream.OpenGroup("g")
	g.MakeConsumer("c", 1)
	for i := range n {
		w := "w" + strconv.Itoa(i)
		tx.Set(w, w)
		l.PushBack(w)
		set.Add(w)
		h.Put(w, w)
		z.Put(w, float64(i))
		stream.Append(StreamID{1, uint64(i) + 1}, []string{w, w})
		g.Assign(Pending{StreamID{1, uint64(i) + 1}, "c", 1, 1})
	}
	set.SetStanding("w1", Standing{Credit: 1})
	tx.Done()
	return s
}

// changes are commands that change something of what large makes.
var changes = map[string]func(tx *Tx, i int){
	"key":    func(tx *Tx, i int) { tx.Set("w"+strconv.Itoa(i), "v") },
	"delete": func(tx *Tx, i int) { tx.Delete("w" + strconv.Itoa(i)) },
	"push":   func(tx *Tx, i int) { l, _ := tx.On(1).MakeList("list"); l.PushFront("v") },
	"insert": func(tx *Tx, i int) { l, _ := tx.On(1).MakeList("list"); l.Insert(i*7919%l.Len(), "v") },
	"remove": func(tx *Tx, i int) { l, _ := tx.On(1).MakeList("list"); l.Remove(i * 7919 % l.Len()) },
	"sadd":   func(tx *Tx, i int) { s, _ := tx.On(1).MakeSet("set"); s.Add("n" + strconv.Itoa(i)) },
	"srem":   func(tx *Tx, i int) { s, _ := tx.On(1).MakeSet("set"); s.Remove("w" + strconv.Itoa(i)) },
	"credit": func(tx *Tx, i int) {
		s, _ := tx.On(1).MakeSet("set")
		s.SetStanding(s.At(i), Standing{Credit: int64(i)})
	},
	"ticket": func(tx *Tx, i int) {
		s, _ := tx.On(1).MakeSet("set")
		s.Give(Ticket{tx.NextToken(), s.At(i), int64(1<<40 + i)})
	},
	"mark": func(tx *Tx, i int) { z, _ := tx.On(1).MakeZSet("zset"); m, _ := z.At(i); z.SetMark(m, int64(1<<40+i)) },
	"expiremember": func(tx *Tx, i int) {
		h, _ := tx.On(1).MakeHash("hash")
		name, _ := h.At(i)
		h.SetMemberDeadline(name, int64(1<<40+i))
	},
	"hset": func(tx *Tx, i int) { h, _ := tx.On(1).MakeHash("hash"); h.Put("w"+strconv.Itoa(i), "v") },
	"zadd": func(tx *Tx, i int) { z, _ := tx.On(1).MakeZSet("zset"); z.Put("w"+strconv.Itoa(i), -float64(i)) },
	"zrem": func(tx *Tx, i int) { z, _ := tx.On(1).MakeZSet("zset"); z.Remove("w" + strconv.Itoa(i)) },
	"xadd": func(tx *Tx, i int) {
		s, _ := tx.On(1).MakeStream("stream")
		s.Append(next(s.Last()), []string{"f", "v"})
	},
	"xdel": func(tx *Tx, i int) {
		s, _ := tx.On(1).MakeStream("stream")
		s.Remove(StreamID{1, uint64(i*7919%s.Len() + 1)})
	},
	"xtrim": func(tx *Tx, i int) {
		s, _ := tx.On(1).MakeStream("stream")
		s.Trim(StreamTrim{MaxLen: s.Len() - 1})
	},
	"xack": func(tx *Tx, i int) {
		s, _ := tx.On(1).MakeStream("stream")
		s.OpenGroup("g").Release(StreamID{1, uint64(i*7919%50_000 + 1)})
	},
	"pexpire": func(tx *Tx, i int) {
		tx.On(1).SetDeadline("list", int64(1<<40+i))
	},
	"copy":   func(tx *Tx, i int) { tx.On(1).CopyTo(tx.On(2), "zset", "copy") },
	"rename": func(tx *Tx, i int) { tx.On(1).Rename("hash", "hush"); tx.On(1).Rename("hush", "hash") },
}

// Freeze, and every command that comes after it, does work that does not grow
// with the data but for the table of parts of a long list or sorted set, 32
// bytes for some 100 members. Work is counted in bytes allocated, since whatever
// is copied is allocated first. (At a million members the bound below is 0.6 MB,
// a fraction of a millisecond.)
func TestFreezeDoesNotHoldUpTheWriter(t *testing.T) {
	const n = 50_000
	const bound = 64*n/partMax + 64<<10
	s := large(n)
	for name, change := range changes {
		var frozen *Frozen
		if got := allocated(func() { frozen = s.Freeze() }); got > 4096 {
			t.Errorf("freezing allocates %d bytes", got)
		}
		before := frozen.Hash()
		for i := range 100 {
			got := allocated(func() {
				tx := s.Begin(2, 2)
				change(tx, i+1)
				tx.Done()
			})
			if got > bound {
				t.Errorf("%s %d after freezing allocates %d bytes, bound %d", name, i, got, bound)
			}
		}
		if frozen.Hash() != before {
			t.Errorf("%s changed a frozen view", name)
		}
	}
}

// A snapshot costs a list's table once, not at every change that follows.
func TestFreezeIsPaidOnce(t *testing.T) {
	s := large(50_000)
	s.Freeze()
	tx := s.Begin(2, 2)
	for i := range 3 {
		got := allocated(func() {
			changes["push"](tx, i)
			tx.Done()
		})
		if i > 0 && got > 1<<10 {
			t.Errorf("change %d after freezing allocates %d bytes", i, got)
		}
	}
}

// The race detector sees whether a frozen view is really left alone; views read
// beside it, as they do beside a snapshot.
func TestFrozenBesideWriterAndViews(t *testing.T) {
	s := large(3000)
	var all sync.WaitGroup
	for round := range 8 {
		f := s.Freeze()
		want := s.Hash()
		for range 2 {
			all.Go(func() {
				if f.Hash() != want {
					t.Error("a frozen view has changed")
				}
				if _, err := f.WriteTo(io.Discard); err != nil {
					t.Error(err)
				}
			})
		}
		for i := range 100 {
			tx := s.Begin(uint64(round), int64(i))
			for _, change := range changes {
				change(tx, round*100+i+1)
				tx.Done()
			}
			if i%20 == 0 {
				readBeside(s)
			}
		}
	}
	all.Wait()
}

// readBeside reads in two views at once, while no writer runs.
func readBeside(s *Store) {
	var views sync.WaitGroup
	for v := range 2 {
		views.Go(func() {
			tx := s.View(0)
			tx.Seed(uint64(v))
			tx.RandomKey()
			tx.Get(fmt.Sprint("w", 500+v))
			l, _ := tx.On(1).List("list")
			l.Range(0, 10, func(string) bool { return true })
			z, _ := tx.On(1).ZSet("zset")
			z.Rank("w2999")
			stream, _ := tx.On(1).Stream("stream")
			stream.RangeBack(StreamID{}, MaxStreamID, func(id StreamID, _ []string) bool { return stream.Group("g").Pending() < 0 })
			set, _ := tx.On(1).SetOf("set")
			set.Each(func(m string) bool { return set.Standing(m).Credit == 0 })
			if set.Derived() == nil {
				set.Derive(v)
			}
			if z.Derived() == nil {
				z.Derive(v)
			}
		})
	}
	views.Wait()
}

func TestReleaseLetsGo(t *testing.T) {
	s := sample(t)
	f := s.Freeze()
	f.Release()
	if f.Hash() != New(testSlot).Hash() {
		t.Error("a released view still holds data")
	}
}
