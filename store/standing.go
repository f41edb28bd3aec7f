package store

import "strings"

// Standing is what PICK keeps of a member.
type Standing struct {
	Credit int64 // of round robin
	Picks  int64 // how often it has been picked
	Pass   int64 // of LEAST: its last turn
	Mark   int64 // 0: in rotation; Down; else the log time (ms) until which it is out
	Out    int64 // how many tickets it has; kept by the store
}

// Down is the Mark of a member that is out of rotation until it is marked again.
const Down = -1

// Ticket stands for a pick that has not been given back yet.
type Ticket struct {
	ID       uint64
	Member   string
	Deadline int64 // log time (ms) at which it lapses
}

// holder is a ticket, found by its member.
type holder struct {
	member string
	id     uint64
}

func (a holder) before(b holder) bool {
	return a.member < b.member || a.member == b.member && a.id < b.id
}

// setStanding stores all of a standing but Mark and Out.
func (n *notes) setStanding(m string, s Standing) {
	old, _ := n.standings.value(m)
	s.Mark, s.Out = old.Mark, old.Out
	n.keep(m, s)
}

func (n *notes) keep(m string, s Standing) {
	if s == (Standing{}) {
		n.standings.forget(m)
		return
	}
	n.standings.set(m, s)
}

func (n *notes) setMark(m string, mark int64) {
	s, _ := n.standings.value(m)
	if s.Mark > 0 {
		n.cancel(lapse{ms: s.Mark, what: markLapses, name: m})
	}
	if mark > 0 {
		n.schedule(lapse{ms: mark, what: markLapses, name: strings.Clone(m)})
	}
	s.Mark = mark
	n.keep(m, s)
}

// give hands a ticket out; its ID is larger than any before.
func (n *notes) give(t Ticket) {
	s, _ := n.standings.value(t.Member)
	s.Out++
	t.Member = strings.Clone(t.Member)
	n.keep(t.Member, s)
	n.tickets.insert(n.tickets.end(), t)
	h := holder{t.Member, t.ID}
	n.holders.insert(n.holders.search(func(at holder) bool { return at.before(h) }), h)
	n.schedule(lapse{ms: t.Deadline, what: ticketLapses, id: t.ID})
	n.loads++
}

// find is the place of a ticket; false when there is no such ticket.
func (n *notes) find(id uint64) (place, bool) {
	at := n.tickets.search(func(t Ticket) bool { return t.ID < id })
	found := at.part < len(n.tickets.parts) && at.off < len(n.tickets.parts[at.part].items) &&
		n.tickets.parts[at.part].items[at.off].ID == id
	return at, found
}

// giveBack ends a ticket and tells whose it was; false when there is no such ticket.
func (n *notes) giveBack(id uint64) (m string, ok bool) {
	at, ok := n.find(id)
	if !ok {
		return "", false
	}
	t := n.tickets.remove(at)
	h := holder{t.Member, t.ID}
	n.holders.remove(n.holders.search(func(at holder) bool { return at.before(h) }))
	n.cancel(lapse{ms: t.Deadline, what: ticketLapses, id: t.ID})
	s, _ := n.standings.value(t.Member)
	s.Out--
	n.keep(t.Member, s)
	n.loads++
	return t.Member, true
}
