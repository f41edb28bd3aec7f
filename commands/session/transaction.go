package session

import (
	"slices"
	"strconv"
	"strings"

	"coordd/commands"
	"coordd/resp"
)

// transaction is what a connection has collected for EXEC.
type transaction struct {
	open    bool // between MULTI and EXEC
	spoiled bool // a command was refused: EXEC will be too
	queue   []queued
	bytes   int
	watched []watched // also outside of MULTI
}

// queued is a command that waits for EXEC.
type queued struct {
	spec *commands.Spec
	args []string
}

// watched is a key under WATCH, as it was then.
type watched struct {
	commands.Watched
	group int
}

// spoil notes that a command was refused. It changes nothing outside of MULTI.
func (t *transaction) spoil() { t.spoiled = t.open }

// rejected is what a command that did not pass the gates means for the
// transaction, and the text of its refusal: EXEC ends the transaction even so.
func (s *Session) rejected(args []string, text string) string {
	if !strings.EqualFold(args[0], "exec") {
		s.tx.spoil()
		return text
	}
	s.endTransaction()
	_, reason, _ := strings.Cut(text, " ")
	return "EXECABORT Transaction discarded because of: " + reason
}

// immediate are the commands that are never queued.
var immediate = map[string]bool{
	"multi": true, "exec": true, "discard": true, "watch": true, "quit": true, "reset": true,
}

// Transactions are the commands that a session carries out itself.
func Transactions() commands.Group {
	const (
		flags = commands.InSession | commands.NoScript | commands.Loading | commands.Stale | commands.Fast
		group = "transactions"
	)
	keys := commands.Keys{First: 1, Last: -1, Step: 1}
	return commands.Group{Name: group, Specs: []commands.Spec{
		{Name: "multi", Arity: 1, Flags: flags, Since: "1.2.0", Summary: "Begins a transaction: commands are queued until EXEC."},
		{Name: "exec", Arity: 1, Flags: flags &^ commands.Fast, Since: "1.2.0", Summary: "Carries out the queued commands, all or none, with nothing in between."},
		{Name: "discard", Arity: 1, Flags: flags, Since: "2.0.0", Summary: "Ends a transaction and forgets what was queued."},
		{Name: "watch", Arity: -2, Flags: flags, Keys: keys, Since: "2.2.0", Syntax: "key [key ...]", Summary: "Has the next EXEC do nothing if one of the keys changes before it."},
		{Name: "unwatch", Arity: 1, Flags: flags, Since: "2.2.0", Summary: "Forgets the watched keys."},
	}}
}

// own carries out a command of Transactions.
func (s *Session) own(r *run, spec *commands.Spec, args []string) {
	s.client.Running(spec)
	reply := resp.OK
	switch spec.Name {
	case "multi":
		reply = s.multi()
	case "exec":
		if reply = s.exec(r); !reply.IsError() {
			return // it is a step of its own kind
		}
	case "discard":
		reply = s.discard()
	case "watch":
		reply = s.watch(r, args)
	case "unwatch":
		s.tx.watched = nil
	}
	r.answerWith(spec, args, reply)
}

func (s *Session) multi() resp.Reply {
	if s.tx.open {
		return resp.Error("ERR MULTI calls can not be nested")
	}
	s.tx.open = true
	s.showTransaction()
	return resp.OK
}

func (s *Session) discard() resp.Reply {
	if !s.tx.open {
		return resp.Error("ERR DISCARD without MULTI")
	}
	s.endTransaction()
	return resp.OK
}

// watch notes the versions that the keys have now. Versions are part of the
// replicated state, so they mean the same on every node and under every leader.
func (s *Session) watch(r *run, args []string) resp.Reply {
	if s.tx.open {
		return resp.Error("ERR WATCH inside MULTI is not allowed")
	}
	s.carryOut(r)
	for _, key := range args[1:] {
		group := s.owner(key)
		has := func(w watched) bool { return w.Key == key && w.DB == s.state.DB }
		if slices.ContainsFunc(s.tx.watched, has) {
			continue
		}
		if _, err := s.confirm(&s.cfg.Groups[group]); err != nil {
			return resp.Error(s.failure(err, false))
		}
		version := s.cfg.Groups[group].Engine.Versions(s.state.DB, []string{key})[0]
		s.tx.watched = append(s.tx.watched, watched{commands.Watched{DB: s.state.DB, Key: key, Version: version}, group})
	}
	return resp.OK
}

// queue takes a command for EXEC.
func (s *Session) queue(r *run, spec *commands.Spec, args []string) {
	s.tx.bytes += size(args)
	switch {
	case s.tx.bytes > s.cfg.MaxCommand:
		s.tx.spoil()
		s.turnedAway(args)
		r.refuse("ERR transaction is larger than a log entry may be (" + strconv.Itoa(s.cfg.MaxCommand) + " bytes)")
	case len(s.cfg.Groups) > 1 && spec.Flags&commands.AllShards != 0:
		s.tx.spoil()
		s.turnedAway(args)
		r.refuse("CROSSSLOT '" + spec.Name + "' concerns all groups of keys, which no transaction spans")
	default:
		s.tx.queue = append(s.tx.queue, queued{spec, slices.Clone(args)})
		s.showTransaction()
		r.say(resp.Simple("QUEUED"))
	}
}

// exec carries out what was queued: all commands on data are one command of
// one group's log (or one view, if they only read), and local ones follow, each
// with its reply in its place. As one command it takes part in a run as any
// other, unless local ones are among them. It returns an error where nothing was
// carried out.
func (s *Session) exec(r *run) resp.Reply {
	t := s.tx
	if !t.open {
		return resp.Error("ERR EXEC without MULTI")
	}
	s.endTransaction()
	if t.spoiled {
		return resp.Error("EXECABORT Transaction discarded because of previous errors.")
	}
	group, one := s.groupOfTransaction(&t)
	if !one {
		return resp.Error(crossSlot)
	}
	work, readOnly := s.plan(&t)
	args := work.Encode(readOnly)
	spec := s.cfg.Table.Lookup(args[0])
	if local := len(work.Calls) < len(t.queue); local || !r.fits(spec, args) {
		s.carryOut(r)
	}
	s.noteExec(r, t.queue)
	r.count(spec, args)
	if len(work.Calls) == len(t.queue) {
		r.single(group, spec, args)
		r.steps[len(r.steps)-1].queue = t.queue
		return resp.OK
	}
	r.steps = append(r.steps, step{spec: spec, many: &mixed{t.queue, group, r.add(group, spec, args)}})
	s.carryOut(r)
	return resp.OK
}

// noteExec counts EXEC and what it carries out; local commands among that are
// counted when their turn comes.
func (s *Session) noteExec(r *run, queue []queued) {
	s.note(r, s.cfg.Table.Lookup("exec"), []string{"EXEC"})
	for _, q := range queue {
		if q.spec.Conn == nil {
			s.note(r, q.spec, q.args)
		}
	}
}

// plan is the transaction for the log: the commands on data, each with the
// database that is selected when its turn comes.
func (s *Session) plan(t *transaction) (work commands.Transaction, readOnly bool) {
	readOnly = true
	for _, w := range t.watched {
		work.Watched = append(work.Watched, w.Watched)
	}
	db := s.state.DB
	for _, q := range t.queue {
		if q.spec.Data != nil {
			work.Calls = append(work.Calls, commands.Call{DB: db, Args: q.args})
			readOnly = readOnly && q.spec.Flags&commands.Write == 0
			continue
		}
		if n, err := strconv.Atoi(q.args[len(q.args)-1]); q.spec.Name == "select" && err == nil && n >= 0 && n < commands.Databases {
			db = n
		}
	}
	return work, readOnly
}

// groupOfTransaction finds the group of all keys that are watched or queued.
func (s *Session) groupOfTransaction(t *transaction) (group int, one bool) {
	group = -1
	if len(s.cfg.Groups) == 1 {
		return 0, true
	}
	for _, w := range t.watched {
		if group >= 0 && w.group != group {
			return 0, false
		}
		group = w.group
	}
	for _, q := range t.queue {
		for i := range q.spec.Keys.In(q.args) {
			g := s.owner(q.args[i])
			if group >= 0 && g != group {
				return 0, false
			}
			group = g
		}
	}
	return max(group, 0), true
}

// mixed makes the reply of a transaction with local commands in it, and carries
// those out, in their order.
type mixed struct {
	queue       []queued
	group, call int
}

func (m *mixed) gather(s *Session, r *run) resp.Reply {
	if err := r.shares[m.group].err; err != nil {
		return resp.Error(s.failure(err, r.shares[m.group].writes))
	}
	reply := r.answer(m.group, m.call)
	if reply.Kind != resp.ArrayKind { // a watched key has changed
		return reply
	}
	all, data := make([]resp.Reply, len(m.queue)), reply.Elems
	for i, q := range m.queue {
		switch {
		case q.spec.Data != nil:
			all[i], data = data[0], data[1:]
		case q.spec.Conn != nil:
			s.note(r, q.spec, q.args)
			all[i] = s.local(q.spec, q.args)
		default: // UNWATCH: EXEC has ended all watching
			all[i] = resp.OK
		}
	}
	s.wrongInside(r, m.queue, all)
	return resp.Array(all...)
}

// endTransaction forgets what was queued and watched.
func (s *Session) endTransaction() {
	s.tx = transaction{}
	s.showTransaction()
}

// showTransaction lets CLIENT LIST see how far the transaction is.
func (s *Session) showTransaction() {
	s.client.Change(func(state *commands.ClientState) {
		state.InMulti, state.Queued = s.tx.open, len(s.tx.queue)
	})
	s.state = s.client.State()
}
