package client_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"coordd/client"
	"coordd/integration/cluster"
)

// Who waits gets it, one at a time, in the order of tokens.
func TestLockExcludes(t *testing.T) {
	ctx, n := bounded(t), start(t, 1).Nodes[0]
	var inside, last atomic.Int64
	var all sync.WaitGroup
	for range 8 {
		db := connect(t, n)
		all.Go(func() {
			for range 5 {
				lock, err := client.Acquire(ctx, db, "door", client.LockConfig{})
				if err != nil {
					t.Error(err)
					return
				}
				if inside.Add(1) != 1 {
					t.Error("two are inside")
				}
				if was := last.Swap(lock.Token()); lock.Token() <= was {
					t.Errorf("token %d after %d", lock.Token(), was)
				}
				inside.Add(-1)
				if err := lock.Unlock(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}

// A lock outlives its ttl many times while it is kept, with one token, and is
// free as soon as it is given back.
func TestLockIsRenewed(t *testing.T) {
	ctx, n := bounded(t), start(t, 1).Nodes[0]
	db, other := connect(t, n), connect(t, n)
	lock := must[*client.Lock](t)(client.Acquire(ctx, db, "door", client.LockConfig{TTL: time.Second, Owner: "me"}))
	until := time.Now().Add(3 * time.Second)
	for time.Now().Before(until) {
		if _, err := client.TryAcquire(ctx, other, "door", client.LockConfig{}); !errors.Is(err, client.ErrHeld) {
			t.Fatalf("another got %v", err)
		}
		if err := lock.Err(); err != nil {
			t.Fatal(err)
		}
	}
	if err := lock.Fence(ctx, "SET", "x", 1).Err(); err != nil {
		t.Fatal(err)
	}
	if err := lock.Unlock(); err != nil {
		t.Fatal(err)
	}
	if err := lock.Unlock(); err != nil {
		t.Fatal("the second time:", err)
	}
	ends(t, "the lock to end", lock.Done())
	if err := lock.Err(); !errors.Is(err, client.ErrReleased) {
		t.Fatal(err)
	}
	next := must[*client.Lock](t)(client.TryAcquire(ctx, other, "door", client.LockConfig{}))
	if next.Token() <= lock.Token() {
		t.Fatalf("token %d after %d", next.Token(), lock.Token())
	}
}

// A server that is stopped does not answer. The lock is lost before the server can
// think so, measured on one clock: the server's, which goes on where it stopped.
func TestLockIsLostWithItsServer(t *testing.T) {
	ctx, n := bounded(t), start(t, 1).Nodes[0]
	const ttl = 3 * time.Second
	db := connect(t, n)
	lock := must[*client.Lock](t)(client.Acquire(ctx, db, "door", client.LockConfig{TTL: ttl}))
	work := lock.Context(ctx)
	n.Pause(t)
	paused := time.Now()
	ends(t, "the lock to be lost", lock.Done())
	if took := time.Since(paused); took >= ttl {
		t.Errorf("it was lost after %v of %v", took, ttl)
	}
	ends(t, "the work to end", work.Done()) // which is told by another goroutine
	if err := context.Cause(work); !errors.Is(err, client.ErrLost) {
		t.Errorf("the work ended with %v", err)
	}
	if err := lock.Fence(ctx, "SET", "x", 1).Err(); !errors.Is(err, client.ErrLost) {
		t.Errorf("a write: %v", err)
	}
	if err := lock.Unlock(); !errors.Is(err, client.ErrNotHeld) {
		t.Errorf("Unlock: %v", err)
	}
	// What was on its way when the lock was lost must not take it again for good.
	n.Resume(t)
	next := must[*client.Lock](t)(client.Acquire(ctx, db, "door", client.LockConfig{}))
	if next.Token() <= lock.Token() {
		t.Errorf("token %d after %d", next.Token(), lock.Token())
	}
}

// The same with a server that refuses connections.
func TestLockIsLostWithItsNode(t *testing.T) {
	ctx, n := bounded(t), start(t, 1).Nodes[0]
	lock := must[*client.Lock](t)(client.Acquire(ctx, connect(t, n), "door", client.LockConfig{TTL: time.Second}))
	n.Kill(t)
	ends(t, "the lock to be lost", lock.Done())
	if err := lock.Err(); !errors.Is(err, client.ErrLost) {
		t.Error(err)
	}
}

// One that somebody breaks is lost at the next renewal, and the new holder's
// writes keep the old one's out before that.
func TestLockThatIsBroken(t *testing.T) {
	ctx, n := bounded(t), start(t, 1).Nodes[0]
	db := connect(t, n)
	old := must[*client.Lock](t)(client.Acquire(ctx, db, "door", client.LockConfig{TTL: 6 * time.Second}))
	if err := db.Del(ctx, "door").Err(); err != nil {
		t.Fatal(err)
	}
	next := must[*client.Lock](t)(client.Acquire(ctx, db, "door", client.LockConfig{}))
	if err := old.Fence(ctx, "SET", "x", "old").Err(); !errors.Is(err, client.ErrFenced) {
		t.Errorf("the old one's write: %v", err)
	}
	if err := next.Fence(ctx, "SET", "x", "new").Err(); err != nil {
		t.Error(err)
	}
	ends(t, "the lock to be lost", old.Done())
	if err := old.Err(); !errors.Is(err, client.ErrLost) {
		t.Error(err)
	}
	if err := next.Err(); err != nil {
		t.Error("the new holder:", err)
	}
	if err := next.Unlock(); err != nil {
		t.Error(err)
	}
}

// A grant to one who waited keeps the holder before it out for good, though the
// new one has written nothing and is gone.
func TestGrantOfAWaiterIsRemembered(t *testing.T) {
	ctx, n := bounded(t), start(t, 1).Nodes[0]
	db := connect(t, n)
	first := must[*client.Lock](t)(client.Acquire(ctx, db, "door", client.LockConfig{}))
	if err := first.Fence(ctx, "SET", "x", "first").Err(); err != nil {
		t.Fatal(err)
	}
	granted := make(chan *client.Lock, 1)
	go func() {
		lock, err := client.Acquire(ctx, db, "door", client.LockConfig{})
		if err != nil {
			t.Error(err)
		}
		granted <- lock
	}()
	cluster.Poll(t, within, "it to wait", func() error { return waitingFor(ctx, db, "door", 1) })
	if err := first.Unlock(); err != nil {
		t.Fatal(err)
	}
	if err := ends(t, "the grant", granted).Unlock(); err != nil {
		t.Fatal(err)
	}
	if err := first.Fence(ctx, "SET", "x", "late").Err(); !errors.Is(err, client.ErrFenced) {
		t.Errorf("a late write: %v", err)
	}
}

// Who gives up waiting does not get it any more, also when it was to be had in
// between.
func TestAcquireGivesUp(t *testing.T) {
	ctx, n := bounded(t), start(t, 1).Nodes[0]
	db := connect(t, n)
	held := must[*client.Lock](t)(client.Acquire(ctx, db, "door", client.LockConfig{}))
	waiting, cancel := context.WithCancelCause(ctx)
	enough := errors.New("enough")
	waited := make(chan error)
	go func() {
		_, err := client.Acquire(waiting, db, "door", client.LockConfig{})
		waited <- err
	}()
	cluster.Poll(t, within, "it to wait", func() error { return waitingFor(ctx, db, "door", 1) })
	cancel(enough)
	if err := ends(t, "Acquire", waited); !errors.Is(err, enough) {
		t.Fatal(err)
	}
	if err := held.Unlock(); err != nil {
		t.Fatal(err)
	}
	if err := must[*client.Lock](t)(client.Acquire(ctx, db, "door", client.LockConfig{})).Unlock(); err != nil {
		t.Fatal(err)
	}
}

// waitingFor wants so many owners to wait for a lock.
func waitingFor(ctx context.Context, db *redis.Client, name string, want int64) error {
	info, err := db.Do(ctx, "LOCKINFO", name).Result()
	if err != nil {
		return err
	}
	m, ok := info.(map[any]any)
	if n, _ := m["waiting"].(int64); !ok || n != want {
		return errors.New("others wait")
	}
	return nil
}

// Nobody passes those who came before, though each waits in several requests.
func TestAcquireKeepsItsPlace(t *testing.T) {
	ctx, n := bounded(t), start(t, 1).Nodes[0]
	db := redis.NewClient(&redis.Options{Addr: n.Addr, ReadTimeout: 600 * time.Millisecond}) // requests wait 300 ms
	defer db.Close()
	held := must[*client.Lock](t)(client.Acquire(ctx, db, "door", client.LockConfig{}))
	order := make(chan int, 3)
	var all sync.WaitGroup
	for i := range 3 {
		all.Go(func() {
			lock, err := client.Acquire(ctx, db, "door", client.LockConfig{})
			if err != nil {
				t.Error(err)
				return
			}
			order <- i
			if err := lock.Unlock(); err != nil {
				t.Error(err)
			}
		})
		cluster.Poll(t, within, "it to wait", func() error { return waitingFor(ctx, db, "door", int64(i)+1) })
	}
	for until := time.Now().Add(2 * time.Second); time.Now().Before(until); time.Sleep(20 * time.Millisecond) {
		if err := waitingFor(ctx, db, "door", 3); err != nil {
			t.Fatal("somebody has lost its place:", err)
		}
	}
	if err := held.Unlock(); err != nil {
		t.Fatal(err)
	}
	all.Wait()
	for i := range 3 {
		if got := <-order; got != i {
			t.Errorf("number %d came at %d", got, i)
		}
	}
}

// A server that is not there, or refuses, is an error and no endless wait.
func TestAcquireFails(t *testing.T) {
	ctx, n := bounded(t), start(t, 1).Nodes[0]
	db := connect(t, n)
	if err := db.Set(ctx, "text", "v", 0).Err(); err != nil {
		t.Fatal(err)
	}
	if _, err := client.Acquire(ctx, db, "text", client.LockConfig{}); !redis.HasErrorPrefix(err, "WRONGTYPE") {
		t.Errorf("a lock of a text: %v", err)
	}
	n.Kill(t)
	if _, err := client.Acquire(ctx, db, "door", client.LockConfig{TTL: 300 * time.Millisecond}); err == nil {
		t.Error("a lock of nobody")
	}
}

// Readers share a lock, and so do as many as there are permits.
func TestSharedAndPermits(t *testing.T) {
	ctx, n := bounded(t), start(t, 1).Nodes[0]
	db := connect(t, n)
	for _, c := range []struct {
		cfg   client.LockConfig
		holds int
	}{
		{client.LockConfig{Shared: true}, 5},
		{client.LockConfig{Permits: 2}, 2},
	} {
		var held []*client.Lock
		for range c.holds {
			held = append(held, must[*client.Lock](t)(client.TryAcquire(ctx, db, "many", c.cfg)))
		}
		if _, err := client.TryAcquire(ctx, db, "many", client.LockConfig{}); !errors.Is(err, client.ErrHeld) {
			t.Errorf("alone beside %d: %v", c.holds, err)
		}
		if c.cfg.Permits != 0 {
			if _, err := client.TryAcquire(ctx, db, "many", c.cfg); !errors.Is(err, client.ErrHeld) {
				t.Errorf("one more than there are permits: %v", err)
			}
		}
		for _, lock := range held {
			if err := lock.Unlock(); err != nil {
				t.Error(err)
			}
		}
	}
}

// A leader of the servers dies, and a lock of some seconds outlives that.
func TestLockOutlivesALeader(t *testing.T) {
	ctx, c := bounded(t), start(t, 3)
	leader := c.Leader(t)
	db := connect(t, c.Others(leader)[0])
	lock := must[*client.Lock](t)(client.Acquire(ctx, db, "door", client.LockConfig{TTL: within}))
	leader.Kill(t)
	if err := lock.Fence(ctx, "SET", "x", 1).Err(); err != nil {
		t.Error(err)
	}
	if err := lock.Err(); err != nil {
		t.Error(err)
	}
	if err := lock.Unlock(); err != nil {
		t.Error(err)
	}
}

// Who would wait for somebody that waits for it is told.
func TestDeadlock(t *testing.T) {
	ctx, n := bounded(t), start(t, 1).Nodes[0]
	db := connect(t, n)
	take := func(ctx context.Context, name, owner string) error {
		_, err := client.Acquire(ctx, db, name, client.LockConfig{Owner: owner})
		return err
	}
	if err := errors.Join(take(ctx, "a", "ann"), take(ctx, "b", "bob")); err != nil {
		t.Fatal(err)
	}
	waiting, cancel := context.WithCancel(ctx)
	waited := make(chan error)
	go func() { waited <- take(waiting, "b", "ann") }()
	cluster.Poll(t, within, "ann to wait", func() error { return waitingFor(ctx, db, "b", 1) })
	if err := take(ctx, "a", "bob"); !errors.Is(err, client.ErrDeadlock) {
		t.Errorf("bob: %v", err)
	}
	cancel()
	if err := ends(t, "ann to give up", waited); !errors.Is(err, context.Canceled) {
		t.Errorf("ann: %v", err)
	}
}
