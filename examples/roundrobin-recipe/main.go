// Command roundrobin-recipe spreads work over servers with the recipe that works
// on any Redis: the pool is a set, the turn is INCR modulo its size.
//
// The promise: of 30 turns, taken through three connections, each of three
// servers gets 10.
//
// Where the recipe is weak: a turn is two commands, so a server that leaves
// between them is still chosen. When the pool changes size the modulo jumps. All
// clients must sort the members alike. There are no weights. See roundrobin-pick.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"

	"github.com/redis/go-redis/v9"
)

func main() {
	flag.Parse()
	addr := cmp.Or(flag.Arg(0), os.Getenv("COORDD_ADDR"), "127.0.0.1:6379")
	if err := run(context.Background(), addr); err != nil {
		fmt.Fprintln(os.Stderr, "roundrobin-recipe:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, addr string) error {
	turns := map[string]int{}
	for range 3 {
		// MaxRetries -1: an INCR whose reply was lost must not be sent again.
		db := redis.NewClient(&redis.Options{Addr: addr, MaxRetries: -1})
		defer db.Close()
		// Each joining client may do this: a set holds a name once.
		if err := db.SAdd(ctx, "example:rr:pool", "app-1", "app-2", "app-3").Err(); err != nil {
			return err
		}
		for range 10 {
			server, err := next(ctx, db)
			if err != nil {
				return err
			}
			turns[server]++
		}
	}
	fmt.Println("turns:", turns)
	if turns["app-1"] != 10 || turns["app-2"] != 10 || turns["app-3"] != 10 {
		return errors.New("10 turns each were expected")
	}
	return nil
}

// next takes one turn.
func next(ctx context.Context, db *redis.Client) (string, error) {
	turn, err := db.Incr(ctx, "example:rr:turn").Result()
	if err != nil {
		return "", err
	}
	servers, err := db.SMembers(ctx, "example:rr:pool").Result()
	if err != nil {
		return "", err
	}
	if len(servers) == 0 {
		return "", errors.New("the pool is empty")
	}
	slices.Sort(servers)
	return servers[turn%int64(len(servers))], nil
}
