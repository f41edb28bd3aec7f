package store

// The notes of a collection are a 0 where there are none, else a 1 and then
//
//	n, (member, deadline) * n
//	n, (member, credit, picks, pass, mark) * n
//	clock
//	n, (ID, member, deadline) * n, the IDs rising
func (n *notes) encode(w *encoder) {
	if n == nil || n.empty() {
		w.bool(false)
		return
	}
	w.bool(true)
	w.uint(uint64(n.deadlines.len()))
	n.deadlines.each(func(m string, ms int64) bool {
		w.string(m)
		w.int(ms)
		return w.err == nil
	})
	w.uint(uint64(n.standings.len()))
	n.standings.each(func(m string, s Standing) bool {
		w.string(m)
		w.int(s.Credit)
		w.int(s.Picks)
		w.int(s.Pass)
		w.int(s.Mark)
		return w.err == nil
	})
	w.int(n.clock)
	w.uint(uint64(n.tickets.n))
	n.tickets.each(0, n.tickets.n, func(t Ticket) bool {
		w.uint(t.ID)
		w.string(t.Member)
		w.int(t.Deadline)
		return w.err == nil
	})
}

// decodeNotes reads the notes of a collection of a type.
func decodeNotes(d *decoder, kind Type, isMember func(string) bool) *notes {
	n := &notes{}
	if d.version == 1 {
		if kind != HashType {
			n.decodeCredits(d, isMember)
		}
	} else if d.bool() {
		n.decode(d, isMember)
		d.demand(!n.empty(), "notes of nothing")
		isPool := kind == SetType || kind == ZSetType
		d.demand(isPool || n.standings.len() == 0 && n.clock == 0, "pool of what is none")
	}
	if n.empty() {
		return nil
	}
	return n
}

// decodeCredits reads what a snapshot of version 1 has in the place of notes.
func (n *notes) decodeCredits(d *decoder, isMember func(string) bool) {
	for left := d.uint(); left > 0 && d.err == nil; left-- {
		m, credit := d.string(), d.int()
		d.demand(credit != 0 && isMember(m), "credit of nobody")
		d.demand(n.standings.setKept(m, Standing{Credit: credit}), "credit twice")
	}
}

func (n *notes) decode(d *decoder, isMember func(string) bool) {
	for left := d.uint(); left > 0 && d.err == nil; left-- {
		m, ms := d.string(), d.int()
		d.demand(ms > 0 && isMember(m), "deadline of nobody, or of never")
		if d.demand(n.deadlines.setKept(m, ms), "deadline twice"); d.err == nil {
			n.schedule(lapse{ms: ms, what: memberLapses, name: m})
		}
	}
	for left := d.uint(); left > 0 && d.err == nil; left-- {
		m := d.string()
		s := Standing{Credit: d.int(), Picks: d.int(), Pass: d.int(), Mark: d.int()}
		d.demand(isMember(m) && s.Mark >= Down, "standing of nobody, or with an unknown mark")
		if d.demand(n.standings.setKept(m, s), "standing twice"); d.err == nil && s.Mark > 0 {
			n.schedule(lapse{ms: s.Mark, what: markLapses, name: m})
		}
	}
	n.clock = d.int()
	last := uint64(0)
	for left := d.uint(); left > 0 && d.err == nil; left-- {
		t := Ticket{ID: d.uint(), Member: d.string(), Deadline: d.int()}
		d.demand(t.ID > last && isMember(t.Member) && t.Deadline > 0, "ticket of nobody, or out of order, or of never")
		if last = t.ID; d.err == nil {
			n.give(t)
		}
	}
}
