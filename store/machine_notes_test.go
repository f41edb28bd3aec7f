package store

import (
	"slices"

	"pgregory.net/rapid"
)

// noted is what sets, sorted sets, hashes and locks have in common.
type noted interface {
	collection
	MemberDeadline(m string) int64
	SetMemberDeadline(m string, ms int64)
}

func openNoted(kind Type) func(tx *Tx, key string) (noted, error) {
	return func(tx *Tx, key string) (c noted, err error) {
		switch kind {
		case SetType:
			c, err = tx.MakeSet(key)
		case HashType:
			c, err = tx.MakeHash(key)
		case LockType:
			c, err = tx.MakeLock(key)
		default:
			c, err = tx.MakeZSet(key)
		}
		return c, err
	}
}

// memberDeadlines gives members of a collection deadlines, or takes them away.
func (m *machine) memberDeadlines(t *rapid.T) {
	kind := rapid.SampledFrom([]Type{SetType, HashType, ZSetType, LockType}).Draw(t, "kind")
	db, key := drawDB(t), drawKeyFor(t, kind)
	at := rapid.SampledFrom([]int64{0, m.model.now + 1, m.model.now + 5, m.model.now + 20}).Draw(t, "at")
	skip := rapid.IntRange(1, 3).Draw(t, "skip") // every so manyth
	_, v := change(m, t, db, key, kind, openNoted(kind), func(c noted) (answer []any, changed bool) {
		v := m.model.dbs[db][key]
		for i, member := range v.members() {
			if i%skip == 0 {
				changed = changed || c.MemberDeadline(member) != at
				c.SetMemberDeadline(m.arg(member), at)
			}
		}
		return nil, changed
	})
	if v == nil {
		return
	}
	for i, member := range v.members() {
		if i%skip == 0 {
			delete(v.deadlines, member)
			if at != 0 {
				v.deadlines[member] = at
			}
		}
	}
	m.model.done(db, key)
}

// tickets marks members, hands out tickets and takes some back.
func (m *machine) tickets(t *rapid.T) {
	kind := rapid.SampledFrom([]Type{SetType, ZSetType}).Draw(t, "kind")
	db, key := drawDB(t), drawKeyFor(t, kind)
	end := rapid.SampledFrom([]int64{1, 5, 20}).Draw(t, "end") + m.model.now
	mark := rapid.SampledFrom([]int64{0, Down, m.model.now + 1, m.model.now + 20}).Draw(t, "mark")
	back := rapid.IntRange(0, 3).Draw(t, "back")
	old := m.find(db, key)
	var id uint64
	if old == nil || old.kind == kind {
		m.model.tokens++
		id = m.model.tokens
		m.run(t, db, func(tx *Tx) []any { return []any{tx.NextToken()} })
	}
	_, v := change(m, t, db, key, kind, openNoted(kind), func(c noted) (answer []any, changed bool) {
		p := poolIn(c)
		v := m.model.dbs[db][key]
		for i, member := range v.members() {
			switch i {
			case 0:
				p.SetMark(m.arg(member), mark)
			case 1, 2:
				p.Give(Ticket{id*4 + uint64(i), m.arg(member), end})
			}
		}
		for i := range min(back, len(v.tickets)) {
			if name, ok := p.GiveBack(v.tickets[i].ID); !ok || name != v.tickets[i].Member {
				t.Fatalf("ticket of %q was %q's: %v", v.tickets[i].Member, name, ok)
			}
		}
		return nil, false
	})
	if v == nil {
		return
	}
	back = min(back, len(v.tickets))
	for i, member := range v.members() {
		switch i {
		case 0:
			delete(v.marks, member)
			if mark != 0 {
				v.marks[member] = mark
			}
		case 1, 2:
			v.tickets = append(v.tickets, Ticket{id*4 + uint64(i), member, end})
		}
	}
	v.tickets = slices.Delete(v.tickets, 0, back)
	m.model.done(db, key)
}

func poolIn(c noted) *pooled {
	if s, ok := c.(*Set); ok {
		return &s.pooled
	}
	return &c.(*ZSet).pooled
}
