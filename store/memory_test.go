package store

import (
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// The estimate is no more than a third off what the runtime says for many keys
// of a kind, and it grows with the elements also when few are looked at.
func TestMemoryIsNearTheTruth(t *testing.T) {
	long := strings.Repeat("x", 100)
	for name, fill := range map[string]func(tx *Tx, key string){
		"strings":    func(tx *Tx, key string) { tx.Set(key, long) },
		"small sets": func(tx *Tx, key string) { s, _ := tx.MakeSet(key); addNumbered(50, func(m string) { s.Add("m" + m) }) },
		"integers":   func(tx *Tx, key string) { s, _ := tx.MakeSet(key); addNumbered(500, func(m string) { s.Add(m) }) },
		"large sets": func(tx *Tx, key string) {
			s, _ := tx.MakeSet(key)
			addNumbered(2000, func(m string) { s.Add("member" + m) })
		},
		"lists":       func(tx *Tx, key string) { l, _ := tx.MakeList(key); addNumbered(1000, l.PushBack) },
		"short lists": func(tx *Tx, key string) { l, _ := tx.MakeList(key); l.PushBack("x") },
		"small hashes": func(tx *Tx, key string) {
			h, _ := tx.MakeHash(key)
			addNumbered(50, func(m string) { h.Put(m, "value") })
		},
		"large hashes": func(tx *Tx, key string) {
			h, _ := tx.MakeHash(key)
			addNumbered(2000, func(m string) { h.Put(m, long) })
		},
		"sorted sets": func(tx *Tx, key string) { z, _ := tx.MakeZSet(key); addNumbered(100, func(m string) { z.Put(m, 1) }) },
		"streams": func(tx *Tx, key string) {
			s, _ := tx.MakeStream(key)
			addNumbered(1000, func(m string) { s.Append(next(s.Last()), []string{"field", m, "other", "value"}) })
		},
		"short streams": func(tx *Tx, key string) {
			s, _ := tx.MakeStream(key)
			s.Append(StreamID{1, 1}, []string{"f", "v"})
		},
		"pending entries": func(tx *Tx, key string) {
			s, _ := tx.MakeStream(key)
			s.MakeGroup("g", StreamID{}, 0)
			g := s.OpenGroup("g")
			g.MakeConsumer("c", 1)
			for i := range uint64(1000) {
				g.Assign(Pending{ID: StreamID{1, i}, Consumer: "c"})
			}
		},
		"large sort sets": func(tx *Tx, key string) { z, _ := tx.MakeZSet(key); addNumbered(2000, func(m string) { z.Put(m, 1) }) },
	} {
		tx := New(testSlot).Begin(1, 1)
		fill(tx, "one")
		tx.Done()
		keys := 1 + 2_000_000/int(tx.Memory("one", 5)+100)
		s := New(testSlot)
		s.remadeAll(1) // takes room for good
		before := heap()
		tx = s.Begin(1, 1)
		for i := range keys {
			fill(tx, "key"+strconv.Itoa(i))
			tx.Done()
		}
		used := float64(heap()-before) / float64(keys)
		estimate := float64(tx.Memory("key1", 5))
		runtime.KeepAlive(s)
		if estimate < used/1.5 || estimate > used*1.5 {
			t.Errorf("%s: estimated at %.0f bytes a key, measured %.0f", name, estimate, used)
		}
	}
}

func addNumbered(n int, add func(m string)) {
	for i := range n {
		add(strconv.Itoa(1000 + i))
	}
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
