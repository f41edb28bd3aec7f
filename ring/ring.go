package ring

import "fmt"

// MaxGroups is the largest number of groups that a Ring is made for.
const MaxGroups = 64

// Ring is the sharing out of all slots among the groups 1 to Groups(). It is an
// immutable value, cheap to copy and safe for many goroutines. The zero Ring
// owns nothing and must not be asked; New makes a useful one.
type Ring struct {
	owners *[Slots]uint8 // group by slot; shared by copies, never written after New
	groups int
}

// New makes the Ring of a number of groups, 1 to MaxGroups. The same number
// gives the same Ring on every machine and in every version. It panics on any
// other number: settings and stored metadata are checked where they come in.
func New(groups int) Ring {
	if groups < 1 || groups > MaxGroups {
		panic(fmt.Sprintf("ring: %d groups, want 1 to %d", groups, MaxGroups))
	}
	return Ring{owners: shareOut(groups), groups: groups}
}

// Groups returns how many groups share the slots.
func (r Ring) Groups() int { return r.groups }

// Owner returns the group, 1 to Groups(), that owns slot, which must be below
// Slots. One look into a table; it allocates nothing.
func (r Ring) Owner(slot uint16) int { return int(r.owners[slot]) }

// Range is the slots From to To, both included, which belong to Group.
type Range struct {
	From, To uint16
	Group    int
}

// Ranges lists the longest ranges of one owner each, in the order of their
// slots: together they hold every slot once. The slice is the caller's own.
func (r Ring) Ranges() []Range {
	var ranges []Range
	for slot := range uint16(Slots) {
		group := r.Owner(slot)
		if last := len(ranges) - 1; last >= 0 && ranges[last].Group == group {
			ranges[last].To = slot
			continue
		}
		ranges = append(ranges, Range{From: slot, To: slot, Group: group})
	}
	return ranges
}
