// Asynq drives github.com/hibiken/asynq: a queue of 10,000 tasks with retries
// and schedules, while workers and the leader are killed.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"strconv"
	"sync"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"coordd/integration/clients/go/rig"
)

const tasks = 10_000

func quickstart(ctx context.Context) error {
	// doc: asynq
	conn := asynq.RedisClientOpt{Addr: rig.Addrs[0]}
	done := make(chan string, 1)
	server := asynq.NewServer(conn, asynq.Config{Concurrency: 2, LogLevel: asynq.FatalLevel})
	err := server.Start(asynq.HandlerFunc(func(ctx context.Context, t *asynq.Task) error {
		done <- "mail to " + string(t.Payload())
		return nil
	}))
	if err != nil {
		return err
	}
	defer server.Shutdown()
	client := asynq.NewClient(conn)
	defer client.Close()
	if _, err := client.Enqueue(asynq.NewTask("mail", []byte("ann@example.com"))); err != nil {
		return err
	}
	fmt.Println(<-done)
	// end
	return nil
}

// ledger remembers which tasks were carried out how often, and fails each
// seventh at first.
type ledger struct {
	mu      sync.Mutex
	done    map[int]int
	retried map[int]bool
}

func (l *ledger) handle(_ context.Context, t *asynq.Task) error {
	n, err := strconv.Atoi(string(t.Payload()))
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if n%7 == 0 && !l.retried[n] {
		l.retried[n] = true
		return errors.New("not at the first time")
	}
	l.done[n]++
	return nil
}

func (l *ledger) size() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.done)
}

func worker(addr string, l *ledger) (*asynq.Server, error) {
	server := asynq.NewServer(asynq.RedisClientOpt{Addr: addr, ReadTimeout: 20 * time.Second}, asynq.Config{
		Concurrency: 40, Queues: map[string]int{"jobs": 1}, LogLevel: asynq.FatalLevel,
		RetryDelayFunc:           func(int, error, *asynq.Task) time.Duration { return 50 * time.Millisecond },
		TaskCheckInterval:        20 * time.Millisecond,
		DelayedTaskCheckInterval: 100 * time.Millisecond,
		ShutdownTimeout:          10 * time.Second,
	})
	return server, server.Start(asynq.HandlerFunc(l.handle))
}

// enqueue gives some of the tasks a time to start, and all of them names, so
// that one that is sent again after a lost connection is known.
func enqueue(addr string, from, to int) error {
	client := asynq.NewClient(asynq.RedisClientOpt{Addr: addr, ReadTimeout: 20 * time.Second})
	defer client.Close()
	var wg sync.WaitGroup
	faults := make(chan error, to-from)
	const hands = 20
	for hand := range hands {
		wg.Go(func() {
			for n := from + hand; n < to; n += hands {
				options := []asynq.Option{asynq.Queue("jobs"), asynq.TaskID(strconv.Itoa(n)), asynq.MaxRetry(5)}
				if n%11 == 0 {
					options = append(options, asynq.ProcessIn(200*time.Millisecond))
				}
				_, err := client.Enqueue(asynq.NewTask("job", []byte(strconv.Itoa(n))), options...)
				if err != nil && !errors.Is(err, asynq.ErrTaskIDConflict) {
					faults <- fmt.Errorf("task %d: %w", n, err)
					return
				}
			}
		})
	}
	wg.Wait()
	close(faults)
	return <-faults
}

func tenThousand(ctx context.Context) error {
	l := &ledger{done: map[int]int{}, retried: map[int]bool{}}
	first, err := worker(rig.Addrs[0], l)
	if err != nil {
		return err
	}
	second, err := worker(rig.Addrs[1], l)
	if err != nil {
		return err
	}
	if err := enqueue(rig.Addrs[0], 0, tasks/2); err != nil {
		return err
	}
	if err := rig.KillLeader(); err != nil {
		return err
	}
	if err := enqueue(rig.Addrs[1], tasks/2, tasks); err != nil {
		return err
	}
	second.Shutdown()
	third, err := worker(rig.Addrs[1], l)
	if err != nil {
		return err
	}
	if err := rig.Eventually(ctx, "all tasks", func() bool { return l.size() == tasks }); err != nil {
		return fmt.Errorf("%d of %d tasks: %w", l.size(), tasks, err)
	}
	first.Shutdown()
	third.Shutdown()
	inspector := asynq.NewInspector(asynq.RedisClientOpt{Addr: rig.Addrs[0]})
	defer inspector.Close()
	info, err := inspector.GetQueueInfo("jobs")
	if err != nil {
		return err
	}
	if info.Pending+info.Active+info.Scheduled+info.Retry+info.Archived != 0 {
		return fmt.Errorf("left in the queue: %+v", info)
	}
	return nil
}

func main() {
	log.SetOutput(io.Discard)
	redis.SetLogger(silent{})
	os.Exit(rig.Main(rig.Part{Name: "quickstart", Do: quickstart}, rig.Part{Name: "tenThousand", Do: tenThousand}))
}

// silent is a logger of go-redis that says nothing of lost connections.
type silent struct{}

func (silent) Printf(context.Context, string, ...any) {}
