package client

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

// QueueConfig says how a queue is worked off. The zero value is a good one.
type QueueConfig struct {
	// Lease is how long an item is kept for a worker that is silent; then another
	// gets it. A handler may take longer: it is prolonged meanwhile. 0 means 30 s.
	Lease time.Duration
	// MaxTries is how often an item is tried before it goes to the list of the dead.
	// 0: for ever.
	MaxTries int
	// RetryDelay is after how long an item comes back whose handler failed. 0 means 1 s.
	RetryDelay time.Duration
	// Worker is this worker's name. Empty: a random one.
	Worker string
	// OnError is told of what goes wrong beside handlers: a server that cannot be
	// reached, an item that was lost (ErrLost). It must not wait. nil: nobody is.
	OnError func(error)
}

// Queue is a queue of texts that loses nothing: an item is gone when its handler
// has succeeded, and not before. Every item is handled at least once; twice when
// a worker dies, or loses sight of the servers, before it has said that it is
// done. The queue is an ordinary list.
type Queue struct {
	db   Doer
	list string
	cfg  QueueConfig
}

// NewQueue makes a Queue. It asks nothing of the server.
func NewQueue(db Doer, list string, cfg QueueConfig) *Queue {
	if cfg.Lease == 0 {
		cfg.Lease = 30 * time.Second
	}
	if cfg.RetryDelay == 0 {
		cfg.RetryDelay = time.Second
	}
	if cfg.Worker == "" {
		cfg.Worker = rand.Text()
	}
	if cfg.OnError == nil {
		cfg.OnError = func(error) {}
	}
	return &Queue{db, list, cfg}
}

// Push puts items behind those that are there. When it has returned nil they are
// kept on a majority of the servers.
func (q *Queue) Push(ctx context.Context, items ...string) error {
	args := []any{"LPUSH", q.list}
	for _, item := range items {
		args = append(args, item)
	}
	return q.db.Do(ctx, args...).Err()
}

// Item is an item that is reserved for this worker.
type Item struct {
	Value  string
	Tries  int64 // how often it has been handed out, this time included
	ticket int64
}

// Work hands items to handle, so many at a time, until ctx ends; then it takes no
// more, waits for the handlers that run, and returns nil. An item whose handler
// returns nil is done; with an error it comes back after RetryDelay. A handler's
// own ctx does not end with Work's, but with its item's reservation (ErrLost):
// another worker may have it then. What the server refuses (WRONGTYPE ...) ends
// Work with that error, in the same way.
func (q *Queue) Work(ctx context.Context, concurrency int, handle func(ctx context.Context, item Item) error) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var workers sync.WaitGroup
	failed := make(chan error, max(1, concurrency))
	for range max(1, concurrency) {
		workers.Go(func() {
			if err := q.work(ctx, handle); err != nil {
				failed <- err
				stop(err)
			}
		})
	}
	workers.Wait()
	select {
	case err := <-failed:
		return err
	default:
		return nil
	}
}

// work is one worker. A request to reserve is never left alone: what it was given
// is handled, also when ctx has ended meanwhile.
func (q *Queue) work(ctx context.Context, handle func(ctx context.Context, item Item) error) error {
	const first, most = 50 * time.Millisecond, 2 * time.Second
	pause := first
	for ctx.Err() == nil {
		item, sent, err := q.reserve(context.WithoutCancel(ctx))
		switch {
		case errors.Is(err, redis.Nil):
			pause = first
		case err != nil && isFinal(err):
			return err
		case err != nil:
			q.cfg.OnError(err)
			sleep(ctx, pause)
			pause = min(most, 2*pause)
		default:
			pause = first
			q.handle(context.WithoutCancel(ctx), item, sent, handle)
		}
	}
	return nil
}

// reserve asks for an item, waiting in the server; sent is when the request went
// off that its time is counted from. Waiting has cost some of that, so an item
// that came late is given more at once.
func (q *Queue) reserve(ctx context.Context) (item Item, sent time.Time, err error) {
	args := []any{"RESERVE", q.list, q.cfg.Worker, "PX", millis(q.cfg.Lease), "BLOCK", millis(waitOf(q.db))}
	if q.cfg.MaxTries != 0 {
		args = append(args, "MAXTRIES", q.cfg.MaxTries)
	}
	sent = time.Now()
	reply, err := q.db.Do(ctx, args...).Slice()
	if err == nil {
		err = scan(reply, &item.ticket, &item.Value, &item.Tries)
	}
	if err != nil || time.Since(sent) < q.cfg.Lease/3 {
		return item, sent, err
	}
	sent = time.Now()
	held, err := q.extend(ctx, item)
	if err == nil && !held {
		err = redis.Nil // somebody else's by now
	}
	return item, sent, err
}

func (q *Queue) extend(ctx context.Context, item Item) (held bool, err error) {
	return q.db.Do(ctx, "EXTEND", q.list, item.ticket, "PX", millis(q.cfg.Lease)).Bool()
}

// handle has an item handled while its reservation is prolonged.
func (q *Queue) handle(ctx context.Context, item Item, sent time.Time, handle func(ctx context.Context, item Item) error) {
	l := lease{ttl: q.cfg.Lease, renew: func(ctx context.Context) (bool, error) { return q.extend(ctx, item) }}
	l.keep(sent)
	defer l.release()
	end := []any{"ACK", q.list, item.ticket}
	if err := handle(l.under(ctx), item); err != nil {
		end = []any{"NACK", q.list, item.ticket, "DELAY", millis(q.cfg.RetryDelay)}
	}
	if err := q.settle(ctx, &l, end); err != nil {
		q.cfg.OnError(err)
	}
}

// settle ends a reservation. Its lease may be lost by this clock and yet not be
// over, so one attempt is made in any case.
func (q *Queue) settle(ctx context.Context, l *lease, end []any) error {
	for first := true; ; first = false {
		ended, err := q.db.Do(ctx, end...).Int64()
		switch {
		case err == nil && ended == 0 && first: // later, an attempt before may have done it
			return fmt.Errorf("%w: the reservation of an item of %s", ErrLost, q.list)
		case err == nil || isFinal(err) || l.err() != nil:
			return err
		}
		sleep(l.ctx, q.cfg.Lease/20)
	}
}
