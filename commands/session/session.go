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
		Buffers:       func() (query, output int) { return c.QueryBuffer(), c.OutputBuffer() },
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
	Gone() <-chan struct{}
}

// Session is one connection. Its methods are called by one goroutine.
type Session struct {
	cfg    *Config
	h      *Handler
	wire   wire
	client *commands.Client
	state  commands.ClientState // the client's, as of the last local command
}

func (h *Handler) open(w wire, client *commands.Client) *Session {
	s := &Session{cfg: &h.cfg, h: h, wire: w, client: client, state: client.State()}
	w.SetAuthenticated(s.state.Authenticated)
	h.cfg.Clients.add(client)
	return s
}

// Close implements resp.Session.
func (s *Session) Close() { s.cfg.Clients.remove(s.client) }

// Serve implements resp.Session: it carries out one pipeline. Commands on data
// are gathered into runs; a local command is carried out on the spot, after
// the run before it. What follows a command that ends the connection is not
// looked at.
func (s *Session) Serve(cmds []resp.Command) {
	s.client.Seen(time.Now())
	r := s.h.runs.Get().(*run)
	for i := range cmds {
		s.take(r, cmds[i].Args)
		if s.state.Closing {
			break
		}
	}
	s.carryOut(r)
	s.send(r)
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
	switch {
	case spec == nil:
		r.refuse(refusal.Str)
	case spec.Conn != nil:
		s.carryOut(r)
		s.client.Running(spec)
		reply := spec.Conn(s.client, args)
		s.learn()
		r.write(reply, s.state.Proto)
	default:
		if !r.fits(spec, args) {
			s.carryOut(r)
		}
		r.count(spec, args)
		s.client.Running(spec)
		s.route(r, spec, args)
	}
}

// learn takes over what a local command has changed.
func (s *Session) learn() {
	was := s.state.Authenticated
	s.state = s.client.State()
	if s.state.Authenticated != was {
		s.wire.SetAuthenticated(s.state.Authenticated)
	}
}

// send passes the replies so far to the connection.
func (s *Session) send(r *run) {
	if len(r.out) > 0 {
		s.wire.Write(r.out)
	}
	r.out = r.out[:0]
	if cap(r.out) > keepOut {
		r.out = nil
	}
}
