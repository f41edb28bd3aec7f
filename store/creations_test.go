package store

import (
	"bytes"
	"fmt"
	"testing"
)

// An absent key that was made and removed has another version than before, in
// whatever way it came and went.
func TestAbsentVersionTellsOfWhatWas(t *testing.T) {
	list := func(tx *Tx, key string) {
		l, _ := tx.MakeList(key)
		l.PushBack("v")
		tx.Done()
	}
	for name, c := range map[string]struct {
		happens func(s *Store, tx *Tx)
		told    bool
	}{
		"nothing":                {func(*Store, *Tx) {}, false},
		"string deleted":         {func(_ *Store, tx *Tx) { tx.Set("k", "v"); tx.Delete("k") }, true},
		"string expired":         {func(s *Store, tx *Tx) { tx.Set("k", "v"); tx.SetDeadline("k", 20); s.Begin(3, 30) }, true},
		"string flushed":         {func(_ *Store, tx *Tx) { tx.Set("k", "v"); tx.Flush() }, true},
		"flushed without it":     {func(_ *Store, tx *Tx) { tx.Flush() }, false},
		"list deleted":           {func(_ *Store, tx *Tx) { list(tx, "k"); tx.Delete("k") }, true},
		"list emptied":           {func(_ *Store, tx *Tx) { list(tx, "k"); l, _ := tx.MakeList("k"); l.PopFront(); tx.Done() }, true},
		"list opened, not made":  {func(_ *Store, tx *Tx) { _, _ = tx.MakeList("k"); tx.Done() }, false},
		"renamed over and back":  {func(_ *Store, tx *Tx) { tx.Rename("other", "k"); tx.Rename("k", "other") }, true},
		"copied over":            {func(_ *Store, tx *Tx) { tx.CopyTo(tx, "other", "k"); tx.Delete("k") }, true},
		"in another database":    {func(_ *Store, tx *Tx) { tx.On(5).Set("k", "v"); tx.On(5).Delete("k") }, false},
		"swapped in and away":    {func(_ *Store, tx *Tx) { tx.On(5).Set("k", "v"); tx.Swap(tx.On(5)); tx.Swap(tx.On(5)) }, true},
		"a hidden database's":    {func(_ *Store, tx *Tx) { tx.On(System).Set("k", "v"); tx.On(System).Delete("k") }, false},
		"removal of another key": {func(_ *Store, tx *Tx) { tx.Delete("other") }, false},
	} {
		t.Run(name, func(t *testing.T) {
			s := New(testSlot)
			tx := s.Begin(1, 10)
			tx.Set("other", "v")
			tx.Done()
			before := tx.Version("k")
			c.happens(s, s.Begin(2, 11))
			tx.Done()
			if tx.Type("k") != NoneType {
				t.Fatal("the key is there")
			}
			if after := tx.Version("k"); (after != before) != c.told {
				t.Errorf("version %#x after %#x", after, before)
			}
			if tx.Set("k", "v"); tx.Version("k") == before {
				t.Error("a key has the version of its absence")
			}
		})
	}
}

// A Frozen keeps the versions of absent keys, and a snapshot restores them.
func TestCreationsAreRestored(t *testing.T) {
	s := New(testSlot)
	tx := s.Begin(1, 10)
	for i := range 100 {
		tx.Set(fmt.Sprint(i), "v")
		tx.Delete(fmt.Sprint(i))
	}
	frozen := s.Freeze()
	hash := frozen.Hash()
	data := snapshotOf(t, s)
	version := tx.Version("7")
	tx = s.Begin(2, 10)
	tx.Set("7", "v")
	tx.Delete("7")
	if tx.Version("7") == version || s.Hash() == hash || frozen.Hash() != hash {
		t.Error("the view has changed, or the store has not")
	}
	if _, err := s.ReadFrom(bytes.NewReader(data)); err != nil {
		t.Fatal(err)
	}
	if got := s.View(0).Version("7"); got != version || s.Hash() != hash {
		t.Errorf("version %#x after %#x", got, version)
	}
}

// Creations that cannot be are refused.
func TestBadCreationsAreRefused(t *testing.T) {
	for name, numbers := range map[string][]uint64{
		"too many":     {creationBuckets + 1},
		"no change":    {1, 0, 0},
		"a later one":  {1, 0, 6},
		"out of order": {2, creationBuckets - 1, 1, 0, 1},
		"far away":     {1, 1 << 63, 1},
	} {
		var buf bytes.Buffer
		w := newEncoder(&buf)
		for _, n := range numbers {
			w.uint(n)
		}
		w.trailer()
		d := newDecoder(&buf)
		s := New(testSlot)
		s.head.changes = 5
		s.decodeCreations(d)
		if d.err == nil {
			t.Errorf("%s: not refused", name)
		}
	}
}
