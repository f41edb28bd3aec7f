package integration

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"coordd/integration/cluster"
	"coordd/resp"
)

// blocked is a client that waits on a node.
type blocked struct {
	*cluster.Client
	node *cluster.Node
	id   string
}

// block has a new client of a node send a command that waits, and returns when
// the node says that it does.
func block(t *testing.T, n *cluster.Node, args ...string) *blocked {
	t.Helper()
	b := &blocked{Client: n.Dial(t), node: n}
	reply, err := b.Do("CLIENT", "ID")
	if err != nil {
		t.Fatal(err)
	}
	b.id = strconv.FormatInt(reply.Int, 10)
	if err := b.Send(args...); err != nil {
		t.Fatal(err)
	}
	cluster.Poll(t, cluster.LeaderWithin, strings.Join(args, " ")+" to wait", func() error {
		if list := n.Do(t, "CLIENT", "LIST", "ID", b.id).Str; !strings.Contains(list, " flags=b ") {
			return errors.New(list)
		}
		return nil
	})
	return b
}

// expect receives the reply, an array of texts or one text.
func (b *blocked) expect(t *testing.T, want ...string) {
	t.Helper()
	reply, err := b.Receive()
	if err != nil {
		t.Fatalf("client %s of %s: %v", b.id, b.node.Name, err)
	}
	got := []string{reply.Str}
	if reply.Kind == resp.ArrayKind {
		got = nil
		for _, e := range reply.Elems {
			got = append(got, e.Str)
		}
	}
	if strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("client %s of %s got %q, want %q", b.id, b.node.Name, got, want)
	}
}

func countBlocked(t *testing.T, n *cluster.Node) string {
	t.Helper()
	info, err := n.Info("clients")
	if err != nil {
		t.Fatal(err)
	}
	return info["blocked_clients"]
}

func waitNobodyBlocked(t *testing.T, n *cluster.Node) {
	t.Helper()
	cluster.Poll(t, cluster.LeaderWithin, "nobody to wait", func() error {
		if count := countBlocked(t, n); count != "0" {
			return fmt.Errorf("%s wait", count)
		}
		return nil
	})
}

func list(t *testing.T, n *cluster.Node, key string) string {
	t.Helper()
	var all []string
	for _, e := range n.Do(t, "LRANGE", key, "0", "-1").Elems {
		all = append(all, e.Str)
	}
	return strings.Join(all, " ")
}

// One cluster serves the tests that harm no node.
func TestBlocking(t *testing.T) {
	c := cluster.Start(t, cluster.Options{Binary: binary(t)})
	for _, test := range []struct {
		name string
		run  func(t *testing.T, c *cluster.Cluster)
	}{
		{"first come, first served over all nodes", blockedInOrder},
		{"a client that has gone takes nothing", blockedThenGone},
		{"time is over", blockedTooLong},
		{"CLIENT UNBLOCK", blockedThenUnblocked},
		{"what follows in a pipeline waits", blockedPipeline},
		{"MULTI and scripts never wait", blockedInMulti},
		{"readers of streams", blockedReaders},
		{"go-redis", blockedGoRedis},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.run(t, c)
			for _, n := range c.Nodes {
				waitNobodyBlocked(t, n)
			}
		})
		c.Nodes[0].Do(t, "FLUSHALL")
	}
}

func blockedInOrder(t *testing.T, c *cluster.Cluster) {
	var waiting []*blocked
	for i := range 9 {
		waiting = append(waiting, block(t, c.Nodes[i%3], "BLPOP", "k", "l", "0"))
	}
	if got := countBlocked(t, c.Nodes[1]); got != "3" {
		t.Errorf("INFO counts %s blocked clients", got)
	}
	c.Nodes[1].Do(t, "RPUSH", "l", "0", "1", "2", "3")
	c.Nodes[2].Do(t, "RPUSH", "l", "4", "5", "6", "7", "8")
	for i, b := range waiting {
		b.expect(t, "l", strconv.Itoa(i))
	}
	moved := block(t, c.Nodes[0], "BLMOVE", "k", "l", "LEFT", "RIGHT", "0")
	popped := block(t, c.Nodes[1], "BLMPOP", "0", "1", "l", "LEFT", "COUNT", "2")
	scored := block(t, c.Nodes[2], "BZPOPMIN", "k", "0")
	c.Nodes[2].Do(t, "RPUSH", "k", "x")
	moved.expect(t, "x")
	if reply, err := popped.Receive(); err != nil || len(reply.Elems) != 2 || reply.Elems[1].Elems[0].Str != "x" {
		t.Errorf("BLMPOP: %v %v", reply, err)
	}
	c.Nodes[0].Do(t, "ZADD", "k", "1", "m")
	scored.expect(t, "k", "m", "1")
}

func blockedThenGone(t *testing.T, c *cluster.Cluster) {
	for round := range 30 {
		key := fmt.Sprint("gone", round)
		b := block(t, c.Nodes[round%3], "BLPOP", key, "0")
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		// The node hears of it from the kernel, and is asked only after that.
		c.Nodes[(round/3)%3].Do(t, "RPUSH", key, "x")
		if got := list(t, c.Nodes[(round+1)%3], key); got != "x" {
			t.Errorf("round %d: the list holds %q", round, got)
		}
	}
	gone := block(t, c.Nodes[0], "BLPOP", "k", "0")
	next := block(t, c.Nodes[1], "BLPOP", "k", "0")
	gone.Close()
	c.Nodes[2].Do(t, "RPUSH", "k", "x")
	next.expect(t, "k", "x")
}

func blockedTooLong(t *testing.T, c *cluster.Cluster) {
	for _, n := range c.Nodes {
		client, began := n.Dial(t), time.Now()
		reply, err := client.Do("BLPOP", "k", "0.5")
		took := time.Since(began)
		if err != nil || reply.Kind != resp.NullArrayKind || took < 500*time.Millisecond || took > 1500*time.Millisecond {
			t.Errorf("%s: %v %v after %v", n.Name, reply, err, took)
		}
	}
	c.Nodes[0].Do(t, "RPUSH", "k", "x")
	if got := list(t, c.Nodes[1], "k"); got != "x" {
		t.Errorf("the list holds %q", got)
	}
}

func blockedThenUnblocked(t *testing.T, c *cluster.Cluster) {
	n := c.Nodes[1]
	a, b := block(t, n, "BLPOP", "k", "0"), block(t, n, "BZPOPMAX", "k", "0")
	if got := n.Do(t, "CLIENT", "UNBLOCK", a.id).Int; got != 1 {
		t.Errorf("UNBLOCK answers %d", got)
	}
	if reply, err := a.Receive(); err != nil || reply.Kind != resp.NullArrayKind {
		t.Errorf("%v %v", reply, err)
	}
	if got := n.Do(t, "CLIENT", "UNBLOCK", b.id, "ERROR").Int; got != 1 {
		t.Errorf("UNBLOCK answers %d", got)
	}
	b.expect(t, "UNBLOCKED client unblocked via CLIENT UNBLOCK")
	if got := n.Do(t, "CLIENT", "UNBLOCK", a.id).Int; got != 0 {
		t.Errorf("UNBLOCK of a client that does not wait answers %d", got)
	}
	if reply, err := a.Do("PING"); err != nil || reply.Str != "PONG" {
		t.Errorf("the connection is of no more use: %v %v", reply, err)
	}
}

func blockedPipeline(t *testing.T, c *cluster.Cluster) {
	b := block(t, c.Nodes[2], "BLPOP", "k", "0")
	var more []byte
	more = cluster.AppendCommand(more, "RPUSH", "k", "z")
	more = cluster.AppendCommand(more, "BLPOP", "k", "0")
	more = cluster.AppendCommand(more, "PING")
	if err := b.Write(more); err != nil {
		t.Fatal(err)
	}
	c.Nodes[0].Do(t, "RPUSH", "k", "x")
	b.expect(t, "k", "x")
	if reply, err := b.Receive(); err != nil || reply.Int != 1 {
		t.Errorf("RPUSH: %v %v", reply, err)
	}
	b.expect(t, "k", "z")
	b.expect(t, "PONG")
}

func blockedInMulti(t *testing.T, c *cluster.Cluster) {
	client := c.Nodes[1].Dial(t)
	waiting := block(t, c.Nodes[0], "BLPOP", "k", "0")
	for _, line := range []string{"MULTI", "BLPOP k 0", "RPUSH k a b", "BLPOP k 0", "BLMOVE nosuch k LEFT LEFT 0"} {
		if reply, err := client.Do(strings.Fields(line)...); err != nil || reply.IsError() {
			t.Fatalf("%s: %v %v", line, reply, err)
		}
	}
	reply, err := client.Do("EXEC")
	if err != nil || len(reply.Elems) != 4 {
		t.Fatalf("EXEC: %v %v", reply, err)
	}
	if e := reply.Elems; e[0].Kind != resp.NullArrayKind || e[2].Elems[1].Str != "a" || e[3].Kind != resp.NullKind {
		t.Errorf("EXEC: %v", e)
	}
	waiting.expect(t, "k", "b")
	began := time.Now()
	reply, err = client.Do("EVAL", "return redis.call('BLPOP', KEYS[1], 10) == false", "1", "k")
	if err != nil || reply.Int != 1 || time.Since(began) > 5*time.Second {
		t.Errorf("EVAL: %v %v after %v", reply, err, time.Since(began))
	}
}

func blockedReaders(t *testing.T, c *cluster.Cluster) {
	c.Nodes[0].Do(t, "XGROUP", "CREATE", "s", "g", "$", "MKSTREAM")
	var readers, consumers []*blocked
	for _, n := range c.Nodes {
		readers = append(readers, block(t, n, "XREAD", "BLOCK", "0", "STREAMS", "s", "$"))
		consumers = append(consumers, block(t, n, "XREADGROUP", "GROUP", "g", "me", "COUNT", "1", "BLOCK", "0", "STREAMS", "s", ">"))
	}
	ids := []string{"1-1", "2-1", "3-1"}
	for i, id := range ids {
		c.Nodes[i].Do(t, "XADD", "s", id, "f", "v")
	}
	read := func(b *blocked) string {
		reply, err := b.Receive()
		if err != nil || len(reply.Elems) != 1 || reply.Elems[0].Elems[0].Str != "s" {
			t.Fatalf("%v %v", reply, err)
		}
		return reply.Elems[0].Elems[1].Elems[0].Elems[0].Str
	}
	for i := range c.Nodes {
		if got := read(readers[i]); got != "1-1" {
			t.Errorf("reader %d got %s", i, got)
		}
		if got := read(consumers[i]); got != ids[i] {
			t.Errorf("consumer %d got %s", i, got)
		}
	}
	lost := block(t, c.Nodes[1], "XREADGROUP", "GROUP", "g", "me", "BLOCK", "0", "STREAMS", "s", ">")
	c.Nodes[2].Do(t, "XGROUP", "DESTROY", "s", "g")
	lost.expect(t, "NOGROUP No such key 's' or consumer group 'g' in XREADGROUP with GROUP option")
}

func blockedGoRedis(t *testing.T, c *cluster.Cluster) {
	ctx := context.Background()
	client := redis.NewClient(&redis.Options{Addr: c.Nodes[2].Addr})
	defer client.Close()
	got := make(chan []string, 1)
	go func() {
		v, err := client.BLPop(ctx, 10*time.Second, "k").Result()
		if err != nil {
			v = []string{err.Error()}
		}
		got <- v
	}()
	cluster.Poll(t, cluster.LeaderWithin, "go-redis to wait", func() error {
		if countBlocked(t, c.Nodes[2]) != "1" {
			return errors.New("not yet")
		}
		return nil
	})
	c.Nodes[0].Do(t, "RPUSH", "k", "x")
	if v := <-got; len(v) != 2 || v[1] != "x" {
		t.Errorf("BLPop: %q", v)
	}
	if err := client.BLPop(ctx, time.Second, "k").Err(); err != redis.Nil {
		t.Errorf("BLPop of nothing: %v", err)
	}
}

// Each key waits in its own group; keys of several groups are refused.
func TestBlockingOverGroups(t *testing.T) {
	c := cluster.Start(t, cluster.Options{Binary: binary(t), Args: []string{"--groups", "3"}})
	var waiting []*blocked
	for i := range 12 {
		waiting = append(waiting, block(t, c.Nodes[i%3], "BLPOP", fmt.Sprint("k", i), "0"))
	}
	for i := range 12 {
		c.Nodes[(i+1)%3].Do(t, "RPUSH", fmt.Sprint("k", i), "x")
	}
	for i, b := range waiting {
		b.expect(t, fmt.Sprint("k", i), "x")
	}
	reply, err := c.Nodes[0].Dial(t).Do("BLPOP", "k1", "k2", "k3", "k4", "k5", "k6", "0")
	if err != nil || !strings.HasPrefix(reply.Str, "CROSSSLOT") {
		t.Errorf("keys of several groups: %v %v", reply, err)
	}
}

// The leader dies while clients wait: they notice nothing, and keep their order.
func TestBlockedWhileTheLeaderDies(t *testing.T) {
	c := cluster.Start(t, cluster.Options{Binary: binary(t)})
	leader := c.Leader(t)
	others := c.Others(leader)
	var waiting []*blocked
	for i := range 6 {
		waiting = append(waiting, block(t, others[i%2], "BLPOP", "k", "0"))
	}
	leader.Kill(t)
	others[0].Do(t, "RPUSH", "k", "0", "1", "2", "3", "4", "5")
	for i, b := range waiting {
		b.expect(t, "k", strconv.Itoa(i))
	}
}

// A node dies with its clients, who came first: the others are served soon
// after, and what was pushed is not lost.
func TestBlockedNodeDies(t *testing.T) {
	c := cluster.Start(t, cluster.Options{Binary: binary(t)})
	leader := c.Leader(t)
	victim, survivor := c.Others(leader)[0], c.Others(leader)[1]
	for range 5 {
		block(t, victim, "BLPOP", "k", "0")
	}
	var waiting []*blocked
	for i := range 6 {
		waiting = append(waiting, block(t, []*cluster.Node{leader, survivor}[i%2], "BLPOP", "k", "0"))
	}
	victim.Kill(t)
	survivor.Do(t, "RPUSH", "k", "0", "1", "2", "3", "4", "5", "6")
	began := time.Now()
	for i, b := range waiting {
		b.expect(t, "k", strconv.Itoa(i))
	}
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("they were served %v after the node died", took)
	}
	if got := list(t, leader, "k"); got != "6" {
		t.Errorf("the list holds %q", got)
	}
}

// A node that starts again at once says itself that its clients are gone.
func TestBlockedNodeRestarts(t *testing.T) {
	c := cluster.Start(t, cluster.Options{Binary: binary(t)})
	victim := c.Others(c.Leader(t))[0]
	block(t, victim, "BLPOP", "k", "0")
	next := block(t, c.Leader(t), "BLPOP", "k", "0")
	victim.Restart(t)
	c.Leader(t).Do(t, "RPUSH", "k", "x")
	next.expect(t, "k", "x")
}

// A node that is taken out of the cluster for good is out of the queue.
func TestBlockedNodeRemoved(t *testing.T) {
	c := cluster.Start(t, cluster.Options{Binary: binary(t)})
	waitKnown(t, c, 1)
	leader := c.Leader(t)
	removed, other := c.Others(leader)[0], c.Others(leader)[1]
	id := removed.Do(t, "CLUSTER", "MYID").Str
	block(t, removed, "BLPOP", "k", "0")
	next := block(t, other, "BLPOP", "k", "0")
	leader.Do(t, "CLUSTER", "FORGET", id)
	cluster.Poll(t, cluster.LeaderWithin, "two voters", func() error {
		raft, err := leader.Raft(1)
		if err == nil && len(raft.Voters) != 2 {
			err = fmt.Errorf("voters %v", raft.Voters)
		}
		return err
	})
	leader.Do(t, "RPUSH", "k", "x")
	next.expect(t, "k", "x")
}

// A node is stopped until the others have forgotten its clients, and its log
// was cut behind it: it comes back by a snapshot, and its clients are served.
func TestBlockedNodeSleeps(t *testing.T) {
	c := cluster.Start(t, cluster.Options{Binary: binary(t), Args: []string{"--snapshot-entries", "50"}})
	leader := c.Leader(t)
	sleeper, other := c.Others(leader)[0], c.Others(leader)[1]
	first := block(t, sleeper, "BLPOP", "k", "0")
	second := block(t, sleeper, "BLPOP", "k", "0")
	next := block(t, other, "BLPOP", "k", "0")
	sleeper.Pause(t)
	leader.Do(t, "RPUSH", "k", "0")
	next.expect(t, "k", "0")
	for i := range 200 {
		leader.Do(t, "SET", "filler", strconv.Itoa(i))
	}
	leader.Do(t, "RPUSH", "k", "1", "2")
	sleeper.Resume(t)
	got := map[string]bool{}
	for _, b := range []*blocked{first, second} {
		reply, err := b.Receive()
		if err != nil || len(reply.Elems) != 2 {
			t.Fatalf("%v %v", reply, err)
		}
		got[reply.Elems[1].Str] = true
	}
	if !got["1"] || !got["2"] {
		t.Errorf("they got %v", got)
	}
}

// Producers and consumers on two nodes, while the leader, a third one, is killed
// and comes back, twice: everything arrives exactly once.
func TestBlockedQueueUnderFaults(t *testing.T) {
	const elements = 600
	c := cluster.Start(t, cluster.Options{Binary: binary(t)})
	leader := c.Leader(t)
	others := c.Others(leader)
	got := make(chan string, elements)
	failed := make(chan error, 100)
	for i := range 10 {
		client := others[i%2].Dial(t)
		go func() {
			for {
				reply, err := client.Do("BLPOP", "k", "0")
				if err != nil || len(reply.Elems) != 2 {
					return // the end of the test, or of the server: then something is missing
				}
				got <- reply.Elems[1].Str
			}
		}()
	}
	go func() {
		for i := range elements {
			reply, err := cluster.Do(others[i%2].Addr, "RPUSH", "k", strconv.Itoa(i))
			if err != nil || reply.IsError() {
				failed <- fmt.Errorf("RPUSH %d: %v %v", i, reply, err)
			}
		}
	}()
	seen := map[string]bool{}
	for len(seen) < elements {
		select {
		case e := <-got:
			if seen[e] {
				t.Fatalf("%s came twice", e)
			}
			seen[e] = true
		case err := <-failed:
			t.Fatal(err)
		case <-time.After(cluster.OpTimeout):
			t.Fatalf("%d elements have not come", elements-len(seen))
		}
		if n := len(seen); n == elements/4 || n == elements/2 {
			leader.Kill(t)
			leader.Start(t)
		}
	}
}
