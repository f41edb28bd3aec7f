package store

// timed is embedded in collections whose members may have deadlines of their
// own: sets, sorted sets, hashes, and locks, whose members are the holders.
// Unlike theirs, its methods are not for nil.
type timed struct{ object }

// MemberDeadline is the log time (ms) at which a member (of a hash, a field)
// goes, 0 when it stays.
func (c *timed) MemberDeadline(m string) int64 {
	if c.notes == nil {
		return 0
	}
	ms, _ := c.notes.deadlines.value(m)
	return ms
}

// SetMemberDeadline sets the log time (ms) at which a member, which must be
// there, goes; 0 lets it stay. It goes with the first entry of that time or
// later. The member takes its deadline along when it is removed.
func (c *timed) SetMemberDeadline(m string, ms int64) {
	c.mustBeOpen()
	if c.MemberDeadline(m) == ms {
		return
	}
	c.dirty = true
	c.noted().setDeadline(m, ms)
}

// removed is for a member that has gone.
func (c *timed) removed(m string) {
	c.dirty = true
	c.derived.Store(nil)
	if c.notes != nil {
		c.notes.forget(m)
	}
}

// noted are the notes for writing.
func (c *timed) noted() *notes {
	c.mustBeOpen()
	if c.notes == nil {
		c.notes = &notes{}
	}
	return c.notes
}

// pooled is embedded in collections that PICK picks from: sets and sorted sets.
// What it keeps belongs to the key's state, but is no change of the key to
// Redis's words, so a pool in use does not upset those who watch it. A member
// that is removed takes all of it along.
type pooled struct{ timed }

// Standing is what is kept of a member, zero when that is nothing.
func (c *pooled) Standing(m string) Standing {
	if c.notes == nil {
		return Standing{}
	}
	s, _ := c.notes.standings.value(m)
	return s
}

// SetStanding stores all of the standing of a member, which must be there, but
// for Mark and Out.
func (c *pooled) SetStanding(m string, s Standing) { c.noted().setStanding(m, s) }

// SetMark takes a member, which must be there, out of rotation, or back into it.
func (c *pooled) SetMark(m string, mark int64) {
	c.derived.Store(nil)
	c.noted().setMark(m, mark)
}

// Give hands out a ticket for a member, which must be there. The ID must be
// larger than any before, as Tx.NextToken's are.
func (c *pooled) Give(t Ticket) { c.noted().give(t) }

// GiveBack ends a ticket and tells whose it was; false when there is no such ticket.
func (c *pooled) GiveBack(id uint64) (m string, ok bool) {
	c.mustBeOpen()
	if c.notes == nil {
		return "", false
	}
	return c.notes.giveBack(id)
}

// Tickets counts the tickets that are out.
func (c *pooled) Tickets() int {
	if c.notes == nil {
		return 0
	}
	return c.notes.tickets.n
}

// Loads is another number whenever a ticket was handed out or ended since. It is
// no part of the state.
func (c *pooled) Loads() uint64 {
	if c.notes == nil {
		return 0
	}
	return c.notes.loads
}

// Clock is a number that PICK keeps of the pool as a whole.
func (c *pooled) Clock() int64 {
	if c.notes == nil {
		return 0
	}
	return c.notes.clock
}

// SetClock stores what Clock tells.
func (c *pooled) SetClock(v int64) { c.noted().clock = v }

// Derive keeps something that has been computed from the members, an index
// say, until a member comes or goes, or a score or a mark changes. It is no part
// of the state: no snapshot, hash or copy has it, so whoever uses it must get the
// same without it. Views may call it side by side, so what it keeps may be read by
// several of them.
func (c *pooled) Derive(v any) { c.derived.Store(&v) }

// Derived is what Derive was given, nil when it has been dropped.
func (c *pooled) Derived() any {
	if v := c.derived.Load(); v != nil {
		return *v
	}
	return nil
}
