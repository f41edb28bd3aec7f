// Command counter hands out numbers with INCR.
//
// The promise: 1000 numbers taken by four workers at once are 1 to 1000, none
// missing and none twice.
package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"os"

	"github.com/redis/go-redis/v9"
)

func main() {
	flag.Parse()
	addr := cmp.Or(flag.Arg(0), os.Getenv("COORDD_ADDR"), "127.0.0.1:6379")
	if err := run(context.Background(), addr); err != nil {
		fmt.Fprintln(os.Stderr, "counter:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, addr string) error {
	// MaxRetries -1: an INCR whose reply was lost must not be sent again, it may
	// have been counted.
	db := redis.NewClient(&redis.Options{Addr: addr, MaxRetries: -1})
	defer db.Close()
	if err := db.Del(ctx, "example:counter").Err(); err != nil {
		return err
	}
	type taken struct {
		number int64
		err    error
	}
	results := make(chan taken, 1000)
	for range 4 {
		go func() {
			for range 250 {
				number, err := db.Incr(ctx, "example:counter").Result()
				results <- taken{number, err}
			}
		}()
	}
	seen := map[int64]bool{}
	for range 1000 {
		got := <-results
		if got.err != nil {
			return got.err
		}
		if seen[got.number] || got.number < 1 || got.number > 1000 {
			return fmt.Errorf("%d was not expected, or twice", got.number)
		}
		seen[got.number] = true
	}
	fmt.Println("different numbers:", len(seen))
	return nil
}
