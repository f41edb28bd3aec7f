// Command etcd does bench's jobs on a running etcd, with etcd's own Go client,
// and prints how long each operation took. It is a module of its own, so that
// etcd's client and what it needs never enter coordd's go.mod.
//
//	etcd -endpoints http://127.0.0.1:2379,... -job set|lock|handover -clients 50 -requests 1000
//
// Every client has a connection of its own, to the leader. The jobs are those
// of bench/jobs.go and bench/handover.go.
package main

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/client/v3/concurrency"
)

const (
	dialTimeout = 10 * time.Second
	leaseSecs   = 30   // of a lock, should its holder die
	locksEach   = 2000 // names that one client takes, one after another
	keyspace    = 100_000
)

// outcome is what is printed, as JSON, times in nanoseconds.
type outcome struct {
	Elapsed time.Duration   `json:"elapsed"` // of the whole
	Took    []time.Duration `json:"took"`    // of each operation
}

func main() {
	endpoints := flag.String("endpoints", "", "client URLs of all nodes, separated by commas")
	job := flag.String("job", "", "set, lock or handover")
	clients := flag.Int("clients", 50, "clients at once")
	requests := flag.Int("requests", 1000, "operations of all clients together")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	got, err := run(ctx, strings.Split(*endpoints, ","), *job, *clients, *requests)
	if err == nil {
		err = json.NewEncoder(os.Stdout).Encode(got)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "etcd:", err)
		os.Exit(1)
	}
}

// run connects, does the job, and disconnects.
func run(ctx context.Context, endpoints []string, job string, clients, requests int) (outcome, error) {
	leader, err := findLeader(ctx, endpoints)
	if err != nil {
		return outcome{}, err
	}
	dbs := make([]*clientv3.Client, clients)
	for i := range dbs {
		if dbs[i], err = clientv3.New(clientv3.Config{Endpoints: []string{leader}, DialTimeout: dialTimeout, Context: ctx}); err != nil {
			return outcome{}, err
		}
		defer dbs[i].Close()
	}
	switch job {
	case "set":
		return share(dbs, requests, func(client, number int) error {
			_, err := dbs[client].Put(ctx, fmt.Sprintf("key:%012d", number%keyspace), "value-of-16-byte")
			return err
		})
	case "lock":
		return lock(ctx, dbs, requests)
	case "handover":
		return handover(ctx, dbs, requests)
	}
	return outcome{}, fmt.Errorf("no job %q", job)
}

// findLeader returns the endpoint of the node that leads.
func findLeader(ctx context.Context, endpoints []string) (string, error) {
	db, err := clientv3.New(clientv3.Config{Endpoints: endpoints, DialTimeout: dialTimeout, Context: ctx})
	if err != nil {
		return "", err
	}
	defer db.Close()
	for _, endpoint := range endpoints {
		status, err := db.Status(ctx, endpoint)
		if err != nil {
			return "", err
		}
		if status.Leader == status.Header.MemberId {
			return endpoint, nil
		}
	}
	return "", fmt.Errorf("none of %v leads", endpoints)
}

// share gives requests operations to the clients, to whoever is free.
func share(dbs []*clientv3.Client, requests int, do func(client, number int) error) (outcome, error) {
	var taken atomic.Int64
	took := make([][]time.Duration, len(dbs))
	errs := make([]error, len(dbs))
	var all sync.WaitGroup
	began := time.Now()
	for client := range dbs {
		all.Go(func() {
			for number := taken.Add(1) - 1; number < int64(requests) && errs[client] == nil; number = taken.Add(1) - 1 {
				at := time.Now()
				errs[client] = do(client, int(number))
				took[client] = append(took[client], time.Since(at))
			}
		})
	}
	all.Wait()
	return gather(took, errs, time.Since(began))
}

func gather(took [][]time.Duration, errs []error, elapsed time.Duration) (outcome, error) {
	got := outcome{Elapsed: elapsed}
	for client := range took {
		if errs[client] != nil {
			return got, errs[client]
		}
		got.Took = append(got.Took, took[client]...)
	}
	return got, nil
}

// sessions gives every client its lease, which it keeps alive.
func sessions(dbs []*clientv3.Client) ([]*concurrency.Session, error) {
	all := make([]*concurrency.Session, len(dbs))
	for i, db := range dbs {
		var err error
		if all[i], err = concurrency.NewSession(db, concurrency.WithTTL(leaseSecs)); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// lock takes locks that are free and gives them back.
func lock(ctx context.Context, dbs []*clientv3.Client, requests int) (outcome, error) {
	held, err := sessions(dbs)
	if err != nil {
		return outcome{}, err
	}
	return share(dbs, requests, func(client, number int) error {
		mutex := concurrency.NewMutex(held[client], fmt.Sprintf("lock:%d:%d", client, number%locksEach))
		if err := mutex.Lock(ctx); err != nil {
			return err
		}
		return mutex.Unlock(ctx)
	})
}

// handover has all clients want one lock. An operation is from a release until
// the next holder knows; the whole is their sum.
func handover(ctx context.Context, dbs []*clientv3.Client, requests int) (outcome, error) {
	held, err := sessions(dbs)
	if err != nil {
		return outcome{}, err
	}
	var (
		released time.Time // by the last holder; guarded by the lock that is measured
		passed   int       // how often it changed hands; guarded likewise
		guard    sync.Mutex
		took     = make([][]time.Duration, len(dbs))
		errs     = make([]error, len(dbs))
		elapsed  time.Duration
		all      sync.WaitGroup
	)
	for client := range dbs {
		all.Go(func() {
			mutex := concurrency.NewMutex(held[client], "handover")
			for more := true; more && errs[client] == nil; {
				if errs[client] = mutex.Lock(ctx); errs[client] != nil {
					return
				}
				now := time.Now()
				guard.Lock()
				// Until everybody has had it, not everybody is waiting yet.
				if passed > len(dbs) && passed <= len(dbs)+requests {
					took[client] = append(took[client], now.Sub(released))
					elapsed += now.Sub(released)
				}
				passed++
				more = passed <= len(dbs)+requests
				released = time.Now()
				guard.Unlock()
				errs[client] = mutex.Unlock(ctx)
			}
		})
	}
	all.Wait()
	return gather(took, errs, elapsed)
}
