package client

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// ElectionConfig says how a candidate stands for an election. The zero value is
// a good one.
type ElectionConfig struct {
	// ID is what others see of the candidate (Leader), as a host and port. Empty:
	// a random name. It need not be unique, and must not hold a "/".
	ID string
	// TTL is how long a leader that is silent stays leader. 0 means 10 s.
	TTL time.Duration
}

// Election is a candidate in an election: of all who campaign under one name one
// leads at a time. It is a lock whose holder others can see.
type Election struct {
	db   Doer
	name string
	cfg  ElectionConfig

	mu   sync.Mutex // guards term
	term *Lock      // the latest that this candidate has won; nil: none yet
}

// NewElection makes a candidate. It asks nothing of the server.
func NewElection(db Doer, name string, cfg ElectionConfig) *Election {
	if cfg.ID == "" {
		cfg.ID = rand.Text()
	}
	if cfg.TTL == 0 {
		cfg.TTL = defaultTTL
	}
	return &Election{db: db, name: name, cfg: cfg}
}

// Campaign waits until this candidate leads, in the order of those who came, or
// until ctx ends. The term that it returns is a lock: its Context ends when
// another may lead, its Token is larger than those of all leaders before, and its
// Fence carries out writes that a leader of the past cannot make.
func (e *Election) Campaign(ctx context.Context) (*Lock, error) {
	// Each term has an owner of its own: a process that was started again must not
	// share the token of one that is still about.
	term := newLock(e.db, e.name, LockConfig{TTL: e.cfg.TTL, Owner: e.cfg.ID + "/" + rand.Text()})
	term.unique = true
	if err := term.acquire(ctx); err != nil {
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.term = term
	return term, nil
}

// Run campaigns and leads, term after term, until ctx ends or lead returns
// something other than what ended its term. lead is called when this candidate
// leads; its ctx ends when it no longer does, and it must return then. Between
// its return and the next term others may lead.
func (e *Election) Run(ctx context.Context, lead func(ctx context.Context, term *Lock) error) error {
	for {
		term, err := e.Campaign(ctx)
		if err != nil {
			return err
		}
		err = lead(term.Context(ctx), term)
		lost := term.Err() != nil
		unlocked := term.Unlock()
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case lost || errors.Is(err, ErrFenced): // it could not go on
		case err != nil:
			return err
		default:
			return unlocked
		}
	}
}

// Resign gives up the term that this candidate leads in: the next in the row
// leads at once. It returns ErrNotHeld when this one leads no more, or never has.
func (e *Election) Resign() error {
	e.mu.Lock()
	term := e.term
	e.mu.Unlock()
	if term == nil {
		return ErrNotHeld
	}
	return term.Unlock()
}

// Leader is who leads.
type Leader struct {
	ID    string // the candidate's
	Token int64  // of its term
}

// Leader asks who leads now. ErrNoLeader: nobody does.
func (e *Election) Leader(ctx context.Context) (Leader, error) {
	reply, err := e.db.Do(ctx, "LOCKINFO", e.name).Result()
	if errors.Is(err, redis.Nil) {
		return Leader{}, ErrNoLeader
	}
	if err != nil {
		return Leader{}, err
	}
	info := fields(reply)
	owner, _ := info["owner"].(string)
	token, _ := info["token"].(int64)
	id, _, _ := strings.Cut(owner, "/")
	if id == "" {
		return Leader{}, ErrNoLeader
	}
	return Leader{id, token}, nil
}

// Watch tells who leads: now, and whenever that changes. While nobody leads, or
// nobody can be asked, it tells nothing. It asks every third of the TTL; a term
// that is shorter may go unseen. The channel is closed when ctx ends.
func (e *Election) Watch(ctx context.Context) <-chan Leader {
	told := make(chan Leader)
	go func() {
		defer close(told)
		var last Leader
		for {
			if now, err := e.Leader(ctx); err == nil && now != last {
				select {
				case told <- now:
					last = now
				case <-ctx.Done():
					return
				}
			}
			if !sleep(ctx, e.cfg.TTL/3) {
				return
			}
		}
	}()
	return told
}

// fields reads a map, which is an array of keys and values in RESP2.
func fields(reply any) map[string]any {
	m := map[string]any{}
	switch reply := reply.(type) {
	case map[any]any:
		for k, v := range reply {
			if k, ok := k.(string); ok {
				m[k] = v
			}
		}
	case []any:
		for i := 0; i+1 < len(reply); i += 2 {
			if k, ok := reply[i].(string); ok {
				m[k] = reply[i+1]
			}
		}
	}
	return m
}
