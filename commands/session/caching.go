package session

import (
	"slices"
	"strings"

	"coordd/commands"
)

// reading is keys that a client which caches is about to read.
type reading struct {
	keys   []string
	cached bool
}

// remember notes which keys a command is about to read, for a client that caches
// them. In MULTI, the commands read when EXEC carries them out.
func (s *Session) remember(spec *commands.Spec, args []string) {
	t := &s.state.Tracking
	switch {
	case s.tx.open && !immediate[spec.Name], spec.Name == "multi":
		return
	case spec.Name == "exec":
		for _, q := range s.tx.queue {
			s.rememberKeys(q.spec, q.args)
		}
	default:
		s.rememberKeys(spec, args)
	}
	if t.Caching && !strings.HasPrefix(spec.Name, "client|") { // it was said of this command
		s.client.Change(func(state *commands.ClientState) { state.Tracking.Caching = false })
		t.Caching = false
	}
}

// scripts read what they are told to.
var scripts = map[string]bool{"eval": true, "evalsha": true, "fcall": true}

func (s *Session) rememberKeys(spec *commands.Spec, args []string) {
	if spec.Data == nil || spec.Flags&commands.PubSub != 0 || spec.Flags&commands.Read == 0 && !scripts[spec.Name] {
		return
	}
	var keys []string
	for i := range spec.Keys.In(args) {
		keys = append(keys, args[i])
	}
	t := s.state.Tracking
	cached := !t.BCast && !(t.OptIn && !t.Caching) && !(t.OptOut && t.Caching)
	if len(keys) > 0 {
		s.reads = append(s.reads, reading{keys, cached})
	}
}

// announce tells the tracker what is about to be read. It must be before the
// reading, and had better be after what is older has been applied, so that the
// client is not told of that.
func (s *Session) announce() {
	if len(s.reads) == 0 {
		return // also where groups are asked side by side, which come here at once
	}
	for _, r := range s.reads {
		s.cfg.Tracker.Reading(s.client, r.keys, r.cached)
	}
	clear(s.reads)
	s.reads = s.reads[:0]
}

// reannounce is announce for a command that waits and reads once more: what it
// was told before it waited, it has not been shown.
func (s *Session) reannounce() func() {
	reads := slices.Clone(s.reads)
	return func() {
		if len(reads) > 0 {
			s.cfg.Tracker.Unsent(s.client)
			s.reads = append(s.reads, reads...)
			s.announce()
		}
	}
}

// tracks tells whether the client is told of changes.
func (s *Session) tracks() bool { return s.state.Tracking.On && s.cfg.Tracker != nil }

// sendAll passes all replies to the connection, so that what was read is sent.
func (s *Session) sendAll(r *run) {
	s.send(r)
	if s.tracks() {
		s.cfg.Tracker.Sent(s.client)
	}
}

// signed are calls as the log should have them: those of a client that does not
// want to be told of its own changes bear its name.
func (s *Session) signed(calls []call) []call {
	author := s.state.Tracking.Author
	if author == "" {
		return calls
	}
	out := make([]call, len(calls))
	for i, c := range calls {
		out[i] = c
		if c.spec.Flags&commands.Write != 0 {
			out[i].args = commands.By(author, c.args)
		}
	}
	return out
}
