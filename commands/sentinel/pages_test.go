package sentinel

import (
	"errors"
	"strings"
	"testing"
	"time"

	"coordd/ring"
)

func requirePage(t *testing.T, got, want string) {
	t.Helper()
	if want = strings.TrimPrefix(want, "\n"); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
}

func TestMasterOfThree(t *testing.T) {
	requirePage(t, newRig(t, three(idA)).ask(t, "MASTER", "mymaster"), `
 1# "name" => "mymaster"
 2# "ip" => "10.0.0.1"
 3# "port" => "6379"
 4# "runid" => "a"
 5# "flags" => "master"
 6# "link-pending-commands" => "0"
 7# "link-refcount" => "1"
 8# "last-ping-sent" => "0"
 9# "last-ok-ping-reply" => "200"
10# "last-ping-reply" => "200"
11# "down-after-milliseconds" => "5000"
12# "info-refresh" => "200"
13# "role-reported" => "master"
14# "role-reported-time" => "200"
15# "config-epoch" => "9"
16# "num-slaves" => "2"
17# "num-other-sentinels" => "2"
18# "quorum" => "2"
19# "failover-timeout" => "10000"
20# "parallel-syncs" => "2"`)
}

func TestReplicasOfThree(t *testing.T) {
	topology := three(idA)
	topology.Nodes = topology.Nodes[:2]
	topology.Nodes[1].Silent = ring.DownAfter + time.Second
	requirePage(t, newRig(t, topology).ask(t, "REPLICAS", "mymaster"), `
1)  1# "name" => "10.0.0.2:6380"
    2# "ip" => "10.0.0.2"
    3# "port" => "6380"
    4# "runid" => "b"
    5# "flags" => "s_down,slave,disconnected"
    6# "link-pending-commands" => "0"
    7# "link-refcount" => "1"
    8# "last-ping-sent" => "0"
    9# "last-ok-ping-reply" => "6000"
   10# "last-ping-reply" => "6000"
   11# "s-down-time" => "1000"
   12# "down-after-milliseconds" => "5000"
   13# "info-refresh" => "6000"
   14# "role-reported" => "slave"
   15# "role-reported-time" => "6000"
   16# "master-link-down-time" => "0"
   17# "master-link-status" => "ok"
   18# "master-host" => "10.0.0.1"
   19# "master-port" => "6379"
   20# "slave-priority" => "100"
   21# "slave-repl-offset" => "42"
   22# "replica-announced" => "1"`)
	if got := newRig(t, three(idA)).ask(t, "SLAVES", "mymaster"); strings.Count(got, `"flags" => "slave"`) != 2 {
		t.Errorf("two replicas that are well:\n%s", got)
	}
}

func TestSentinelsOfThree(t *testing.T) {
	topology := three(idA)
	topology.Nodes = topology.Nodes[:2]
	requirePage(t, newRig(t, topology).ask(t, "SENTINELS", "mymaster"), `
1)  1# "name" => "a"
    2# "ip" => "10.0.0.1"
    3# "port" => "6379"
    4# "runid" => "a"
    5# "flags" => "sentinel"
    6# "link-pending-commands" => "0"
    7# "link-refcount" => "1"
    8# "last-ping-sent" => "0"
    9# "last-ok-ping-reply" => "200"
   10# "last-ping-reply" => "200"
   11# "down-after-milliseconds" => "5000"
   12# "last-hello-message" => "200"
   13# "voted-leader" => "?"
   14# "voted-leader-epoch" => "0"`)
}

// While nobody leads there is no master to be sent to, and what is shown in its
// place is flagged.
func TestWithoutALeader(t *testing.T) {
	r := newRig(t, three(""))
	requirePage(t, r.ask(t, "GET-MASTER-ADDR-BY-NAME", "mymaster"), "(nil)")
	for name, want := range map[string]string{"flags": "s_down,o_down,master", "ip": "10.0.0.2", "num-slaves": "2"} {
		if got := r.field(t, 0, name, "MASTERS"); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	if got := r.field(t, 1, "master-link-status", "REPLICAS", "mymaster"); got != "err" {
		t.Errorf("the link of a replica to no master is %q", got)
	}
}

func TestQuorum(t *testing.T) {
	topology := three(idA)
	r := newRig(t, topology)
	requirePage(t, r.ask(t, "CKQUORUM", "mymaster"), "OK 3 usable Sentinels. Quorum and failover authorization can be reached")
	topology.Nodes[0].Silent = time.Hour
	requirePage(t, r.ask(t, "CKQUORUM", "mymaster"), "OK 2 usable Sentinels. Quorum and failover authorization can be reached")
	requirePage(t, r.ask(t, "IS-MASTER-DOWN-BY-ADDR", "10.0.0.1", "6379", "0", "*"), "1) (integer) 1\n2) \"*\"\n3) (integer) 0")
	requirePage(t, r.ask(t, "IS-MASTER-DOWN-BY-ADDR", "10.0.0.3", "6381", "0", "*"), "1) (integer) 0\n2) \"*\"\n3) (integer) 0")
	topology.Nodes[2].Silent = time.Hour
	requirePage(t, r.ask(t, "CKQUORUM", "mymaster"), "(error) NOQUORUM 1 usable Sentinels. Not enough available Sentinels to reach the specified quorum for this master. "+
		"Not enough available Sentinels to reach the majority and authorize a failover")
}

// A node that has no vote yet does not count.
func TestQuorumCountsVoters(t *testing.T) {
	topology := three(idA)
	topology.Groups[0].Voters = []string{idA, idB}
	topology.Nodes[0].Silent = time.Hour
	if got := newRig(t, topology).ask(t, "CKQUORUM", "mymaster"); !strings.HasPrefix(got, "(error) NOQUORUM 1 usable") {
		t.Error(got)
	}
}

func TestFailover(t *testing.T) {
	r := newRig(t, three(idA))
	requirePage(t, r.ask(t, "FAILOVER", "mymaster"), "OK")
	r.failover = func() error { return errors.New("nobody\nelse") }
	requirePage(t, r.ask(t, "FAILOVER", "mymaster"), "(error) ERR the master stays: nobody else")
}

func TestInfoCacheOfThree(t *testing.T) {
	requirePage(t, newRig(t, three(idC)).ask(t, "INFO-CACHE", "nobody", "mymaster", "mymaster"), `
1) "mymaster"
2) 1) 1) (integer) 300
      2) (nil)
   2) 1) (integer) 200
      2) (nil)
   3) 1) (integer) 0
      2) "# Server\r\n"`)
}

func TestMyID(t *testing.T) {
	requirePage(t, newRig(t, three(idC)).ask(t, "MYID"), `"b"`)
}

func TestConfigMustBeWhole(t *testing.T) {
	if _, err := Groups(Config{}); err == nil {
		t.Error("an empty Config was taken")
	}
}
