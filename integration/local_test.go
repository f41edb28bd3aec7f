package integration

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"coordd/integration/cluster"
	"coordd/resp"
)

const localReadyWithin = 5 * time.Second

// A localCluster is a running `coordd local`.
type localCluster struct {
	*cluster.Process
	nodes    []*cluster.Node // only to talk to
	children []int
}

// startLocal runs `coordd local` with three nodes and waits for its table.
func startLocal(t *testing.T, dir string, port int, args ...string) *localCluster {
	t.Helper()
	args = append([]string{"local", "--port", strconv.Itoa(port), "--dir", filepath.Join(dir, "data")}, args...)
	log := filepath.Join(t.TempDir(), "local.log")
	began := time.Now()
	l := &localCluster{Process: cluster.Spawn(t, cluster.Spec{Name: "coordd local", Path: binary(t), Dir: dir, Args: args}, log)}
	cluster.Poll(t, cluster.ReadyWithin, "the line ready", func() error {
		if !l.Running() {
			t.Fatalf("coordd local ended:\n%s", l.Output())
		}
		if !strings.Contains("\n"+l.Output(), "\nready\n") {
			return fmt.Errorf("it said: %s", l.Output())
		}
		return nil
	})
	if took := time.Since(began); took > localReadyWithin {
		t.Errorf("ready after %v, wanted within %v", took, localReadyWithin)
	}
	for i := range 3 {
		l.nodes = append(l.nodes, &cluster.Node{Name: fmt.Sprintf("node %d", i+1), Addr: fmt.Sprintf("127.0.0.1:%d", port+i)})
	}
	l.requireTable(t)
	var err error
	if l.children, err = cluster.Children(l.PID()); err != nil || len(l.children) != 3 {
		t.Fatalf("coordd local has children %v, wanted three (%v)", l.children, err)
	}
	return l
}

// requireTable checks that before `ready` there is a row per node with its
// address and role, and that exactly one is called the leader.
func (l *localCluster) requireTable(t *testing.T) {
	t.Helper()
	table, _, _ := strings.Cut(l.Output(), "\nready\n")
	leaders := 0
	for _, n := range l.nodes {
		row := ""
		for _, line := range strings.Split(table, "\n") {
			if strings.Contains(line, n.Addr) {
				row = line
			}
		}
		if row == "" {
			t.Errorf("the table has no row for %s:\n%s", n.Addr, table)
		}
		if strings.Contains(row, "leader") {
			leaders++
		}
	}
	if leaders == 0 {
		t.Errorf("the table names no leader:\n%s", table)
	}
}

// requireEnd waits until the parent has left with exit code 0 and no child is
// left.
func (l *localCluster) requireEnd(t *testing.T) {
	t.Helper()
	if code, err := l.ExitCode(cluster.StopWithin); err != nil || code != 0 {
		t.Errorf("exit code %d, %v", code, err)
	}
	for _, pid := range l.children {
		if cluster.Alive(pid) {
			t.Errorf("child %d outlived its parent", pid)
		}
	}
}

// `coordd local`: a table and `ready`, three nodes each of which takes any
// command, Ctrl-C ends all, and the same command goes on where it was.
func TestLocal(t *testing.T) {
	dir, port := t.TempDir(), cluster.FreePorts(t, 3)
	l := startLocal(t, dir, port)
	for i, n := range l.nodes {
		key := fmt.Sprintf("key-%d", i)
		n.Do(t, "SET", key, "v")
		n.Do(t, "RPUSH", "list", key)
		for _, o := range l.nodes {
			if got := o.Do(t, "GET", key); got.Str != "v" {
				t.Errorf("%s wrote %s; %s says %q", n.Name, key, o.Name, got.Str)
			}
			if got := o.Do(t, "INCR", "counter"); got.Kind != resp.IntKind {
				t.Errorf("INCR answered %q", got.Str)
			}
		}
	}
	// On a terminal Ctrl-C reaches the parent and the children alike.
	if err := syscall.Kill(-l.PID(), syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	l.requireEnd(t)

	again := startLocal(t, dir, port)
	if got := again.nodes[1].Do(t, "GET", "counter"); got.Str != "9" {
		t.Errorf("after the restart the counter stands at %q, wanted 9", got.Str)
	}
	if got := again.nodes[2].Do(t, "LLEN", "list"); got.Int != 3 {
		t.Errorf("after the restart the list has %d elements, wanted 3", got.Int)
	}
	// `kill` and service managers reach the parent alone.
	if err := again.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	again.requireEnd(t)
}

// Whoever watches may kill the leader: the others go on with every
// acknowledged write.
func TestLocalLosesLeader(t *testing.T) {
	dir, port := t.TempDir(), cluster.FreePorts(t, 3)
	l := startLocal(t, dir, port)
	leader := cluster.LeaderOf(t, l.nodes)
	var survivors []*cluster.Node
	for _, n := range l.nodes {
		if n != leader {
			survivors = append(survivors, n)
		}
	}
	j := startJournal(t, survivors[0], "watch", 4, 100)
	j.waitFor(t, 200)
	killed := false
	for _, pid := range l.children {
		ports, err := cluster.ListeningPorts(pid)
		if err != nil {
			t.Fatal(err)
		}
		for p := range ports {
			if strings.HasSuffix(leader.Addr, fmt.Sprintf(":%d", p)) {
				if err := syscall.Kill(pid, syscall.SIGKILL); err != nil {
					t.Fatal(err)
				}
				killed = true
			}
		}
	}
	if !killed {
		t.Fatalf("no child listens on %s", leader.Addr)
	}
	j.waitFor(t, j.total()+200)
	j.end()
	for _, n := range survivors {
		j.require(t, n)
	}
}

// Three groups have three leaders on three nodes, and every node still takes
// every command.
func TestLocalGroups(t *testing.T) {
	dir, port := t.TempDir(), cluster.FreePorts(t, 3)
	l := startLocal(t, dir, port, "--groups", "3")
	cluster.Poll(t, cluster.LeaderWithin, "leaders on three nodes", func() error {
		led := map[string]bool{}
		for g := 1; g <= 3; g++ {
			for _, n := range l.nodes {
				r, err := n.Raft(g)
				if err != nil {
					return err
				}
				if r.Role == "leader" {
					led[n.Name] = true
				}
			}
		}
		if len(led) != 3 {
			return fmt.Errorf("leaders sit on %v", led)
		}
		return nil
	})
	const keys = 300
	for i := range keys {
		l.nodes[i%3].Do(t, "SET", fmt.Sprintf("key-%d", i), strconv.Itoa(i))
	}
	for i := range keys {
		if got := l.nodes[(i+1)%3].Do(t, "GET", fmt.Sprintf("key-%d", i)); got.Str != strconv.Itoa(i) {
			t.Fatalf("key-%d is %q", i, got.Str)
		}
	}
	for _, n := range l.nodes {
		if got := n.Do(t, "DBSIZE"); got.Int != keys {
			t.Errorf("%s counts %d keys, wanted %d", n.Name, got.Int, keys)
		}
		if got := n.Do(t, "EXISTS", "key-1", "key-2", "key-3", "key-4", "none"); got.Int != 4 {
			t.Errorf("EXISTS over groups counts %d on %s, wanted 4", got.Int, n.Name)
		}
	}
}
