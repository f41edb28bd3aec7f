package block

import (
	"math"

	"coordd/commands"
	"coordd/resp"
	"coordd/store"
)

// The words of the log. They are in logs and never change.
//
//	coordd.wait    origin start number command...    an attempt, else a place
//	coordd.rejoin  origin start number command...    a place, for a client that had one
//	coordd.claim   origin start (number entry)...    these clients are there, asked in that entry
//	coordd.unwait  origin start number...            these wait no more; what they were served before
//	coordd.heard   origin start number...            their replies have arrived
//	coordd.forget  origin start                      0: who waits at that node leaves the queue
//	                                                 else: its earlier starts are over
const (
	waitName   = "coordd.wait"
	rejoinName = "coordd.rejoin"
	claimName  = "coordd.claim"
	unwaitName = "coordd.unwait"
	heardName  = "coordd.heard"
	// ForgetName is said of a node: by itself when it starts, or by a leader that
	// has not heard of it.
	ForgetName = "coordd.forget"
)

// enrolled answers coordd.wait when there was nothing. No attempt answers a push.
var enrolled = resp.Reply{Kind: resp.PushKind}

// Groups are the rows that the queue lives by.
func (b *Blocker) Groups() []commands.Group {
	const flags = commands.Write | commands.Internal
	row := func(name string, arity int, summary string, data func(tx *store.Tx, args []string) resp.Reply) commands.Spec {
		return commands.Spec{Name: name, Arity: arity, Flags: flags, Since: "coordd", Summary: summary, Data: data}
	}
	return []commands.Group{{Name: "blocking", Specs: []commands.Spec{
		row(waitName, -5, "Carries out a command, or has its client wait.", b.wait),
		row(rejoinName, -5, "Has a client wait again.", b.rejoin),
		row(claimName, -5, "Says that clients which wait are there.", b.claim),
		row(unwaitName, -4, "Ends the waiting of clients.", b.unwait),
		row(heardName, -4, "Says that replies have arrived.", b.heard),
		row(ForgetName, 3, "Ends the waiting of a node's clients.", b.forget),
	}}}
}

// Wake is the engine's Waker.
func (b *Blocker) Wake(tx *store.Tx, touched []store.Touch) {
	s := newServing(b.table(), tx)
	for _, t := range touched {
		if !t.All {
			s.look(s.at(t.DB, t.Key)...)
			continue
		}
		for _, key := range s.all(t.DB) {
			s.look(s.at(t.DB, key)...)
		}
	}
	s.run()
}

// wait is proposed once: its own answer is not kept.
func (b *Blocker) wait(tx *store.Tx, args []string) resp.Reply {
	s := newServing(b.table(), tx)
	w := newcomer(tx, args)
	if _, behind := s.source(w.db, w.args); !behind {
		reply, got := s.attempt(w)
		if got || len(queuesOf(s.table, w.db, w.args)) == 0 {
			return reply
		}
		w.claimed = 0
		if refusal := s.enter(w); refusal.IsError() {
			return refusal
		}
		return enrolled
	}
	// There may yet be something for it at a key where nobody else waits.
	s.enter(w) // refuses nobody: nobody is behind others where turns are strict
	s.self = w.place
	if s.now(w) {
		return s.answer
	}
	return enrolled
}

// rejoin may be proposed several times, so what the client is served at once is
// kept for it as any other reply.
func (b *Blocker) rejoin(tx *store.Tx, args []string) resp.Reply {
	s := newServing(b.table(), tx)
	w := newcomer(tx, args)
	if s.find(w.id) != "" {
		return resp.OK
	}
	if refusal := s.enter(w); refusal.IsError() {
		s.add(w)
		s.tell(w, refusal)
		return resp.OK
	}
	s.now(w)
	return resp.OK
}

// now tells whether a newcomer is served at once. That it is there counts for
// now only: it may go while it waits.
func (s *serving) now(w *waiter) bool {
	s.look(queuesOf(s.table, w.db, w.args)...)
	s.run()
	if s.waiting(w.place) == nil {
		return true
	}
	w.claimed = 0
	s.put(w)
	return false
}

// newcomer is a client that has just said that it is there.
func newcomer(tx *store.Tx, args []string) *waiter {
	return &waiter{id: idOf(args, args[3]), claimed: tx.Index(), db: tx.DB(), args: args[4:]}
}

func (b *Blocker) claim(tx *store.Tx, args []string) resp.Reply {
	s := newServing(b.table(), tx)
	for i := 3; i+1 < len(args); i += 2 {
		w := s.waiting(s.find(idOf(args, args[i])))
		if w == nil {
			continue
		}
		w.claimed = max(w.claimed, parseDecimal(args[i+1]))
		s.put(w)
		s.look(queuesOf(s.table, w.db, w.args)...)
	}
	s.run()
	return resp.OK
}

// unwait answers for each client the reply that it was served, or null. The
// reply is kept even so: this answer may get lost on its way as any other.
func (b *Blocker) unwait(tx *store.Tx, args []string) resp.Reply {
	s := newServing(b.table(), tx)
	outcomes := make([]resp.Reply, 0, len(args)-3)
	for _, n := range args[3:] {
		place := s.find(idOf(args, n))
		if wire, ok := s.served(place); ok {
			outcomes = append(outcomes, resp.Bulk(wire))
			continue
		}
		if w := s.waiting(place); w != nil {
			s.leave(w)
			s.drop(w.id, place)
		}
		outcomes = append(outcomes, resp.Null)
	}
	s.run()
	return resp.Array(outcomes...)
}

func (b *Blocker) heard(tx *store.Tx, args []string) resp.Reply {
	s := newServing(b.table(), tx)
	for _, n := range args[3:] {
		id := idOf(args, n)
		place := s.find(id)
		if _, ok := s.served(place); ok {
			s.drop(id, place)
		}
	}
	return resp.OK
}

// forget keeps the replies of a node that is only silent: it may come back and
// ask for them.
func (b *Blocker) forget(tx *store.Tx, args []string) resp.Reply {
	s := newServing(b.table(), tx)
	origin, start := args[1], parseDecimal(args[2])
	before := start
	if start == 0 {
		before = math.MaxUint64
	}
	for _, member := range members(s.of(origin), before) {
		id, place := waiterID{origin, parseNumber(member), parseNumber(member[8:])}, member[16:]
		w := s.waiting(place)
		if w != nil {
			s.leave(w)
		}
		if w != nil || start != 0 {
			s.drop(id, place)
		}
	}
	s.run()
	if start == 0 {
		tx.Emit(absent{origin})
	}
	return resp.OK
}

// members are the members of a node's set that are of starts before one.
func members(z *store.ZSet, before uint64) []string {
	var found []string
	z.Range(0, z.SeekLex(number(before), false), func(m string, _ float64) bool {
		found = append(found, m)
		return true
	})
	return found
}

// idOf is the name of a client in a command that begins with origin and start.
func idOf(args []string, number string) waiterID {
	return waiterID{args[1], parseDecimal(args[2]), parseDecimal(number)}
}

// parseReply reads a reply that a serving has kept.
func parseReply(wire string) resp.Reply {
	reply, _, err := resp.Parse([]byte(wire))
	if err != nil {
		panic("block: a kept reply does not parse: " + err.Error())
	}
	return reply
}
