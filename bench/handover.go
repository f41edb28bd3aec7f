package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"coordd/resp"
)

// handover is the name of the row group: many clients want one lock, and what
// is timed is from the release by one until the next knows that it has it.
const handover = "hand-over"

const (
	handoverWaiters = 100
	handoverShare   = 100 // one hand-over for so many requests of the other rows
	handoverKey     = "bench:handover"
	pollEvery       = 5 * time.Millisecond // Redis's recipe that asks again and again
	handoverWait    = "60000"              // ms: how long a waiter waits at most
)

// lockWay is one way to want a lock until one has it, and to release it.
type lockWay struct {
	name    string // as the page calls it
	system  string // the column whose server is asked
	prepare []string
	acquire func(c *resp.Client, owner string) error
	release func(owner string) []string
}

var lockWays = []lockWay{
	{
		name: "Redis, 2 replicas: SET NX PX, asked again every 5 ms", system: redisReplicas, acquire: pollSetNX,
		release: func(owner string) []string {
			return []string{"EVALSHA", compareAndDelete.sha, "1", handoverKey, owner}
		},
	},
	{
		name: "Redis, 2 replicas: BLPOP of a token (lost with its holder)", system: redisReplicas,
		prepare: []string{"RPUSH", handoverKey, "token"},
		acquire: func(c *resp.Client, _ string) error { return done(c, "BLPOP", handoverKey, "0") },
		release: func(string) []string { return []string{"RPUSH", handoverKey, "token"} },
	},
	{name: coorddThree + ": LOCK ... WAIT", system: coorddThree, acquire: lockWait, release: unlockHandover},
	{name: coorddFollower + ": LOCK ... WAIT", system: coorddFollower, acquire: lockWait, release: unlockHandover},
}

// etcdHandover is the row of etcd's own lock, concurrency.Mutex.
const etcdHandover = etcdThree + ": concurrency.Mutex"

func pollSetNX(c *resp.Client, owner string) error {
	for {
		r, err := c.Do("SET", handoverKey, owner, "NX", "PX", "30000")
		switch {
		case err != nil:
			return err
		case r.IsError():
			return errors.New(r.Str)
		case r.Str == "OK":
			return nil
		}
		time.Sleep(pollEvery)
	}
}

func lockWait(c *resp.Client, owner string) error {
	return done(c, "LOCK", handoverKey, owner, "30000", "WAIT", handoverWait)
}

func unlockHandover(owner string) []string { return []string{"UNLOCK", handoverKey, owner} }

// done sends a command that must do something.
func done(c *resp.Client, cmd ...string) error {
	if err := c.Send(cmd...); err != nil {
		return err
	}
	_, err := receive(c)
	return err
}

// baton is what the holder of the lock has. Whether the lock works is what is
// measured, so that nothing here relies on it.
type baton struct {
	passed   atomic.Int64 // how often the lock has changed hands
	released atomic.Int64 // when the last holder released it, since start
	start    time.Time
	requests int
}

// measure times requests hand-overs. Until everybody has had the lock once not
// everybody is waiting yet: those before are not counted.
func (w lockWay) measure(ctx context.Context, addr string, requests int) (sample, error) {
	conns, closeAll, err := dialAll(ctx, addr, handoverWaiters)
	defer closeAll()
	if err != nil {
		return sample{}, err
	}
	if r, err := conns[0].Do("DEL", handoverKey); err != nil || r.IsError() {
		return sample{}, fmt.Errorf("DEL: %s %w", r.Str, err)
	}
	if w.prepare != nil {
		if err := done(conns[0], w.prepare...); err != nil {
			return sample{}, err
		}
	}
	b := &baton{start: time.Now(), requests: requests}
	took := make([][]time.Duration, handoverWaiters)
	err = eachClient(conns, func(client int, c *resp.Client) (err error) {
		took[client], err = w.takePart(c, fmt.Sprintf("client-%d", client), b)
		return err
	})
	switch {
	case ctx.Err() != nil:
		return sample{}, errors.New("took too long")
	case err != nil:
		return sample{}, err
	}
	timed, whole := 0, time.Duration(0)
	for _, one := range took {
		for _, d := range one {
			timed, whole = timed+1, whole+d
		}
	}
	if timed != requests {
		return sample{}, fmt.Errorf("%d hand-overs were timed, not %d", timed, requests)
	}
	return summarize(took, requests, whole), nil
}

// takePart wants the lock again and again until it has changed hands often
// enough. Those who still wait then each get it once more.
func (w lockWay) takePart(c *resp.Client, owner string, b *baton) (took []time.Duration, err error) {
	for {
		if err := w.acquire(c, owner); err != nil {
			return nil, err
		}
		now := time.Since(b.start)
		passed := int(b.passed.Add(1)) - 1
		if passed > handoverWaiters && passed <= handoverWaiters+b.requests {
			took = append(took, now-time.Duration(b.released.Load()))
		}
		b.released.Store(int64(time.Since(b.start)))
		if err := done(c, w.release(owner)...); err != nil {
			return nil, err
		}
		if passed >= handoverWaiters+b.requests {
			return took, nil
		}
	}
}
