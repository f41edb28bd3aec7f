// Command lock-recipe guards a job with the recipe that works on any Redis: SETNX
// takes the lock, EXPIRE ends it should its holder die.
//
// The promise: four workers add 1 to a balance 10 times each, by reading it and
// writing it back, and no addition is lost.
//
// Where the recipe is weak: a worker that dies between SETNX and EXPIRE leaves a
// lock that never ends. One that is held up for longer than the lock lasts goes on
// as if it still had it, and its DEL then ends the lock of the next holder. See
// lock, which has an answer to each.
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"os"
	"time"

	"github.com/redis/go-redis/v9"
)

func main() {
	flag.Parse()
	addr := cmp.Or(flag.Arg(0), os.Getenv("COORDD_ADDR"), "127.0.0.1:6379")
	if err := run(context.Background(), addr); err != nil {
		fmt.Fprintln(os.Stderr, "lock-recipe:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, addr string) error {
	db := redis.NewClient(&redis.Options{Addr: addr, MaxRetries: -1})
	defer db.Close()
	if err := db.Set(ctx, "example:setnx:balance", 0, 0).Err(); err != nil {
		return err
	}
	done := make(chan error, 4)
	for worker := range 4 {
		go func() {
			var err error
			for i := 0; i < 10 && err == nil; i++ {
				err = locked(ctx, db, fmt.Sprintf("worker-%d", worker), func() error { return add(ctx, db) })
			}
			done <- err
		}()
	}
	for range 4 {
		if err := <-done; err != nil {
			return err
		}
	}
	balance, err := db.Get(ctx, "example:setnx:balance").Int()
	if err != nil {
		return err
	}
	fmt.Println("balance:", balance)
	if balance != 40 {
		return fmt.Errorf("%d additions were lost", 40-balance)
	}
	return nil
}

// locked runs job while nobody else runs theirs.
func locked(ctx context.Context, db *redis.Client, owner string, job func() error) error {
	for {
		won, err := db.SetNX(ctx, "example:setnx:lock", owner, 0).Result()
		if err != nil {
			return err
		}
		if won {
			break
		}
		time.Sleep(time.Millisecond)
	}
	if err := db.Expire(ctx, "example:setnx:lock", 30*time.Second).Err(); err != nil {
		return err
	}
	if err := job(); err != nil {
		return err
	}
	return db.Del(ctx, "example:setnx:lock").Err()
}

func add(ctx context.Context, db *redis.Client) error {
	balance, err := db.Get(ctx, "example:setnx:balance").Int()
	if err != nil {
		return err
	}
	return db.Set(ctx, "example:setnx:balance", balance+1, 0).Err()
}
