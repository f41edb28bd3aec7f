package client

import (
	"context"
	"crypto/rand"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

// LockConfig says how a lock is taken. The zero value is a good one.
type LockConfig struct {
	// TTL is how long the server keeps the lock for a holder that it does not hear
	// of. 0 means 10 s. A short one finds a dead holder sooner; one below some
	// seconds is lost when a leader of the servers dies.
	TTL time.Duration
	// Owner is who takes the lock, as LOCKINFO shows it. Empty: a random name, one
	// for each Lock. The same owner taking the lock twice has it twice, as one: that
	// is for a program that takes it up again after a restart.
	Owner string
	// Shared takes it together with others who share it, for reading.
	Shared bool
	// Permits is for how many at a time the lock is, where it is not for one. All
	// must say the same. It does not go together with Shared.
	Permits int
}

const defaultTTL = 10 * time.Second

// Lock is a lock that was acquired and is being kept: it is renewed at a third
// of its TTL until Unlock, or until it is lost.
type Lock struct {
	db     Doer
	name   string
	cfg    LockConfig
	unique bool // nobody else has this owner's name
	token  int64
	held   atomic.Bool // token and lease are there
	lease  lease

	returned atomic.Bool // Unlock has asked for its end, or is about to
	unlock   sync.Once
	unlocked error // what Unlock has returned
}

// Acquire takes the lock name, and waits for it in the server, in the order of
// those who came, until it has it or ctx ends. Servers that cannot be reached are
// asked again, for a TTL. ctx has no part in what becomes of the lock afterwards.
func Acquire(ctx context.Context, db Doer, name string, cfg LockConfig) (*Lock, error) {
	l := newLock(db, name, cfg)
	if err := l.acquire(ctx); err != nil {
		return nil, err
	}
	return l, nil
}

// TryAcquire is Acquire that does not wait: ErrHeld when another has the lock.
func TryAcquire(ctx context.Context, db Doer, name string, cfg LockConfig) (*Lock, error) {
	l := newLock(db, name, cfg)
	g := grant{sent: time.Now()}
	g.token, g.err = l.lock(ctx, 0)
	switch {
	case errors.Is(g.err, redis.Nil):
		return nil, ErrHeld
	case g.err != nil && mayHaveDone(g.err):
		go l.giveUp() // ends within a TTL
	}
	if g.err != nil {
		return nil, g.err
	}
	l.hold(g)
	return l, nil
}

func newLock(db Doer, name string, cfg LockConfig) *Lock {
	l := &Lock{db: db, name: name, cfg: cfg}
	if l.cfg.TTL == 0 {
		l.cfg.TTL = defaultTTL
	}
	if l.cfg.Owner == "" {
		l.cfg.Owner, l.unique = rand.Text(), true
	}
	l.lease.ttl, l.lease.renew, l.lease.late = l.cfg.TTL, l.renew, l.late
	return l
}

// grant is an answer to LOCK.
type grant struct {
	token int64
	sent  time.Time // when the request went off, at the latest
	err   error
}

// acquire asks until the lock is granted. Each request waits in the server for a
// while, and before that is over the next is there beside it: an owner that asks
// again keeps its place among those who wait.
func (l *Lock) acquire(ctx context.Context) error {
	listening, stop := context.WithCancel(ctx)
	defer stop()
	answers := make(chan grant)
	ask := func(wait time.Duration) {
		l.lease.attempts.Go(func() { l.request(ctx, listening, wait, answers) })
	}
	wait := waitOf(l.db)
	next := time.NewTimer(0)
	defer next.Stop()
	for answered := time.Now(); ; {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-next.C:
			ask(wait)
			next.Reset(wait * 3 / 4)
		case g := <-answers:
			if g.err == nil || errors.Is(g.err, redis.Nil) {
				answered = time.Now()
			}
			switch {
			case g.err == nil && time.Since(g.sent) < l.cfg.TTL/3:
				l.hold(g)
				return nil
			case g.err == nil: // some of its time is over: it is renewed at once
				ask(0)
			case errors.Is(g.err, redis.Nil): // the next request is on its way, or about to be
			case isFinal(g.err) || time.Since(answered) > l.cfg.TTL:
				return g.err
			default:
				next.Reset(min(l.cfg.TTL/10, 100*time.Millisecond))
			}
		}
	}
}

// request asks once. What is granted when nobody listens any more is given up,
// unless the lock is held.
func (l *Lock) request(ctx, listening context.Context, wait time.Duration, answers chan<- grant) {
	g := grant{sent: time.Now()}
	g.token, g.err = l.lock(ctx, wait)
	select {
	case answers <- g:
	case <-listening.Done():
		if !l.isHeld() && (g.err == nil || mayHaveDone(g.err)) {
			l.late()
		}
	}
}

// hold begins to keep what was granted.
func (l *Lock) hold(g grant) {
	l.token = g.token
	l.lease.keep(g.sent)
	l.held.Store(true)
}

func (l *Lock) isHeld() bool { return l.held.Load() && l.lease.ctx.Err() == nil }

// lock is LOCK, waiting for so long at the server.
func (l *Lock) lock(ctx context.Context, wait time.Duration) (token int64, err error) {
	args := []any{"LOCK", l.name, l.cfg.Owner, millis(l.cfg.TTL)}
	if wait > 0 {
		args = append(args, "WAIT", millis(wait))
	}
	switch {
	case l.cfg.Shared:
		args = append(args, "SHARED")
	case l.cfg.Permits != 0:
		args = append(args, "PERMITS", l.cfg.Permits)
	}
	token, err = l.db.Do(ctx, args...).Int64()
	return token, typed(err)
}

// renew keeps the lock. Another token means that it was somebody else's
// meanwhile.
func (l *Lock) renew(ctx context.Context) (held bool, err error) {
	token, err := l.lock(ctx, 0)
	switch {
	case errors.Is(err, redis.Nil):
		return false, nil
	case err != nil:
		return false, err
	case token != l.token:
		l.giveUp()
		return false, nil
	}
	return true, nil
}

// late is for a request that may have been granted when the lock was not wanted
// any more. If Unlock has still to ask, it asks for this one too.
func (l *Lock) late() {
	if l.held.Load() && errors.Is(context.Cause(l.lease.ctx), ErrReleased) && !l.returned.Load() {
		return
	}
	l.giveUp()
}

// giveUp ends a lock that was granted to nobody any more. Under a name that
// others may have, it ends by itself: it may be somebody's.
func (l *Lock) giveUp() {
	if !l.unique {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), l.cfg.TTL)
	defer cancel()
	l.db.Do(ctx, "UNLOCK", l.name, l.cfg.Owner) // what fails here, the server's clock does
}

// Token is the fencing token: larger than those of all who had the lock before.
// It stays the same as long as the lock is held.
func (l *Lock) Token() int64 { return l.token }

// Name is the name of the lock.
func (l *Lock) Name() string { return l.name }

// Owner is the name under which the lock is held.
func (l *Lock) Owner() string { return l.cfg.Owner }

// Done is closed when the lock is no longer held: it was lost, or unlocked.
func (l *Lock) Done() <-chan struct{} { return l.lease.ctx.Done() }

// Err is nil while the lock is held, ErrLost after it was lost, ErrReleased after
// Unlock. It asks the clock, not the server.
func (l *Lock) Err() error { return l.lease.err() }

// Context returns a context for the work that the lock is for. It ends with ctx,
// or with the lock; context.Cause then tells which: ErrLost or ErrReleased.
func (l *Lock) Context(ctx context.Context) context.Context { return l.lease.under(ctx) }

// Fence carries out a write under the lock's token: it is refused, with ErrFenced,
// when anybody has taken the lock since, even if this process has not found out
// yet. args are those of the command, as for Do of go-redis; its keys must be of
// the group of the lock's name.
func (l *Lock) Fence(ctx context.Context, args ...any) *redis.Cmd {
	all := append([]any{"FENCE", l.name, l.token}, args...)
	if err := l.Err(); errors.Is(err, ErrLost) {
		cmd := redis.NewCmd(ctx, all...)
		cmd.SetErr(err)
		return cmd
	}
	cmd := l.db.Do(ctx, all...)
	if err := cmd.Err(); err != nil {
		cmd.SetErr(typed(err))
	}
	return cmd
}

// Unlock gives the lock back. It returns ErrNotHeld when it was lost before: what
// was done last may have been done beside another holder. Without a server it
// fails after some time, and the lock ends by itself. To call it again is
// allowed, and does nothing.
func (l *Lock) Unlock() error {
	l.unlock.Do(func() {
		if l.Err() != nil {
			l.unlocked = ErrNotHeld
			return
		}
		l.lease.release()
		l.returned.Store(true)
		ctx, cancel := context.WithTimeout(context.Background(), l.cfg.TTL)
		defer cancel()
		ended, err := l.db.Do(ctx, "UNLOCK", l.name, l.cfg.Owner).Int64()
		if l.unlocked = err; err == nil && ended == 0 {
			l.unlocked = ErrNotHeld
		}
	})
	return l.unlocked
}
