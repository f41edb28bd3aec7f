package integration

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coordd/integration/cluster"
)

// setting asks a node for one setting.
func setting(t *testing.T, n *cluster.Node, name string) string {
	t.Helper()
	reply := n.Do(t, "CONFIG", "GET", name)
	if len(reply.Elems) != 2 {
		t.Fatalf("CONFIG GET %s on %s: %+v", name, n.Name, reply)
	}
	return reply.Elems[1].Str
}

// What CONFIG SET changes for the cluster, every node has, whichever was told,
// also after all have been killed and the log has been cut; what it changes for
// a node, that node has until it ends.
func TestConfigOfTheCluster(t *testing.T) {
	c := cluster.Start(t, cluster.Options{Binary: binary(t), Args: []string{"--snapshot-entries", "50"}})
	one, other := c.Nodes[0], c.Nodes[1]
	one.Do(t, "CONFIG", "SET", "notify-keyspace-events", "KEA", "timeout", "77")
	if got := setting(t, one, "notify-keyspace-events"); got != "AKE" {
		t.Errorf("right after it was set it is %q", got)
	}
	everywhere := func(want string) {
		t.Helper()
		for _, n := range c.Nodes {
			n.Do(t, "DBSIZE") // a read of this node, which has caught up then
			if got := setting(t, n, "notify-keyspace-events"); got != want {
				t.Errorf("on %s it is %q, want %q", n.Name, got, want)
			}
		}
	}
	everywhere("AKE")
	if a, b := setting(t, one, "timeout"), setting(t, other, "timeout"); a != "77" || b != "0" {
		t.Errorf("timeout is %s where it was set and %s elsewhere", a, b)
	}
	for range 200 {
		other.Do(t, "INCR", "n")
	}
	c.KillAll(t)
	c.StartAll(t)
	everywhere("AKE")
	if got := setting(t, one, "timeout"); got != "0" {
		t.Errorf("timeout is %s after a restart", got)
	}
	other.Do(t, "FLUSHALL")
	other.Do(t, "CONFIG", "SET", "notify-keyspace-events", "")
	everywhere("")
	c.RequireEqual(t, 1)
}

// A password that is set while the cluster runs is asked for by every node from
// then on, and taken away again.
func TestPasswordOfTheCluster(t *testing.T) {
	c := cluster.Start(t, cluster.Options{Binary: binary(t)})
	client, err := cluster.Dial(c.Nodes[0].Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if reply, err := client.Do("CONFIG", "SET", "requirepass", "sesame"); err != nil || reply.IsError() {
		t.Fatal(reply, err)
	}
	for _, n := range c.Nodes {
		cluster.Poll(t, cluster.ReadyWithin, n.Name+" to ask for the password", func() error {
			reply, err := cluster.Do(n.Addr, "GET", "k")
			if err == nil && !strings.HasPrefix(reply.Str, "NOAUTH") {
				err = fmt.Errorf("it still answers %q", reply.Str)
			}
			return err
		})
		fresh, err := cluster.Dial(n.Addr)
		if err != nil {
			t.Fatal(err)
		}
		if reply, err := fresh.Do("AUTH", "sesame"); err != nil || reply.Str != "OK" {
			t.Errorf("AUTH on %s: %q %v", n.Name, reply.Str, err)
		}
		fresh.Close()
	}
	// A node that starts asks for it at once, before it has read its log, and even
	// where nobody can tell how far the log counts.
	c.Nodes[1].Kill(t)
	c.Nodes[2].Kill(t)
	c.Nodes[1].Start(t)
	cluster.Poll(t, cluster.ReadyWithin, "an answer", func() error {
		reply, err := cluster.Do(c.Nodes[1].Addr, "PING")
		if err == nil && !strings.HasPrefix(reply.Str, "NOAUTH") {
			t.Errorf("a node that has just started answers %q", reply.Str)
		}
		return err
	})
	c.Nodes[2].Start(t)
	if reply, err := client.Do("CONFIG", "SET", "requirepass", ""); err != nil || reply.IsError() {
		t.Fatal(reply, err)
	}
	for _, n := range c.Nodes {
		n.WaitReady(t)
	}
}

// CONFIG REWRITE writes what the next start reads.
func TestConfigRewrite(t *testing.T) {
	conf := filepath.Join(t.TempDir(), "coordd.conf")
	if err := os.WriteFile(conf, []byte("# mine\ntimeout 55\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	n := cluster.Start(t, cluster.Options{Binary: binary(t), Nodes: 1, Args: []string{"--config", conf}}).Nodes[0]
	n.Do(t, "CONFIG", "SET", "timeout", "66", "slowlog-max-len", "7", "hz", "20")
	n.Do(t, "CONFIG", "REWRITE")
	content, err := os.ReadFile(conf)
	if want := "# mine\ntimeout 66\nslowlog-max-len 7\n"; err != nil || string(content) != want {
		t.Errorf("the file is %q, %v, want %q", content, err, want)
	}
	n.Kill(t)
	n.Start(t)
	n.WaitReady(t)
	if a, b := setting(t, n, "timeout"), setting(t, n, "slowlog-max-len"); a != "66" || b != "7" {
		t.Errorf("after a restart timeout is %s and slowlog-max-len %s", a, b)
	}
}
