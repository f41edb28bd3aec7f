package client

import (
	"context"
	"sync"
	"time"
)

// lease is something that the server gives for a time, and that is kept by
// asking for more again and again. Its context ends with it.
type lease struct {
	ttl time.Duration
	// renew asks for another ttl. held false: it is gone. An error: not known.
	renew func(ctx context.Context) (held bool, err error)
	// late is called when a renewal may have been granted after the end. May be nil.
	late func()

	ctx      context.Context
	cancel   context.CancelCauseFunc
	outcomes chan outcome
	attempts sync.WaitGroup

	mu    sync.Mutex  // guards what follows
	until time.Time   // when it counts as lost
	timer *time.Timer // fires then
}

// outcome is that of one attempt to renew.
type outcome struct {
	sent time.Time
	held bool
	err  error
}

// keep begins to keep a lease that was granted by a request sent at sent. The
// lease ends with release, or by itself.
func (l *lease) keep(sent time.Time) {
	l.ctx, l.cancel = context.WithCancelCause(context.Background())
	l.outcomes = make(chan outcome)
	l.mu.Lock()
	l.until = l.end(sent)
	l.timer = time.AfterFunc(time.Until(l.until), func() { l.cancel(ErrLost) })
	l.mu.Unlock()
	go l.run(sent)
}

// end is when a lease that was granted by a request sent at sent counts as lost:
// before the server can think so.
func (l *lease) end(sent time.Time) time.Time { return sent.Add(l.ttl - l.ttl/10) }

// run asks for more at a third of the ttl. What has no answer by the next third
// is asked again beside it: the connection may find another node. It ends with
// the lease.
func (l *lease) run(sent time.Time) {
	third := l.ttl / 3
	next := time.NewTimer(time.Until(sent.Add(third)))
	defer next.Stop()
	for {
		select {
		case <-l.ctx.Done():
			return
		case <-next.C:
			l.attempts.Go(l.attempt)
			next.Reset(third)
		case o := <-l.outcomes:
			switch {
			case o.err != nil:
				next.Reset(third / 4)
			case !o.held:
				l.stop(ErrLost)
			default:
				l.prolong(o.sent)
				next.Reset(time.Until(o.sent.Add(third)))
			}
		}
	}
}

// attempt renews once. It does not end with the lease: who stops listening to an
// answer does not know what was granted.
func (l *lease) attempt() {
	ctx, cancel := context.WithTimeout(context.Background(), l.ttl)
	defer cancel()
	o := outcome{sent: time.Now()}
	o.held, o.err = l.renew(ctx)
	select {
	case l.outcomes <- o:
	case <-l.ctx.Done():
		if l.late != nil && (o.held || o.err != nil) {
			l.late()
		}
	}
}

func (l *lease) prolong(sent time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if end := l.end(sent); end.After(l.until) && l.ctx.Err() == nil {
		l.until = end
		l.timer.Reset(time.Until(end))
	}
}

// stop ends the lease on this side; the first cause counts.
func (l *lease) stop(cause error) {
	l.cancel(cause)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.timer.Stop()
}

// release is stop for a lease that is given back. It returns when no renewal is
// on its way, or when one takes long.
func (l *lease) release() {
	l.stop(ErrReleased)
	idle := make(chan struct{})
	go func() { // ends with the last attempt
		l.attempts.Wait()
		close(idle)
	}()
	timer := time.NewTimer(l.ttl / 3)
	defer timer.Stop()
	select {
	case <-idle:
	case <-timer.C:
	}
}

// err is nil as long as the lease is held. It looks at the clock: a process that
// was stopped goes on before its timers do.
func (l *lease) err() error {
	l.mu.Lock()
	over := !time.Now().Before(l.until)
	l.mu.Unlock()
	if over {
		l.cancel(ErrLost)
	}
	return context.Cause(l.ctx)
}

// under is a context that ends with ctx or with the lease, whichever is first.
func (l *lease) under(ctx context.Context) context.Context {
	under, cancel := context.WithCancelCause(ctx)
	context.AfterFunc(l.ctx, func() { cancel(context.Cause(l.ctx)) })
	return under
}
