package integration

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"coordd/commands/transcript"
	"coordd/integration/cluster"
)

const (
	clientsWithin = time.Minute
	clientKeys    = 200 // written by each client, enough to reach every group
)

// masterName is the default of --master-name.
const masterName = "mymaster"

// eachGrouping runs a test on three nodes with one group of keys, and with three.
func eachGrouping(t *testing.T, test func(t *testing.T, c *cluster.Cluster)) {
	for _, groups := range []int{1, 3} {
		t.Run(fmt.Sprint(groups, " groups"), func(t *testing.T) {
			c := cluster.Start(t, cluster.Options{Binary: binary(t), Args: []string{"--groups", fmt.Sprint(groups)}})
			waitKnown(t, c, groups)
			test(t, c)
		})
	}
}

// waitKnown waits until every node knows all of them, and so many masters:
// leaders of several groups move to different nodes soon after the start.
func waitKnown(t *testing.T, c *cluster.Cluster, masters int) {
	t.Helper()
	waitNodes(t, c, masters, func(n *cluster.Node) string { return n.Addr })
}

// waitMasters is waitKnown for nodes that announce localhost.
func waitMasters(t *testing.T, c *cluster.Cluster, masters int) {
	t.Helper()
	waitNodes(t, c, masters, func(n *cluster.Node) string {
		_, port, _ := net.SplitHostPort(n.Addr)
		return "localhost:" + port
	})
}

func waitNodes(t *testing.T, c *cluster.Cluster, masters int, name func(n *cluster.Node) string) {
	t.Helper()
	cluster.Poll(t, cluster.LeaderWithin, "all nodes to know one another", func() error {
		for _, n := range c.Nodes {
			page, err := cluster.Do(n.Addr, "CLUSTER", "NODES")
			if err != nil {
				return err
			}
			for _, other := range c.Nodes {
				if !strings.Contains(page.Str, " "+name(other)+"@") {
					return fmt.Errorf("%s does not know %s", n.Name, other.Name)
				}
			}
			info, err := cluster.Do(n.Addr, "CLUSTER", "INFO")
			if err != nil {
				return err
			}
			if !strings.Contains(info.Str, "cluster_state:ok\r\n") || !strings.Contains(info.Str, fmt.Sprintf("cluster_size:%d\r\n", masters)) {
				return fmt.Errorf("%s: %s", n.Name, info.Str)
			}
		}
		return nil
	})
}

func addrs(c *cluster.Cluster) []string {
	var all []string
	for _, n := range c.Nodes {
		all = append(all, n.Addr)
	}
	return all
}

// goClient is what the kinds of client of go-redis share.
type goClient interface {
	redis.UniversalClient
}

// requireWritesSeen writes through one client and reads every value at once
// through another.
func requireWritesSeen(t *testing.T, writer, reader goClient) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), clientsWithin)
	defer cancel()
	for i := range clientKeys {
		key, value := fmt.Sprintf("%s:%d", t.Name(), i), fmt.Sprint(i)
		if err := writer.Set(ctx, key, value, 0).Err(); err != nil {
			t.Fatalf("SET %d: %v", i, err)
		}
		if got, err := reader.Get(ctx, key).Result(); err != nil || got != value {
			t.Fatalf("read %d after its write: %q, %v", i, got, err)
		}
	}
	pipe := writer.Pipeline()
	sums := make([]*redis.IntCmd, clientKeys)
	for i := range sums {
		sums[i] = pipe.Incr(ctx, fmt.Sprintf("%s:%d", t.Name(), i))
	}
	if _, err := pipe.Exec(ctx); err != nil {
		t.Fatal(err)
	}
	for i, sum := range sums {
		if sum.Val() != int64(i)+1 {
			t.Fatalf("INCR %d in a pipeline: %d", i, sum.Val())
		}
	}
}

func TestGoRedis(t *testing.T) {
	eachGrouping(t, func(t *testing.T, c *cluster.Cluster) {
		all := addrs(c)
		plain := redis.NewClient(&redis.Options{Addr: all[0]})
		defer plain.Close()
		t.Run("plain", func(t *testing.T) {
			other := redis.NewClient(&redis.Options{Addr: all[1], Protocol: 2})
			defer other.Close()
			requireWritesSeen(t, plain, other)
		})
		t.Run("failover", func(t *testing.T) {
			master := redis.NewFailoverClient(&redis.FailoverOptions{MasterName: masterName, SentinelAddrs: all})
			defer master.Close()
			replica := redis.NewFailoverClient(&redis.FailoverOptions{MasterName: masterName, SentinelAddrs: all, ReplicaOnly: true})
			defer replica.Close()
			requireWritesSeen(t, master, replica)
			requireRole(t, master, "master")
			requireRole(t, replica, "slave")
		})
		t.Run("cluster", func(t *testing.T) {
			client := redis.NewClusterClient(&redis.ClusterOptions{Addrs: all[:1]})
			defer client.Close()
			requireWritesSeen(t, client, client)
			requireWritesSeen(t, client, plain)
			requireShards(t, client)
		})
		c.RequireEqual(t, 1)
	})
}

// requireShards checks that CLUSTER SHARDS holds every slot and every node once.
func requireShards(t *testing.T, client *redis.ClusterClient) {
	t.Helper()
	nodes, slots := map[string]bool{}, int64(0)
	for _, shard := range client.ClusterShards(t.Context()).Val() {
		for _, r := range shard.Slots {
			slots += r.End - r.Start + 1
		}
		for _, n := range shard.Nodes {
			if nodes[n.ID] || n.Health != "online" {
				t.Errorf("node %s is %s, or was seen before", n.ID, n.Health)
			}
			nodes[n.ID] = true
		}
	}
	if len(nodes) != 3 || slots != 16384 {
		t.Errorf("the shards have %d nodes and %d slots", len(nodes), slots)
	}
}

func requireRole(t *testing.T, client goClient, want string) {
	t.Helper()
	role, err := client.Do(t.Context(), "ROLE").Slice()
	if err != nil || len(role) == 0 || role[0] != want {
		t.Errorf("ROLE through a client for a %s: %v, %v", want, role, err)
	}
}

// When the master is killed, go-redis finds the next one and every value that it
// was told is there. Its cluster client looks for new slots only so often, if
// nobody redirects it.
func TestGoRedisLosesTheMaster(t *testing.T) {
	eachGrouping(t, func(t *testing.T, c *cluster.Cluster) {
		all := addrs(c)
		clients := map[string]goClient{
			"failover": redis.NewFailoverClient(&redis.FailoverOptions{MasterName: masterName, SentinelAddrs: all}),
			"cluster":  redis.NewClusterClient(&redis.ClusterOptions{Addrs: all, ClusterStateReloadInterval: time.Second}),
		}
		for _, client := range clients {
			defer client.Close()
			if err := client.Set(t.Context(), "before", "kept", 0).Err(); err != nil {
				t.Fatal(err)
			}
		}
		leader := c.Leader(t)
		leader.Kill(t)
		for name, client := range clients {
			cluster.Poll(t, cluster.LeaderWithin, name+" to write again", func() error {
				return client.Set(t.Context(), "after:"+name, "v", 0).Err()
			})
			cluster.Poll(t, cluster.LeaderWithin, name+" to read again", func() error {
				got, err := client.Get(t.Context(), "before").Result()
				if err == nil && got != "kept" {
					t.Fatalf("%s: the value from before is %q", name, got)
				}
				return err
			})
		}
		leader.Start(t)
		leader.WaitReady(t)
		c.RequireEqual(t, 1)
	})
}

// requirePython returns the path of Debian's Python with its redis package,
// which is installed where it is missing and that can be done.
func requirePython(t *testing.T) string {
	t.Helper()
	python := cluster.Require(t, "/usr/bin/python3", "python3-redis")
	hasRedis := func() bool {
		_, _, code, err := cluster.Run(cluster.Spec{Path: python, Args: []string{"-c", "import redis"}}, "", clientsWithin)
		return err == nil && code == 0
	}
	if hasRedis() {
		return python
	}
	if os.Geteuid() == 0 {
		apt := cluster.Spec{Path: "/usr/bin/apt-get", Env: []string{"DEBIAN_FRONTEND=noninteractive"}}
		for _, args := range [][]string{{"update", "-qq"}, {"install", "-y", "-qq", "--no-install-recommends", "python3-redis"}} {
			apt.Args = args
			if _, diag, code, err := cluster.Run(apt, "", 5*time.Minute); err != nil || code != 0 {
				t.Logf("apt-get %v: exit code %d, %v\n%s", args, code, err, diag)
			}
		}
	}
	if !hasRedis() {
		t.Fatalf("%s cannot import redis, and it could not be installed: install the package python3-redis", python)
	}
	return python
}

// With --redirect a node sends clients to the leader of their keys, under the
// name that the leader announces.
func TestRedirect(t *testing.T) {
	c := cluster.New(t, cluster.Options{Binary: binary(t), Args: []string{"--groups", "3", "--redirect", "yes"}})
	for _, n := range c.Nodes {
		_, port, _ := net.SplitHostPort(n.Addr)
		n.Args = append(n.Args, "--advertise", "localhost:"+port)
	}
	c.StartAll(t)
	waitMasters(t, c, 3)
	client := redis.NewClusterClient(&redis.ClusterOptions{Addrs: addrs(c), MaxRedirects: 8})
	t.Cleanup(func() { client.Close() })
	requireWritesSeen(t, client, client)

	var moved int
	for i := range 20 {
		key := fmt.Sprint("key:", i)
		reply, err := cluster.Do(c.Nodes[0].Addr, "SET", key, "v")
		switch {
		case err != nil:
			t.Fatal(err)
		case reply.IsError() && strings.HasPrefix(reply.Str, "MOVED "):
			moved++
			slot, to, _ := strings.Cut(strings.TrimPrefix(reply.Str, "MOVED "), " ")
			if !strings.HasPrefix(to, "localhost:") {
				t.Errorf("%s: sent to %s", key, to)
			}
			if reply, err := cluster.Do(to, "SET", key, "v"); err != nil || reply.Str != "OK" {
				t.Errorf("%s, slot %s: %s answered %q, %v", key, slot, to, reply.Str, err)
			}
		case reply.Str != "OK":
			t.Errorf("SET %s: %q", key, reply.Str)
		}
	}
	if moved == 0 || moved == 20 {
		t.Errorf("%d of 20 keys were moved", moved)
	}
	if got := tool(t, c.Nodes[0], cliWithin, "SET k v\nGET k\nSET key:1 w\nGET key:1\n", "redis-cli", "-c"); strings.Count(got, "OK") != 2 {
		t.Errorf("redis-cli -c printed %q", got)
	}
}

// The tools of Redis Cluster take coordd for one.
func TestClusterTools(t *testing.T) {
	eachGrouping(t, func(t *testing.T, c *cluster.Cluster) {
		n := c.Others(c.Leader(t))[0]
		if got := tool(t, n, cliWithin, "SET k v\nGET k\n", "redis-cli", "-c"); got != "OK\nv\n" {
			t.Errorf("redis-cli -c printed %q", got)
		}
		for _, words := range []string{"check", "info"} {
			out := tool(t, n, cliWithin, "", "redis-cli", "--cluster", words, n.Addr)
			requireNoComplaint(t, out)
			if words == "check" && !strings.Contains(out, "All nodes agree about slots configuration") || !strings.Contains(out, "[OK]") {
				t.Errorf("redis-cli --cluster %s printed\n%s", words, out)
			}
		}
		if out := tool(t, n, cliWithin, "", "redis-cli", "--cluster", "call", n.Addr, "ECHO", "x"); strings.Count(out, ": x\n") != 3 {
			t.Errorf("redis-cli --cluster call printed\n%s", out)
		}
		if strings.HasSuffix(t.Name(), "1_groups") {
			return // redis-benchmark --cluster refuses any cluster of a single master
		}
		out := tool(t, n, benchWithin, "", "redis-benchmark", "--cluster", "--csv", "-t", "set,get,incr,lpush", "-n", "5000", "-r", "1000")
		requireNoComplaint(t, out)
		if rows := strings.Count(out, "\n\""); rows < 4 {
			t.Errorf("redis-benchmark --cluster printed\n%s", out)
		}
	})
}

// What the pages of one node look like stands in transcripts.
func TestTranscriptsOfFaces(t *testing.T) {
	n := cluster.Start(t, cluster.Options{Binary: binary(t), Nodes: 1}).Nodes[0]
	player := transcript.NewTCP(n.Addr)
	t.Cleanup(player.Close)
	for _, face := range []string{"cluster", "sentinel"} {
		t.Run(face, func(t *testing.T) {
			transcript.PlayAll(t, player, filepath.Join("..", "commands", face, "testdata"), wallClock)
		})
	}
}

// requireOneMaster waits until all running nodes name the same master in every
// way there is to ask, and returns its address.
func requireOneMaster(t *testing.T, c *cluster.Cluster) string {
	t.Helper()
	master := ""
	cluster.Poll(t, cluster.LeaderWithin, "all pages to name one master", func() error {
		said := map[string][]string{}
		for _, n := range c.Nodes {
			if !n.Running() {
				continue
			}
			names, err := masterByPage(n)
			if err != nil {
				return err
			}
			for page, addr := range names {
				said[addr] = append(said[addr], n.Name+" "+page)
			}
		}
		if len(said) != 1 || said[""] != nil {
			return fmt.Errorf("%v", said)
		}
		for master = range said {
		}
		return nil
	})
	return master
}

// masterByPage tells which address each page of a node shows as the master's.
func masterByPage(n *cluster.Node) (map[string]string, error) {
	conn, err := cluster.Dial(n.Addr)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	byName, err1 := conn.Do("SENTINEL", "GET-MASTER-ADDR-BY-NAME", masterName)
	role, err2 := conn.Do("ROLE")
	slots, err3 := conn.Do("CLUSTER", "SLOTS")
	info, err4 := n.Info("replication")
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return nil, err
	}
	pages := map[string]string{"SENTINEL": "", "ROLE": n.Addr, "INFO": n.Addr, "CLUSTER": ""}
	if len(byName.Elems) == 2 {
		pages["SENTINEL"] = net.JoinHostPort(byName.Elems[0].Str, byName.Elems[1].Str)
	}
	if role.Elems[0].Str == "slave" {
		pages["ROLE"] = net.JoinHostPort(role.Elems[1].Str, fmt.Sprint(role.Elems[2].Int))
	}
	if info["role"] == "slave" {
		pages["INFO"] = net.JoinHostPort(info["master_host"], info["master_port"])
	}
	if len(slots.Elems) == 1 { // with one group there is one master
		first := slots.Elems[0].Elems[2]
		pages["CLUSTER"] = net.JoinHostPort(first.Elems[0].Str, fmt.Sprint(first.Elems[1].Int))
	}
	return pages, nil
}

// SENTINEL, ROLE, INFO and CLUSTER agree, before and after SENTINEL FAILOVER and
// the death of the master.
func TestPagesAgreeOnTheMaster(t *testing.T) {
	c := cluster.Start(t, cluster.Options{Binary: binary(t)})
	waitKnown(t, c, 1)
	first := requireOneMaster(t, c)
	for _, n := range c.Nodes {
		if n.Addr != first { // any node can be asked
			n.Do(t, "SENTINEL", "FAILOVER", masterName)
			break
		}
	}
	second := first
	cluster.Poll(t, cluster.LeaderWithin, "another master", func() error {
		if second = requireOneMaster(t, c); second == first {
			return errors.New("the same one")
		}
		return nil
	})
	dead := c.Nodes[slices.IndexFunc(c.Nodes, func(n *cluster.Node) bool { return n.Addr == second })]
	dead.Kill(t)
	cluster.Poll(t, cluster.LeaderWithin, "a master that lives", func() error {
		if requireOneMaster(t, c) == second {
			return errors.New("the dead one is shown")
		}
		return nil
	})
	alive := c.Others(dead)
	cluster.Poll(t, cluster.EqualWithin, "the dead node to be flagged", func() error {
		for _, n := range alive {
			replicas := n.Do(t, "SENTINEL", "REPLICAS", masterName)
			page := n.Do(t, "CLUSTER", "NODES").Str
			if !strings.Contains(fmt.Sprint(replicas), "s_down,slave,disconnected") || strings.Count(page, ",fail ") != 1 {
				return fmt.Errorf("%s:\n%s", n.Name, page)
			}
		}
		return nil
	})
}

// A node that is forgotten is gone for every node, whichever was told.
func TestClusterForget(t *testing.T) {
	c := cluster.Start(t, cluster.Options{Binary: binary(t)})
	waitKnown(t, c, 1)
	gone := c.Others(c.Leader(t))[0]
	id := gone.Do(t, "CLUSTER", "MYID").Str
	gone.Kill(t)
	for _, n := range c.Others(gone) {
		n.Do(t, "CLUSTER", "FORGET", id) // as redis-cli does: every node is told
	}
	cluster.Poll(t, cluster.LeaderWithin, "two voters", func() error {
		for _, n := range c.Others(gone) {
			raft, err := n.Raft(1)
			if err != nil {
				return err
			}
			page := n.Do(t, "CLUSTER", "NODES").Str
			if len(raft.Voters) != 2 || strings.Contains(page, id) {
				return fmt.Errorf("%s: voters %v\n%s", n.Name, raft.Voters, page)
			}
		}
		return nil
	})
	n := c.Others(gone)[0]
	n.Do(t, "SET", "k", "v")
	out := tool(t, n, cliWithin, "", "redis-cli", "--cluster", "check", n.Addr)
	requireNoComplaint(t, out)
}
