package hll

import (
	"math"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

func TestSelfTest(t *testing.T) {
	if err := SelfTest(); err != nil {
		t.Fatal(err)
	}
}

// PFDEBUG DECODE of a real Redis shows these registers.
func TestElementsGoWhereRedisPutsThem(t *testing.T) {
	for element, want := range map[string]struct {
		register int
		rank     byte
	}{"a": {12711, 2}, "b": {15780, 1}, "c": {8436, 1}} {
		h := hash(element)
		if register, r := int(h&(registers-1)), rank(h>>registerBits); register != want.register || r != want.rank {
			t.Errorf("%q goes to %d with %d, want %v", element, register, r, want)
		}
	}
	if rank(0) != 51 || rank(1) != 1 || rank(math.MaxUint64) != 1 {
		t.Error("a rank is wrong")
	}
}

// Any registers, raised in any order, read back as the highest of each, sparse
// as dense, and a sparse value is never larger than it may be.
func TestRegistersAgainstAPlainArray(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var plain [registers]byte
		near := rapid.IntRange(1, registers).Draw(t, "near")
		highest := rapid.SampledFrom([]int{2, 5, 32, 32, 51}).Draw(t, "highest")
		grown, wide := New(), New()
		if err := wide.Expand(); err != nil {
			t.Fatal(err)
		}
		for range rapid.IntRange(0, 1500).Draw(t, "times") {
			register, value := rapid.IntRange(0, near-1).Draw(t, "register"), byte(rapid.IntRange(1, highest).Draw(t, "value"))
			higher := value > plain[register]
			plain[register] = max(plain[register], value)
			for _, s := range []*Sketch{grown, wide} {
				if changed, err := s.raise(register, value); err != nil || changed != higher {
					t.Fatalf("register %d to %d: changed %v, %v; want %v", register, value, changed, err, higher)
				}
			}
		}
		for _, s := range []*Sketch{grown, wide} {
			v := string(s.Bytes())
			values, err := Registers(v)
			if err != nil || string(values) != string(plain[:]) {
				t.Fatalf("the registers are not those that were set: %v", err)
			}
			if !Is(v) || !s.isDense() && len(v) > sparseMax {
				t.Fatalf("%d bytes, dense %v", len(v), s.isDense())
			}
		}
		grown.Outdate()
		wide.Outdate()
		a, _ := Count(string(grown.Bytes()))
		b, _ := Count(string(wide.Bytes()))
		if a != b {
			t.Fatalf("sparse counts %d, dense %d", a, b)
		}
	})
}

// Bytes of any kind behind a good header give an error at worst.
func TestDamagedValues(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := "HYLL\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x80" + string(rapid.SliceOfN(rapid.Byte(), 0, 60).Draw(t, "bytes"))
		_, counting := Count(v)
		_, reading := Registers(v)
		if (counting == nil) != (reading == nil) {
			t.Fatalf("counted: %v, read: %v", counting, reading)
		}
		Runs(v)
		s := Of(v)
		for i := range 20 {
			s.Add(strconv.Itoa(i))
		}
		s.Expand()
		var all Max
		all.Merge(v)
	})
}

// A real Redis counts registers so.
func TestEstimatesAreThoseOfRedis(t *testing.T) {
	for _, c := range []struct {
		value func(register int) byte
		want  uint64
	}{
		{func(register int) byte { return byte(51 - 44*(register/8192)) }, 3025551}, // half 51, half 7
		{func(register int) byte { return byte(register % 52) }, 303516},
		{func(register int) byte { return byte(48 + 3*(register%4/3)) }, 4320463469485400064},
		{func(int) byte { return 51 }, 1 << 63},
	} {
		var m Max
		for i := range m.values {
			m.values[i] = c.value(i)
		}
		if got := m.Count(); got != c.want {
			t.Errorf("counted %d, want %d", got, c.want)
		}
	}
}

func TestEndsOfTheEstimate(t *testing.T) {
	var none, all histogram
	none[0] = registers
	if n := none.estimate(); n != 0 {
		t.Errorf("nothing is counted as %d", n)
	}
	all[63] = registers // which no hash gives
	if n := all.estimate(); n != 1<<63 {
		t.Errorf("the impossible is counted as %d", n)
	}
}
