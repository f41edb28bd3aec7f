package ring

import (
	"cmp"
	"encoding/binary"
	"slices"

	"github.com/cespare/xxhash/v2"
)

// The loads that a group may have when there are g groups, in slots. The
// fractions are of the mean, Slots/g: nobody stays above ceiling, and nobody
// gives so much that it falls below floor. The room between the two is what
// keeps the pieces few: see DESIGN.md.
func ceiling(g int) int { return Slots * 105 / (100 * g) }
func floor(g int) int   { return Slots * 97 / (100 * g) }

// shareOut builds the circle up from one group to the number wanted; each group
// that joins takes its share from those before it.
func shareOut(groups int) *[Slots]uint8 {
	owners := new([Slots]uint8)
	for slot := range owners {
		owners[slot] = 1
	}
	loads := []int{Slots} // loads[i] is the load of group i+1
	for g := 2; g <= groups; g++ {
		gifts := giftsTo(g, loads)
		taken := 0
		for _, gift := range gifts {
			takeSlots(owners, uint8(gift.from), uint8(g), point(g, gift.from), gift.slots)
			loads[gift.from-1] -= gift.slots
			taken += gift.slots
		}
		loads = append(loads, taken)
	}
	return owners
}

// gift is a number of slots that one group hands to the group that joins.
type gift struct{ from, slots int }

// giftsTo decides who gives how much to group g, given the loads of groups 1 to
// g-1: altogether Slots/g, rounded down. Whoever would be above the new ceiling
// must give that surplus. What is still missing comes from the most loaded,
// each going down to the floor, before the next is asked.
func giftsTo(g int, loads []int) []gift {
	missing := Slots / g
	gifts := make([]gift, len(loads))
	for i, load := range loads {
		surplus := max(0, load-ceiling(g))
		gifts[i] = gift{from: i + 1, slots: surplus}
		missing -= surplus
	}
	slices.SortFunc(gifts, func(a, b gift) int {
		return cmp.Or(
			cmp.Compare(loads[b.from-1], loads[a.from-1]),
			cmp.Compare(point(g, a.from), point(g, b.from)),
			cmp.Compare(a.from, b.from))
	})
	for i := range gifts {
		spare := loads[gifts[i].from-1] - gifts[i].slots - floor(g)
		more := min(missing, max(0, spare))
		gifts[i].slots += more
		missing -= more
	}
	return slices.DeleteFunc(gifts, func(x gift) bool { return x.slots == 0 })
}

// point is the place on the circle at which the group that joins meets one that
// was there before. The encoding of the two is part of the data format.
func point(joining, giving int) int {
	var pair [16]byte
	binary.BigEndian.PutUint64(pair[:8], uint64(joining))
	binary.BigEndian.PutUint64(pair[8:], uint64(giving))
	return int(xxhash.Sum64(pair[:]) % Slots)
}

// takeSlots hands n slots of from over to to: from the start of from's range
// that holds the point at, or else of its next one clockwise, and on into its
// further ranges if that one is too short. Taking the front of a range is what
// a new point inside it does on a hash ring, and it leaves from with no more
// ranges than it had. from must own at least n slots.
func takeSlots(owners *[Slots]uint8, from, to uint8, at, n int) {
	slot := at
	for owners[slot] != from {
		slot = (slot + 1) % Slots
	}
	for slot > 0 && owners[slot-1] == from {
		slot--
	}
	for ; n > 0; slot = (slot + 1) % Slots {
		if owners[slot] == from {
			owners[slot] = to
			n--
		}
	}
}
