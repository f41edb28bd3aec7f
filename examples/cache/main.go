// Command cache keeps the answers of something slow for a while: GET, and on a
// miss load the value and SET it with EX.
//
// The promise: 100 reads load once; when the time is over the next read loads
// again. A value that has expired is gone on every node at the same moment.
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
		fmt.Fprintln(os.Stderr, "cache:", err)
		os.Exit(1)
	}
}

// keep is how long a cached value may be used.
const keep = 2 * time.Second

func run(ctx context.Context, addr string) error {
	db := redis.NewClient(&redis.Options{Addr: addr})
	defer db.Close()
	if err := db.Del(ctx, "example:price").Err(); err != nil {
		return err
	}
	loads := 0
	load := func() string { loads++; return fmt.Sprintf("%d EUR", 40+loads) }

	began := time.Now()
	for range 100 {
		if _, err := cached(ctx, db, "example:price", load); err != nil {
			return err
		}
	}
	fmt.Println("100 reads, loads:", loads)
	if loads > 1+int(time.Since(began)/keep) {
		return errors.New("a value was loaded before its time was over")
	}

	time.Sleep(keep + keep/2)
	before := loads
	price, err := cached(ctx, db, "example:price", load)
	if err != nil {
		return err
	}
	fmt.Println("after it has expired:", price)
	if loads != before+1 {
		return errors.New("an expired value was read")
	}
	return nil
}

// cached is the value of key, loaded and kept when there is none.
func cached(ctx context.Context, db *redis.Client, key string, load func() string) (string, error) {
	value, err := db.Get(ctx, key).Result()
	if !errors.Is(err, redis.Nil) {
		return value, err
	}
	value = load()
	return value, db.Set(ctx, key, value, keep).Err()
}
