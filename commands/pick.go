package commands

import (
	"coordd/resp"
	"coordd/store"
)

// chooser chooses one of a pool's members; out, if not nil, says who takes no
// part, and at least one does.
type chooser func(out []bool) int

// pick answers one member, or up to COUNT different ones: each is picked with
// those before it left out.
func pick(tx *store.Tx, args []string) resp.Reply {
	o, refusal := parsePick(args[2:])
	if refusal.IsError() {
		return refusal
	}
	p, refusal := poolAt(tx, args[1], !o.reads())
	if refusal.IsError() {
		return refusal
	}
	out, able := p.without(o.exclude)
	n := int(min(o.count, int64(able)))
	if n > 1 && n*len(p.names) > maxPickSteps {
		return errPickSize
	}
	if n > 0 && o.tickets() && p.of.Tickets()+n > maxTickets {
		return errTickets
	}
	picked := p.pick(tx, o, n, out)
	if n > 0 && !o.reads() {
		Notify(tx, GenericEvents, "pick", args[1])
	}
	if o.counted {
		return resp.Array(picked...)
	}
	if n == 0 {
		return resp.Null
	}
	return picked[0]
}

// maxPickSteps bounds the work of one PICK with COUNT, which looks at every
// member for every pick: some 50 ms, in which nothing else is applied.
const maxPickSteps = 1 << 24

// maxTickets bounds the picks of a pool that have not been given back. One
// takes some 200 bytes.
const maxTickets = 1 << 20

// pick picks n members one after the other, which must be there: each is a
// name, or a name and a ticket.
func (p *pool) pick(tx *store.Tx, o pickOptions, n int, out []bool) []resp.Reply {
	if n == 0 {
		return nil
	}
	if n > 1 && out == nil {
		out = make([]bool, len(p.names))
	}
	choose := p.chooser(tx, o)
	picked := make([]resp.Reply, n)
	for i := range picked {
		at := choose(out)
		picked[i] = resp.Bulk(p.names[at])
		if o.tickets() {
			id := p.take(tx, at, o.px)
			picked[i] = resp.Array(picked[i], resp.Int(int64(id)))
		}
		if out != nil {
			out[at] = true
		}
	}
	if o.rule == roundRobin {
		p.rotation().keep(out)
	}
	return picked
}

func (p *pool) chooser(tx *store.Tx, o pickOptions) chooser {
	switch o.rule {
	case random:
		return func(out []bool) int { return p.atRandom(tx, out) }
	case least:
		return p.leastLoaded
	case hashed:
		if o.bound != 0 {
			return p.bounded(o.subject, o.bound)
		}
		return p.rendezvous(o.subject)
	}
	return p.rotation().next
}

// atRandom chooses by weight.
func (p *pool) atRandom(tx *store.Tx, out []bool) int {
	total := p.total
	for i := range out {
		if out[i] {
			total -= p.shares[i]
		}
	}
	left := int64(tx.Intn(int(total)))
	for i, share := range p.shares {
		if out != nil && out[i] {
			continue
		}
		if left -= share; left < 0 {
			return i
		}
	}
	panic("commands: shares of a pool do not add up")
}
