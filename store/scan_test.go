package store

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"
)

// scanned is something that can be scanned, and changed meanwhile.
type scanned struct {
	add, remove func(tx *Tx, name string)
	scan        func(tx *Tx, cursor uint64, count int, f func(string)) uint64
}

var scannedThings = map[string]scanned{
	"keys": {
		func(tx *Tx, name string) { tx.Set(name, "v") },
		func(tx *Tx, name string) { tx.Delete(name) },
		func(tx *Tx, cursor uint64, count int, f func(string)) uint64 {
			return tx.Scan(cursor, count, func(key string, _ Type) { f(key) })
		},
	},
	"set": {
		func(tx *Tx, name string) { s, _ := tx.MakeSet("s"); s.Add(name) },
		func(tx *Tx, name string) { s, _ := tx.MakeSet("s"); s.Remove(name) },
		func(tx *Tx, cursor uint64, count int, f func(string)) uint64 {
			s, _ := tx.SetOf("s")
			return s.Scan(cursor, count, f)
		},
	},
	"hash": {
		func(tx *Tx, name string) { h, _ := tx.MakeHash("h"); h.Put(name, "v") },
		func(tx *Tx, name string) { h, _ := tx.MakeHash("h"); h.Remove(name) },
		func(tx *Tx, cursor uint64, count int, f func(string)) uint64 {
			h, _ := tx.Hash("h")
			return h.Scan(cursor, count, func(field, _ string) { f(field) })
		},
	},
	"zset": {
		func(tx *Tx, name string) { z, _ := tx.MakeZSet("z"); z.Put(name, float64(len(name))) },
		func(tx *Tx, name string) { z, _ := tx.MakeZSet("z"); z.Remove(name) },
		func(tx *Tx, cursor uint64, count int, f func(string)) uint64 {
			z, _ := tx.ZSet("z")
			return z.Scan(cursor, count, func(m string, _ float64) { f(m) })
		},
	},
}

// What stays is seen, however much comes and goes while the scan is under way.
func TestScanSeesWhatStays(t *testing.T) {
	for name, thing := range scannedThings {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) { scanBesideChanges(t, thing) })
		})
	}
}

func scanBesideChanges(t *rapid.T, thing scanned) {
	s := New(testSlot)
	tx := s.Begin(1, 1)
	stay := rapid.IntRange(0, 400).Draw(t, "stay")
	visitors := 0
	for i := range stay {
		thing.add(tx, fmt.Sprint("stay", i))
		tx.Done()
	}
	seen := map[string]bool{}
	cursor, calls := uint64(0), 0
	for first := true; first || cursor != 0; first = false {
		count := rapid.IntRange(1, 60).Draw(t, "count")
		cursor = thing.scan(tx, cursor, count, func(name string) { seen[name] = true })
		change := rapid.IntRange(-300, 300).Draw(t, "change")
		for ; change > 0; change-- {
			thing.add(tx, fmt.Sprint("visitor", visitors))
			visitors++
			tx.Done()
		}
		for ; change < 0 && visitors > 0; change++ {
			visitors--
			thing.remove(tx, fmt.Sprint("visitor", visitors))
			tx.Done()
		}
		if calls++; calls > 10_000 {
			t.Fatal("the scan does not end")
		}
	}
	for i := range stay {
		if !seen[fmt.Sprint("stay", i)] {
			t.Fatalf("stay%d was not seen", i)
		}
	}
}

func TestScanCountsAndEnds(t *testing.T) {
	s := New(testSlot)
	tx := s.Begin(1, 1)
	const n = 1000
	for i := range n {
		tx.Set(fmt.Sprint("k", i), "v")
	}
	cursor, calls := uint64(0), 0
	for first := true; first || cursor != 0; first = false {
		got := 0
		cursor = tx.Scan(cursor, 10, func(string, Type) { got++ })
		if calls++; got != 10 || cursor >= 1<<positionBits {
			t.Fatalf("%d keys, cursor %d", got, cursor)
		}
	}
	if calls != n/10 {
		t.Errorf("%d calls", calls)
	}
	for _, beyond := range []uint64{1 << positionBits, 1<<64 - 1} {
		if next := tx.Scan(beyond, 10, func(string, Type) { t.Error("a key beyond the end") }); next != 0 {
			t.Errorf("next is %d", next)
		}
	}
}

func TestScanSlotsKeepsToThem(t *testing.T) {
	s := New(testSlot)
	tx := s.Begin(1, 1)
	for i := range 2000 {
		tx.Set(fmt.Sprint("k", i), "v")
	}
	for _, r := range [][2]uint16{{0, 0}, {0, 16383}, {5000, 9000}, {16000, 16383}, {77, 77}} {
		want := 0
		tx.Each(func(key string, _ Type) bool {
			if slot := testSlot(key); r[0] <= slot && slot <= r[1] {
				want++
			}
			return true
		})
		got := 0
		for cursor, first := uint64(0), true; first || cursor != 0; first = false {
			cursor = tx.ScanSlots(r[0], r[1], cursor, 7, func(key string, _ Type) {
				if slot := testSlot(key); slot < r[0] || slot > r[1] {
					t.Fatalf("slot %d is not in %v", slot, r)
				}
				got++
			})
		}
		if got != want {
			t.Errorf("%v: %d keys, want %d", r, got, want)
		}
	}
}

func TestRandomKeyIsFair(t *testing.T) {
	s := New(testSlot)
	tx := s.Begin(1, 1)
	const n, draws = 300, 30_000
	for i := range n {
		tx.Set(fmt.Sprint("k", i), "v")
	}
	counts := map[string]int{}
	for range draws {
		key, _ := tx.RandomKey()
		counts[key]++
	}
	for key, c := range counts {
		if c < draws/n/2 || c > draws/n*2 {
			t.Errorf("%s came %d times of %d", key, c, draws)
		}
	}
	if len(counts) != n {
		t.Errorf("%d of %d keys came", len(counts), n)
	}
}
