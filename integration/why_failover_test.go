package integration

import (
	"fmt"
	"net"
	"strings"
	"testing"

	"coordd/integration/cluster"
)

// fencedSetNX is the lock recipe with a fencing token made by hand: a counter
// beside the lock. It answers the token, or nil.
const fencedSetNX = `
if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then
  return redis.call('INCR', KEYS[2])
end
return false`

// The leader is killed when it has acknowledged writes that one other copy has
// not heard of. Redis is as careful as it can be set: every write on its disk
// before it is acknowledged, and only while a replica is connected.
func compareFailover(t *testing.T) table {
	redis, redisNext := failRedisOver(t)
	ours, oursNext := failCoorddOver(t)

	expect(t, "Redis: A takes the lock", redis.lock, "1")
	expect(t, "Redis: B takes the lock that A has, with A's token", redisNext.lock, "1")
	expect(t, "Redis: tickets", redis.ticket+" "+redisNext.ticket, "2 2")
	expect(t, "Redis: the queue's item", redisNext.item, "nil")
	if ours.lock == "nil" {
		t.Error("coordd: A has no lock")
	}
	expect(t, "coordd: B asks for the lock that A has", oursNext.lock, "nil")
	expect(t, "coordd: A keeps its lock and token", oursNext.renewed, ours.lock)
	expect(t, "coordd: tickets", ours.ticket+" "+oursNext.ticket, "2 3")
	expect(t, "coordd: the queue's item", oursNext.item, "job-1")
	return table{
		{"", "Redis, replica promoted", "coordd, three nodes"},
		{"A takes the lock for a minute; the leader dies; B asks", "B has it too", "nil: A has it"},
		{"fencing tokens", fmt.Sprintf("A has %s, and B has %s", redis.lock, redisNext.lock), "A's stays the same when A renews"},
		{"`INCR` before and after", redis.ticket + ", " + redisNext.ticket, ours.ticket + ", " + oursNext.ticket},
		{"an item that `LPUSH` put into a queue is", "gone: " + redisNext.item, "there: " + oursNext.item},
		{"`WAIT 1 100` after a write, before the kill", redis.wait + " copies; the write stays all the same", "not needed"},
	}
}

// outcomes are the replies that clients got, before the leader's death or after.
type outcomes struct{ lock, renewed, ticket, item, wait string }

func failRedisOver(t *testing.T) (before, after outcomes) {
	t.Helper()
	master, process := cluster.SpawnRedis(t, "--appendonly", "yes", "--appendfsync", "always", "--min-replicas-to-write", "1", "--repl-diskless-sync-delay", "0")
	link := cluster.NewLink(t, master)
	host, port, err := net.SplitHostPort(link.Addr)
	if err != nil {
		t.Fatal(err)
	}
	replica, _ := cluster.SpawnRedis(t, "--appendonly", "yes", "--replicaof", host+" "+port)
	cluster.Poll(t, cluster.EqualWithin, "the replica to follow", func() error {
		reply, err := cluster.Do(master, "SET", "warm", "up")
		if err == nil && reply.IsError() {
			err = fmt.Errorf("SET: %s", reply.Str)
		}
		return err
	})
	expect(t, "INCR", ask(t, master, "INCR", "ticket"), "1")
	expect(t, "replicas that have it", ask(t, master, "WAIT", "1", "20000"), "1")

	lock := func(addr, owner string) string {
		return ask(t, addr, "EVAL", fencedSetNX, "2", "lock", "lock:token", owner, "60000")
	}
	link.Lose()
	before = outcomes{lock: lock(master, "A"), ticket: ask(t, master, "INCR", "ticket")}
	expect(t, "LPUSH", ask(t, master, "LPUSH", "jobs", "job-1"), "1")
	// WAIT counts the replicas that have what its own connection wrote.
	before.wait = waitAfterWrite(t, master)
	process.Kill()

	expect(t, "REPLICAOF NO ONE", ask(t, replica, "REPLICAOF", "NO", "ONE"), "OK")
	return before, outcomes{lock: lock(replica, "B"), ticket: ask(t, replica, "INCR", "ticket"), item: ask(t, replica, "RPOP", "jobs")}
}

func waitAfterWrite(t *testing.T, addr string) string {
	t.Helper()
	c, err := cluster.Dial(addr)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if reply, err := c.Do("SET", "note", "x"); err != nil || reply.IsError() {
		t.Fatalf("SET: %s %v", reply.Str, err)
	}
	reply, err := c.Do("WAIT", "1", "100")
	if err != nil {
		t.Fatal(err)
	}
	expect(t, "what WAIT found in one copy only", ask(t, addr, "GET", "note"), "x")
	return shown(reply)
}

func failCoorddOver(t *testing.T) (before, after outcomes) {
	t.Helper()
	c := cluster.Start(t, cluster.Options{Binary: binary(t)})
	leader := c.Leader(t)
	others := c.Others(leader)
	deaf, node := others[0], others[1].Addr
	expect(t, "INCR", ask(t, node, "INCR", "ticket"), "1")

	lock := func(owner string) string { return ask(t, node, "LOCK", "lock", owner, "60000") }
	deaf.Pause(t)
	before = outcomes{lock: lock("A"), ticket: ask(t, node, "INCR", "ticket")}
	expect(t, "LPUSH", ask(t, node, "LPUSH", "jobs", "job-1"), "1")
	leader.Kill(t)
	deaf.Resume(t)

	after = outcomes{lock: lock("B"), ticket: ask(t, node, "INCR", "ticket"), renewed: lock("A")}
	reserved := strings.Fields(ask(t, node, "RESERVE", "jobs", "worker", "PX", "60000"))
	if len(reserved) == 3 {
		after.item = reserved[1]
	}
	return before, after
}
