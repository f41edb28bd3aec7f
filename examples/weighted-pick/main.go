// Command weighted-pick spreads work by weight: the pool is a sorted set whose
// scores are the weights.
//
// The promise: with weights 5, 1 and 1, every 7 picks in a row hold 5 of the large
// server and 1 of each small one, and the 5 are spread out. A weight of 0 drains a
// server: it stays in the pool and is not picked.
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
		fmt.Fprintln(os.Stderr, "weighted-pick:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, addr string) error {
	// MaxRetries -1: a PICK whose reply was lost must not take a second turn.
	db := redis.NewClient(&redis.Options{Addr: addr, MaxRetries: -1})
	defer db.Close()
	pool := []redis.Z{{Score: 5, Member: "large"}, {Score: 1, Member: "small-1"}, {Score: 1, Member: "small-2"}}
	if err := db.ZAdd(ctx, "example:weighted", pool...).Err(); err != nil {
		return err
	}
	for range 10 {
		count, order, err := pick(ctx, db, 7)
		if err != nil {
			return err
		}
		fmt.Println("7 picks:", order)
		if count["large"] != 5 || count["small-1"] != 1 || count["small-2"] != 1 {
			return errors.New("5, 1 and 1 were expected")
		}
	}

	if err := db.ZAdd(ctx, "example:weighted", redis.Z{Score: 0, Member: "large"}).Err(); err != nil {
		return err
	}
	count, order, err := pick(ctx, db, 8)
	if err != nil {
		return err
	}
	fmt.Println("large is drained:", order)
	if count["small-1"] != 4 || count["small-2"] != 4 {
		return errors.New("4 picks of each small server were expected")
	}
	return nil
}

func pick(ctx context.Context, db *redis.Client, n int) (count map[string]int, order []string, err error) {
	count = map[string]int{}
	for range n {
		server, err := db.Do(ctx, "PICK", "example:weighted").Text()
		if err != nil {
			return nil, nil, err
		}
		count[server]++
		order = append(order, server)
	}
	return count, order, nil
}
