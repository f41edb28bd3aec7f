// Command least-pick sends each request to the server that has the fewest under
// way for its weight: PICK LEAST answers a server and a ticket, PICKDONE gives the
// ticket back when the request is done.
//
// The promise: all clients together never load one server above another, in
// proportion to their weights, and what a client that has died does not give back
// lapses.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"time"

	"github.com/redis/go-redis/v9"
)

func main() {
	flag.Parse()
	addr := cmp.Or(flag.Arg(0), os.Getenv("COORDD_ADDR"), "127.0.0.1:6379")
	if err := run(context.Background(), addr); err != nil {
		fmt.Fprintln(os.Stderr, "least-pick:", err)
		os.Exit(1)
	}
}

const pool = "example:loaded"

func run(ctx context.Context, addr string) error {
	// MaxRetries -1: a PICK whose reply was lost must not take a second ticket.
	db := redis.NewClient(&redis.Options{Addr: addr, MaxRetries: -1})
	defer db.Close()
	err := errors.Join(
		db.Del(ctx, pool).Err(),
		db.ZAdd(ctx, pool, redis.Z{Score: 3, Member: "large"}, redis.Z{Score: 1, Member: "small"}).Err(),
	)
	if err != nil {
		return err
	}

	// Twelve requests at once: in proportion.
	underWay := map[string][]int64{}
	for range 12 {
		server, ticket, err := pick(ctx, db, time.Minute)
		if err != nil {
			return err
		}
		underWay[server] = append(underWay[server], ticket)
	}
	if err := expect("under way:", underWay, map[string]int{"large": 9, "small": 3}); err != nil {
		return err
	}

	// The small one is done with two of its three; the next two go there.
	for _, ticket := range underWay["small"][:2] {
		if err := db.Do(ctx, "PICKDONE", pool, ticket).Err(); err != nil {
			return err
		}
	}
	next := map[string][]int64{}
	for range 2 {
		server, ticket, err := pick(ctx, db, time.Second)
		if err != nil {
			return err
		}
		next[server] = append(next[server], ticket)
	}
	if err := expect("after two are done:", next, map[string]int{"small": 2}); err != nil {
		return err
	}

	// Nobody gives those two back: they lapse, and count no longer.
	for outstanding := int64(3); outstanding != 1; time.Sleep(100 * time.Millisecond) {
		if outstanding, err = load(ctx, db, "small"); err != nil {
			return err
		}
	}
	fmt.Println("after a while: small has 1 under way")
	return nil
}

// pick takes the least loaded server, and the ticket to give back within a time.
func pick(ctx context.Context, db *redis.Client, within time.Duration) (server string, ticket int64, err error) {
	reply, err := db.Do(ctx, "PICK", pool, "LEAST", "PX", within.Milliseconds()).Slice()
	if err != nil {
		return "", 0, err
	}
	server, isName := reply[0].(string)
	ticket, isNumber := reply[1].(int64)
	if !isName || !isNumber {
		return "", 0, fmt.Errorf("PICK answered %v", reply)
	}
	return server, ticket, nil
}

// load is how many tickets of a server are out.
func load(ctx context.Context, db *redis.Client, server string) (int64, error) {
	reply, err := db.Do(ctx, "PICKINFO", pool).Result()
	if err != nil {
		return 0, err
	}
	servers, _ := reply.(map[any]any)
	info, _ := servers[server].(map[any]any)
	outstanding, isNumber := info["outstanding"].(int64)
	if !isNumber {
		return 0, fmt.Errorf("PICKINFO answered %v", reply)
	}
	return outstanding, nil
}

func expect(when string, tickets map[string][]int64, want map[string]int) error {
	got := map[string]int{}
	for server, list := range tickets {
		got[server] = len(list)
	}
	fmt.Println(when, got)
	if !maps.Equal(got, want) {
		return fmt.Errorf("%v was expected", want)
	}
	return nil
}
