package integration

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"coordd/integration/cluster"
)

// often makes a node take a snapshot every hundred entries.
var often = []string{"--snapshot-entries", "100"}

// writeEntries makes at least n log entries: each write waits for the one
// before, so none shares its entry.
func writeEntries(t *testing.T, node *cluster.Node, prefix string, n int) {
	t.Helper()
	c := node.Dial(t)
	for i := range n {
		reply, err := c.Do("SET", prefix+strconv.Itoa(i), strconv.Itoa(i))
		if err != nil || reply.IsError() {
			t.Fatalf("write %d: %v %s", i, err, reply.Str)
		}
	}
}

func requireEntries(t *testing.T, node *cluster.Node, prefix string, n int) {
	t.Helper()
	c := node.Dial(t)
	for i := range n {
		reply, err := c.Do("GET", prefix+strconv.Itoa(i))
		if err != nil || reply.Str != strconv.Itoa(i) {
			t.Fatalf("%s: %s%d is %q %v", node.Name, prefix, i, reply.Str, err)
		}
	}
}

// Snapshots are taken and the log is cut without anybody asking, after so many
// entries or so many bytes, and what is left on disk is enough to start from.
func TestLogIsCut(t *testing.T) {
	for _, flags := range [][]string{often, {"--snapshot-bytes", "64kb"}} {
		t.Run(flags[0][2:], func(t *testing.T) {
			n := cluster.Start(t, cluster.Options{Binary: binary(t), Nodes: 1, Args: flags}).Nodes[0]
			const entries = 1500
			writeEntries(t, n, "cut:", entries)
			cluster.Poll(t, cluster.EqualWithin, "the log to be cut", func() error {
				r, err := n.Raft(1)
				if err == nil && (r.Snapshot < entries/2 || r.FirstLog <= 1) {
					err = fmt.Errorf("after %d entries: first in the log %d, snapshot at %d", r.Applied, r.FirstLog, r.Snapshot)
				}
				return err
			})
			snapshots, err := os.ReadDir(filepath.Join(n.Dir, "group-1", "snapshots"))
			if err != nil || len(snapshots) == 0 || len(snapshots) > 5 {
				t.Errorf("snapshots kept: %v %v", snapshots, err)
			}
			before, err := n.Raft(1)
			if err != nil {
				t.Fatal(err)
			}
			n.Restart(t)
			requireEntries(t, n, "cut:", entries)
			after, err := n.Raft(1)
			if err != nil {
				t.Fatal(err)
			}
			if after.Applied < before.Applied {
				t.Errorf("applied went from %d back to %d", before.Applied, after.Applied)
			}
		})
	}
}

// A node that was away for longer than the log reaches back is given a
// snapshot, and then is as good as the others: for reads, as a vote, and in
// its state hash.
func TestCatchUpBySnapshot(t *testing.T) {
	c := cluster.Start(t, cluster.Options{Binary: binary(t), Args: often})
	leader := c.Leader(t)
	away, other := c.Others(leader)[0], c.Others(leader)[1]
	writeEntries(t, leader, "early:", 50)
	left, err := away.Raft(1)
	if err != nil {
		t.Fatal(err)
	}
	away.Kill(t)
	const late = 2000
	writeEntries(t, other, "late:", late)
	cluster.Poll(t, cluster.EqualWithin, "the log to be cut past the absent node", func() error {
		r, err := leader.Raft(1)
		if err == nil && r.FirstLog <= left.Applied {
			err = fmt.Errorf("first entry in the log %d, the absent node stands at %d", r.FirstLog, left.Applied)
		}
		return err
	})
	away.Start(t)
	away.WaitReady(t)
	requireEntries(t, away, "early:", 50)
	requireEntries(t, away, "late:", late)
	c.RequireEqual(t, 1)

	// Its vote is worth something again: it and one other are a majority.
	other.Kill(t)
	writeEntries(t, away, "last:", 50)
	other.Start(t)
	other.WaitReady(t)
	requireEntries(t, other, "last:", 50)
	c.RequireEqual(t, 1)
}

const snapshotKills = 8

// kill -9 at any moment of a snapshot leaves a folder that starts, with all
// that was acknowledged. The values are large, so that a snapshot takes a good
// part of the time between two.
func TestKillDuringSnapshot(t *testing.T) {
	s := seed(t)
	r := rand.New(rand.NewPCG(s, s))
	n := cluster.Start(t, cluster.Options{Binary: binary(t), Nodes: 1, Args: []string{"--snapshot-entries", "50"}}).Nodes[0]
	var journals []*journal
	for round := range snapshotKills {
		j := startJournal(t, n, fmt.Sprintf("kill-%d", round), 4, 8000)
		j.waitFor(t, 200)
		select {
		case <-time.After(time.Duration(r.IntN(300)) * time.Millisecond):
		case <-n.Process().Exited():
			t.Fatal("the node ended by itself")
		}
		n.Restart(t)
		journals = append(journals, j)
		j.require(t, n)
	}
	for _, j := range journals {
		j.require(t, n)
	}
	at, err := n.Raft(1)
	if err != nil || at.Snapshot == 0 {
		t.Errorf("no snapshot was ever taken: %+v %v", at, err)
	}
}

// The same for a follower that is being given one.
func TestKillDuringCatchUp(t *testing.T) {
	s := seed(t)
	r := rand.New(rand.NewPCG(s, s))
	c := cluster.Start(t, cluster.Options{Binary: binary(t), Args: often})
	leader := c.Leader(t)
	away := c.Others(leader)[0]
	away.Kill(t)
	j := startJournal(t, leader, "catch-up", 8, 8000)
	j.waitFor(t, 2500)
	for range snapshotKills / 2 {
		away.Start(t)
		select {
		case <-time.After(time.Duration(20+r.IntN(300)) * time.Millisecond):
		case <-away.Process().Exited():
			t.Fatal("the node ended by itself")
		}
		away.Kill(t)
	}
	away.Start(t)
	away.WaitReady(t)
	j.end()
	j.require(t, away)
	c.RequireEqual(t, 1)
}
