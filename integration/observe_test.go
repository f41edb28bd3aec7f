package integration

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"coordd/integration/cluster"
)

// What a node tells of its commands: INFO, SLOWLOG and LATENCY, until they are
// set back.
func TestObservation(t *testing.T) {
	n := cluster.Start(t, cluster.Options{Binary: binary(t), Nodes: 1}).Nodes[0]
	for range 10 {
		n.Do(t, "SET", "k", "x")
	}
	if reply, err := cluster.Do(n.Addr, "INCR", "k"); err != nil || !reply.IsError() {
		t.Fatal(reply, err)
	}
	info := n.Do(t, "INFO", "commandstats", "errorstats", "latencystats").Str
	for _, want := range []string{"cmdstat_set:calls=10,usec=", "cmdstat_incr:calls=1,", "rejected_calls=0,failed_calls=1", "errorstat_ERR:count=1", "latency_percentiles_usec_set:p50="} {
		if !strings.Contains(info, want) {
			t.Errorf("INFO says nothing of %s:\n%s", want, info)
		}
	}
	client, err := cluster.Dial(n.Addr)
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	for _, args := range [][]string{{"MULTI"}, {"INCR", "k"}, {"LPUSH", "k", "v"}, {"EXEC"}} {
		if reply, err := client.Do(args...); err != nil || reply.IsError() {
			t.Fatal(args, reply, err)
		}
	}
	info = n.Do(t, "INFO", "commandstats", "errorstats").Str
	for _, want := range []string{"cmdstat_incr:calls=2,", "rejected_calls=0,failed_calls=2", "errorstat_ERR:count=2", "errorstat_WRONGTYPE:count=1"} {
		if !strings.Contains(info, want) {
			t.Errorf("after a transaction INFO says nothing of %s:\n%s", want, info)
		}
	}
	n.Do(t, "CONFIG", "SET", "slowlog-log-slower-than", "0", "latency-monitor-threshold", "1")
	n.Do(t, "SET", "slow", "v")
	n.Do(t, "CONFIG", "SET", "slowlog-log-slower-than", "10000")
	slow := n.Do(t, "SLOWLOG", "GET")
	if len(slow.Elems) == 0 || slow.Elems[0].Elems[3].Elems[1].Str != "slow" && slow.Elems[1].Elems[3].Elems[1].Str != "slow" {
		t.Errorf("SLOWLOG keeps %+v", slow)
	}
	n.Do(t, "CONFIG", "RESETSTAT")
	if info := n.Do(t, "INFO", "commandstats").Str; strings.Contains(info, "cmdstat_set:") {
		t.Errorf("after RESETSTAT:\n%s", info)
	}
}

// MONITOR shows what others send, CLIENT KILL ends a connection, CLIENT PAUSE
// holds others up.
func TestOperatorsOverClients(t *testing.T) {
	n := cluster.Start(t, cluster.Options{Binary: binary(t), Nodes: 1}).Nodes[0]
	dial := func() *cluster.Client {
		c, err := cluster.Dial(n.Addr)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Close() })
		return c
	}
	watcher, other := dial(), dial()
	if reply, err := watcher.Do("MONITOR"); err != nil || reply.Str != "OK" {
		t.Fatal(reply, err)
	}
	if _, err := other.Do("SET", "seen", "1"); err != nil {
		t.Fatal(err)
	}
	if line, err := watcher.Receive(); err != nil || !strings.HasSuffix(line.Str, `"SET" "seen" "1"`) {
		t.Errorf("shown: %q %v", line.Str, err)
	}
	id, err := other.Do("CLIENT", "ID")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := watcher.Receive(); err != nil { // CLIENT ID
		t.Fatal(err)
	}
	n.Do(t, "CLIENT", "PAUSE", "200", "WRITE")
	began := time.Now()
	if _, err := other.Do("SET", "seen", "2"); err != nil || time.Since(began) < 100*time.Millisecond {
		t.Errorf("a write in a pause took %v, %v", time.Since(began), err)
	}
	if got := n.Do(t, "CLIENT", "KILL", "ID", fmt.Sprint(id.Int)).Int; got != 1 {
		t.Errorf("CLIENT KILL ended %d", got)
	}
	if reply, err := other.Do("PING"); err == nil {
		t.Errorf("a connection that was ended answers %+v", reply)
	}
}
