package store

import "strings"

// Consumers counts the consumers.
func (g *Group) Consumers() int { return g.consumers.n }

// EachConsumer visits the consumers in the order of their names.
func (g *Group) EachConsumer(f func(c *Consumer)) {
	g.consumers.each(0, g.consumers.n, func(c *Consumer) bool {
		f(c)
		return true
	})
}

// findConsumer is the place of a consumer, or the one it would have.
func (g *Group) findConsumer(name string) (at place, c *Consumer) {
	at = g.consumers.search(func(c *Consumer) bool { return c.name < name })
	if at != g.consumers.end() {
		if c = g.consumers.parts[at.part].items[at.off]; c.name == name {
			return at, c
		}
	}
	return at, nil
}

// Consumer is a consumer for reading; nil when there is none of this name.
func (g *Group) Consumer(name string) *Consumer {
	_, c := g.findConsumer(name)
	return c
}

// openConsumer is a consumer, which must be there, that g may change. Those that
// were made before the group was copied bear another token than the table that
// they stand in.
func (g *Group) openConsumer(name string) *Consumer {
	g.by.mustBeOpen()
	at, c := g.findConsumer(name)
	if c.own != g.consumers.own {
		c = &Consumer{own: g.consumers.own, name: c.name, seen: c.seen, active: c.active, pending: c.pending.clone()}
		g.consumers.replace(at, c)
	}
	return c
}

// MakeConsumer makes a consumer that was seen now (ms). False when there is one
// of this name.
func (g *Group) MakeConsumer(name string, now int64) bool {
	g.by.mustBeOpen()
	at, c := g.findConsumer(name)
	if c != nil {
		return false
	}
	g.consumers.insert(at, &Consumer{own: g.consumers.own, name: strings.Clone(name), seen: now, active: Unknown})
	return true
}

// RemoveConsumer takes a consumer away, with what is pending for it. It must be
// there.
func (g *Group) RemoveConsumer(name string) {
	g.by.mustBeOpen()
	at, c := g.findConsumer(name)
	c.pending.each(0, c.pending.n, func(id StreamID) bool {
		at, _, _ := g.findPending(id)
		g.pending.remove(at)
		return true
	})
	g.consumers.remove(at)
}

// SawConsumer notes that a consumer, which must be there, has asked for
// something at a time (ms), and got it if it was active.
func (g *Group) SawConsumer(name string, now int64, active bool) {
	c := g.openConsumer(name)
	c.seen = now
	if active {
		c.active = now
	}
}

// Name is the consumer's name.
func (c *Consumer) Name() string { return c.name }

// Seen is the log time (ms) at which it last asked for something.
func (c *Consumer) Seen() int64 { return c.seen }

// Active is the log time (ms) at which it last got something, or Unknown.
func (c *Consumer) Active() int64 { return c.active }

// Pending counts what it has not acknowledged.
func (c *Consumer) Pending() int { return c.pending.n }

// NextPending is the first id pending for the consumer that is not before from.
func (c *Consumer) NextPending(from StreamID) (id StreamID, ok bool) {
	at := c.findPending(from)
	if at == c.pending.end() {
		return id, false
	}
	return c.pending.parts[at.part].items[at.off], true
}

func (c *Consumer) findPending(id StreamID) place {
	return c.pending.search(func(at StreamID) bool { return at.Before(id) })
}

// Pending counts what is not acknowledged.
func (g *Group) Pending() int { return g.pending.n }

// NextPending is what is pending under the first id that is not before from.
func (g *Group) NextPending(from StreamID) (p Pending, ok bool) {
	at := g.pending.search(func(p Pending) bool { return p.ID.Before(from) })
	if at == g.pending.end() {
		return p, false
	}
	return g.pending.parts[at.part].items[at.off], true
}

// EachPending visits what is pending from one id to another, both included, until
// f returns false. f must not change the group.
func (g *Group) EachPending(from, to StreamID, f func(p Pending) bool) {
	at, _, _ := g.findPending(from)
	g.pending.each(g.pending.index(at), g.pending.n, func(p Pending) bool { return !to.Before(p.ID) && f(p) })
}

// EachPendingOf is EachPending for one consumer, who must be of this group.
func (g *Group) EachPendingOf(c *Consumer, from, to StreamID, f func(p Pending) bool) {
	at := c.findPending(from)
	c.pending.each(c.pending.index(at), c.pending.n, func(id StreamID) bool {
		_, p, _ := g.findPending(id)
		return !to.Before(id) && f(p)
	})
}

// LastPending is the highest id that is pending, the zero value when none is.
func (g *Group) LastPending() (id StreamID) {
	if g.pending.n > 0 {
		id = g.pending.at(g.pending.n - 1).ID
	}
	return id
}

// FindPending is what is pending under an id.
func (g *Group) FindPending(id StreamID) (p Pending, ok bool) {
	_, p, ok = g.findPending(id)
	return p, ok
}

// findPending is the place of an id, or the one it would have.
func (g *Group) findPending(id StreamID) (at place, p Pending, ok bool) {
	at = g.pending.search(func(p Pending) bool { return p.ID.Before(id) })
	if at == g.pending.end() {
		return at, p, false
	}
	p = g.pending.parts[at.part].items[at.off]
	return at, p, p.ID == id
}

// Assign makes something pending for a consumer, which must be there, in the
// place of whatever is pending under its id.
func (g *Group) Assign(p Pending) {
	at, old, found := g.findPending(p.ID)
	if !found || old.Consumer != p.Consumer {
		if found {
			g.openConsumer(old.Consumer).release(p.ID)
		}
		c := g.openConsumer(p.Consumer)
		c.pending.insert(c.findPending(p.ID), p.ID)
		p.Consumer = c.name
	} else {
		p.Consumer = old.Consumer
	}
	if found {
		g.pending.replace(at, p)
	} else {
		g.pending.insert(at, p)
	}
}

// Release ends that an id is pending, and tells whether it was.
func (g *Group) Release(id StreamID) bool {
	at, p, found := g.findPending(id)
	if found {
		g.openConsumer(p.Consumer).release(id)
		g.pending.remove(at)
	}
	return found
}

func (c *Consumer) release(id StreamID) { c.pending.remove(c.findPending(id)) }
