package raftfsm

import (
	"context"
	"errors"
	"testing"
	"time"
)

// A transfer may be asked of any node, and the old leader knows it has happened
// when it is told so.
func TestTransferFromAnyNode(t *testing.T) {
	nodes := startCluster(t, 3, nil)
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for _, ahead := range []int{0, 1} { // asked of the leader itself, then of another
		old := leaderOf(nodes, 1)
		propose(t, nodes[old], "k w")
		if err := nodes[(old+ahead)%3].Transfer(ctx, 1); err != nil {
			t.Fatalf("asked %d after the leader: %v", ahead, err)
		}
		eventually(t, "another node leads", func() bool {
			now := leaderOf(nodes, 1)
			return now >= 0 && now != old
		})
	}
}

func TestTransferNeedsASuccessor(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	alone := startCluster(t, 1, nil)[0]
	if err := alone.Transfer(ctx, 1); err == nil {
		t.Error("a node alone handed its leadership over")
	}
	if err := alone.Transfer(ctx, 9); err == nil {
		t.Error("there is no group 9")
	}
}

func TestRemoveIsForGoodAndTwiceIsNoError(t *testing.T) {
	nodes := startCluster(t, 3, nil)
	eventually(t, "all are registered", func() bool { return len(nodes[0].Members()) == 3 })
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := nodes[0].Remove(ctx, "nobody"); !errors.Is(err, ErrUnknownNode) {
		t.Errorf("removing nobody: %v", err)
	}
	gone := nodes[2].ID()
	nodes[2].stop()
	for _, n := range nodes[:2] {
		if err := n.Remove(ctx, gone); err != nil {
			t.Fatal(err)
		}
	}
	eventually(t, "two voters are left", func() bool {
		return len(nodes[0].Group(1).voters()) == 2 && len(nodes[1].Members()) == 2
	})
}

func TestASilentNodeIsNoticed(t *testing.T) {
	nodes := startCluster(t, 3, nil)
	propose(t, nodes[0], "k w")
	a, b := nodes[1].ID(), nodes[2].ID()
	eventually(t, "both have answered", func() bool {
		x, y := nodes[0].Silent(a), nodes[0].Silent(b)
		return 0 < x && x < time.Second && 0 < y && y < time.Second
	})
	if nodes[0].Silent(nodes[0].ID()) != 0 || nodes[0].Silent("nobody") != 0 {
		t.Error("a node is silent towards itself, or nobody is known")
	}
	nodes[2].stop()
	eventually(t, "one has gone silent", func() bool {
		return nodes[0].Silent(b) > 3*agreeInterval && nodes[0].Silent(a) < 3*agreeInterval
	})
	if silent := nodes[0].SilentFor(3 * agreeInterval); len(silent) != 1 || silent[0] != b {
		t.Errorf("silent are %q, and it is %q", silent, b)
	}
}
