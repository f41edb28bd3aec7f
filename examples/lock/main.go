// Command lock guards a job with LOCK: one command takes the lock and sets its
// end, and its reply is a fencing token, larger than every token before it.
//
// The promise: a worker whose lock has run out while it was held up is found out.
// The next worker gets a larger token, and the ledger they write to refuses the
// smaller one. UNLOCK by a worker that no longer holds the lock changes nothing.
package main

import (
	"cmp"
	"context"
	"errors"
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
		fmt.Fprintln(os.Stderr, "lock:", err)
		os.Exit(1)
	}
}

// ledger is what the lock guards. It remembers the largest token it has seen.
type ledger struct{ token int64 }

func (l *ledger) write(token int64) error {
	if token < l.token {
		return fmt.Errorf("token %d is older than %d", token, l.token)
	}
	l.token = token
	return nil
}

func run(ctx context.Context, addr string) error {
	db := redis.NewClient(&redis.Options{Addr: addr})
	defer db.Close()
	book := &ledger{}

	slow, err := lock(ctx, db, "slow", time.Second)
	if err != nil {
		return err
	}
	// The same owner again: the same token, and a new end.
	renewed, err := lock(ctx, db, "slow", time.Second)
	if err != nil {
		return err
	}
	fmt.Println("slow has token", slow, "and after renewing", renewed)
	if renewed != slow {
		return errors.New("renewing must not change the token")
	}

	// slow is held up; this waits until its lock has run out.
	quick, err := lock(ctx, db, "quick", 30*time.Second)
	if err != nil {
		return err
	}
	fmt.Println("quick has token", quick)
	if quick <= slow {
		return errors.New("a later token must be larger")
	}
	if err := book.write(quick); err != nil {
		return err
	}
	err = book.write(slow)
	fmt.Println("slow wakes up and writes:", err)
	if err == nil {
		return errors.New("the ledger took an old token")
	}

	for _, owner := range []string{"slow", "quick"} {
		ended, err := db.Do(ctx, "UNLOCK", "example:lock", owner).Int()
		if err != nil {
			return err
		}
		fmt.Println("unlocked by", owner+":", ended)
		if (owner == "quick") != (ended == 1) {
			return errors.New("the holder, and nobody else, ends a lock")
		}
	}
	return nil
}

// lock asks until it has the lock. While another holds it the reply is nil.
func lock(ctx context.Context, db *redis.Client, owner string, last time.Duration) (token int64, err error) {
	for {
		token, err := db.Do(ctx, "LOCK", "example:lock", owner, last.Milliseconds()).Int64()
		if !errors.Is(err, redis.Nil) {
			return token, err
		}
		time.Sleep(10 * time.Millisecond)
	}
}
