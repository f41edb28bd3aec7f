package rdb

// Kind is the type of a value.
type Kind uint8

// The kinds of values.
const (
	String Kind = iota + 1
	List
	Set
	ZSet
	Hash
	StreamKind
)

// Value is one value. Strings that Decode gives may alias the payload.
type Value struct {
	Kind   Kind
	Text   string    // of a String
	Elems  []string  // of a List; members of a Set or ZSet; field, value ... of a Hash
	Scores []float64 // of a ZSet, one for each member
	Stream *Stream   // of a stream
}

// Stream is the value of a stream.
type Stream struct {
	Entries []Entry
	Last    ID // the highest that was ever added
	Deleted ID // the highest that was ever deleted
	Added   uint64
	Groups  []Group
}

// ID is the id of an entry.
type ID struct{ Millis, Seq uint64 }

// Less tells whether an id stands before another.
func (a ID) Less(b ID) bool {
	return a.Millis < b.Millis || a.Millis == b.Millis && a.Seq < b.Seq
}

// Entry is an entry of a stream, with field, value ...
type Entry struct {
	ID     ID
	Fields []string
}

// Group is a consumer group.
type Group struct {
	Name      string
	Last      ID
	Read      int64 // entries read; -1 when that is not known
	Pending   []Pending
	Consumers []Consumer
}

// Pending is an entry that was delivered and not acknowledged. The Consumers
// name the ids that are theirs: each pending one belongs to exactly one of them.
type Pending struct {
	ID        ID
	Delivered int64 // ms since 1970
	Times     uint64
}

// Consumer is one of a group.
type Consumer struct {
	Name    string
	Seen    int64 // ms since 1970
	Active  int64 // ms since 1970; -1: never
	Pending []ID
}
