package block

import (
	"coordd/commands"
	"coordd/resp"
	"coordd/store"
)

// mostAsked is how many clients of one queue are asked at a time, however much
// there is: it bounds what one entry does, and the others are asked as soon as
// these are served.
const mostAsked = 256

// The effects of the queue.

// ready asks clients whether they are still there.
type ready struct{ ids []waiterID }

// served is the reply for a client that waited.
type served struct {
	id   waiterID
	wire string
}

// absent says that a node's clients were taken out of the queue, because it
// has not been heard of.
type absent struct{ origin string }

// serving looks at queues in which something may have changed. It lives within
// one command, and everything it does is the same on every node.
type serving struct {
	table *commands.Table
	root  *store.Tx
	places
	queues

	work []queue
	due  map[queue]bool // what is in work

	self   string // the place of the client whose command this is, or ""
	answer resp.Reply
}

func newServing(table *commands.Table, root *store.Tx) *serving {
	hidden := root.On(store.Waiting)
	return &serving{table: table, root: root, places: places{hidden}, queues: queues{hidden}, due: map[queue]bool{}}
}

func (s *serving) look(qs ...queue) {
	for _, q := range qs {
		if !s.due[q] {
			s.due[q] = true
			s.work = append(s.work, q)
		}
	}
}

func (s *serving) run() {
	for len(s.work) > 0 {
		q := s.work[0]
		s.work = s.work[1:]
		delete(s.due, q)
		s.settle(q)
		s.look(s.takeLater(q)...)
	}
}

// settle serves a queue from its head: as long as there is something, its first
// has said that it is there, and its attempt yields something. If the first has
// not said so, it is asked. If it would take at another of its keys, its turn
// comes there, or here when there is nothing any more.
func (s *serving) settle(q queue) {
	if q.class == lockClass {
		s.settleInTurn(q)
		return
	}
	for {
		place := s.first(q)
		if place == "" {
			return
		}
		n := holds(s.root, q)
		if n == 0 {
			s.dry(q)
			return
		}
		m := s.mark(q)
		if m.since == 0 || s.asked(q, m) > n { // somebody else has taken what they were asked for
			m = mark{since: s.root.Index()}
			s.setMark(q, m)
		}
		w := s.waiting(place)
		if w.claimed < m.since {
			s.ask(q, m, n)
			return
		}
		if from, _ := s.source(w.db, w.args); from != q {
			s.later(from, q)
			return
		}
		reply, got := s.attempt(w)
		if !got {
			s.dry(q)
			return
		}
		s.serve(w, reply)
	}
}

// settleInTurn serves the first of a queue of strict turns, unless its attempt
// yields nothing. Nobody is asked: see commands.Turns.
func (s *serving) settleInTurn(q queue) {
	place := s.first(q)
	if place == "" {
		return
	}
	w := s.waiting(place)
	if reply, got := s.attempt(w); got {
		s.serve(w, reply) // which has the queue looked at again
	}
}

// ask asks as many clients as there may be something for, but for those who
// were asked since there has been something.
func (s *serving) ask(q queue, m mark, n int) {
	var ids []waiterID
	asked := m.asked
	s.next(q, m.asked, min(n, mostAsked), func(place string) {
		ids = append(ids, s.waiting(place).id)
		asked = place
	})
	if ids != nil {
		s.setMark(q, mark{m.since, asked})
		s.root.Emit(ready{ids})
	}
}

// source is the queue of the key from which a command's attempt would take: the
// first that holds something, of those where anybody waits.
func (s *serving) source(db int, args []string) (q queue, ok bool) {
	for _, q := range queuesOf(s.table, db, args) {
		switch {
		case s.first(q) == "":
		case q.isExact() && holds(s.root, q) > 0, !q.isExact() && s.mark(q).since != 0:
			return q, true
		}
	}
	return queue{}, false
}

// attempt runs a client's command; got is false when there is nothing for it.
func (s *serving) attempt(w *waiter) (reply resp.Reply, got bool) {
	reply = s.table.Run(s.root.On(w.db), w.args)
	s.root.Done()
	return reply, !isNothing(reply)
}

// isNothing tells whether an attempt has found nothing.
func isNothing(r resp.Reply) bool { return r.Kind == resp.NullKind || r.Kind == resp.NullArrayKind }

// turns are those of a client's command, if it has any.
func (s *serving) turns(w *waiter) (t commands.Turns, inTurn bool) {
	return commands.TurnsOf(s.table.Lookup(w.args[0]))
}

// enter gives a client its place in its queues, unless its command refuses that.
func (s *serving) enter(w *waiter) (refusal resp.Reply) {
	w.place = s.behindAll()
	if t, inTurn := s.turns(w); inTurn {
		taken, refusal := t.Enter(s.root.On(w.db), w.args, w.place)
		if refusal.IsError() {
			return refusal
		}
		w.place = taken
	}
	s.add(w)
	for _, q := range queuesOf(s.table, w.db, w.args) {
		s.push(q, w.place)
	}
	return resp.Reply{}
}

// leave takes a client out of its queues, and has those behind it looked at.
func (s *serving) leave(w *waiter) {
	if t, inTurn := s.turns(w); inTurn {
		t.Leave(s.root.On(w.db), w.args)
	}
	for _, q := range queuesOf(s.table, w.db, w.args) {
		s.remove(q, w.place)
		s.look(q)
	}
}

// serve gives a client its reply.
func (s *serving) serve(w *waiter, reply resp.Reply) {
	s.leave(w)
	if w.place == s.self {
		s.answer = reply
		s.drop(w.id, w.place)
		return
	}
	s.tell(w, reply)
}

// tell has a client's node told its reply, which is kept until it has it.
func (s *serving) tell(w *waiter, reply resp.Reply) {
	wire := string(reply.Append(nil, resp.Wire))
	s.keep(w, wire)
	s.root.Emit(served{w.id, wire})
}
