package integration

import (
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"

	"coordd/integration/cluster"
)

// Two items are in a queue. A worker that lives takes the first and works on it
// all the time; one that takes the second is killed with it.
func compareKilledWorker(t *testing.T) table {
	redis := cluster.StartRedis(t)
	node := cluster.Start(t, cluster.Options{Binary: binary(t)}).Nodes[0].Addr
	rows := table{{"", "`RPOP`", "`BLMOVE` to a list `busy`", "coordd `RESERVE`"}}

	queue := func(addr, list string) {
		expect(t, "LPUSH", ask(t, addr, "LPUSH", list, "job-1", "job-2"), "2")
	}
	queue(redis, "jobs")
	expect(t, "the worker that lives", ask(t, redis, "RPOP", "jobs"), "job-1")
	killWorker(t, redis, "job-2", "RPOP", "jobs")
	popNext := ask(t, redis, "BRPOP", "jobs", "1")
	popLeft := ask(t, redis, "KEYS", "*")

	queue(redis, "jobs")
	move := func(seconds string) []string { return []string{"BLMOVE", "jobs", "busy", "RIGHT", "LEFT", seconds} }
	expect(t, "the worker that lives", ask(t, redis, move("0")...), "job-1")
	killWorker(t, redis, "job-2", move("0")...)
	moveNext := ask(t, redis, move("1")...)
	moveLeft := ask(t, redis, "LRANGE", "busy", "0", "-1")
	// Whoever clears up sees neither whose an item is nor since when.
	for ask(t, redis, "LMOVE", "busy", "jobs", "LEFT", "RIGHT") != "nil" {
	}
	moveAgain := ask(t, redis, move("1")...) + " " + ask(t, redis, move("1")...)

	queue(node, "jobs")
	first := ask(t, node, "RESERVE", "jobs", "living", "PX", "60000")
	expect(t, "the worker that lives", second(first), "job-1")
	killWorker(t, node, "job-2", "RESERVE", "jobs", "dying", "PX", "1000")
	next := ask(t, node, "RESERVE", "jobs", "next", "PX", "60000", "BLOCK", "20000")
	expect(t, "ACK", ask(t, node, "ACK", "jobs", strings.Fields(first)[0]), "1")
	expect(t, "ACK", ask(t, node, "ACK", "jobs", strings.Fields(next)[0]), "1")
	left := ask(t, node, "EXISTS", "jobs")

	expect(t, "RPOP: the next worker", popNext, "nil")
	expect(t, "RPOP: keys that are left", popLeft, "")
	expect(t, "BLMOVE: the next worker", moveNext, "nil")
	expect(t, "BLMOVE: under way", moveLeft, "job-2 job-1")
	expect(t, "BLMOVE: items after clearing up", moveAgain, "job-1 job-2")
	expect(t, "RESERVE: the next worker", second(next), "job-2")
	expect(t, "RESERVE: the list at the end", left, "0")
	return append(rows,
		[]string{"the next worker waits and gets", popNext, moveNext, fmt.Sprintf("%s, by itself, when its time was over", second(next))},
		[]string{"`job-2` of the killed worker is", "nowhere", fmt.Sprintf("in `busy`, which is `%s`", moveLeft), "with the next worker, as try " + strings.Fields(next)[2]},
		[]string{"somebody puts back what is in `busy`, and workers get", "nothing", fmt.Sprintf("`%s`: the first is done twice", moveAgain), "nobody needs to"})
}

// second is the value in a reply of RESERVE: ticket, value, tries.
func second(reply string) string {
	if words := strings.Fields(reply); len(words) == 3 {
		return words[1]
	}
	return reply
}

// killWorker starts a process that takes an item, sees it print the item, and
// kills it.
func killWorker(t *testing.T, addr, item string, take ...string) {
	t.Helper()
	host, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	cli := cluster.Require(t, "redis-cli", "redis-tools")
	const program = `cli=$1; shift; "$cli" "$@"; echo; sleep 600`
	args := append([]string{"-c", program, "worker", cli, "-h", host, "-p", port}, take...)
	p := cluster.Spawn(t, cluster.Spec{Name: "worker", Path: "/bin/sh", Args: args}, filepath.Join(t.TempDir(), "worker.log"))
	cluster.Poll(t, cluster.ReadyWithin, "the worker to take "+item, func() error {
		if !strings.Contains(p.Output(), item+"\n") {
			return fmt.Errorf("it printed %q", p.Output())
		}
		return nil
	})
	p.Kill()
}
