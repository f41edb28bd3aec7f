package session

import (
	"strings"
	"time"

	"coordd/commands"
	"coordd/resp"
)

// Observer is told what the sessions of a node do, for INFO, SLOWLOG, LATENCY
// and MONITOR. All methods are called by many connections at once and must not
// wait. What they keep of arguments they must clone.
type Observer interface {
	// Ran takes what a stretch of a connection's work carried out, and the share of
	// the time that falls to each command. It answers whether that is slow: then
	// Slow is called for every one of them.
	Ran(done []commands.Tally, share time.Duration) (slow bool)
	Slow(c *commands.Client, spec *commands.Spec, args []string, share time.Duration)
	// Failed takes the code of an error reply, its first word.
	Failed(code string)
	// Rejected takes a command that did not pass the gates.
	Rejected(spec *commands.Spec)
	// Monitor is what shows commands to those who wish, nil while nobody does.
	Monitor() func(c *commands.Client, db int, spec *commands.Spec, args []string)
}

// A stretch is what a connection does between two looks at the clock: a run, or
// neighbouring commands about the connection that are quick. Its time is shared
// equally among its commands, so the clock is read twice for a run, however
// long that is, and the tallies are folded into the node's once.

// tally counts a command of the present stretch.
func (r *run) tally(spec *commands.Spec) {
	for i := range r.tallies {
		if r.tallies[i].Spec == spec {
			r.tallies[i].Calls++
			return
		}
	}
	r.tallies = append(r.tallies, commands.Tally{Spec: spec, Calls: 1})
}

// tallyStep is tally for a step of a run. What a transaction consists of is
// tallied by exec, and who answers by himself tallies himself.
func (r *run) tallyStep(st *step) {
	if st.spec != nil && st.spec.Flags&commands.Internal == 0 {
		r.tally(st.spec)
	}
}

// noted is a command that no step tells of, in case that its stretch is slow.
type noted struct {
	spec *commands.Spec
	args []string
}

// note is tally for a command that is no step.
func (s *Session) note(r *run, spec *commands.Spec, args []string) {
	if s.cfg.Observer != nil {
		r.tally(spec)
		r.noted = append(r.noted, noted{spec, args})
	}
}

// wrong counts an error reply; spec is the command's, nil if it did not pass
// the gates.
func (s *Session) wrong(r *run, spec *commands.Spec, text string) {
	if s.cfg.Observer == nil {
		return
	}
	if spec != nil && spec.Flags&commands.Internal != 0 {
		spec = s.cfg.Table.Lookup("exec") // whose work it is
	}
	for i := range r.tallies {
		if spec != nil && r.tallies[i].Spec == spec {
			r.tallies[i].Failed++
		}
	}
	code, _, _ := strings.Cut(text, " ")
	s.cfg.Observer.Failed(code)
}

// wrongInside counts the errors among the replies of a transaction.
func (s *Session) wrongInside(r *run, queue []queued, replies []resp.Reply) {
	for i := range replies {
		if i < len(queue) && replies[i].IsError() {
			s.wrong(r, queue[i].spec, replies[i].Str)
		}
	}
}

// turnedAway counts a command that did not pass the gates.
func (s *Session) turnedAway(args []string) {
	if s.cfg.Observer == nil {
		return
	}
	t := s.cfg.Table
	spec := t.Lookup(args[0])
	if spec != nil && len(args) > 1 && len(t.Subs(spec.Name)) > 0 {
		spec = t.LookupSub(args[0], args[1])
	}
	if spec != nil {
		s.cfg.Observer.Rejected(spec)
	}
}

// fold ends the stretch and begins the next.
func (s *Session) fold(r *run) {
	if s.cfg.Observer == nil {
		return
	}
	now := time.Now()
	if len(r.tallies) > 0 {
		took, calls := now.Sub(r.began), uint64(0)
		for i := range r.tallies {
			calls += r.tallies[i].Calls
		}
		share := took / time.Duration(calls)
		if s.cfg.Observer.Ran(r.tallies, share) {
			s.tellSlow(r, share)
		}
	}
	clear(r.noted)
	r.noted, r.tallies, r.began = trimmed(r.noted), r.tallies[:0], now
}

// tellSlow passes on the commands of a slow stretch.
func (s *Session) tellSlow(r *run, share time.Duration) {
	for i := range r.steps {
		if st := &r.steps[i]; st.spec != nil && st.spec.Flags&commands.Internal == 0 {
			s.cfg.Observer.Slow(s.client, st.spec, st.args, share)
		}
	}
	for _, n := range r.noted {
		s.cfg.Observer.Slow(s.client, n.spec, n.args, share)
	}
}

// show lets those who monitor see a command. What is queued is shown when it is
// carried out, before its EXEC.
func (s *Session) show(spec *commands.Spec, args []string) {
	if s.cfg.Observer == nil {
		return
	}
	show := s.cfg.Observer.Monitor()
	if show == nil || s.tx.open && !immediate[spec.Name] {
		return
	}
	if s.tx.open && !s.tx.spoiled && spec.Name == "exec" {
		for _, q := range s.tx.queue {
			show(s.client, s.state.DB, q.spec, q.args)
		}
	}
	show(s.client, s.state.DB, spec, args)
}
