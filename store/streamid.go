package store

import (
	"cmp"
	"math"
)

// StreamID is the id of an entry of a stream: its time in ms, and a number
// among the entries of that time. The zero value is before every entry.
type StreamID struct{ Millis, Seq uint64 }

// MaxStreamID is the last id there can be.
var MaxStreamID = StreamID{math.MaxUint64, math.MaxUint64}

// Compare is negative when id is before other, 0 when they are equal.
func (id StreamID) Compare(other StreamID) int {
	return cmp.Or(cmp.Compare(id.Millis, other.Millis), cmp.Compare(id.Seq, other.Seq))
}

// Before tells whether id is before other.
func (id StreamID) Before(other StreamID) bool {
	return id.Millis < other.Millis || id.Millis == other.Millis && id.Seq < other.Seq
}

// Next is the id behind this one; the zero value and false when it is the last.
func (id StreamID) Next() (StreamID, bool) {
	switch {
	case id.Seq < math.MaxUint64:
		return StreamID{id.Millis, id.Seq + 1}, true
	case id.Millis < math.MaxUint64:
		return StreamID{id.Millis + 1, 0}, true
	}
	return StreamID{}, false
}

// Previous is the id before this one; the last of all and false when it is the
// first.
func (id StreamID) Previous() (StreamID, bool) {
	switch {
	case id.Seq > 0:
		return StreamID{id.Millis, id.Seq - 1}, true
	case id.Millis > 0:
		return StreamID{id.Millis - 1, math.MaxUint64}, true
	}
	return MaxStreamID, false
}
