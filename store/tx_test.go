package store

import (
	"math"
	"slices"
	"strings"
	"testing"
)

func TestTypeWords(t *testing.T) {
	for kind, word := range map[Type]string{
		NoneType: "none", StringType: "string", ListType: "list", SetType: "set",
		HashType: "hash", ZSetType: "zset", StreamType: "stream", LockType: "lock",
	} {
		if kind.String() != word {
			t.Errorf("%d is %q, want %q", kind, kind, word)
		}
	}
}

// The sequence is part of what nodes must agree on.
func TestIntnIsOneSequenceForAll(t *testing.T) {
	draw := func(tx *Tx) (all []int) {
		tx.Seed(42)
		for i := range 5 {
			all = append(all, tx.On(i%3).Intn(1000))
		}
		return all
	}
	want := []int{741, 159, 278, 344, 38}
	s := New(testSlot)
	if got := draw(s.Begin(1, 1)); !slices.Equal(got, want) {
		t.Errorf("writer: %v, want %v", got, want)
	}
	if got := draw(s.View(0)); !slices.Equal(got, want) {
		t.Errorf("view: %v, want %v", got, want)
	}
	counts := make([]int, 3)
	tx := s.View(0)
	for range 3000 {
		counts[tx.Intn(3)]++
	}
	if slices.Min(counts) < 900 {
		t.Errorf("uneven: %v", counts)
	}
}

func TestTimeNeverGoesBack(t *testing.T) {
	s := New(testSlot)
	s.Begin(1, 100)
	if tx := s.Begin(2, 90); tx.Now() != 100 || s.Time() != 100 || tx.Index() != 2 {
		t.Errorf("now %d, time %d, index %d", tx.Now(), s.Time(), tx.Index())
	}
	if now := s.View(150).Now(); now != 150 || s.Time() != 100 {
		t.Errorf("a view's now is %d, time %d", now, s.Time())
	}
	if now := s.View(50).Now(); now != 100 {
		t.Errorf("an old view's now is %d", now)
	}
}

// A version never comes back, not even when a key does.
func TestVersionsAreNeverUsedTwice(t *testing.T) {
	s := New(testSlot)
	tx := s.Begin(1, 1)
	seen := map[uint64]bool{0: true}
	for _, change := range []func(){
		func() { tx.Set("k", "v") },
		func() { tx.Put("k", "v") },
		func() { tx.SetDeadline("k", 50) },
		func() { tx.Delete("k"); tx.Set("k", "v") },
		func() { tx.Set("j", "v"); tx.Rename("j", "k") },
		func() { tx.Delete("k"); l, _ := tx.MakeList("k"); l.PushBack("v") },
		func() { tx.CopyTo(tx.On(1), "k", "k"); tx.On(1).CopyTo(tx, "k", "k") },
		func() { tx.Flush(); tx.Set("k", "v") },
		func() { s.Freeze(); tx.Set("k", "v") },
	} {
		change()
		tx.Done()
		v := tx.Version("k")
		if seen[v] {
			t.Errorf("version %d again", v)
		}
		seen[v] = true
	}
}

// What a command opens and leaves empty is gone after it, whatever happened in between.
func TestDoneLooksAtWhatIsThere(t *testing.T) {
	for name, c := range map[string]struct {
		run  func(tx *Tx)
		want Type
	}{
		"opened only":    {func(tx *Tx) { tx.MakeSet("k") }, NoneType},
		"emptied":        {func(tx *Tx) { s, _ := tx.MakeSet("k"); s.Add("m"); s.Remove("m") }, NoneType},
		"set over it":    {func(tx *Tx) { tx.MakeSet("k"); tx.Set("k", "v") }, StringType},
		"deleted, again": {func(tx *Tx) { tx.MakeSet("k"); tx.Delete("k"); z, _ := tx.MakeZSet("k"); z.Put("m", 1) }, ZSetType},
		"flushed":        {func(tx *Tx) { s, _ := tx.MakeSet("k"); s.Add("m"); tx.Flush() }, NoneType},
		"flushed, again": {func(tx *Tx) { tx.MakeSet("k"); tx.Flush(); tx.Set("k", "v") }, StringType},
		"renamed over": {func(tx *Tx) {
			tx.MakeSet("k")
			tx.Set("j", "v")
			tx.Rename("j", "k")
		}, StringType},
		"opened twice": {func(tx *Tx) {
			tx.MakeSet("k")
			s, _ := tx.MakeSet("k")
			s.Add("m")
		}, SetType},
	} {
		s := New(testSlot)
		tx := s.Begin(1, 1)
		c.run(tx)
		tx.Done()
		if got := tx.Type("k"); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
		if n := tx.Len(); (n == 1) != (c.want != NoneType) {
			t.Errorf("%s: %d keys", name, n)
		}
	}
}

// Breaking the rules is a bug of a handler, and must not pass in silence.
func TestMisuseIsAPanic(t *testing.T) {
	for name, misuse := range map[string]func(s *Store){
		"set in a view":      func(s *Store) { s.View(0).Set("k", "v") },
		"delete in a view":   func(s *Store) { s.View(0).Delete("k") },
		"flush in a view":    func(s *Store) { s.View(0).Flush() },
		"token in a view":    func(s *Store) { s.View(0).NextToken() },
		"make in a view":     func(s *Store) { s.View(0).MakeSet("few") },
		"copy in a view":     func(s *Store) { s.View(0).CopyTo(s.View(0), "few", "j") },
		"add when reading":   func(s *Store) { c, _ := s.Begin(9, 9).SetOf("few"); c.Add("m") },
		"rem when reading":   func(s *Store) { c, _ := s.Begin(9, 9).SetOf("few"); c.Remove("w1") },
		"push when reading":  func(s *Store) { c, _ := s.Begin(9, 9).List("list"); c.PushBack("m") },
		"put when reading":   func(s *Store) { c, _ := s.Begin(9, 9).Hash("hash"); c.Put("m", "v") },
		"score when reading": func(s *Store) { c, _ := s.Begin(9, 9).On(3).ZSet("zset"); c.Put("m", 1) },
		"credit too":         func(s *Store) { c, _ := s.Begin(9, 9).SetOf("few"); c.SetStanding("w1", Standing{Credit: 1}) },
		"ticket too":         func(s *Store) { c, _ := s.Begin(9, 9).SetOf("few"); c.GiveBack(2) },
		"deadline too":       func(s *Store) { c, _ := s.Begin(9, 9).Hash("hash"); c.SetMemberDeadline("w1", 1<<40) },
		"after done": func(s *Store) {
			tx := s.Begin(9, 9)
			c, _ := tx.MakeSet("few")
			tx.Done()
			c.Add("m")
		},
		"not a number": func(s *Store) {
			c, _ := s.Begin(9, 9).MakeZSet("z")
			c.Put("m", math.NaN())
		},
	} {
		t.Run(strings.ReplaceAll(name, " ", "_"), func(t *testing.T) {
			s := sample(t)
			before := s.Hash()
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
				if s.head.index == 7 && s.Hash() != before {
					t.Error("the store has changed")
				}
			}()
			misuse(s)
		})
	}
}

// Methods for reading, and those that take away, take nil for empty.
func TestNilIsEmpty(t *testing.T) {
	tx := New(testSlot).Begin(1, 1)
	l, _ := tx.List("k")
	s, _ := tx.SetOf("k")
	z, _ := tx.ZSet("k")
	h, _ := tx.Hash("k")
	k, _ := tx.Lock("k")
	if l != nil || s != nil || z != nil || h != nil || k != nil {
		t.Fatal("an absent key is there")
	}
	if n := l.Len() + s.Len() + z.Len() + h.Len() + k.Len(); n != 0 {
		t.Error("something in nothing")
	}
	fail := func() { t.Error("visited something") }
	l.Range(0, 0, func(string) bool { fail(); return true })
	l.RangeBack(0, 0, func(string) bool { fail(); return true })
	s.Each(func(string) bool { fail(); return true })
	h.Each(func(string, string) bool { fail(); return true })
	z.Range(0, 0, func(string, float64) bool { fail(); return true })
	z.RangeBack(0, 0, func(string, float64) bool { fail(); return true })
	cursors := s.Scan(0, 1, func(string) { fail() }) + h.Scan(0, 1, func(string, string) { fail() }) +
		z.Scan(0, 1, func(string, float64) { fail() })
	_, popped := l.PopFront()
	_, poppedBack := l.PopBack()
	_, score := z.Score("m")
	_, rank := z.Rank("m")
	_, field := h.Get("m")
	if cursors != 0 || popped || poppedBack || score || rank || field || s.Has("m") ||
		s.Remove("m") || z.Remove("m") || h.Remove("m") ||
		z.SeekScore(0, true)+z.SeekLex("", true) != 0 {
		t.Error("something in nothing")
	}
}
