package integration

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"coordd/integration/cluster"
)

const (
	shortRun     = 45 * time.Second // how long faults are made, unless COORDD_SOAK_MINUTES says otherwise
	groupsRun    = 15 * time.Second
	faultAtLeast = 3 * time.Second // longer than the election timeout
	faultAtMost  = 5 * time.Second
	calmBetween  = time.Second
	progressOps  = 100 // more than can have been in flight when a fault began
)

// runTime is how long the nemesis works: short, or as long as
// COORDD_SOAK_MINUTES says.
func runTime(t *testing.T, short time.Duration) time.Duration {
	t.Helper()
	text := os.Getenv("COORDD_SOAK_MINUTES")
	if text == "" {
		return short
	}
	minutes, err := strconv.ParseFloat(text, 64)
	if err != nil {
		t.Fatalf("COORDD_SOAK_MINUTES: %v", err)
	}
	limit := time.Duration(minutes * float64(time.Minute))
	if deadline, ok := t.Deadline(); ok && time.Until(deadline) < limit+checkWithin {
		t.Fatalf("COORDD_SOAK_MINUTES=%s does not fit into go test's -timeout; -timeout 0 lifts it", text)
	}
	return limit
}

// A nemesis hurts a cluster while a workload runs on it.
type nemesis struct {
	*cluster.Cluster
	load *workload
	rand *rand.Rand
}

// The faults. Each leaves the cluster whole.
var nemesisFaults = []struct {
	name string
	make func(*nemesis, *testing.T)
}{
	{"kill -9 of the leader", (*nemesis).killLeader},
	{"pause of the leader", (*nemesis).pauseLeader},
	{"kill -9 of all", (*nemesis).killEverybody},
	{"kill -9 of a follower", (*nemesis).killFollower},
}

// Registers, counters, lists, locks, leases, queues and pools stay linearizable
// while the leader is killed and paused and while all nodes are killed at once;
// clients of nodes that were not hurt see no error (promises P1 to P8).
func TestLinearizable(t *testing.T) {
	hurt(t, 1, runTime(t, shortRun))
}

// The same over three groups, each with its leader on another node, so that
// every node that is lost is a leader.
func TestLinearizableOverGroups(t *testing.T) {
	hurt(t, 3, runTime(t, groupsRun))
}

// The same with the settings that are not the default: reads under a lease, on
// clocks that all run alike here, and the other log.
func TestLinearizableWithLeases(t *testing.T) {
	hurt(t, 1, runTime(t, groupsRun), "--reads", "lease", "--raft-log", "bolt")
}

// hurt runs a workload on a new cluster and makes faults until limit is over.
func hurt(t *testing.T, groups int, limit time.Duration, args ...string) {
	t.Helper()
	s := seed(t)
	args = append([]string{"--groups", fmt.Sprint(groups), "--snapshot-entries", "5000"}, args...)
	c := cluster.Start(t, cluster.Options{Binary: binary(t), Args: args})
	var addrs []string
	for _, n := range c.Nodes {
		addrs = append(addrs, n.Addr)
	}
	n := &nemesis{Cluster: c, load: startWorkload(t, s, kinds(), addrs...), rand: rand.New(rand.NewPCG(s, 1<<32))}
	defer n.load.finish(t)
	end := time.Now().Add(limit)
	var order []int
	for time.Now().Before(end) {
		if len(order) == 0 { // every fault once, then every fault again in another order
			order = n.rand.Perm(len(nemesisFaults))
		}
		fault := nemesisFaults[order[0]]
		order = order[1:]
		began := time.Now()
		fault.make(n, t)
		t.Logf("%s: whole again after %v", fault.name, time.Since(began).Round(time.Millisecond))
		n.calm(t, calmBetween)
		if n.load.book.failed() {
			return // finish tells; more faults would only bury the first
		}
	}
	n.load.halt()
	for g := 1; g <= groups; g++ {
		index, hash := c.RequireEqual(t, g)
		t.Logf("group %d: all nodes at index %d say state hash %s", g, index, hash)
	}
}

// calm waits a while, but not longer than until something was found wrong.
func (n *nemesis) calm(t *testing.T, d time.Duration) {
	t.Helper()
	cluster.Poll(t, d+time.Minute, "calm", waited(d, n.load.book.failed))
}

// waited is a condition that holds after d, or as soon as early does.
func waited(d time.Duration, early func() bool) func() error {
	end := time.Now().Add(d)
	return func() error {
		if early() || time.Now().After(end) {
			return nil
		}
		return fmt.Errorf("not yet")
	}
}

// outlast lets a fault last for a random while, and until clients of the nodes
// that are well have surely got on with their work.
func (n *nemesis) outlast(t *testing.T, hurt int) {
	t.Helper()
	before := n.progress()
	n.calm(t, faultAtLeast+time.Duration(n.rand.Int64N(int64(faultAtMost-faultAtLeast))))
	cluster.Poll(t, cluster.LeaderWithin, "clients of the surviving nodes to get on", func() error {
		for i, now := range n.progress() {
			if now-before[i] < progressOps && i != hurt && !n.load.book.failed() {
				return fmt.Errorf("node %d answered only %d operations during the fault", i+1, now-before[i])
			}
		}
		return nil
	})
}

// progress counts the operations that each node has answered.
func (n *nemesis) progress() []int64 {
	counts := make([]int64, len(n.Nodes))
	for i := range counts {
		counts[i] = n.load.done[i].Load()
	}
	return counts
}

func (n *nemesis) indexOf(node *cluster.Node) int {
	for i, o := range n.Nodes {
		if o == node {
			return i
		}
	}
	panic("not a node of this cluster")
}

func (n *nemesis) killLeader(t *testing.T) { n.killOne(t, n.indexOf(n.Leader(t))) }

func (n *nemesis) killFollower(t *testing.T) {
	n.killOne(t, (n.indexOf(n.Leader(t))+1+n.rand.IntN(len(n.Nodes)-1))%len(n.Nodes))
}

func (n *nemesis) killOne(t *testing.T, i int) {
	n.load.board.begin(i, true)
	n.Nodes[i].Kill(t)
	n.outlast(t, i)
	n.Nodes[i].Start(t)
	n.Nodes[i].WaitReady(t)
	n.load.board.end(i)
}

// pauseLeader leaves the connections to the paused node open: reads and writes
// are on their way to it all the while, and it answers them when it wakes up.
func (n *nemesis) pauseLeader(t *testing.T) {
	leader := n.Leader(t)
	i := n.indexOf(leader)
	n.load.board.begin(i, false)
	leader.Pause(t)
	n.outlast(t, i)
	leader.Resume(t)
	leader.WaitReady(t)
	n.load.board.end(i)
}

func (n *nemesis) killEverybody(t *testing.T) {
	for i := range n.Nodes {
		n.load.board.begin(i, true)
	}
	n.KillAll(t)
	n.StartAll(t)
	for i := range n.Nodes {
		n.load.board.end(i)
	}
}
