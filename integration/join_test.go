package integration

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coordd/integration/cluster"
)

// A fourth node joins a running cluster: first without a vote, then, once it
// has caught up, with one; and it holds the same data. Restarted with the same
// command it is still the same member.
func TestJoin(t *testing.T) {
	c := cluster.Start(t, cluster.Options{Binary: binary(t), Args: []string{"--snapshot-entries", "200"}})
	leader := c.Leader(t)
	j := startJournal(t, leader, "before", 8, 1000)
	j.waitFor(t, 3000)
	fourth := c.Add(t)
	watch := watchSuffrage(t, leader)
	fourth.Start(t)
	fourth.WaitReady(t)
	cluster.Poll(t, cluster.EqualWithin, "four voters", func() error {
		r, err := leader.Raft(1)
		if err == nil && len(r.Voters) != 4 {
			err = fmt.Errorf("voters %v, others %v", r.Voters, r.Nonvoters)
		}
		return err
	})
	if !watch() {
		t.Error("the new node was never seen without a vote before it had one")
	}
	j.end()
	j.require(t, fourth)
	c.RequireEqual(t, 1)

	fourth.Restart(t)
	j.require(t, fourth)
	// Four voters need three: the new vote counts when an old node is lost.
	for _, n := range c.Nodes {
		if n != fourth && n != leader {
			n.Kill(t)
			break
		}
	}
	fourth.Do(t, "SET", "after", "loss")
	c.RequireEqual(t, 1)
}

// watchSuffrage looks at the leader's list of members as fast as it can, and
// tells in the end whether a member without a vote was ever in it.
func watchSuffrage(t *testing.T, leader *cluster.Node) (seen func() bool) {
	t.Helper()
	stop, found := make(chan struct{}), make(chan bool, 1)
	go func() { // ends with seen, at the latest with the leader's process
		was := false
		for {
			select {
			case <-stop:
				found <- was
				return
			case <-leader.Process().Exited():
				found <- was
				return
			default:
			}
			if r, err := leader.Raft(1); err == nil && len(r.Nonvoters) > 0 {
				was = true
			}
		}
	}()
	return func() bool {
		close(stop)
		return <-found
	}
}

// Whoever joins as somebody that is there already, or with the folder of
// another cluster, is refused; and the cluster is none the worse for it.
func TestJoinRefusals(t *testing.T) {
	c := cluster.Start(t, cluster.Options{Binary: binary(t), Nodes: 1})
	home := c.Nodes[0]
	home.Do(t, "SET", "k", "v")
	start := func(dir string, flags ...string) (string, int) {
		port := cluster.FreePorts(t, 1)
		args := append([]string{"serve", "--addr", fmt.Sprintf("127.0.0.1:%d", port),
			"--peer-addr", fmt.Sprintf("127.0.0.1:%d", port+cluster.PeerOffset), "--dir", dir}, flags...)
		_, diag, code, err := cluster.Run(cluster.Spec{Path: binary(t), Args: args}, "", refusedWithin)
		if err != nil {
			t.Errorf("coordd %s: %v\n%s", strings.Join(args, " "), err, diag)
		}
		return diag, code
	}

	t.Run("folder of another cluster", func(t *testing.T) {
		other := cluster.Start(t, cluster.Options{Binary: binary(t), Nodes: 1}).Nodes[0]
		other.Do(t, "SET", "k", "other")
		other.Stop(t)
		diag, code := start(other.Dir, "--join", home.PeerAddr)
		requireRefusal(t, diag, code, 1, "cluster")
	})
	t.Run("address of a member", func(t *testing.T) {
		diag, code := start(filepath.Join(t.TempDir(), "fresh"), "--join", home.PeerAddr+",127.0.0.1:1", "--peer-advertise", home.PeerAddr)
		requireRefusal(t, diag, code, 1, home.PeerAddr)
	})
	t.Run("copy of a member's folder", func(t *testing.T) {
		twin := filepath.Join(t.TempDir(), "twin")
		if err := os.CopyFS(twin, os.DirFS(home.Dir)); err != nil {
			t.Fatal(err)
		}
		diag, code := start(twin, "--join", home.PeerAddr)
		requireRefusal(t, diag, code, 1, "copy")
	})
	if got := home.Do(t, "GET", "k"); got.Str != "v" {
		t.Errorf("the cluster now says %q", got.Str)
	}
	home.Restart(t)
	if got := home.Do(t, "GET", "k"); got.Str != "v" {
		t.Errorf("the cluster now says %q", got.Str)
	}
}
