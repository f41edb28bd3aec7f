package session

import (
	"sync"
	"sync/atomic"
	"time"

	"coordd/commands"
	"coordd/resp"
)

// Handler makes a Session for each connection; it implements resp.Handler.
type Handler struct {
	cfg  Config
	runs sync.Pool // of *run: an idle connection holds none
	stat counters
}

// counters feed Stats.
type counters struct{ commands, errors atomic.Uint64 }

// Stats counts what the sessions of a node have done since it started.
type Stats struct {
	Commands uint64 // commands answered
	Errors   uint64 // of them with an error
}

// New makes a Handler. The Config is checked by Validate.
func New(cfg Config) (*Handler, error) {
	if err := cfg.Validate(); err != nil {
		return nil, err
	}
	h := &Handler{cfg: cfg}
	h.runs.New = func() any { return newRun(len(cfg.Groups)) }
	return h, nil
}

// Stats returns the counters. Safe for many goroutines.
func (h *Handler) Stats() Stats {
	return Stats{Commands: h.stat.commands.Load(), Errors: h.stat.errors.Load()}
}

// Open implements resp.Handler.
func (h *Handler) Open(c *resp.Conn) resp.Session {
	client := commands.NewClient(commands.ClientConfig{
		ID: c.ID(), Addr: c.RemoteAddr(), LocalAddr: c.LocalAddr(), Created: c.CreatedAt(),
		Buffers: func() (query, output int) { return c.QueryBuffer(), c.OutputBuffer() },
		Push:    c.Push, Kill: c.Kill,
		Authenticated: h.cfg.Password() == "",
	})
	return h.open(c, client)
}

// wire is what a session needs of its connection; *resp.Conn has it.
type wire interface {
	Write(p []byte)
	Flush() error
	CloseAfterFlush()
	SetAuthenticated(bool)
	SetSubscriber(bool)
	Gone() <-chan struct{}
}

// Session is one connection. Its methods are called by one goroutine.
type Session struct {
	cfg    *Config
	h      *Handler
	wire   wire
	client *commands.Client
	state  commands.ClientState // the client's, as of the last local command
	tx     transaction
	reads  []reading // for announce
}

func (h *Handler) open(w wire, client *commands.Client) *Session {
	s := &Session{cfg: &h.cfg, h: h, wire: w, client: client, state: client.State()}
	w.SetAuthenticated(s.state.Authenticated)
	h.cfg.Clients.add(client)
	return s
}

// Close implements resp.Session.
func (s *Session) Close() {
	s.client.End()
	s.leave(true)
	s.cfg.Clients.remove(s.client)
}

// leave ends what features hold for the connection.
func (s *Session) leave(ended bool) {
	if s.cfg.Leave != nil {
		s.cfg.Leave(s.client, ended)
	}
}

// Serve implements resp.Session: it carries out one pipeline. Commands on data
// are gathered into runs; a local command is carried out on the spot, after
// the run before it. What follows a command that ends the connection is not
// looked at.
func (s *Session) Serve(cmds []resp.Command) {
	now := time.Now()
	s.client.Seen(now)
	r := s.h.runs.Get().(*run)
	r.began = now
	for i := range cmds {
		s.take(r, cmds[i].Args)
		if s.state.Closing {
			break
		}
	}
	s.carryOut(r)
	if len(r.noted) > 0 {
		s.fold(r)
	}
	s.sendAll(r)
	if s.state.Closing {
		s.wire.CloseAfterFlush()
	}
	s.h.stat.commands.Add(r.served)
	s.h.stat.errors.Add(r.failed)
	r.served, r.failed = 0, 0
	s.h.runs.Put(r)
}

// take admits one command and puts it into the run, or carries it out if it
// is a local one.
func (s *Session) take(r *run, args []string) {
	spec, refusal := s.admit(args)
	if spec == nil {
		s.turnedAway(args)
		r.refuse(s.rejected(args, refusal.Str))
		return
	}
	if s.paused() {
		s.pause(r, spec)
	}
	if s.tracks() {
		s.remember(spec, args)
	}
	s.show(spec, args)
	if len(r.steps) == 0 && len(r.noted) > 0 && spec.Conn == nil {
		s.fold(r) // quick local commands came before: the run has its own time
	}
	switch {
	case s.tx.open && !immediate[spec.Name]:
		s.queue(r, spec, args)
	case spec.Flags&commands.InSession != 0:
		s.own(r, spec, args)
	case spec.Conn != nil:
		s.carryOut(r)
		s.note(r, spec, args)
		s.write(r, spec, s.local(spec, args))
		if spec.Flags&commands.PubSub != 0 {
			s.sendAll(r) // messages wait until it is confirmed
		}
		if spec.Flags&commands.Fast == 0 {
			s.fold(r)
		}
	case s.blocks(spec, args):
		s.carryOut(r)
		s.block(r, spec, args)
	default:
		s.join(r, spec, args)
	}
}

// join puts a command on data into the run.
func (s *Session) join(r *run, spec *commands.Spec, args []string) {
	if !r.fits(spec, args) {
		s.carryOut(r)
	}
	r.count(spec, args)
	s.client.Running(spec)
	s.route(r, spec, args)
}

// local carries out a command on the connection or the node.
func (s *Session) local(spec *commands.Spec, args []string) resp.Reply {
	s.client.Running(spec)
	reply := spec.Conn(s.client, args)
	if spec.Name == "reset" {
		s.tx = transaction{}
		s.leave(false)
	}
	s.learn()
	return reply
}

// learn takes over what a local command has changed.
func (s *Session) learn() {
	was := s.state
	s.state = s.client.State()
	if s.state.Authenticated != was.Authenticated {
		s.wire.SetAuthenticated(s.state.Authenticated)
	}
	if s.state.Subscribed() != was.Subscribed() {
		s.wire.SetSubscriber(s.state.Subscribed())
	}
}

// send passes the replies so far to the connection.
func (s *Session) send(r *run) {
	if len(r.out) > 0 {
		s.wire.Write(r.out)
	}
	if s.state.Subscribed() || s.state.Monitoring || s.state.Tracking.On {
		s.client.Release()
	}
	r.out = r.out[:0]
	if cap(r.out) > keepOut {
		r.out = nil
	}
}
