// Command roundrobin-pick spreads work over servers with PICK: the pool is an
// ordinary set, and the server keeps one sequence for all clients.
//
// The promise: of 30 picks by three workers at once, each of three servers gets
// 10. After a server has been removed it is never picked again.
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
		fmt.Fprintln(os.Stderr, "roundrobin-pick:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, addr string) error {
	// MaxRetries -1: a PICK whose reply was lost must not take a second turn.
	db := redis.NewClient(&redis.Options{Addr: addr, MaxRetries: -1})
	defer db.Close()
	if err := db.SAdd(ctx, "example:pool", "app-1", "app-2", "app-3").Err(); err != nil {
		return err
	}
	all, err := pickAtOnce(ctx, db, 3, 10)
	if err != nil {
		return err
	}
	fmt.Println("picks:", all)
	if all["app-1"] != 10 || all["app-2"] != 10 || all["app-3"] != 10 {
		return errors.New("10 picks each were expected")
	}

	if err := db.SRem(ctx, "example:pool", "app-2").Err(); err != nil {
		return err
	}
	rest, err := pickAtOnce(ctx, db, 3, 10)
	if err != nil {
		return err
	}
	fmt.Println("picks without app-2:", rest)
	if rest["app-1"] != 15 || rest["app-3"] != 15 {
		return errors.New("15 picks each of app-1 and app-3 were expected")
	}
	return nil
}

// pickAtOnce lets several workers pick side by side and counts what they got.
func pickAtOnce(ctx context.Context, db *redis.Client, workers, each int) (map[string]int, error) {
	type picked struct {
		server string
		err    error
	}
	results := make(chan picked, workers*each)
	for range workers {
		go func() {
			for range each {
				server, err := db.Do(ctx, "PICK", "example:pool").Text()
				results <- picked{server, err}
			}
		}()
	}
	count := map[string]int{}
	for range workers * each {
		got := <-results
		if got.err != nil {
			return nil, got.err
		}
		count[got.server]++
	}
	return count, nil
}
