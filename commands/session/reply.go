package session

import (
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
	case st.refusal != "":
		r.write(resp.Error(st.refusal), s.state.Proto)
		return
	case st.many != nil:
		r.write(st.many.gather(s, r), s.state.Proto)
		return
	}
	sh := &r.shares[st.group]
	if text := s.failure(sh.err, st.spec.Flags&commands.Write != 0); text != "" {
		r.write(resp.Error(text), s.state.Proto)
		return
	}
	if !sh.writes {
		r.write(sh.views[st.call], s.state.Proto)
		return
	}
	r.served++
	wire := sh.replies[st.call]
	if wire[0] == '-' {
		r.failed++
	}
	r.out = resp.Transcode(r.out, wire, s.state.Proto)
}

// write appends a reply.
func (r *run) write(reply resp.Reply, p resp.Proto) {
	r.served++
	if reply.IsError() {
		r.failed++
	}
	r.out = reply.Append(r.out, p)
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
