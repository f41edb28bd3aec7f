package integration

import (
	"fmt"
	"maps"
	"strconv"
	"testing"
	"time"

	"coordd/integration/cluster"
)

// Turns are exact over every window of a round, whatever nodes the picks came
// through, across the death of a leader, snapshots and restarts of everything.
func TestTurnsAreExactThroughFaults(t *testing.T) {
	c := cluster.Start(t, cluster.Options{Binary: binary(t), Args: often})
	weights := map[string]int{"large": 5, "medium": 3, "small": 1}
	const round = 9
	for m, w := range weights {
		c.Nodes[0].Do(t, "ZADD", "pool", strconv.Itoa(w), m)
	}
	var picks []string
	pick := func(n int, nodes []*cluster.Node) {
		t.Helper()
		for i := range n {
			reply := nodes[i%len(nodes)].Do(t, "PICK", "pool")
			if weights[reply.Str] == 0 {
				t.Fatalf("pick %d answered %+v", len(picks), reply)
			}
			picks = append(picks, reply.Str)
			nodes[(i+1)%len(nodes)].Do(t, "PICK", "pool", "LEAST", "PX", "50")
		}
	}
	pick(150, c.Nodes) // more than one snapshot
	leader := c.Leader(t)
	leader.Kill(t)
	pick(40, c.Others(leader))
	leader.Start(t)
	leader.WaitReady(t)
	pick(40, c.Nodes)
	c.KillAll(t)
	c.StartAll(t)
	pick(40, c.Nodes)
	for from := 0; from+round <= len(picks); from++ {
		counts := map[string]int{}
		for _, m := range picks[from : from+round] {
			counts[m]++
		}
		if !maps.Equal(counts, weights) {
			t.Fatalf("picks %d to %d of %d: %v, want %v", from, from+round-1, len(picks), counts, weights)
		}
	}
	c.RequireEqual(t, 1)
}

// A server that registers and keeps its heart beating stays; one that falls
// silent goes on all nodes, also when the leader dies meanwhile, and stays away.
func TestSilentMembersLeave(t *testing.T) {
	c := cluster.Start(t, cluster.Options{Binary: binary(t)})
	leader := c.Leader(t)
	others := c.Others(leader)
	others[0].Do(t, "SADD", "servers", "alive", "silent", "settled")
	others[0].Do(t, "PEXPIREMEMBER", "servers", "silent", "1500")
	beat := func() {
		if r := others[0].Do(t, "EXPIREMEMBER", "servers", "alive", "60"); r.Int != 1 {
			t.Fatalf("a heartbeat answered %+v", r)
		}
	}
	beat()
	leader.Kill(t)
	for i := range others {
		cluster.Poll(t, cluster.EqualWithin, "the silent one to leave", func() error {
			beat()
			if r := others[i].Do(t, "SISMEMBER", "servers", "silent"); r.Int != 0 {
				return fmt.Errorf("it is still there")
			}
			return nil
		})
	}
	leader.Start(t)
	leader.WaitReady(t)
	for end := time.Now().Add(time.Second); time.Now().Before(end); {
		for _, n := range c.Nodes {
			if r := n.Do(t, "SCARD", "servers"); r.Int != 2 {
				t.Fatalf("%s has %d members", n.Name, r.Int)
			}
			if r := n.Do(t, "PICK", "servers"); r.Str == "silent" {
				t.Fatal("the silent one was picked")
			}
		}
	}
	c.RequireEqual(t, 1)
}
