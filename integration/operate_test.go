package integration

import (
	"strings"
	"testing"
	"time"

	"coordd/integration/cluster"
)

// SAVE puts a snapshot of every group on disk, and LASTSAVE and the log tell.
func TestSave(t *testing.T) {
	n := cluster.Start(t, cluster.Options{Binary: binary(t), Nodes: 1, Args: []string{"--groups", "2"}}).Nodes[0]
	for range 100 {
		n.Do(t, "INCR", "a")
	}
	before := time.Now().Unix()
	n.Do(t, "SAVE")
	if last := n.Do(t, "LASTSAVE").Int; last < before || last > time.Now().Unix() {
		t.Errorf("LASTSAVE is %d, the snapshot was taken at %d", last, before)
	}
	if snapshots := strings.Count(n.Do(t, "INFO", "raft").Str, "snapshot=0,"); snapshots != 0 {
		t.Errorf("%d groups have no snapshot", snapshots)
	}
	n.Kill(t)
	n.Start(t)
	n.WaitReady(t)
	if got := n.Do(t, "GET", "a").Str; got != "100" {
		t.Errorf("after a restart a is %s", got)
	}
	if last := n.Do(t, "LASTSAVE").Int; last < before {
		t.Errorf("after a restart LASTSAVE is %d", last)
	}
}

// SHUTDOWN ends a leader in order: the process ends well, somebody else leads,
// and what was answered is there.
func TestShutdownCommand(t *testing.T) {
	c := cluster.Start(t, cluster.Options{Binary: binary(t)})
	leader := c.Leader(t)
	leader.Do(t, "SET", "k", "v")
	if reply, err := cluster.Do(leader.Addr, "SHUTDOWN"); err == nil {
		t.Errorf("SHUTDOWN answers %q", reply.Str)
	}
	if code, err := leader.Process().ExitCode(cluster.StopWithin); err != nil || code != 0 {
		t.Errorf("exit code %d, %v", code, err)
	}
	next := cluster.LeaderOf(t, c.Others(leader))
	if got := next.Do(t, "GET", "k").Str; got != "v" {
		t.Errorf("k is %q", got)
	}
	leader.Start(t)
	leader.WaitReady(t)
	c.RequireEqual(t, 1)
}

// DEBUG is there for who allows it.
func TestDebugCommand(t *testing.T) {
	n := cluster.Start(t, cluster.Options{Binary: binary(t), Nodes: 1, Args: []string{"--enable-debug-command", "local"}}).Nodes[0]
	n.Do(t, "SET", "k", "12")
	if got := n.Do(t, "DEBUG", "OBJECT", "k").Str; !strings.Contains(got, " encoding:int ") {
		t.Error(got)
	}
	n.Do(t, "DEBUG", "RELOAD")
}
