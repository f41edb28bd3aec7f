package commands

import "coordd/store"

// EventClass is a set of kinds of keyspace events, as notify-keyspace-events
// names them (https://redis.io/docs/latest/develop/use/keyspace-notifications/).
type EventClass uint32

// The classes, each with its letter in notify-keyspace-events.
const (
	EventsByKey   EventClass = 1 << iota // K: published to __keyspace@<db>__:<key>
	EventsByName                         // E: published to __keyevent@<db>__:<event>
	GenericEvents                        // g: commands on keys of any type
	StringEvents                         // $
	ListEvents                           // l
	SetEvents                            // s
	HashEvents                           // h
	ZSetEvents                           // z
	ExpiredEvents                        // x
	EvictedEvents                        // e; nothing is ever evicted here
	StreamEvents                         // t
	MissEvents                           // m: a read of a key that is absent
	NewKeyEvents                         // n
	ModuleEvents                         // d; there are no modules
)

// Event is an effect: something that happened to a key.
type Event struct {
	Class EventClass
	Name  string // as Redis names it: "set", "del", "expired" ...
	DB    int
	Key   string // may alias the log's entry: clone what is kept
}

// Message is an effect: something published to a channel.
type Message struct {
	Channel, Payload string // may alias the log's entry: clone what is kept
	Shard            bool   // by SPUBLISH: for subscribers of SSUBSCRIBE alone
}

// Notify records that a command has done something to a key, where Redis sends
// the same event. It costs next to nothing while nobody listens.
func Notify(tx *store.Tx, class EventClass, name, key string) {
	if tx.Wanted()&uint32(class) != 0 {
		tx.Emit(Event{class, name, tx.DB(), key})
	}
}
