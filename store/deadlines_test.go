package store

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// Two keys whose 39 bits of xxhash are equal: in one slot they share a position.
var collision = [2]string{"k234657", "k759490"}

func oneSlot(string) uint16 { return 3 }

func TestKeysOfOnePosition(t *testing.T) {
	a, b := collision[0], collision[1]
	s := New(oneSlot)
	if s.position(a) != s.position(b) {
		t.Fatal("they do not collide")
	}
	tx := s.Begin(1, 1)
	tx.Set(a, "1")
	tx.Set(b, "2")
	tx.SetDeadline(a, 10)
	tx.SetDeadline(b, 10)
	tx.Done()
	if _, expires := s.Keys(0); expires != 2 || s.NextDeadline() != 10 {
		t.Errorf("%d keys with deadlines, the next is %d", expires, s.NextDeadline())
	}
	var together []string
	if next := tx.Scan(0, 1, func(key string, _ Type) { together = append(together, key) }); next != 0 {
		t.Errorf("there is more at %d", next)
	}
	if want := []string{a, b}; !slices.Equal(together, want) {
		t.Errorf("scanned %v, want %v", together, want)
	}
	for i, key := range collision {
		s := New(oneSlot)
		tx := s.Begin(1, 1)
		other := collision[1-i]
		tx.Set(a, a)
		tx.Set(b, b)
		tx.SetDeadline(a, 10)
		tx.SetDeadline(b, 10)
		tx.SetDeadline(other, 0)
		tx.Done()
		s.Begin(2, 10)
		v, ok, _ := tx.Get(other)
		if tx.Type(key) != NoneType || !ok || v != other || tx.Len() != 1 || s.NextDeadline() != 0 {
			t.Errorf("%q, %d keys, next deadline %d", v, tx.Len(), s.NextDeadline())
		}
	}
}

func TestSetClearsTheDeadlineAndPutKeepsIt(t *testing.T) {
	for name, freeze := range map[string]bool{"": false, "after freezing": true} {
		s := New(testSlot)
		tx := s.Begin(1, 1)
		for _, key := range []string{"set", "put"} {
			tx.Set(key, "v")
			tx.SetDeadline(key, 10)
		}
		tx.Done()
		if freeze {
			s.Freeze()
		}
		tx.Set("set", "w")
		tx.Put("put", "w")
		tx.Done()
		set, _ := tx.Deadline("set")
		put, _ := tx.Deadline("put")
		if _, expires := s.Keys(0); set != 0 || put != 10 || expires != 1 {
			t.Errorf("%s: deadlines %d and %d, %d in the index", name, set, put, expires)
		}
	}
}

// Keys that are due go the earliest first, no more than so many an entry, and
// those that must wait are invisible meanwhile.
func TestExpiryIsOrderedAndBounded(t *testing.T) {
	const n = 2*MaxExpirePerEntry + 100
	s := New(testSlot)
	tx := s.Begin(1, 0)
	key := func(i int) string { return fmt.Sprint("k", i) }
	for i := range n {
		db := tx.On(i % Databases)
		db.Set(key(i), "v")
		db.SetDeadline(key(i), int64(1+i*7919%n))
	}
	tx.Done()
	for entry, gone := range []int{MaxExpirePerEntry, 2 * MaxExpirePerEntry, n, n} {
		s.Begin(uint64(2+entry), n)
		left, visible := 0, 0
		for i := range n {
			db := tx.On(i % Databases)
			if db.Type(key(i)) != NoneType || db.Version(key(i)) < absent {
				visible++
			}
			if e := db.db.keys.get(s.position(key(i)), key(i)); e != nil {
				left++
				if e.deadline <= int64(gone) {
					t.Fatalf("entry %d left deadline %d", entry, e.deadline)
				}
			}
		}
		if left != n-gone || visible != 0 {
			t.Fatalf("after entry %d: %d keys left, want %d; %d visible", entry, left, n-gone, visible)
		}
		want := int64(gone + 1)
		if left == 0 {
			want = 0
		}
		if got := s.NextDeadline(); got != want {
			t.Fatalf("after entry %d: next deadline %d, want %d", entry, got, want)
		}
	}
}

// Words that write take a key that is due for absent, though it is not deleted yet.
func TestWritesDoNotSeeWhatIsDue(t *testing.T) {
	for name, c := range map[string]func(tx *Tx) bool{
		"delete":   func(tx *Tx) bool { return !tx.Delete("k") },
		"deadline": func(tx *Tx) bool { return !tx.SetDeadline("k", 99) },
		"rename":   func(tx *Tx) bool { tx.Rename("k", "j"); return tx.Type("j") == NoneType },
		"copy":     func(tx *Tx) bool { tx.CopyTo(tx, "k", "j"); return tx.Type("j") == NoneType },
		"put": func(tx *Tx) bool {
			tx.Put("k", "v")
			at, ok := tx.Deadline("k")
			return ok && at == 0
		},
		"make": func(tx *Tx) bool {
			l, err := tx.MakeList("k")
			return err == nil && l.Len() == 0
		},
		"over it": func(tx *Tx) bool {
			tx.Set("j", "v")
			tx.Rename("j", "k")
			at, ok := tx.Deadline("k")
			return ok && at == 0
		},
		"each":   func(tx *Tx) bool { n := 0; tx.Each(func(string, Type) bool { n++; return true }); return n == 0 },
		"scan":   func(tx *Tx) bool { n := 0; tx.Scan(0, 9, func(string, Type) { n++ }); return n == 0 },
		"random": func(tx *Tx) bool { _, ok := tx.RandomKey(); return !ok },
	} {
		s := New(testSlot)
		tx := s.Begin(1, 50)
		tx.Set("k", "old")
		tx.SetDeadline("k", 50)
		if !c(tx) {
			t.Errorf("%s saw a key that is due", name)
		}
		tx.Done()
		if left := tx.Len(); left > 1 {
			t.Errorf("%s: %d keys left", name, left)
		}
	}
}

func TestDeadlinesAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := newDeadlines()
		var model []due
		for range rapid.IntRange(0, 200).Draw(t, "steps") {
			at := due{rapid.Int64Range(-3, 3).Draw(t, "ms"), rapid.Uint64Range(0, 3).Draw(t, "pos"), 0}
			if i := slices.Index(model, at); i >= 0 && rapid.Bool().Draw(t, "remove") {
				model = slices.Delete(model, i, i+1)
				d.remove(at.ms, at.pos)
			} else {
				model = append(model, at)
				d.add(at.ms, at.pos)
			}
			first, ok := d.first()
			if ok != (len(model) > 0) || d.n != len(model) {
				t.Fatalf("%d keys, want %d", d.n, len(model))
			}
			if !ok {
				continue
			}
			want := slices.MinFunc(model, func(a, b due) int {
				if a.ms < b.ms || a.ms == b.ms && a.pos < b.pos {
					return -1
				}
				return 1
			})
			if first.ms != want.ms || first.pos != want.pos {
				t.Fatalf("first is %v, want %v", first, want)
			}
		}
	})
}
