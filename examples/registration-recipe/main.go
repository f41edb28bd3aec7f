// Command registration-recipe keeps a list of the nodes that are alive: each node puts
// its name into a set and a heartbeat, a key that expires, beside it.
//
// The promise: a node that says goodbye is gone at once, one that falls silent is
// gone when its heartbeat has run out, and one that keeps its heart beating stays.
//
// Where the recipe is weak: the set still holds the silent node until a reader
// looks at the heartbeats and takes it out. See registration.
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
		fmt.Fprintln(os.Stderr, "registration-recipe:", err)
		os.Exit(1)
	}
}

// life is how long a node counts as alive after a heartbeat.
const life = 2 * time.Second

func run(ctx context.Context, addr string) error {
	db := redis.NewClient(&redis.Options{Addr: addr})
	defer db.Close()
	for _, node := range []string{"node-a", "node-b", "node-c"} {
		err := errors.Join(heartbeat(ctx, db, node), db.SAdd(ctx, "example:recipe:nodes", node).Err())
		if err != nil {
			return err
		}
	}
	if err := expect(ctx, db, "registered:", "node-a", "node-b", "node-c"); err != nil {
		return err
	}

	if err := db.SRem(ctx, "example:recipe:nodes", "node-b").Err(); err != nil {
		return err
	}
	if err := expect(ctx, db, "node-b has left:", "node-a", "node-c"); err != nil {
		return err
	}

	// node-c is silent from here on.
	for silent := time.Now(); time.Since(silent) < life+life/4; time.Sleep(life / 10) {
		if err := heartbeat(ctx, db, "node-a"); err != nil {
			return err
		}
	}
	return expect(ctx, db, "node-c is silent:", "node-a")
}

func heartbeat(ctx context.Context, db *redis.Client, node string) error {
	return db.Set(ctx, "example:heartbeat:"+node, "alive", life).Err()
}

// alive lists the nodes with a heartbeat and takes the others out of the set.
func alive(ctx context.Context, db *redis.Client) ([]string, error) {
	nodes, err := db.SMembers(ctx, "example:recipe:nodes").Result()
	if err != nil {
		return nil, err
	}
	var living []string
	for _, node := range nodes {
		beats, err := db.Exists(ctx, "example:heartbeat:"+node).Result()
		if err != nil {
			return nil, err
		}
		if beats == 1 {
			living = append(living, node)
		} else if err := db.SRem(ctx, "example:recipe:nodes", node).Err(); err != nil {
			return nil, err
		}
	}
	slices.Sort(living)
	return living, nil
}

func expect(ctx context.Context, db *redis.Client, when string, want ...string) error {
	got, err := alive(ctx, db)
	if err != nil {
		return err
	}
	fmt.Println(when, got)
	if !slices.Equal(got, want) {
		return fmt.Errorf("%v was expected", want)
	}
	return nil
}
