package ring

import (
	"fmt"
	"sync"
	"testing"

	"github.com/cespare/xxhash/v2"
	"pgregory.net/rapid"
)

// There are only 64 rings: each promise is checked on every one of them.

func loadsOf(r Ring) []int {
	loads := make([]int, r.Groups()+1)
	for slot := range uint16(Slots) {
		loads[r.Owner(slot)]++
	}
	return loads
}

// allRings holds the ring of i+1 groups at i.
var allRings = sync.OnceValue(func() (all [MaxGroups]Ring) {
	for i := range all {
		all[i] = New(i + 1)
	}
	return all
})

func eachRing(t *testing.T, check func(t *testing.T, r Ring)) {
	t.Helper()
	for _, r := range allRings() {
		t.Run(fmt.Sprint(r.Groups()), func(t *testing.T) { check(t, r) })
	}
}

func TestRangesHoldEverySlotOnce(t *testing.T) {
	eachRing(t, func(t *testing.T, r Ring) {
		next, before := 0, 0
		for _, x := range r.Ranges() {
			if int(x.From) != next || x.To < x.From {
				t.Fatalf("%+v does not begin at slot %d", x, next)
			}
			if x.Group == before {
				t.Errorf("%+v should be one with the range before it", x)
			}
			for slot := int(x.From); slot <= int(x.To); slot++ {
				if r.Owner(uint16(slot)) != x.Group {
					t.Fatalf("slot %d: Owner says %d, Ranges says %d", slot, r.Owner(uint16(slot)), x.Group)
				}
			}
			next, before = int(x.To)+1, x.Group
		}
		if next != Slots {
			t.Fatalf("the ranges end at slot %d", next)
		}
	})
}

func TestLoadIsBounded(t *testing.T) {
	eachRing(t, func(t *testing.T, r Ring) {
		mean := float64(Slots) / float64(r.Groups())
		loads := loadsOf(r)
		if loads[0] != 0 {
			t.Errorf("%d slots belong to group 0", loads[0])
		}
		for group, load := range loads[1:] {
			// One slot of slack below: floor rounds down.
			if float64(load) > 1.05*mean || float64(load) < 0.97*mean-1 {
				t.Errorf("group %d has %d slots, the mean is %.1f", group+1, load, mean)
			}
		}
	})
}

func TestRangesAreFew(t *testing.T) {
	eachRing(t, func(t *testing.T, r Ring) {
		ranges := make([]int, r.Groups()+1)
		for _, x := range r.Ranges() {
			ranges[x.Group]++
		}
		for group, n := range ranges {
			if n > 64 {
				t.Errorf("group %d has %d ranges", group, n)
			}
		}
	})
}

func TestJoiningMovesOnlyWhatItMust(t *testing.T) {
	eachRing(t, func(t *testing.T, before Ring) {
		if before.Groups() == MaxGroups {
			return
		}
		after := allRings()[before.Groups()]
		moved := 0
		for slot := range uint16(Slots) {
			if before.Owner(slot) == after.Owner(slot) {
				continue
			}
			moved++
			if after.Owner(slot) != after.Groups() {
				t.Fatalf("slot %d moved from group %d to %d, which is not the one that joins",
					slot, before.Owner(slot), after.Owner(slot))
			}
		}
		if ideal := float64(Slots) / float64(after.Groups()); float64(moved) > 1.15*ideal {
			t.Errorf("%d slots moved, ideal are %.1f", moved, ideal)
		}
	})
}

// Growing by many groups is growing by one, many times: no slot goes by way of
// a third group that keeps neither.
func TestSlotsOnlyMoveToGroupsThatJoined(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		few := rapid.IntRange(1, MaxGroups).Draw(t, "few")
		many := rapid.IntRange(few, MaxGroups).Draw(t, "many")
		slot := rapid.Uint16Range(0, Slots-1).Draw(t, "slot")
		was, is := allRings()[few-1].Owner(slot), allRings()[many-1].Owner(slot)
		if is != was && is <= few {
			t.Fatalf("slot %d: group %d of %d, but group %d of %d", slot, was, few, is, many)
		}
	})
}

// Stored data lies where the ring of that day put it. If this fails, every
// cluster with more than one group would look for its keys in the wrong place.
func TestRingIsWhatItWas(t *testing.T) {
	digest := xxhash.New()
	for groups := 1; groups <= MaxGroups; groups++ {
		digest.Write(New(groups).owners[:])
	}
	if got, want := digest.Sum64(), uint64(0x212574049f567edb); got != want {
		t.Errorf("the hash of all rings is %#x, it was %#x", got, want)
	}
}

func TestNewRefusesOtherNumbers(t *testing.T) {
	for _, groups := range []int{-1, 0, MaxGroups + 1} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("New(%d) did not panic", groups)
				}
			}()
			New(groups)
		}()
	}
}

func TestLookingUpAllocatesNothing(t *testing.T) {
	r := New(MaxGroups)
	sum := 0
	if n := testing.AllocsPerRun(100, func() { sum += r.Owner(SlotOf("pool:{eu-west}:members")) }); n != 0 {
		t.Errorf("%v allocations a look-up", n)
	}
}

func BenchmarkLookUp(b *testing.B) {
	r := New(MaxGroups)
	sum := 0
	for b.Loop() {
		sum += r.Owner(SlotOf("key:000000012345"))
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		New(MaxGroups)
	}
}

func BenchmarkRanges(b *testing.B) {
	r := New(MaxGroups)
	for b.Loop() {
		r.Ranges()
	}
}
