package client_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"coordd/client"
	"coordd/integration/cluster"
)

func redisZ(member string, score float64) redis.Z { return redis.Z{Member: member, Score: score} }

// work runs a queue in the background; stop ends it and returns what Work did.
func work(t *testing.T, q *client.Queue, concurrency int, handle func(ctx context.Context, item client.Item) error) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(bounded(t))
	done := make(chan error, 1)
	go func() { done <- q.Work(ctx, concurrency, handle) }()
	return func() error {
		cancel()
		return ends(t, "Work to end", done)
	}
}

// queue wants a queue to hold so many items of each kind.
func queue(ctx context.Context, db *redis.Client, want string) func() error {
	return func() error {
		info, err := db.Do(ctx, "QUEUEINFO", "jobs").Result()
		if err != nil {
			return err
		}
		m, ok := info.(map[any]any)
		if got := fmt.Sprint(m["ready"], m["reserved"], m["delayed"], m["dead"]); !ok || got != want {
			return fmt.Errorf("ready, reserved, delayed, dead: %s, want %s", got, want)
		}
		return nil
	}
}

// Every item is handled once, by several at a time, in the order of its queue.
func TestQueueWorks(t *testing.T) {
	ctx, n := bounded(t), start(t, 1).Nodes[0]
	db := connect(t, n)
	q := client.NewQueue(db, "jobs", client.QueueConfig{})
	var want []string
	for i := range 40 {
		want = append(want, fmt.Sprintf("job-%02d", i))
	}
	if err := q.Push(ctx, want...); err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	var done []string
	most, now := 0, 0
	stop := work(t, q, 4, func(ctx context.Context, item client.Item) error {
		mu.Lock()
		done = append(done, item.Value)
		now++
		most = max(most, now)
		together := now == 4 || most == 4
		mu.Unlock()
		for deadline := time.Now().Add(within); !together && time.Now().Before(deadline); time.Sleep(time.Millisecond) {
			mu.Lock()
			together = most == 4
			mu.Unlock()
		}
		mu.Lock()
		now--
		mu.Unlock()
		return nil
	})
	cluster.Poll(t, within, "all to be done", queue(ctx, db, "0 0 0 0"))
	if err := stop(); err != nil {
		t.Error(err)
	}
	slices.Sort(done)
	if !slices.Equal(done, want) {
		t.Errorf("done: %q", done)
	}
	if most != 4 {
		t.Errorf("%d at a time", most)
	}
}

// A worker that is killed loses nothing: another gets its item.
func TestItemOfAKilledWorkerComesBack(t *testing.T) {
	ctx, n := bounded(t), start(t, 1).Nodes[0]
	db := connect(t, n)
	q := client.NewQueue(db, "jobs", client.QueueConfig{Lease: time.Second})
	if err := q.Push(ctx, "precious"); err != nil {
		t.Fatal(err)
	}
	p := spawn(t, n, "worker", "has precious")
	for until := time.Now().Add(3 * time.Second); time.Now().Before(until); time.Sleep(50 * time.Millisecond) {
		if err := queue(ctx, db, "0 1 0 0")(); err != nil { // three leases long: it is extended
			t.Fatal("while its worker lives:", err)
		}
	}
	p.Kill()
	got := make(chan client.Item, 2)
	stop := work(t, q, 1, func(_ context.Context, item client.Item) error {
		got <- item
		return nil
	})
	if item := ends(t, "the item", got); item.Value != "precious" || item.Tries != 2 {
		t.Errorf("%+v", item)
	}
	cluster.Poll(t, within, "it to be done", queue(ctx, db, "0 0 0 0"))
	if err := stop(); err != nil {
		t.Error(err)
	}
}

// An item whose handler fails comes back after a while, and is put aside in the
// end.
func TestItemThatFails(t *testing.T) {
	ctx, n := bounded(t), start(t, 1).Nodes[0]
	db := connect(t, n)
	q := client.NewQueue(db, "jobs", client.QueueConfig{MaxTries: 3, RetryDelay: 50 * time.Millisecond})
	if err := q.Push(ctx, "bad"); err != nil {
		t.Fatal(err)
	}
	tries := make(chan int64, 10)
	stop := work(t, q, 1, func(_ context.Context, item client.Item) error {
		tries <- item.Tries
		return errors.New("no")
	})
	cluster.Poll(t, within, "it to be dead", queue(ctx, db, "0 0 0 1"))
	if err := stop(); err != nil {
		t.Error(err)
	}
	close(tries)
	var all []int64
	for n := range tries {
		all = append(all, n)
	}
	if !slices.Equal(all, []int64{1, 2, 3}) {
		t.Errorf("tries %v", all)
	}
}

// Work that is to end takes no more, and lets what runs go on to its end.
func TestQueueStopsGracefully(t *testing.T) {
	ctx, n := bounded(t), start(t, 1).Nodes[0]
	db := connect(t, n)
	q := client.NewQueue(db, "jobs", client.QueueConfig{Lease: time.Second})
	if err := q.Push(ctx, "one", "two"); err != nil {
		t.Fatal(err)
	}
	working, cancel := context.WithCancel(ctx)
	running, finish, ended := make(chan string), make(chan bool), make(chan error, 1)
	go func() {
		ended <- q.Work(working, 1, func(ctx context.Context, item client.Item) error {
			running <- item.Value
			<-finish
			return ctx.Err()
		})
	}()
	ends(t, "the first", running)
	cancel()
	for until := time.Now().Add(2 * time.Second); time.Now().Before(until); time.Sleep(50 * time.Millisecond) {
		if err := queue(ctx, db, "1 1 0 0")(); err != nil { // longer than its lease: it is extended
			t.Fatal("while the handler runs:", err)
		}
	}
	select {
	case err := <-ended:
		t.Fatal("Work has ended before its handler:", err)
	default:
	}
	finish <- true
	if err := ends(t, "Work to end", ended); err != nil {
		t.Error(err)
	}
	if err := queue(ctx, db, "1 0 0 0")(); err != nil {
		t.Error(err)
	}
}

// A handler whose item somebody else may have is told, and so is who wants to
// know what goes wrong.
func TestItemIsLost(t *testing.T) {
	ctx, n := bounded(t), start(t, 1).Nodes[0]
	db := connect(t, n)
	var wrong recorder
	q := client.NewQueue(db, "jobs", client.QueueConfig{Lease: time.Second, OnError: wrong.note})
	if err := q.Push(ctx, "one"); err != nil {
		t.Fatal(err)
	}
	has, told, goOn := make(chan bool), make(chan error), make(chan bool)
	stop := work(t, q, 1, func(ctx context.Context, item client.Item) error {
		if item.Tries == 1 {
			has <- true
			<-ctx.Done()
			told <- context.Cause(ctx)
			<-goOn
		}
		return nil
	})
	ends(t, "the item", has)
	n.Pause(t)
	if err := ends(t, "the handler to be told", told); !errors.Is(err, client.ErrLost) {
		t.Error(err)
	}
	n.Resume(t)
	cluster.Poll(t, within, "it to be had by nobody", queue(ctx, db, "1 0 0 0"))
	goOn <- true
	cluster.Poll(t, within, "it to be done", queue(ctx, db, "0 0 0 0"))
	if err := stop(); err != nil {
		t.Error(err)
	}
	if all := wrong.all(); len(all) != 1 || !errors.Is(all[0], client.ErrLost) {
		t.Errorf("told of %v", all)
	}
}

// What the server refuses ends Work; a server that is away does not.
func TestWorkEnds(t *testing.T) {
	ctx, n := bounded(t), start(t, 1).Nodes[0]
	db := connect(t, n)
	if err := db.Set(ctx, "text", "v", 0).Err(); err != nil {
		t.Fatal(err)
	}
	none := func(context.Context, client.Item) error { return nil }
	if err := client.NewQueue(db, "text", client.QueueConfig{}).Work(ctx, 3, none); !redis.HasErrorPrefix(err, "WRONGTYPE") {
		t.Errorf("a queue of a text: %v", err)
	}
	var wrong recorder
	q := client.NewQueue(db, "jobs", client.QueueConfig{OnError: wrong.note})
	got := make(chan string, 1)
	stop := work(t, q, 1, func(_ context.Context, item client.Item) error {
		got <- item.Value
		return nil
	})
	n.Kill(t)
	cluster.Poll(t, within, "an error", func() error {
		if len(wrong.all()) == 0 {
			return errors.New("none yet")
		}
		return nil
	})
	n.Start(t)
	n.WaitReady(t)
	if err := q.Push(ctx, "after"); err != nil {
		t.Fatal(err)
	}
	if value := ends(t, "the item", got); value != "after" {
		t.Error(value)
	}
	if err := stop(); err != nil {
		t.Error(err)
	}
	for _, err := range wrong.all() {
		if strings.Contains(err.Error(), "WRONGTYPE") {
			t.Error(err)
		}
	}
}
