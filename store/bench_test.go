package store

import (
	"fmt"
	"io"
	"math/rand/v2"
	"runtime"
	"strconv"
	"testing"
	"time"
)

const million = 1_000_000

// keysOf16 are n keys of 16 bytes, shuffled.
func keysOf16(n int) []string {
	keys := make([]string, n)
	for i := range keys {
		keys[i] = fmt.Sprintf("key:%012d", i)
	}
	rand.New(rand.NewPCG(1, 2)).Shuffle(n, func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	return keys
}

const valueOf16 = "0123456789abcdef"

func filled(keys []string) *Store {
	s := New(testSlot)
	tx := s.Begin(1, 1)
	for _, k := range keys {
		tx.Set(k, valueOf16)
	}
	tx.Done()
	return s
}

func liveHeap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// BenchmarkMemory tells what a key costs: B/key of live heap.
func BenchmarkMemory(b *testing.B) {
	perItem := func(fill func(tx *Tx)) func(*testing.B) {
		return func(b *testing.B) {
			for range b.N {
				before := liveHeap()
				s := New(testSlot)
				tx := s.Begin(1, 1)
				fill(tx)
				tx.Done()
				b.ReportMetric(float64(liveHeap()-before)/million, "B/item")
				runtime.KeepAlive(s)
			}
		}
	}
	name := func(i int) string { return fmt.Sprintf("key:%012d", i) }
	b.Run("keys", perItem(func(tx *Tx) {
		for i := range million {
			tx.Set(name(i), valueOf16)
		}
	}))
	b.Run("keysWithDeadline", perItem(func(tx *Tx) {
		for i := range million {
			tx.Set(name(i), valueOf16)
			tx.SetDeadline(name(i), int64(i+10))
		}
	}))
	b.Run("set", perItem(func(tx *Tx) {
		s, _ := tx.MakeSet("s")
		for i := range million {
			s.Add(name(i))
		}
	}))
	b.Run("zset", perItem(func(tx *Tx) {
		z, _ := tx.MakeZSet("z")
		for i := range million {
			z.Put(name(i), float64(i))
		}
	}))
	b.Run("hash", perItem(func(tx *Tx) {
		h, _ := tx.MakeHash("h")
		for i := range million {
			h.Put(name(i), valueOf16)
		}
	}))
	b.Run("list", perItem(func(tx *Tx) {
		l, _ := tx.MakeList("l")
		for i := range million {
			l.PushBack(name(i))
		}
	}))
}

func BenchmarkStrings(b *testing.B) {
	keys := keysOf16(million)
	s := filled(keys)
	tx := s.Begin(2, 2)
	rand.New(rand.NewPCG(3, 4)).Shuffle(million, func(i, j int) { keys[i], keys[j] = keys[j], keys[i] })
	run := func(name string, f func(key string)) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for i := range b.N {
				f(keys[i%million])
			}
		})
	}
	run("position", func(key string) { s.position(key) })
	run("get", func(key string) { tx.Get(key) })
	run("set", func(key string) { tx.Set(key, valueOf16); tx.Done() })
	run("setWithDeadline", func(key string) { tx.Set(key, valueOf16); tx.SetDeadline(key, 1<<40+int64(key[9])); tx.Done() })
	run("deleteAndSet", func(key string) { tx.Delete(key); tx.Set(key, valueOf16); tx.Done() })
	run("randomKey", func(string) { tx.RandomKey() })
}

func BenchmarkCollections(b *testing.B) {
	s := New(testSlot)
	tx := s.Begin(1, 1)
	words := keysOf16(million)
	var i int
	run := func(name string, f func(word string)) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				f(words[i%million])
				tx.Done()
				i++
			}
		})
	}
	run("lpush", func(w string) { l, _ := tx.MakeList("l"); l.PushFront(w) })
	b.Run("rpop", func(b *testing.B) {
		l, _ := tx.MakeList("r")
		for range b.N + 1 {
			l.PushBack(valueOf16)
		}
		tx.Done()
		b.ResetTimer()
		b.ReportAllocs()
		for range b.N {
			l, _ := tx.MakeList("r")
			l.PopBack()
			tx.Done()
		}
	})
	run("lpushRpop", func(w string) { l, _ := tx.MakeList("l"); l.PushFront(w); l.PopBack() })
	run("rpushLpop", func(w string) { l, _ := tx.MakeList("l"); l.PushBack(w); l.PopFront() })
	run("sadd", func(w string) { s, _ := tx.MakeSet("s"); s.Add(w) })
	run("sismember", func(w string) { s, _ := tx.SetOf("s"); s.Has(w) })
	run("zadd", func(w string) { z, _ := tx.MakeZSet("z"); z.Put(w, float64(i*7919%million)) })
	run("zrank", func(w string) { z, _ := tx.ZSet("z"); z.Rank(w) })
	run("hset", func(w string) { h, _ := tx.MakeHash("h"); h.Put(w, w) })
	pool, _ := tx.MakeSet("pool")
	for i := range 10 {
		pool.Add("http://10.0.0." + strconv.Itoa(i))
	}
	run("creditsOfTen", func(string) {
		pool, _ := tx.MakeSet("pool")
		for i := range pool.Len() {
			m := pool.At(i)
			s := pool.Standing(m)
			s.Credit++
			pool.SetStanding(m, s)
		}
	})
}

func BenchmarkSnapshot(b *testing.B) {
	s := filled(keysOf16(million))
	b.Run("freeze", func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			s.Freeze()
		}
	})
	f := s.Freeze()
	b.Run("write", func(b *testing.B) {
		for range b.N {
			n, _ := f.WriteTo(io.Discard)
			b.SetBytes(n)
		}
	})
	b.Run("read", func(b *testing.B) {
		b.ReportAllocs()
		for range b.N {
			r, w := io.Pipe()
			go func() {
				f.WriteTo(w)
				w.Close()
			}()
			n, err := New(testSlot).ReadFrom(r)
			if err != nil {
				b.Fatal(err)
			}
			b.SetBytes(n)
		}
	})
}

// BenchmarkAfterFreeze is the first change of something with a million items
// after a snapshot has been taken, and the longest of them.
func BenchmarkAfterFreeze(b *testing.B) {
	s := large(million)
	for name, change := range changes {
		b.Run(name, func(b *testing.B) {
			var longest time.Duration
			b.ReportAllocs()
			for i := range b.N {
				start := time.Now()
				s.Freeze()
				tx := s.Begin(2, 2)
				change(tx, i%million+1)
				tx.Done()
				longest = max(longest, time.Since(start))
			}
			b.ReportMetric(float64(longest.Microseconds()), "longest-us")
		})
	}
}
