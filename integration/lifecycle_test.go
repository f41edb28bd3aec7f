package integration

import (
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"coordd/integration/cluster"
)

const plainStartWithin = 2 * time.Second

// plainAddr is where a plain coordd listens, and the variables that tell it
// so: none, unless somebody on this machine holds Redis's port.
func plainAddr(t *testing.T) (addr string, env []string) {
	t.Helper()
	for _, port := range []string{"6379", "16379"} {
		ln, err := net.Listen("tcp", "127.0.0.1:"+port)
		if err != nil {
			addr = fmt.Sprintf("127.0.0.1:%d", cluster.FreePorts(t, 1))
			t.Logf("port %s is taken; coordd is told COORDD_ADDR=%s", port, addr)
			return addr, []string{"COORDD_ADDR=" + addr}
		}
		ln.Close()
	}
	return "127.0.0.1:6379", nil
}

// A plain `coordd` on an empty folder is a durable server at once: kill -9 and
// the same command again, and every acknowledged write is there.
func TestPlainStart(t *testing.T) {
	dir := t.TempDir()
	addr, env := plainAddr(t)
	spec := cluster.Spec{Name: "coordd", Path: binary(t), Dir: dir, Env: env}
	node := &cluster.Node{Name: "coordd", Addr: addr, Dir: filepath.Join(dir, "coordd-data")}
	start := func() *cluster.Process {
		began := time.Now()
		p := cluster.Spawn(t, spec, filepath.Join(dir, "log"))
		cluster.Poll(t, cluster.ReadyWithin, "a write", func() error {
			reply, err := cluster.Do(addr, "SET", "first", "write")
			if err == nil && reply.IsError() {
				err = errors.New(reply.Str)
			}
			return err
		})
		if took := time.Since(began); took > plainStartWithin {
			t.Errorf("the first write was answered after %v, wanted within %v", took, plainStartWithin)
		}
		return p
	}
	p := start()
	said := p.Output()
	for _, want := range []string{addr, "coordd-data", "redis-cli"} {
		if !strings.Contains(said, want) {
			t.Errorf("the start says nothing of %s:\n%s", want, said)
		}
	}
	if lines := strings.Count(said, "\n"); lines > 15 {
		t.Errorf("the start says %d lines; one short block was promised:\n%s", lines, said)
	}
	j := startJournal(t, node, "plain", 8, 100)
	j.waitFor(t, 500)
	p.Kill()
	start()
	j.require(t, node)
}

// SIGTERM ends a node by itself with exit code 0, and its folder is good.
func TestStopAndStartAgain(t *testing.T) {
	c := cluster.Start(t, cluster.Options{Binary: binary(t)})
	j := startJournal(t, c.Leader(t), "stop", 4, 100)
	j.waitFor(t, 200)
	j.end()
	for _, n := range c.Nodes {
		n.Stop(t)
	}
	c.StartAll(t)
	for _, n := range c.Nodes {
		j.require(t, n)
	}
	c.RequireEqual(t, 1)
}

// Founders may come in any order, and none answers before a majority is there.
func TestServeInAnyOrder(t *testing.T) {
	c := cluster.New(t, cluster.Options{Binary: binary(t)})
	alone, second, last := c.Nodes[2], c.Nodes[0], c.Nodes[1]
	alone.Start(t)
	for end := time.Now().Add(time.Second); time.Now().Before(end); {
		c, err := cluster.Dial(alone.Addr)
		if err != nil {
			continue // it need not listen yet
		}
		c.Timeout = 100 * time.Millisecond
		if reply, err := c.Do("SET", "k", "v"); err == nil && !reply.IsError() {
			t.Fatalf("one founder of three accepted a write: %q", reply.Str)
		}
		c.Close()
	}
	last.Start(t)
	second.Start(t)
	c.StartAll(t)
	c.Leader(t)
	for i, n := range c.Nodes {
		key := fmt.Sprintf("key-%d", i)
		n.Do(t, "SET", key, n.Name)
		for _, o := range c.Nodes {
			if got := o.Do(t, "GET", key); got.Str != n.Name {
				t.Errorf("%s wrote %s; %s says %q", n.Name, key, o.Name, got.Str)
			}
		}
	}
	c.RequireEqual(t, 1)
}

// The same command again continues the cluster, also when all nodes were
// killed at once while they wrote.
func TestRestartOfAll(t *testing.T) {
	c := cluster.Start(t, cluster.Options{Binary: binary(t)})
	var journals []*journal
	for i, n := range c.Nodes {
		journals = append(journals, startJournal(t, n, fmt.Sprintf("all-%d", i), 4, 100))
	}
	for _, j := range journals {
		j.waitFor(t, 200)
	}
	c.KillAll(t)
	c.StartAll(t)
	for i, j := range journals {
		j.require(t, c.Nodes[(i+1)%len(c.Nodes)])
	}
	c.RequireEqual(t, 1)
}

// However many groups there are, a node listens on two ports.
func TestOnePeerPort(t *testing.T) {
	c := cluster.Start(t, cluster.Options{Binary: binary(t), Args: []string{"--groups", "3"}})
	for _, n := range c.Nodes {
		ports, err := cluster.ListeningPorts(n.Process().PID())
		if err != nil {
			t.Fatal(err)
		}
		if len(ports) != 2 {
			t.Errorf("%s (%s, %s) listens on %v", n.Name, n.Addr, n.PeerAddr, ports)
		}
	}
}
