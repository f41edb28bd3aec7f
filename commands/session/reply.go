package session

import (
	"bytes"
	"errors"
	"strconv"

	"coordd/commands"
	"coordd/resp"
)

// What a client is told when a log fails. None of these may be mistaken for
// one another: client libraries send a command again after CLUSTERDOWN, which
// is right when nothing was changed, and must not after UNKNOWN.
const (
	unknownOutcome = "UNKNOWN the outcome of this write is not known: the leader was lost while committing it; it was applied once or not at all"
	partlyDone     = "UNKNOWN this write was applied to some of its keys only: no leader could be reached for the others"
)

// failure is the one place where an error of a Log becomes a reply; "" for no
// error. A read changes nothing, whatever its error; of a write only the Log's
// own word says that nothing was changed.
func (s *Session) failure(err error, write bool) string {
	switch {
	case err == nil:
		return ""
	case write && s.isUnknown(err):
		return unknownOutcome
	}
	seconds := strconv.FormatFloat(s.cfg.RequestTimeout.Seconds(), 'f', -1, 64)
	return "CLUSTERDOWN no leader could be reached within " + seconds + " s; nothing was changed"
}

func (s *Session) isUnknown(err error) bool { return !errors.Is(err, s.cfg.Unavailable) }

// reply appends the reply of one step, in the client's protocol.
func (s *Session) reply(r *run, st *step) {
	switch {
	case st.said != "":
		s.write(r, st.spec, resp.Reply{Kind: resp.Kind(st.said[0]), Str: st.said[1:]})
		return
	case st.many != nil:
		s.write(r, st.spec, st.many.gather(s, r))
		return
	}
	sh := &r.shares[st.group]
	if text := s.failure(sh.err, st.spec.Flags&commands.Write != 0); text != "" {
		s.write(r, st.spec, resp.Error(text))
		return
	}
	if !sh.writes {
		s.wrongInside(r, st.queue, sh.views[st.call].Elems)
		s.write(r, st.spec, sh.views[st.call])
		return
	}
	r.served++
	wire, from := sh.replies[st.call], len(r.out)
	r.out = resp.Transcode(r.out, wire, s.state.Proto)
	if wire[0] == '-' {
		r.failed++
		s.wrong(r, st.spec, string(wire[1:]))
	}
	if len(st.queue) > 0 && bytes.Contains(wire, []byte("\r\n-")) {
		s.wrongInside(r, st.queue, r.answer(st.group, st.call).Elems)
	}
	if s.state.Quiet != commands.Loud {
		s.hush(r, from)
	}
}

// write appends a reply; spec is the command's, nil if it did not pass the gates.
func (s *Session) write(r *run, spec *commands.Spec, reply resp.Reply) {
	r.served++
	from := len(r.out)
	r.out = reply.Append(r.out, s.state.Proto)
	if reply.IsError() {
		r.failed++
		s.wrong(r, spec, reply.Str)
	}
	if s.state.Quiet != commands.Loud {
		s.hush(r, from)
	}
}

// hush takes back the reply that begins at from: the client has said CLIENT
// REPLY OFF or SKIP, the latter being over after the command that follows it.
func (s *Session) hush(r *run, from int) {
	r.out = r.out[:from]
	next := s.state.Quiet
	switch next {
	case commands.QuietForTwo:
		next = commands.QuietForOne
	case commands.QuietForOne:
		next = commands.Loud
	}
	if next != s.state.Quiet {
		s.client.Change(func(state *commands.ClientState) { state.Quiet = next })
		s.state.Quiet = next
	}
}

// answer is the reply to one call, whichever way the group has given it.
func (r *run) answer(group, call int) resp.Reply {
	sh := &r.shares[group]
	if !sh.writes {
		return sh.views[call]
	}
	reply, _, err := resp.Parse(sh.replies[call])
	if err != nil {
		panic("session: a reply of the log does not parse: " + err.Error())
	}
	return reply
}
