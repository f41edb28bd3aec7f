// Package cluster runs coordd as real processes on the loopback for tests:
// it builds the binary, starts nodes, waits until they answer, kills, pauses
// and restarts them, asks them how they are, and leaves no process behind.
//
// A function that takes a testing.TB ends the test when it fails and must be
// called from the test's own goroutine; one that returns an error may be
// called from anywhere.
package cluster

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Deadlines of the harness. They are far above what a healthy cluster needs,
// and only a failing test waits for them.
const (
	ReadyWithin  = 20 * time.Second      // a started node answers reads
	LeaderWithin = 20 * time.Second      // a new leader is known
	EqualWithin  = 30 * time.Second      // replicas have caught up
	StopWithin   = 10 * time.Second      // a node told to stop has ended
	PollEvery    = 20 * time.Millisecond // how often a condition is looked at
)

// Build compiles cmd/coordd of the module at root into dir and returns the
// binary's path. With COORDD_RACE=1 in the environment the server is built
// with the race detector.
func Build(root, dir string) (string, error) {
	binary := filepath.Join(dir, "coordd")
	args := []string{"build", "-o", binary}
	if os.Getenv("COORDD_RACE") == "1" {
		args = append(args, "-race")
	}
	cmd := exec.Command("go", append(args, "./cmd/coordd")...)
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build ./cmd/coordd: %w\n%s", err, out)
	}
	return binary, nil
}

// Options say what cluster Start makes.
type Options struct {
	Binary string   // path of coordd, as Build returns it
	Nodes  int      // how many nodes; 1 is a plain server without --bootstrap-expect; 0 means 3
	Args   []string // further flags for every node, as "--snapshot-entries", "100"
}

// Cluster is some nodes that form one coordd cluster.
type Cluster struct {
	Nodes   []*Node
	options Options
}

// New lays out a cluster, folders and ports, and starts nothing. At the end of
// the test every node still running is killed.
func New(t testing.TB, o Options) *Cluster {
	t.Helper()
	if o.Nodes == 0 {
		o.Nodes = 3
	}
	c := &Cluster{options: o}
	for range o.Nodes {
		c.lay(t)
	}
	if o.Nodes > 1 {
		var peers []string
		for _, n := range c.Nodes {
			peers = append(peers, n.PeerAddr)
		}
		for _, n := range c.Nodes {
			n.Args = append(n.Args, "--bootstrap-expect", fmt.Sprint(o.Nodes), "--join", strings.Join(peers, ","))
		}
	}
	return c
}

// Start makes a cluster and waits until every node of it answers.
func Start(t testing.TB, o Options) *Cluster {
	t.Helper()
	c := New(t, o)
	c.StartAll(t)
	return c
}

// Add lays out a further node that joins the running cluster when it is
// started: `serve --join` with the peer addresses of all present nodes.
func (c *Cluster) Add(t testing.TB) *Node {
	t.Helper()
	var peers []string
	for _, n := range c.Nodes {
		peers = append(peers, n.PeerAddr)
	}
	n := c.lay(t)
	n.Args = append(n.Args, "--join", strings.Join(peers, ","))
	return n
}

func (c *Cluster) lay(t testing.TB) *Node {
	t.Helper()
	port := FreePorts(t, 1)
	n := &Node{
		Name:     fmt.Sprintf("node %d", len(c.Nodes)+1),
		Addr:     fmt.Sprintf("127.0.0.1:%d", port),
		PeerAddr: fmt.Sprintf("127.0.0.1:%d", port+PeerOffset),
		Dir:      filepath.Join(t.TempDir(), fmt.Sprintf("n%d", len(c.Nodes)+1)),
		Args:     append([]string(nil), c.options.Args...),
		binary:   c.options.Binary,
	}
	c.Nodes = append(c.Nodes, n)
	return n
}

// StartAll starts every node that does not run, all at once, and waits until
// each answers.
func (c *Cluster) StartAll(t testing.TB) {
	t.Helper()
	for _, n := range c.Nodes {
		if !n.Running() {
			n.Start(t)
		}
	}
	for _, n := range c.Nodes {
		n.WaitReady(t)
	}
}

// KillAll ends every node with SIGKILL, as one loss of power would.
func (c *Cluster) KillAll(t testing.TB) {
	t.Helper()
	for _, n := range c.Nodes {
		n.signalKill()
	}
	for _, n := range c.Nodes {
		n.Kill(t)
	}
}

// Leader waits until exactly one of the nodes that run (and are not paused)
// says that it leads, and returns it.
func (c *Cluster) Leader(t testing.TB) *Node {
	t.Helper()
	var answering []*Node
	for _, n := range c.Nodes {
		if n.Running() && !n.paused {
			answering = append(answering, n)
		}
	}
	return LeaderOf(t, answering)
}

// LeaderOf waits until exactly one of some nodes says that it leads.
func LeaderOf(t testing.TB, nodes []*Node) *Node {
	t.Helper()
	var leader *Node
	Poll(t, LeaderWithin, "one leader", func() error {
		var leaders []*Node
		var said []string
		for _, n := range nodes {
			role, err := n.Role()
			said = append(said, fmt.Sprintf("%s: %q %v", n.Name, role, err))
			if err == nil && role == "master" {
				leaders = append(leaders, n)
			}
		}
		if len(leaders) != 1 {
			return fmt.Errorf("%d leaders: %s", len(leaders), strings.Join(said, "; "))
		}
		leader = leaders[0]
		return nil
	})
	return leader
}

// Others lists the nodes apart from n.
func (c *Cluster) Others(n *Node) []*Node {
	var others []*Node
	for _, o := range c.Nodes {
		if o != n {
			others = append(others, o)
		}
	}
	return others
}

// Poll calls f until it returns nil, and ends the test with f's last error
// when it has not within limit.
func Poll(t testing.TB, limit time.Duration, what string, f func() error) {
	t.Helper()
	deadline := time.Now().Add(limit)
	for {
		err := f()
		if err == nil {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("waited %v for %s: %v", limit, what, err)
		}
		time.Sleep(PollEvery)
	}
}
