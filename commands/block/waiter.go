package block

import (
	"encoding/binary"
	"strconv"
	"strings"

	"coordd/commands"
	"coordd/store"
)

// waiterID names a client that waits: the node it is connected to, which start
// of that node, and a number that the node gave.
type waiterID struct {
	origin        string
	start, number uint64
}

// waiter is a client's record in the queue.
type waiter struct {
	id      waiterID
	place   string // 8 bytes or, by commands.Turns, more; lower ones come first
	claimed uint64 // the entry whose question its node has answered last; 0: none
	db      int
	args    []string
}

// The keys of store.Waiting. The values are in snapshots and never change.
//
//	w<place>                    a waiter, in the form of a command of the log
//	r<place>                    what it was served, in Wire form, until its node has it
//	o<origin>                   sorted set of start, number, place: all of the two above
//	q<db><key>                  sorted set of class, 0, place: the queues of a key
//	m<db><class>0<key>          the mark of a queue that has something: since, asked
//	s<db><class>0<key>          sorted set of queues to look at again after that one
const (
	waiterPrefix = "w"
	replyPrefix  = "r"
	originPrefix = "o"
	queuePrefix  = "q"
	markPrefix   = "m"
	laterPrefix  = "s"
)

func number(n uint64) string { return string(binary.BigEndian.AppendUint64(nil, n)) }

func parseNumber(s string) uint64 { return binary.BigEndian.Uint64([]byte(s[:8])) }

// encode is the waiter as a value of the state, without its place.
func (w *waiter) encode() string {
	head := []string{w.id.origin, decimal(w.id.start), decimal(w.id.number), decimal(w.claimed)}
	return string(commands.EncodeCommand(nil, w.db, append(head, w.args...)))
}

// parseWaiter reads what encode wrote. Only rows.go writes it: what does not
// parse is a broken invariant.
func parseWaiter(place, text string) *waiter {
	db, args, err := commands.DecodeCommand([]byte(text))
	if err != nil || len(args) < 5 {
		panic("block: the record of a waiter does not parse")
	}
	return &waiter{
		id:    waiterID{args[0], parseDecimal(args[1]), parseDecimal(args[2])},
		place: place, claimed: parseDecimal(args[3]), db: db, args: args[4:],
	}
}

func decimal(n uint64) string { return strconv.FormatUint(n, 10) }

// parseDecimal reads a number that this package wrote; anything else is 0.
func parseDecimal(s string) uint64 {
	n, _ := strconv.ParseUint(s, 10, 64)
	return n
}

// places are the hidden database's records of who waits and who was served.
type places struct{ tx *store.Tx }

// find is the place of a client that waits or whose reply is kept, "" if it is
// neither.
func (p places) find(id waiterID) string {
	mine := p.of(id.origin)
	member := number(id.start) + number(id.number)
	at := mine.SeekLex(member, false)
	if at == mine.Len() {
		return ""
	}
	m, _ := mine.At(at)
	if !strings.HasPrefix(m, member) {
		return ""
	}
	return m[len(member):]
}

// of are all places of a node, by start, then number; nil if there are none.
func (p places) of(origin string) *store.ZSet { return sorted(p.tx, originPrefix+origin) }

// waiting is the record at a place; nil if its client does not wait.
func (p places) waiting(place string) *waiter {
	text, ok, _ := p.tx.Get(waiterPrefix + place)
	if !ok {
		return nil
	}
	return parseWaiter(place, text)
}

// served is the reply that is kept for a place.
func (p places) served(place string) (wire string, ok bool) {
	wire, ok, _ = p.tx.Get(replyPrefix + place)
	return wire, ok
}

func (p places) put(w *waiter) { p.tx.Set(waiterPrefix+w.place, w.encode()) }

// behindAll is a place behind all that were ever given.
func (p places) behindAll() string { return number(p.tx.NextToken()) }

// add records a waiter that has got its place.
func (p places) add(w *waiter) {
	p.put(w)
	opened(p.tx, originPrefix+w.id.origin).Put(number(w.id.start)+number(w.id.number)+w.place, 0)
}

// keep puts a reply in the place of a waiter.
func (p places) keep(w *waiter, wire string) {
	p.tx.Delete(waiterPrefix + w.place)
	p.tx.Set(replyPrefix+w.place, wire)
}

// drop forgets a place.
func (p places) drop(id waiterID, place string) {
	p.tx.Delete(waiterPrefix + place)
	p.tx.Delete(replyPrefix + place)
	opened(p.tx, originPrefix+id.origin).Remove(number(id.start) + number(id.number) + place)
}

// sorted is a sorted set of the hidden database for reading.
func sorted(tx *store.Tx, key string) *store.ZSet {
	z, err := tx.ZSet(key)
	if err != nil {
		panic("block: " + err.Error())
	}
	return z
}

// opened is one for writing.
func opened(tx *store.Tx, key string) *store.ZSet {
	z, err := tx.MakeZSet(key)
	if err != nil {
		panic("block: " + err.Error())
	}
	return z
}
