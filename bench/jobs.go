package main

import (
	"context"
	"fmt"
	"strconv"

	"coordd/resp"
)

// job is a row of the page that redis-benchmark cannot express: each kind of
// server does it in its own way, by several commands, or uses up what was there.
type job struct {
	name    string
	clients int
	depths  []int
	share   int // one operation for so many requests of the other rows
	redis   []step
	coordd  []step
	etcd    string                               // a job of bench/etcd; "": etcd has nothing like it
	fill    func(first, past int) (cmd []string) // makes what the operations first to past-1 use up
}

// queueKey is the list that jobs take items from, busyKey where Redis's recipe
// keeps them meanwhile.
const (
	queueKey = "bench:queue"
	busyKey  = "bench:busy"
	fillStep = 1000 // operations that are prepared by one command
)

// loneClient is the job whose latency is held against the disk and the network.
const loneClient = "SET, a lone client"

var jobs = []job{
	{name: "LOCK + UNLOCK", clients: clients, depths: depths, share: 5, redis: setNX, coordd: lockAndUnlock, etcd: "lock"},
	{name: "RESERVE + ACK", clients: clients, depths: depths, share: 5, redis: moveAndRemove, coordd: reserveAndAck, fill: fillQueue},
	{name: "EVAL compare-and-delete", clients: clients, depths: depths, share: 5, redis: evalDelete, coordd: evalDelete, fill: fillLeases},
	{name: "SET, one value a request", clients: clients, depths: depths[:1], share: 2, redis: set, coordd: set, etcd: "set"},
	{name: loneClient, clients: 1, depths: depths[:1], share: 20, redis: set, coordd: set, etcd: "set"},
}

// A client of its own names takes locks that nobody else wants.
const locksEach = 2000

func lockName(op operation) string { return fmt.Sprintf("lock:%d:%d", op.client, op.number%locksEach) }
func owner(op operation) string    { return "client-" + strconv.Itoa(op.client) }

var (
	set = []step{func(op operation, _ resp.Reply) []string {
		return []string{"SET", fmt.Sprintf("key:%012d", op.number%keyspace), "value-of-16-byte"}
	}}

	lockAndUnlock = []step{
		func(op operation, _ resp.Reply) []string { return []string{"LOCK", lockName(op), owner(op), "30000"} },
		func(op operation, _ resp.Reply) []string { return []string{"UNLOCK", lockName(op), owner(op)} },
	}
	setNX = []step{
		func(op operation, _ resp.Reply) []string {
			return []string{"SET", lockName(op), owner(op), "NX", "PX", "30000"}
		},
		func(op operation, _ resp.Reply) []string {
			return []string{"EVALSHA", compareAndDelete.sha, "1", lockName(op), owner(op)}
		},
	}

	evalDelete = []step{func(op operation, _ resp.Reply) []string {
		return []string{"EVAL", compareAndDelete.text, "1", leaseName(op.number), "bench"}
	}}

	reserveAndAck = []step{
		func(op operation, _ resp.Reply) []string {
			return []string{"RESERVE", queueKey, owner(op), "PX", "60000"}
		},
		func(_ operation, reserved resp.Reply) []string {
			return []string{"ACK", queueKey, strconv.FormatInt(reserved.Elems[0].Int, 10)}
		},
	}
	moveAndRemove = []step{
		func(operation, resp.Reply) []string {
			return []string{"BLMOVE", queueKey, busyKey, "RIGHT", "LEFT", "0"}
		},
		func(_ operation, item resp.Reply) []string { return []string{"LREM", busyKey, "1", item.Str} },
	}
)

// requests is how many operations the job is measured with at one depth.
func (j job) requests(cfg config, depth int) int {
	n := max(1, cfg.requests/j.share)
	if depth > 1 {
		n *= 10
	}
	return n
}

// measure does the job once. ctx bounds it.
func (j job) measure(ctx context.Context, to target, depth, requests int) (sample, error) {
	if to.sys.kind == etcdKind {
		return to.sys.etcdJob(ctx, j.etcd, j.clients, requests)
	}
	if j.fill != nil {
		if err := j.prepare(ctx, to.addr, requests); err != nil {
			return sample{}, fmt.Errorf("preparing: %w", err)
		}
	}
	steps := j.coordd
	if to.sys.kind == redisKind {
		steps = j.redis
	}
	return load{j.clients, depth, requests, steps}.run(ctx, to.addr)
}

// prepare makes what so many operations will use up.
func (j job) prepare(ctx context.Context, addr string, operations int) error {
	c, err := resp.Dial(ctx, addr)
	if err != nil {
		return err
	}
	defer c.Close()
	cmds := [][]string{{"DEL", queueKey, busyKey}}
	for first := 0; first < operations; first += fillStep {
		cmds = append(cmds, j.fill(first, min(first+fillStep, operations)))
	}
	return exchange(c, cmds)
}

func fillQueue(first, past int) []string {
	cmd := []string{"LPUSH", queueKey}
	for i := first; i < past; i++ {
		cmd = append(cmd, fmt.Sprintf("item-%012d", i))
	}
	return cmd
}

func leaseName(n int) string { return fmt.Sprintf("lease:%012d", n) }

func fillLeases(first, past int) []string {
	cmd := []string{"MSET"}
	for i := first; i < past; i++ {
		cmd = append(cmd, leaseName(i), "bench")
	}
	return cmd
}
