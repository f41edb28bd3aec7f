package block

import (
	"time"

	"coordd/commands"
)

// sleeper is a client that waits, as its own node sees it.
type sleeper struct {
	alarm   <-chan time.Time // nil: never
	timer   *time.Timer
	unblock chan cause // capacity 1: CLIENT UNBLOCK
	closed  <-chan struct{}
}

// cause is why a client no longer sleeps.
type cause int

const (
	answered cause = iota
	timedOut
	unblocked
	unblockedWithError
	left // the client, or the node
)

// fallAsleep shows a client as waiting. limit counts from began; 0 is for ever.
func (b *Blocker) fallAsleep(c *commands.Client, limit time.Duration, began time.Time) *sleeper {
	s := &sleeper{unblock: make(chan cause, 1), closed: b.closed}
	if limit > 0 {
		s.timer = time.NewTimer(limit - time.Since(began))
		s.alarm = s.timer.C
	}
	b.mu.Lock()
	b.sleeping[c.ID()] = s
	b.mu.Unlock()
	c.Change(func(state *commands.ClientState) { state.Blocked = true })
	return s
}

func (b *Blocker) wakeUp(c *commands.Client, s *sleeper) {
	if s.timer != nil {
		s.timer.Stop()
	}
	c.Change(func(state *commands.ClientState) { state.Blocked = false })
	b.mu.Lock()
	delete(b.sleeping, c.ID())
	b.mu.Unlock()
}

// sleep waits until there is news, or for another end of waiting.
func (s *sleeper) sleep(news <-chan struct{}, gone func() <-chan struct{}) cause {
	select {
	case <-news:
		return answered
	default: // to ask for gone costs a goroutine
	}
	select {
	case <-news:
		return answered
	case <-s.alarm:
		return timedOut
	case why := <-s.unblock:
		return why
	case <-gone():
		return left
	case <-s.closed:
		return left
	}
}

// Blocked counts the clients of this node that wait.
func (b *Blocker) Blocked() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.sleeping)
}

// Unblock ends the waiting of a client as if its time were over, or with an
// error, and tells whether it was waiting.
func (b *Blocker) Unblock(client uint64, withError bool) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := b.sleeping[client]
	if s == nil {
		return false
	}
	why := unblocked
	if withError {
		why = unblockedWithError
	}
	select {
	case s.unblock <- why:
		return true
	default: // somebody was quicker
		return false
	}
}
