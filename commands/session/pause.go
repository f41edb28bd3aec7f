package session

import (
	"sync"
	"sync/atomic"
	"time"

	"coordd/commands"
)

// Pauses is CLIENT PAUSE on a node: until it is over, commands wait. It is made
// before the table of commands, since CLIENT PAUSE changes it. Safe for many
// goroutines; nil never pauses.
type Pauses struct {
	on atomic.Bool // there may be a pause: so much is looked at for every command

	mu      sync.Mutex // guards all below
	until   time.Time
	all     bool          // not only writes wait
	changed chan struct{} // closed when any of it changes
}

// NewPauses makes one that is over.
func NewPauses() *Pauses { return &Pauses{changed: make(chan struct{})} }

// Pause has commands wait for d, or only those that may write. A pause that
// lasts longer already is not made shorter.
func (p *Pauses) Pause(d time.Duration, all bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until := time.Now().Add(d); until.After(p.until) {
		p.until = until
	}
	p.all = all
	p.change()
	p.on.Store(true)
}

// Unpause ends the pause.
func (p *Pauses) Unpause() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.until = time.Time{}
	p.on.Store(false)
	p.change()
}

func (p *Pauses) change() {
	close(p.changed)
	p.changed = make(chan struct{})
}

// left is how long a command has to wait, if nothing changes before.
func (p *Pauses) left(writes bool) (d time.Duration, changed <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	left := time.Until(p.until)
	if left <= 0 {
		p.on.Store(false)
	}
	if !p.all && !writes {
		return 0, nil
	}
	return left, p.changed
}

// paused tells whether a command may have to wait.
func (s *Session) paused() bool { return s.cfg.Pauses != nil && s.cfg.Pauses.on.Load() }

// pause waits while the node is paused for this command. What was answered
// before it is sent first.
func (s *Session) pause(r *run, spec *commands.Spec) {
	writes := s.mayWrite(spec)
	for first := true; ; first = false {
		left, changed := s.cfg.Pauses.left(writes)
		if left <= 0 {
			break
		}
		if first {
			s.carryOut(r)
			s.sendAll(r)
			_ = s.wire.Flush() // an error has ended the connection, which Gone tells
		}
		over := time.NewTimer(left)
		select {
		case <-over.C:
		case <-changed:
		case <-s.wire.Gone():
			over.Stop()
			return
		}
		over.Stop()
	}
	r.began = time.Now() // to wait is not to work
}

// mayWriteByHand are commands that are no writes by their flags and may change
// data or reach other clients.
var mayWriteByHand = map[string]bool{
	"publish": true, "spublish": true, "pfcount": true, "eval": true, "evalsha": true, "fcall": true,
}

// mayWrite tells whether a command waits in a pause of writes.
func (s *Session) mayWrite(spec *commands.Spec) bool {
	if spec.Name == "exec" {
		for _, q := range s.tx.queue {
			if s.mayWrite(q.spec) {
				return true
			}
		}
	}
	return spec.Flags&commands.Write != 0 || mayWriteByHand[spec.Name]
}
