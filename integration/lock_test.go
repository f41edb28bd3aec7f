package integration

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"coordd/integration/cluster"
	"coordd/resp"
)

// granted receives the reply to a LOCK: a grant, with a token larger than before.
func granted(t *testing.T, c *cluster.Client, before int64) int64 {
	t.Helper()
	reply, err := c.Receive()
	if err != nil || reply.Kind != resp.IntKind || reply.Int <= before {
		t.Fatalf("LOCK: %v %v, want a token above %d", reply, err, before)
	}
	return reply.Int
}

// info is a field of LOCKINFO.
func lockInfo(t *testing.T, n *cluster.Node, name, field string) string {
	t.Helper()
	elems := n.Do(t, "LOCKINFO", name).Elems
	for i := 0; i+1 < len(elems); i += 2 {
		if elems[i].Str == field {
			return elems[i+1].Str + strconv.FormatInt(elems[i+1].Int, 10)
		}
	}
	return ""
}

// One cluster serves the tests that harm no node.
func TestLocks(t *testing.T) {
	c := cluster.Start(t, cluster.Options{Binary: binary(t)})
	for _, test := range []struct {
		name string
		run  func(t *testing.T, c *cluster.Cluster)
	}{
		{"first come, first served over all nodes", lockedInOrder},
		{"a lease that ends hands over by itself", lockedUntilExpiry},
		{"a client that has gone leaves", lockedThenGone},
		{"time is over", lockedTooLong},
		{"an owner that comes to another node keeps its place", lockedTwice},
		{"a deadlock over nodes", lockedInACircle},
		{"MULTI and scripts never wait", lockedInMulti},
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

func lockedInOrder(t *testing.T, c *cluster.Cluster) {
	last := c.Nodes[0].Do(t, "LOCK", "k", "first", "60000").Int
	var waiting []*blocked
	for i := range 9 {
		waiting = append(waiting, block(t, c.Nodes[i%3], "LOCK", "k", fmt.Sprint("o", i), "60000", "WAIT", "0"))
	}
	if got := lockInfo(t, c.Nodes[1], "k", "waiting"); got != "9" {
		t.Errorf("LOCKINFO counts %s who wait", got)
	}
	if reply, err := c.Nodes[1].Dial(t).Do("LOCK", "k", "late", "1000"); err != nil || reply.Kind != resp.NullKind {
		t.Errorf("one who does not wait got %v %v", reply, err)
	}
	holder := "first"
	for i, b := range waiting {
		c.Nodes[(i+1)%3].Do(t, "UNLOCK", "k", holder)
		last, holder = granted(t, b.Client, last), fmt.Sprint("o", i)
		if got := lockInfo(t, c.Nodes[i%3], "k", "owner"); got != holder+"0" {
			t.Errorf("%s has the lock, not %s", got, holder)
		}
	}
}

func lockedUntilExpiry(t *testing.T, c *cluster.Cluster) {
	last := c.Nodes[0].Do(t, "LOCK", "k", "first", "300").Int
	var waiting []*blocked
	for i := range 3 {
		waiting = append(waiting, block(t, c.Nodes[i], "LOCK", "k", fmt.Sprint("o", i), "200", "WAIT", "0"))
	}
	for _, b := range waiting {
		last = granted(t, b.Client, last)
	}
}

func lockedThenGone(t *testing.T, c *cluster.Cluster) {
	c.Nodes[0].Do(t, "LOCK", "k", "first", "60000")
	gone := block(t, c.Nodes[1], "LOCK", "k", "gone", "60000", "WAIT", "0")
	next := block(t, c.Nodes[2], "LOCK", "k", "next", "60000", "WAIT", "0")
	gone.Close()
	cluster.Poll(t, cluster.LeaderWithin, "one to wait", func() error {
		if got := lockInfo(t, c.Nodes[0], "k", "waiting"); got != "1" {
			return errors.New(got)
		}
		return nil
	})
	c.Nodes[0].Do(t, "UNLOCK", "k", "first")
	granted(t, next.Client, 0)
}

func lockedTooLong(t *testing.T, c *cluster.Cluster) {
	c.Nodes[0].Do(t, "LOCK", "k", "first", "60000")
	for _, n := range c.Nodes {
		reply, err := n.Dial(t).Do("LOCK", "k", "me", "60000", "WAIT", "200", "SHARED")
		if err != nil || reply.Kind != resp.NullKind {
			t.Errorf("%s: %v %v", n.Name, reply, err)
		}
	}
	if got := lockInfo(t, c.Nodes[1], "k", "waiting"); got != "0" {
		t.Errorf("%s wait", got)
	}
}

func lockedTwice(t *testing.T, c *cluster.Cluster) {
	c.Nodes[0].Do(t, "LOCK", "k", "first", "60000")
	mine := block(t, c.Nodes[0], "LOCK", "k", "me", "60000", "WAIT", "0")
	other := block(t, c.Nodes[1], "LOCK", "k", "other", "60000", "WAIT", "0")
	again := block(t, c.Nodes[2], "LOCK", "k", "me", "60000", "WAIT", "0")
	c.Nodes[1].Do(t, "UNLOCK", "k", "first")
	if a, b := granted(t, mine.Client, 0), granted(t, again.Client, 0); a != b {
		t.Errorf("one owner has the tokens %d and %d", a, b)
	}
	c.Nodes[1].Do(t, "UNLOCK", "k", "me")
	granted(t, other.Client, 0)
}

func lockedInACircle(t *testing.T, c *cluster.Cluster) {
	c.Nodes[0].Do(t, "LOCK", "{d}k", "x", "60000")
	c.Nodes[1].Do(t, "LOCK", "{d}l", "y", "60000")
	x := block(t, c.Nodes[2], "LOCK", "{d}l", "x", "60000", "WAIT", "0")
	const want = "DEADLOCK these would wait for each other: 'y' for '{d}k', 'x' for '{d}l'"
	if reply, err := c.Nodes[0].Dial(t).Do("LOCK", "{d}k", "y", "60000", "WAIT", "0"); err != nil || reply.Str != want {
		t.Errorf("%v %v", reply, err)
	}
	c.Nodes[0].Do(t, "UNLOCK", "{d}l", "y")
	granted(t, x.Client, 0)
}

func lockedInMulti(t *testing.T, c *cluster.Cluster) {
	client := c.Nodes[1].Dial(t)
	waiting := block(t, c.Nodes[0], "BLPOP", "nothing", "0") // so that somebody waits at all
	for _, args := range [][]string{{"MULTI"}, {"LOCK", "k", "me", "60000", "WAIT", "0"}, {"LOCK", "k", "you", "60000", "WAIT", "0"}} {
		if reply, err := client.Do(args...); err != nil || reply.IsError() {
			t.Fatalf("%v: %v %v", args, reply, err)
		}
	}
	reply, err := client.Do("EXEC")
	if err != nil || len(reply.Elems) != 2 || reply.Elems[0].Kind != resp.IntKind || reply.Elems[1].Kind != resp.NullKind {
		t.Errorf("EXEC: %v %v", reply, err)
	}
	reply, err = client.Do("EVAL", "return redis.call('LOCK', KEYS[1], 'you', 1000, 'WAIT', 0) == false", "1", "k")
	if err != nil || reply.Int != 1 {
		t.Errorf("EVAL: %v %v", reply, err)
	}
	c.Nodes[0].Do(t, "RPUSH", "nothing", "x")
	waiting.expect(t, "nothing", "x")
}

// The leader dies while fifty wait: they notice nothing, and keep their order.
func TestLockedWhileTheLeaderDies(t *testing.T) {
	const clients = 50
	c := cluster.Start(t, cluster.Options{Binary: binary(t)})
	leader := c.Leader(t)
	others := c.Others(leader)
	last := others[0].Do(t, "LOCK", "k", "first", "600000").Int
	var waiting []*blocked
	for i := range clients {
		waiting = append(waiting, block(t, others[i%2], "LOCK", "k", fmt.Sprint("o", i), "600000", "WAIT", "0"))
	}
	leader.Kill(t)
	holder := "first"
	for i, b := range waiting {
		others[i%2].Do(t, "UNLOCK", "k", holder)
		last, holder = granted(t, b.Client, last), fmt.Sprint("o", i)
	}
}

// A node dies with a client that is next in line: the others go on.
func TestLockedNodeDies(t *testing.T) {
	c := cluster.Start(t, cluster.Options{Binary: binary(t)})
	leader := c.Leader(t)
	victim, survivor := c.Others(leader)[0], c.Others(leader)[1]
	last := leader.Do(t, "LOCK", "k", "first", "600000").Int
	block(t, victim, "LOCK", "k", "dead", "600000", "WAIT", "0")
	next := block(t, survivor, "LOCK", "k", "next", "600000", "WAIT", "0")
	victim.Kill(t)
	cluster.Poll(t, cluster.LeaderWithin, "the dead client to leave", func() error {
		if got := lockInfo(t, leader, "k", "next"); got != "next0" {
			return errors.New(got)
		}
		return nil
	})
	leader.Do(t, "UNLOCK", "k", "first")
	granted(t, next.Client, last)
}

// Very many clients wait for one lock: that costs no processor time, and little
// memory; an UNLOCK serves the first at once.
func TestManyLocked(t *testing.T) {
	const quiet = 2 * time.Second
	clients := 10_000
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err == nil && limit.Cur < uint64(clients+100) {
		clients = int(limit.Cur) - 100
	}
	c := cluster.Start(t, cluster.Options{Binary: binary(t)})
	n := c.Nodes[0]
	memory := func() (all int) {
		for _, n := range c.Nodes {
			all += residentBytes(t, n)
		}
		return all
	}
	before := memory()
	n.Do(t, "LOCK", "k", "holder", "600000")
	began := time.Now()
	waiting := make([]*cluster.Client, clients)
	for i := range waiting {
		waiting[i] = c.Nodes[i%len(c.Nodes)].Dial(t)
		if err := waiting[i].Send("LOCK", "k", fmt.Sprint("o", i), "600000", "WAIT", "0"); err != nil {
			t.Fatal(err)
		}
		if i == 0 { // who is first
			cluster.Poll(t, cluster.LeaderWithin, "the first to wait", func() error {
				if got := lockInfo(t, n, "k", "waiting"); got != "1" {
					return errors.New(got)
				}
				return nil
			})
		}
	}
	cluster.Poll(t, time.Minute, "all to wait", func() error {
		if got := lockInfo(t, n, "k", "waiting"); got != strconv.Itoa(clients) {
			return errors.New(got + " wait")
		}
		return nil
	})
	enrolled := time.Since(began)
	each := (memory() - before) / clients
	used := cpuTimes(t, c)
	cluster.Poll(t, 2*quiet, "some time to pass", waited(quiet, func() bool { return false }))
	for i, after := range cpuTimes(t, c) {
		used[i] = after - used[i]
	}
	began = time.Now()
	n.Do(t, "UNLOCK", "k", "holder")
	granted(t, waiting[0], 0)
	t.Logf("%d clients: enrolled within %v, %d bytes of memory each, of all nodes together; in %v the nodes used %v of a processor; a hand-over took %v",
		clients, enrolled.Round(time.Millisecond), each, quiet, used, time.Since(began).Round(10*time.Microsecond))
	if each > 64<<10 {
		t.Errorf("a client that waits costs %d bytes", each)
	}
	if most := slices.Max(used); most > quiet/4 {
		t.Errorf("while they wait, a node uses %v in %v", most, quiet)
	}
}

// cpuTimes are what each node has used of the processors.
func cpuTimes(t *testing.T, c *cluster.Cluster) (used []time.Duration) {
	t.Helper()
	for _, n := range c.Nodes {
		d, err := cluster.CPUTime(n.Process().PID())
		if err != nil {
			t.Fatal(err)
		}
		used = append(used, d)
	}
	return used
}
