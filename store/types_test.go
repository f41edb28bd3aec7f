package store

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestParseIntIsCanonical(t *testing.T) {
	for s, ok := range map[string]bool{
		"0": true, "-1": true, "9223372036854775807": true, "-9223372036854775808": true,
		"": false, "-": false, "+1": false, "-0": false, "01": false, "1 ": false, "1a": false, "--1": false,
		"9223372036854775808": false, "-9223372036854775809": false, "10000000000000000000": false,
	} {
		v, got := parseInt(s)
		if got != ok || ok && strconv.FormatInt(v, 10) != s {
			t.Errorf("%q: %d, %v", s, v, got)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		want := rapid.Int64().Draw(t, "n")
		if v, ok := parseInt(strconv.FormatInt(want, 10)); !ok || v != want {
			t.Fatalf("%d: %d, %v", want, v, ok)
		}
	})
}

func TestStringEncoding(t *testing.T) {
	for v, want := range map[string]string{
		"12": "int", "012": "embstr", "": "embstr",
		strings.Repeat("x", 44): "embstr", strings.Repeat("x", 45): "raw",
	} {
		tx := New(testSlot).Begin(1, 1)
		tx.Set("k", v)
		if got := tx.Encoding("k"); got != want {
			t.Errorf("%q: %s, want %s", v, got, want)
		}
	}
}

// The steps at which collections change their form are Redis's.
func TestFormsChangeWhereRedisChangesThem(t *testing.T) {
	w64, w65 := strings.Repeat("x", 64), strings.Repeat("x", 65)
	words := func(n int) []string {
		all := numbers(0, n)
		for i := range all {
			all[i] = "w" + all[i]
		}
		return all
	}
	for name, c := range map[string]struct {
		kind Type
		add  []string
		want string
	}{
		"512 integers":               {SetType, numbers(0, 512), "intset"},
		"513 integers":               {SetType, numbers(0, 513), "hashtable"},
		"a word":                     {SetType, []string{"w"}, "listpack"},
		"128 words":                  {SetType, words(128), "listpack"},
		"129 words":                  {SetType, words(129), "hashtable"},
		"64 bytes":                   {SetType, []string{w64}, "listpack"},
		"65 bytes":                   {SetType, []string{w65}, "hashtable"},
		"integers and a word":        {SetType, append(numbers(0, 127), "w"), "listpack"},
		"more integers and a word":   {SetType, append(numbers(0, 128), "w"), "hashtable"},
		"integers and a long word":   {SetType, []string{"1", w65}, "hashtable"},
		"128 scores":                 {ZSetType, words(128), "listpack"},
		"129 scores":                 {ZSetType, words(129), "skiplist"},
		"score of 64 bytes":          {ZSetType, []string{w64}, "listpack"},
		"score of 65 bytes":          {ZSetType, []string{w65}, "skiplist"},
		"512 fields":                 {HashType, words(512), "listpack"},
		"513 fields":                 {HashType, words(513), "hashtable"},
		"field of 64 bytes":          {HashType, []string{w64}, "listpack"},
		"field of 65 bytes":          {HashType, []string{w65}, "hashtable"},
		"no more than a listpack":    {ListType, []string{strings.Repeat("x", 8185)}, "listpack"},
		"a byte more":                {ListType, []string{strings.Repeat("x", 8186)}, "quicklist"},
		"many small integers":        {ListType, slices.Repeat([]string{"7"}, 4093), "listpack"},
		"and one more small integer": {ListType, slices.Repeat([]string{"7"}, 4094), "quicklist"},
	} {
		tx := New(testSlot).Begin(1, 1)
		for _, w := range c.add {
			switch c.kind {
			case SetType:
				s, _ := tx.MakeSet("k")
				s.Add(w)
			case ZSetType:
				z, _ := tx.MakeZSet("k")
				z.Put(w, 1)
			case HashType:
				h, _ := tx.MakeHash("k")
				h.Put(w, w)
			case ListType:
				l, _ := tx.MakeList("k")
				l.PushBack(w)
			}
		}
		tx.Done()
		if got := tx.Encoding("k"); got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
	}
}

// A list is packed again when it has shrunk to half of what a listpack may hold.
func TestListIsPackedAgain(t *testing.T) {
	tx := New(testSlot).Begin(1, 1)
	l, _ := tx.MakeList("k")
	for range 9 {
		l.PushBack(strings.Repeat("x", 1000))
	}
	for n := 8; n >= 0; n-- {
		if want := []string{"listpack", "quicklist"}; l.Encoding() != want[min(1, (n+1)/5)] {
			t.Errorf("%d left: %s", n+1, l.Encoding())
		}
		l.PopFront()
	}
}

// The size that decides is that of Redis's listpack, entry by entry.
func TestPackedLen(t *testing.T) {
	for v, want := range map[string]int{
		"": 2, "a": 3, strings.Repeat("x", 63): 65, strings.Repeat("x", 64): 67, strings.Repeat("x", 4096): 4103,
		"0": 2, "127": 2, "128": 3, "-1": 3, "4095": 3, "-4096": 3, "4096": 4, "-32768": 4, "32768": 5,
		"8388608": 6, "2147483648": 10, "-9223372036854775808": 10,
	} {
		if got := packedLen(v); got != want {
			t.Errorf("%.20q: %d, want %d", v, got, want)
		}
	}
}

func TestZSetOrders(t *testing.T) {
	tx := New(testSlot).Begin(1, 1)
	z, _ := tx.MakeZSet("z")
	for m, s := range map[string]float64{"b": 1, "a": 1, "inf": math.Inf(1), "-inf": math.Inf(-1), "zero": math.Copysign(0, -1)} {
		z.Put(m, s)
	}
	var got []string
	z.Range(0, z.Len(), func(m string, _ float64) bool { got = append(got, m); return true })
	if want := []string{"-inf", "zero", "a", "b", "inf"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if z.SeekScore(math.Inf(-1), true) != 1 || z.SeekScore(math.Inf(1), false) != 4 || z.SeekScore(math.Inf(1), true) != 5 {
		t.Error("infinities are not found")
	}
	if z.Put("zero", 0) {
		t.Error("0 and -0 are two scores")
	}
}

func TestSeekLex(t *testing.T) {
	for _, n := range []int{0, 1, 20, 500} {
		tx := New(testSlot).Begin(1, 1)
		z, _ := tx.MakeZSet("z")
		for i := range n {
			z.Put(fmt.Sprintf("m%04d", 2*i), 5)
		}
		for i := range 2 * n {
			m := fmt.Sprintf("m%04d", i)
			from, after := (i+1)/2, i/2+1
			if got := z.SeekLex(m, false); got != from {
				t.Errorf("%d: >= %s is at %d, want %d", n, m, got, from)
			}
			if got := z.SeekLex(m, true); got != after {
				t.Errorf("%d: > %s is at %d, want %d", n, m, got, after)
			}
		}
	}
}

// Where scores differ the answer is still one that does not depend on history.
func TestSeekLexWithDifferentScores(t *testing.T) {
	s := New(testSlot)
	tx := s.Begin(1, 1)
	z, _ := tx.MakeZSet("z")
	for i := range 1000 {
		z.Put(fmt.Sprint(i*7919%1000), float64(i%3))
	}
	tx.Done()
	again := New(testSlot)
	if _, err := again.ReadFrom(bytes.NewReader(snapshotOf(t, s))); err != nil {
		t.Fatal(err)
	}
	z, _ = s.View(0).ZSet("z")
	y, _ := again.View(0).ZSet("z")
	for i := range 1000 {
		if a, b := z.SeekLex(fmt.Sprint(i), false), y.SeekLex(fmt.Sprint(i), false); a != b {
			t.Fatalf("%d: %d and, restored, %d", i, a, b)
		}
	}
}

func TestCreditsLeaveTheVersion(t *testing.T) {
	s := sample(t)
	tx := s.Begin(8, 0)
	before, hash := tx.Version("few"), s.Hash()
	few, _ := tx.MakeSet("few")
	few.SetStanding("w1", Standing{Credit: 5})
	tx.Done()
	if tx.Version("few") != before {
		t.Error("a credit has changed the version")
	}
	if s.Hash() == hash {
		t.Error("a credit is not in the hash")
	}
}

// Also in a snapshot, which refuses a credit of nobody.
func TestCreditGoesWithItsMember(t *testing.T) {
	s := sample(t)
	tx := s.Begin(8, 0)
	many, _ := tx.MakeSet("many")
	deep, _ := tx.On(15).MakeZSet("deep")
	if many.Standing("w7").Credit == 0 || deep.Standing("w8").Credit == 0 {
		t.Fatal("no credits to begin with")
	}
	many.Remove("w7")
	deep.Remove("w8")
	tx.Done()
	if _, err := New(testSlot).ReadFrom(bytes.NewReader(snapshotOf(t, s))); err != nil {
		t.Error(err)
	}
	many, _ = tx.MakeSet("many")
	deep, _ = tx.On(15).MakeZSet("deep")
	many.Add("w7")
	deep.Put("w8", 1)
	if many.Standing("w7").Credit != 0 || deep.Standing("w8").Credit != 0 {
		t.Error("a member that came back has its old credit")
	}
}

func TestLockThatIsTheSameHasNotChanged(t *testing.T) {
	tx := New(testSlot).Begin(1, 1)
	take := func() uint64 {
		l, _ := tx.MakeLock("k")
		l.SetMode(Shared)
		l.Hold(Holder{Owner: "me", Token: 1})
		tx.Done()
		return tx.Version("k")
	}
	if first, second := take(), take(); first != second {
		t.Errorf("version %d, then %d", first, second)
	}
}
