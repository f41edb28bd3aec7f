package store

import "strings"

// notes are what a collection keeps of single members beside themselves: when
// they go, and what PICK knows of them. They belong to the key's state. Nearly
// all collections have none, and then none of this costs anything.
type notes struct {
	deadlines dict[int64]    // of members: log time (ms)
	standings dict[Standing] // of members, in PICK
	clock     int64          // see pooled.Clock
	tickets   seq[Ticket]    // by ID
	holders   seq[holder]    // the same by member and ID
	lapses    seq[lapse]     // all of these that end some day, the earliest first

	indexed int64  // the time under which the database's index has the collection, 0: it has not
	loads   uint64 // counts changes of tickets; no part of the state
}

// lapse is something of a collection that ends at a time.
type lapse struct {
	ms   int64
	what lapsing
	name string // the member
	id   uint64 // of the ticket
}

// lapsing is what ends. The order counts: a member that goes takes the rest along.
type lapsing uint8

const (
	memberLapses lapsing = iota
	markLapses
	ticketLapses
)

func (a lapse) before(b lapse) bool {
	switch {
	case a.ms != b.ms:
		return a.ms < b.ms
	case a.what != b.what:
		return a.what < b.what
	case a.name != b.name:
		return a.name < b.name
	}
	return a.id < b.id
}

func (n *notes) clone() *notes {
	if n == nil {
		return nil
	}
	return &notes{
		deadlines: n.deadlines.clone(),
		standings: n.standings.clone(),
		clock:     n.clock,
		tickets:   n.tickets.clone(),
		holders:   n.holders.clone(),
		lapses:    n.lapses.clone(),
		indexed:   n.indexed,
		loads:     n.loads,
	}
}

func (n *notes) empty() bool {
	return n.deadlines.len() == 0 && n.standings.len() == 0 && n.clock == 0
}

// next is the earliest time at which something of the collection ends, 0: never.
func (n *notes) next() int64 {
	if n == nil || n.lapses.n == 0 {
		return 0
	}
	return n.lapses.parts[0].items[0].ms
}

// due tells whether something has ended by now that is there yet.
func (n *notes) due(now int64) bool {
	next := n.next()
	return next != 0 && next <= now
}

// memberless tells whether the last of a collection's members has gone by now.
func (n *notes) memberless(now int64, members int) bool {
	if !n.due(now) || n.deadlines.len() < members {
		return false
	}
	gone := true
	n.deadlines.each(func(_ string, ms int64) bool {
		gone = ms <= now
		return gone
	})
	return gone
}

func (n *notes) schedule(l lapse) {
	n.lapses.insert(n.lapses.search(func(at lapse) bool { return at.before(l) }), l)
}

func (n *notes) cancel(l lapse) {
	n.lapses.remove(n.lapses.search(func(at lapse) bool { return at.before(l) }))
}

// setDeadline gives a member its deadline; 0 takes it away.
func (n *notes) setDeadline(m string, ms int64) {
	if old, ok := n.deadlines.value(m); ok {
		n.cancel(lapse{ms: old, what: memberLapses, name: m})
		n.deadlines.forget(m)
	}
	if ms != 0 {
		m = strings.Clone(m)
		n.deadlines.setKept(m, ms)
		n.schedule(lapse{ms: ms, what: memberLapses, name: m})
	}
}

// forget is for a member that has gone: all that belongs to it goes, too.
func (n *notes) forget(m string) {
	n.setDeadline(m, 0)
	s, ok := n.standings.value(m)
	if !ok {
		return
	}
	for range s.Out {
		h := n.holders.search(func(at holder) bool { return at.member < m })
		n.giveBack(n.holders.parts[h.part].items[h.off].id)
	}
	n.setMark(m, 0)
	n.standings.forget(m)
}

// lapse ends what is due, at most so many, and counts what ended, by kind;
// remove takes a member out of the collection, which forgets it here.
func (n *notes) lapse(now int64, most int, remove func(m string) bool) (ended [ticketLapses + 1]int) {
	for ; most > 0 && n.due(now); most-- {
		l := n.lapses.at(0)
		ended[l.what]++
		switch l.what {
		case memberLapses:
			remove(l.name)
		case markLapses:
			n.setMark(l.name, 0)
		case ticketLapses:
			n.giveBack(l.id)
		}
	}
	return ended
}
