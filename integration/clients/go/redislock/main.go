// Redislock drives github.com/bsm/redislock.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/bsm/redislock"
	"github.com/redis/go-redis/v9"

	"coordd/integration/clients/go/rig"
)

func obtain(ctx context.Context) error {
	// doc: redislock
	client := redis.NewClient(&redis.Options{Addr: rig.Addrs[0]})
	locker := redislock.New(client)
	lock, err := locker.Obtain(ctx, "rl:account", 10*time.Second, nil)
	if err != nil {
		return err
	}
	defer lock.Release(ctx)
	fmt.Println("alone")
	// end
	other := redislock.New(redis.NewClient(&redis.Options{Addr: rig.Addrs[1]}))
	if _, err := other.Obtain(ctx, "rl:account", time.Second, nil); !errors.Is(err, redislock.ErrNotObtained) {
		return fmt.Errorf("a second holder: %v", err)
	}
	if err := lock.Refresh(ctx, time.Minute, nil); err != nil {
		return err
	}
	if ttl, err := lock.TTL(ctx); err != nil || ttl < 50*time.Second {
		return fmt.Errorf("TTL after Refresh: %v, %v", ttl, err)
	}
	return nil
}

// handover: who waits gets the lock when it is released, though the leader dies.
func handover(ctx context.Context) error {
	first := redislock.New(redis.NewClient(&redis.Options{Addr: rig.Addrs[0]}))
	second := redislock.New(redis.NewClient(&redis.Options{Addr: rig.Addrs[1]}))
	lock, err := first.Obtain(ctx, "rl:handover", time.Minute, nil)
	if err != nil {
		return err
	}
	got := make(chan error, 1)
	go func() {
		lock, err := second.Obtain(ctx, "rl:handover", time.Minute, &redislock.Options{RetryStrategy: redislock.LinearBackoff(5 * time.Millisecond)})
		if err == nil {
			err = lock.Release(ctx)
		}
		got <- err
	}()
	if err := rig.KillLeader(); err != nil {
		return err
	}
	return errors.Join(lock.Release(ctx), <-got)
}

func main() {
	os.Exit(rig.Main(rig.Part{Name: "obtain", Do: obtain}, rig.Part{Name: "handover", Do: handover}))
}
