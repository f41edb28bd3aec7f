package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"coordd/client"
)

// addr is where the server of the examples is; TestExamples sets it.
var addr = "127.0.0.1:6379"

func Example() {
	ctx := context.Background()
	db := redis.NewClient(&redis.Options{Addr: addr})
	lock, err := client.Acquire(ctx, db, "nightly-report", client.LockConfig{})
	if err != nil {
		log.Fatal(err)
	}
	defer lock.Unlock()
	if err := report(lock.Context(ctx)); err != nil {
		log.Fatal(err)
	}
}

// report is a job that must not be done by two at a time. Its context ends when
// the lock is lost.
func report(ctx context.Context) error {
	fmt.Println("reporting, alone:", ctx.Err() == nil)
	return nil
}

func ExampleLock_Fence() {
	ctx := context.Background()
	db := redis.NewClient(&redis.Options{Addr: addr})
	lock, err := client.Acquire(ctx, db, "{ledger}", client.LockConfig{TTL: 5 * time.Second})
	if err != nil {
		log.Fatal(err)
	}
	defer lock.Unlock()
	err = lock.Fence(ctx, "HSET", "{ledger}:balance", "ann", 100).Err()
	switch {
	case errors.Is(err, client.ErrFenced), errors.Is(err, client.ErrLost):
		fmt.Println("somebody else has taken over")
	case err != nil:
		log.Fatal(err)
	default:
		fmt.Println("written")
	}
}

func ExampleTryAcquire() {
	ctx := context.Background()
	db := redis.NewClient(&redis.Options{Addr: addr})
	lock, err := client.TryAcquire(ctx, db, "cleanup", client.LockConfig{})
	if errors.Is(err, client.ErrHeld) {
		return // another is at it
	}
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("it is ours")
	if err := lock.Unlock(); err != nil {
		log.Fatal(err)
	}
}

func ExampleElection_Run() {
	ctx, stop := context.WithCancel(context.Background())
	db := redis.NewClient(&redis.Options{Addr: addr})
	e := client.NewElection(db, "scheduler", client.ElectionConfig{ID: "node-1"})
	err := e.Run(ctx, func(ctx context.Context, term *client.Lock) error {
		leader, err := e.Leader(ctx)
		if err != nil {
			return err
		}
		fmt.Println(leader.ID, "leads")
		stop()       // as an interrupt would
		<-ctx.Done() // lead, until another may
		return nil
	})
	fmt.Println(err)
}

func ExamplePool() {
	ctx := context.Background()
	db := redis.NewClient(&redis.Options{Addr: addr, MaxRetries: -1})
	pool := client.NewPool(db, "servers")
	// In each server:
	member, err := pool.Register(ctx, "10.0.0.1:8080", client.MemberConfig{})
	if err != nil {
		log.Fatal(err)
	}
	defer member.Leave(ctx)
	// In each client:
	load, err := pool.PickLeast(ctx, time.Minute)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("a request goes to", load.Member)
	if err := load.Done(ctx); err != nil {
		log.Fatal(err)
	}
}

func ExampleQueue() {
	ctx, stop := context.WithCancel(context.Background())
	db := redis.NewClient(&redis.Options{Addr: addr})
	queue := client.NewQueue(db, "mails", client.QueueConfig{MaxTries: 5})
	if err := queue.Push(ctx, "to ann"); err != nil {
		log.Fatal(err)
	}
	err := queue.Work(ctx, 1, func(ctx context.Context, item client.Item) error {
		fmt.Println("sending", item.Value)
		stop() // as an interrupt would
		return nil
	})
	fmt.Println(err)
}

// The examples do what they say.
func TestExamples(t *testing.T) {
	addr = start(t, 1).Nodes[0].Addr
	for _, c := range []struct {
		name, want string
		run        func()
	}{
		{"", "reporting, alone: true\n", Example},
		{"Lock_Fence", "written\n", ExampleLock_Fence},
		{"TryAcquire", "it is ours\n", ExampleTryAcquire},
		{"Election_Run", "node-1 leads\ncontext canceled\n", ExampleElection_Run},
		{"Pool", "a request goes to 10.0.0.1:8080\n", ExamplePool},
		{"Queue", "sending to ann\n<nil>\n", ExampleQueue},
	} {
		if got := printed(t, c.run); got != c.want {
			t.Errorf("Example%s printed\n%sand should have printed\n%s", c.name, got, c.want)
		}
	}
}

// printed is what f prints.
func printed(t *testing.T, f func()) string {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	was := os.Stdout
	os.Stdout = w
	f() // little enough for the pipe
	os.Stdout = was
	w.Close()
	out, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}
