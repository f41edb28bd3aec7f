package integration

import (
	"fmt"
	"net"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"coordd/integration/cluster"
)

const (
	cliWithin   = time.Minute
	benchWithin = 4 * time.Minute
	pipeSize    = 100_000
	scanSize    = 2000
)

// complaint matches what redis-cli and redis-benchmark print when a server
// does not do what they expect.
var complaint = regexp.MustCompile(`(?mi)^.*(\(error\)|\berr\b|\berror\b|warn|could not|unknown|failed).*$`)

// eachTopology runs a test on one node and on three, there through a node
// that does not lead.
func eachTopology(t *testing.T, test func(t *testing.T, n *cluster.Node)) {
	t.Run("one node", func(t *testing.T) {
		test(t, cluster.Start(t, cluster.Options{Binary: binary(t), Nodes: 1}).Nodes[0])
	})
	t.Run("three nodes", func(t *testing.T) {
		c := cluster.Start(t, cluster.Options{Binary: binary(t)})
		test(t, c.Others(c.Leader(t))[0])
		c.RequireEqual(t, 1)
	})
}

// tool runs a program of redis-tools against a node and returns what it
// printed; a complaint fails the test.
func tool(t *testing.T, n *cluster.Node, limit time.Duration, stdin, program string, args ...string) string {
	t.Helper()
	host, port, err := net.SplitHostPort(n.Addr)
	if err != nil {
		t.Fatal(err)
	}
	path := cluster.Require(t, program, "redis-tools")
	args = append([]string{"-h", host, "-p", port}, args...)
	out, diag, code, err := cluster.Run(cluster.Spec{Path: path, Args: args}, stdin, limit)
	if err != nil || code != 0 || diag != "" {
		t.Errorf("%s %s: exit code %d, %v\n%s%s", program, strings.Join(args, " "), code, err, diag, last(out, 500))
	}
	return out
}

// last is the end of a text, for messages.
func last(text string, n int) string { return text[max(0, len(text)-n):] }

func requireNoComplaint(t *testing.T, out string) {
	t.Helper()
	for _, line := range complaint.FindAllString(out, 5) {
		t.Errorf("it printed: %s", line)
	}
}

func TestRedisCLI(t *testing.T) {
	eachTopology(t, func(t *testing.T, n *cluster.Node) {
		cli := func(stdin string, args ...string) string { return tool(t, n, cliWithin, stdin, "redis-cli", args...) }
		t.Run("plain", func(t *testing.T) {
			got := cli("SET k \"a b\"\nGET k\nGET none\nINCR n\nRPUSH l x y\nLRANGE l 0 -1\nTYPE l\nSELECT 3\nDBSIZE\n", "--no-raw")
			want := "OK\n\"a b\"\n(nil)\n(integer) 1\n(integer) 2\n1) \"x\"\n2) \"y\"\nlist\nOK\n(integer) 0\n"
			if got != want {
				t.Errorf("got\n%swanted\n%s", got, want)
			}
			requireNoComplaint(t, cli("", "INFO"))
			if docs := cli("", "COMMAND", "DOCS"); !strings.Contains(docs, "summary") { // what it asks first on a terminal
				t.Errorf("COMMAND DOCS printed %q", last(docs, 200))
			}
		})
		t.Run("-3", func(t *testing.T) {
			got := cli("SADD s x\nSMEMBERS s\nZADD z 1.5 m\nZSCORE z m\nGET none\nCONFIG GET maxclients\n", "-3", "--no-raw")
			want := "(integer) 1\n1~ \"x\"\n(integer) 1\n(double) 1.5\n(nil)\n1# \"maxclients\" => \"10000\"\n"
			if got != want {
				t.Errorf("got\n%swanted\n%s", got, want)
			}
		})
		t.Run("--pipe", func(t *testing.T) {
			var commands []byte
			for i := range pipeSize {
				commands = cluster.AppendCommand(commands, "SET", fmt.Sprintf("pipe:%d", i), fmt.Sprint(i))
			}
			out := cli(string(commands), "--pipe")
			if want := fmt.Sprintf("errors: 0, replies: %d", pipeSize); !strings.Contains(out, want) {
				t.Errorf("it printed %q, wanted %q", last(out, 300), want)
			}
			if got := n.Do(t, "GET", fmt.Sprintf("pipe:%d", pipeSize-1)); got.Str != fmt.Sprint(pipeSize-1) {
				t.Errorf("the last key is %q", got.Str)
			}
		})
		t.Run("--scan", func(t *testing.T) { requireScan(t, n, cli) })
		t.Run("--latency", func(t *testing.T) {
			out := cli("", "--latency", "-i", "1") // not on a terminal it measures once and ends
			if !regexp.MustCompile(`^\d+ \d+ \d+\.\d+ \d+\n$`).MatchString(out) {
				t.Errorf("it printed %q", out)
			}
		})
	})
}

func requireScan(t *testing.T, n *cluster.Node, cli func(string, ...string) string) {
	t.Helper()
	var want []string
	c := n.Dial(t)
	for i := range scanSize {
		key := fmt.Sprintf("scan:%05d", i)
		if reply, err := c.Do("SET", key, "v"); err != nil || reply.IsError() {
			t.Fatalf("SET: %v %s", err, reply.Str)
		}
		want = append(want, key)
	}
	got := strings.Fields(cli("", "--scan", "--pattern", "scan:*"))
	slices.Sort(got)
	if got = slices.Compact(got); !slices.Equal(got, want) {
		t.Errorf("--scan found %d keys of %d", len(got), len(want))
	}
}

// benchmarked are the commands of redis-benchmark's default list, and how many
// measurements that is.
var benchmarked = []string{"PING", "SET", "GET", "INCR", "LPUSH", "RPUSH", "LPOP", "RPOP", "SADD", "HSET", "SPOP", "ZADD", "ZPOPMIN", "LRANGE", "MSET"}

const benchmarkRows = 20

// redis-benchmark's whole default list runs, one command at a time and
// pipelined, without an error.
func TestRedisBenchmark(t *testing.T) {
	eachTopology(t, func(t *testing.T, n *cluster.Node) {
		requireCommands(t, n, benchmarked)
		for _, run := range []struct{ pipeline, requests string }{{"1", "10000"}, {"16", "20000"}} {
			t.Run("-P "+run.pipeline, func(t *testing.T) {
				out := tool(t, n, benchWithin, "", "redis-benchmark", "--csv", "-P", run.pipeline, "-r", "100000", "-n", run.requests)
				requireNoComplaint(t, out)
				if rows := strings.Count(out, "\n") - 1; rows < benchmarkRows {
					t.Errorf("it printed %d measurements, wanted %d:\n%s", rows, benchmarkRows, out)
				}
				t.Logf("\n%s", out)
			})
		}
	})
}

// requireCommands fails the test with all commands at once that the server
// does not know.
func requireCommands(t *testing.T, n *cluster.Node, names []string) {
	t.Helper()
	reply := n.Do(t, append([]string{"COMMAND", "INFO"}, names...)...)
	if len(reply.Elems) != len(names) {
		t.Fatalf("COMMAND INFO of %d names has %d rows", len(names), len(reply.Elems))
	}
	var missing []string
	for i, name := range names {
		if len(reply.Elems[i].Elems) == 0 {
			missing = append(missing, name)
		}
	}
	if len(missing) > 0 {
		t.Fatalf("the server lacks %v", missing)
	}
}
