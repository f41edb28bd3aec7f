// Redsync drives github.com/go-redsync/redsync. A cluster of coordd is one
// endpoint to it, not several: the majority is inside.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"github.com/go-redsync/redsync/v4"
	"github.com/go-redsync/redsync/v4/redis/goredis/v9"
	"github.com/redis/go-redis/v9"

	"coordd/integration/clients/go/rig"
)

func exclusion(ctx context.Context) error {
	// doc: redsync
	client := redis.NewClient(&redis.Options{Addr: rig.Addrs[0]})
	locks := redsync.New(goredis.NewPool(client))
	mutex := locks.NewMutex("rs:account", redsync.WithExpiry(10*time.Second))
	if err := mutex.LockContext(ctx); err != nil {
		return err
	}
	fmt.Println("alone until", mutex.Until().Format(time.TimeOnly))
	if _, err := mutex.UnlockContext(ctx); err != nil {
		return err
	}
	// end
	var inside, entered atomic.Int32
	const workers, turns = 9, 5
	done := make(chan error, workers)
	for i := range workers {
		locks := redsync.New(goredis.NewPool(redis.NewClient(&redis.Options{Addr: rig.Addrs[i%len(rig.Addrs)]})))
		go func() {
			for range turns {
				mutex := locks.NewMutex("rs:shared", redsync.WithTries(5000), redsync.WithRetryDelay(2*time.Millisecond))
				err := mutex.LockContext(ctx)
				if err == nil && inside.Add(1) != 1 {
					err = errors.New("two are inside")
				}
				if err != nil {
					done <- err
					return
				}
				entered.Add(1)
				inside.Add(-1)
				if _, err := mutex.UnlockContext(ctx); err != nil {
					done <- err
					return
				}
			}
			done <- nil
		}()
	}
	for range workers {
		if err := <-done; err != nil {
			return err
		}
	}
	if entered.Load() != workers*turns {
		return fmt.Errorf("entered %d times", entered.Load())
	}
	return nil
}

// extension: a held lock can be extended, also when the leader has died.
func extension(ctx context.Context) error {
	client := redis.NewClient(&redis.Options{Addr: rig.Addrs[0]})
	defer client.Close()
	locks := redsync.New(goredis.NewPool(client))
	mutex := locks.NewMutex("rs:extended", redsync.WithExpiry(30*time.Second), redsync.WithTries(1))
	if err := mutex.LockContext(ctx); err != nil {
		return err
	}
	if err := rig.KillLeader(); err != nil {
		return err
	}
	if err := locks.NewMutex("rs:extended", redsync.WithTries(1)).LockContext(ctx); err == nil {
		return errors.New("a second holder")
	}
	if ok, err := mutex.ExtendContext(ctx); !ok || err != nil {
		return fmt.Errorf("extend: %v, %v", ok, err)
	}
	ok, err := mutex.UnlockContext(ctx)
	if !ok {
		return fmt.Errorf("unlock: %v", err)
	}
	return err
}

func main() {
	os.Exit(rig.Main(rig.Part{Name: "exclusion", Do: exclusion}, rig.Part{Name: "extension", Do: extension}))
}
