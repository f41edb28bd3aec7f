package client

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// Pool is a pool of members, usually the addresses of servers: who is alive is in
// it, and clients pick one at a time, in one sequence for all of them. It is an
// ordinary set, or a sorted set with weights for scores.
type Pool struct {
	db   Doer
	name string
}

// NewPool makes a Pool. It asks nothing of the server.
func NewPool(db Doer, name string) *Pool { return &Pool{db, name} }

// MemberConfig says how a member is registered. The zero value is a good one.
type MemberConfig struct {
	// Weight is the member's share of picks, against the others'. 0 means that all
	// are alike; then none in the pool may have a weight.
	Weight float64
	// TTL is how long a member that is silent stays in the pool. 0 means 10 s.
	TTL time.Duration
}

// Member is a membership that is being kept alive.
type Member struct {
	pool *Pool
	name string
	cfg  MemberConfig
	stop context.CancelFunc
	idle chan struct{} // closed when no heartbeat is on its way any more

	mu  sync.Mutex
	err error // of the last heartbeat
}

// heartbeat gives a member more time, and registers it where it is not in the
// pool; in one step, or it might stay for good. A weight that was changed by hand
// stays. KEYS: the pool; ARGV: member, ms, weight or "".
const heartbeat = `
if redis.call('PEXPIREMEMBER', KEYS[1], ARGV[1], ARGV[2]) == 1 then return 0 end
if ARGV[3] == '' then
	redis.call('SADD', KEYS[1], ARGV[1])
else
	redis.call('ZADD', KEYS[1], ARGV[3], ARGV[1])
end
redis.call('PEXPIREMEMBER', KEYS[1], ARGV[1], ARGV[2])
return 1`

// Register puts a member into the pool and keeps it there, with a heartbeat at a
// third of its TTL, until Leave, or until this process falls silent. One that was
// away too long is registered again. ctx is for the first registration alone.
func (p *Pool) Register(ctx context.Context, member string, cfg MemberConfig) (*Member, error) {
	if cfg.TTL == 0 {
		cfg.TTL = defaultTTL
	}
	m := &Member{pool: p, name: member, cfg: cfg, idle: make(chan struct{})}
	if err := m.beat(ctx); err != nil {
		return nil, err
	}
	beating, stop := context.WithCancel(context.Background())
	m.stop = stop
	go m.run(beating)
	return m, nil
}

// beat is one heartbeat.
func (m *Member) beat(ctx context.Context) error {
	weight := any("")
	if m.cfg.Weight != 0 {
		weight = m.cfg.Weight
	}
	return m.pool.db.Do(ctx, "EVAL", heartbeat, 1, m.pool.name, m.name, millis(m.cfg.TTL), weight).Err()
}

// run ends with Leave. After a failure it is quicker to try again.
func (m *Member) run(ctx context.Context) {
	defer close(m.idle)
	every := m.cfg.TTL / 3
	for pause := every; sleep(ctx, pause); {
		err := m.beat(ctx)
		if pause = every; err != nil {
			pause = every / 4
		}
		m.mu.Lock()
		m.err = err
		m.mu.Unlock()
	}
}

// Err is the error of the last heartbeat, nil if it went well. A member whose
// heartbeats fail for its TTL has left the pool until one succeeds.
func (m *Member) Err() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.err
}

// Leave takes the member out of the pool at once. When it fails, the member
// leaves by itself after its TTL. Leave is called once.
func (m *Member) Leave(ctx context.Context) error {
	m.stop()
	select {
	case <-m.idle:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	word := "SREM"
	if m.cfg.Weight != 0 {
		word = "ZREM"
	}
	return m.pool.db.Do(ctx, word, m.pool.name, m.name).Err()
}

// Pick answers the member whose turn it is, by weight, leaving some out: those
// that the caller has just found unreachable, say. ErrNoMember: there is none.
func (p *Pool) Pick(ctx context.Context, except ...string) (string, error) {
	return p.pick(ctx, nil, except)
}

// PickFor answers the same member for the same subject as long as that is in the
// pool: when another leaves, only its subjects move.
func (p *Pool) PickFor(ctx context.Context, subject string, except ...string) (string, error) {
	return p.pick(ctx, []any{"HASH", subject}, except)
}

func (p *Pool) pick(ctx context.Context, how []any, except []string) (string, error) {
	member, err := p.db.Do(ctx, p.args(how, except)...).Text()
	if errors.Is(err, redis.Nil) {
		return "", ErrNoMember
	}
	return member, err
}

// args are those of a PICK.
func (p *Pool) args(how []any, except []string) []any {
	args := append([]any{"PICK", p.name}, how...)
	if len(except) > 0 {
		args = append(args, "EXCLUDE", len(except))
		for _, member := range except {
			args = append(args, member)
		}
	}
	return args
}

// Load is a member that was picked because it had the least to do, and has this
// to do now.
type Load struct {
	Member string
	ticket int64
	pool   *Pool
}

// PickLeast answers the member with the fewest picks under way for its weight.
// Done tells that this one is over; it is taken for over after most, 0 meaning
// 30 s, so a caller that dies is no load for ever.
func (p *Pool) PickLeast(ctx context.Context, most time.Duration, except ...string) (*Load, error) {
	how := []any{"LEAST"}
	if most != 0 {
		how = append(how, "PX", millis(most))
	}
	reply, err := p.db.Do(ctx, p.args(how, except)...).Slice()
	if errors.Is(err, redis.Nil) {
		return nil, ErrNoMember
	}
	if err != nil {
		return nil, err
	}
	load := &Load{pool: p}
	if err := scan(reply, &load.Member, &load.ticket); err != nil {
		return nil, err
	}
	return load, nil
}

// Done gives the pick back. That it has lapsed, or was given back before, is no
// error.
func (l *Load) Done(ctx context.Context) error {
	return l.pool.db.Do(ctx, "PICKDONE", l.pool.name, l.ticket).Err()
}
