// Command registration keeps a pool of the servers that are alive: each puts
// its name into a set and, again and again, gives its membership some time to
// live. Who falls silent leaves the pool by itself.
//
// The promise: a silent server is gone for everybody at the same moment, nobody
// has to clean up behind it, and from then on it is not picked.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"
)

func main() {
	flag.Parse()
	addr := cmp.Or(flag.Arg(0), os.Getenv("COORDD_ADDR"), "127.0.0.1:6379")
	if err := run(context.Background(), addr); err != nil {
		fmt.Fprintln(os.Stderr, "registration:", err)
		os.Exit(1)
	}
}

// life is how long a server stays in the pool after a heartbeat.
const life = 2 * time.Second

const pool = "example:servers"

func run(ctx context.Context, addr string) error {
	// MaxRetries -1: a PICK whose reply was lost must not take a second turn.
	db := redis.NewClient(&redis.Options{Addr: addr, MaxRetries: -1})
	defer db.Close()
	if err := db.Del(ctx, pool).Err(); err != nil {
		return err
	}
	for _, server := range []string{"app-1", "app-2", "app-3"} {
		if err := register(ctx, db, server); err != nil {
			return err
		}
	}
	if err := expect(ctx, db, "registered:", "app-1", "app-2", "app-3"); err != nil {
		return err
	}

	// app-3 is silent from here on.
	for silent := time.Now(); time.Since(silent) < life+life/4; time.Sleep(life / 10) {
		err := errors.Join(heartbeat(ctx, db, "app-1"), heartbeat(ctx, db, "app-2"))
		if err != nil {
			return err
		}
	}
	return expect(ctx, db, "app-3 is silent:", "app-1", "app-2")
}

// register puts a server into the pool for the time of one heartbeat. Both are
// one transaction: it may die in between, and would stay for good.
func register(ctx context.Context, db *redis.Client, server string) error {
	_, err := db.TxPipelined(ctx, func(tx redis.Pipeliner) error {
		tx.SAdd(ctx, pool, server)
		tx.Do(ctx, "PEXPIREMEMBER", pool, server, life.Milliseconds())
		return nil
	})
	return err
}

// heartbeat gives a server another life. One that was taken for dead has to
// register again.
func heartbeat(ctx context.Context, db *redis.Client, server string) error {
	alive, err := db.Do(ctx, "PEXPIREMEMBER", pool, server, life.Milliseconds()).Bool()
	if err == nil && !alive {
		err = register(ctx, db, server)
	}
	return err
}

// expect picks twice from everybody and sees who they are.
func expect(ctx context.Context, db *redis.Client, when string, want ...string) error {
	var picked []string
	for range 2 * len(want) {
		server, err := db.Do(ctx, "PICK", pool).Text()
		if err != nil {
			return err
		}
		picked = append(picked, server)
	}
	slices.Sort(picked)
	picked = slices.Compact(picked)
	fmt.Println(when, picked)
	if !slices.Equal(picked, want) {
		return fmt.Errorf("%v was expected", want)
	}
	return nil
}
