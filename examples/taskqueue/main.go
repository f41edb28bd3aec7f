// Command taskqueue hands tasks to workers: a list is the queue, LPUSH and RPOP
// are its two ends, and a set tells which tasks are finished.
//
// The promise: 20 tasks and three workers: each task is done once, in the order in
// which it was given, and all are in the set at the end.
//
// Where the recipe is weak: a task whose worker dies between RPOP and SADD is
// neither in the list nor in the set. LMOVE into a list of the worker's own keeps
// it in sight.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"

	"github.com/redis/go-redis/v9"
)

func main() {
	flag.Parse()
	addr := cmp.Or(flag.Arg(0), os.Getenv("COORDD_ADDR"), "127.0.0.1:6379")
	if err := run(context.Background(), addr); err != nil {
		fmt.Fprintln(os.Stderr, "taskqueue:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, addr string) error {
	// MaxRetries -1: an RPOP whose reply was lost must not take a second task.
	db := redis.NewClient(&redis.Options{Addr: addr, MaxRetries: -1})
	defer db.Close()
	if err := db.Del(ctx, "example:tasks", "example:tasks:done").Err(); err != nil {
		return err
	}
	for i := range 20 {
		if err := db.LPush(ctx, "example:tasks", fmt.Sprintf("task-%02d", i)).Err(); err != nil {
			return err
		}
	}
	ended := make(chan error, 3)
	for range 3 {
		go func() { ended <- work(ctx, db) }()
	}
	for range 3 {
		if err := <-ended; err != nil {
			return err
		}
	}
	done, err := db.SCard(ctx, "example:tasks:done").Result()
	if err != nil {
		return err
	}
	left, err := db.LLen(ctx, "example:tasks").Result()
	if err != nil {
		return err
	}
	fmt.Println("done:", done, "left:", left)
	if done != 20 || left != 0 {
		return errors.New("20 done and none left were expected")
	}
	return nil
}

// work takes tasks until there are none.
func work(ctx context.Context, db *redis.Client) error {
	last := ""
	for {
		task, err := db.RPop(ctx, "example:tasks").Result()
		if errors.Is(err, redis.Nil) {
			return nil
		}
		if err != nil {
			return err
		}
		if task <= last {
			return fmt.Errorf("%s came after %s", task, last)
		}
		last = task
		added, err := db.SAdd(ctx, "example:tasks:done", task).Result()
		if err != nil {
			return err
		}
		if added != 1 {
			return fmt.Errorf("%s was done twice", task)
		}
	}
}
