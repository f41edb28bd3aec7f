package session

import (
	"context"
	"time"

	"coordd/commands"
	"coordd/resp"
)

// blocks tells whether a command is one that may wait.
func (s *Session) blocks(spec *commands.Spec, args []string) bool {
	return spec.Flags&commands.Blocking != 0 && s.cfg.Blocker != nil && s.cfg.Blocker.Blocks(spec, args)
}

// block carries out a command that may wait. What was answered before it is
// sent first: its client may wait for that to go on.
func (s *Session) block(r *run, spec *commands.Spec, args []string) {
	group, one := s.groupOf(spec, args)
	if !one {
		s.write(r, spec, resp.Error(crossSlot))
		return
	}
	s.sendAll(r)
	_ = s.wire.Flush() // an error has ended the connection, which gone tells
	s.client.Running(spec)
	again := s.reannounce()
	s.announce()
	reply, err := s.cfg.Blocker.Block(s.client, group, s.state.DB, spec, args, s.wire.Gone, again)
	if text := s.failure(err, spec.Flags&commands.Write != 0); text != "" {
		reply = resp.Error(text)
	}
	if s.state.Subscribed() || s.state.Tracking.On {
		ctx, cancel := context.WithTimeout(context.Background(), s.cfg.RequestTimeout)
		s.awaitMessages(ctx, &s.cfg.Groups[group])
		cancel()
	}
	r.began = time.Now() // to wait is not to work
	s.note(r, spec, args)
	s.write(r, spec, reply)
}
