package admin

import (
	"strings"
	"testing"
	"time"

	"coordd/commands"
)

// fields parses an INFO page; it fails on lines that clients could not parse.
func fields(t *testing.T, page string) map[string]string {
	t.Helper()
	out := map[string]string{}
	for line := range strings.SplitSeq(page, "\r\n") {
		if line == "" || strings.HasPrefix(line, "# ") {
			continue
		}
		name, value, ok := strings.Cut(line, ":")
		if _, twice := out[name]; !ok || twice || strings.ContainsAny(line, "\n\r") {
			t.Errorf("bad line %q", line)
		}
		out[name] = value
	}
	return out
}

// The fields that client libraries and redis-cli look at.
func TestInfoFields(t *testing.T) {
	r := newRig(t)
	r.node = Node{
		Version: "1.2.3", RunID: "abc", Started: testStart, Port: 7001, Ready: true, MaxClients: 77, Blocked: 3,
		Connections: 5, Rejected: 1, Commands: 100, Errors: 3, BytesIn: 11, BytesOut: 12, Expired: 4,
		LastSnapshot: time.Unix(1_720_000_000, 0),
	}
	r.now = testStart.Add(25 * time.Hour)
	r.ask(t, "", "SET a 1")
	r.ask(t, "", "SETEX b 100 1")
	got := fields(t, r.ask(t, "", "INFO"))
	for name, want := range map[string]string{
		"redis_version": "7.2.0", "redis_mode": "standalone", "arch_bits": "64", "tcp_port": "7001", "run_id": "abc",
		"uptime_in_seconds": "90000", "uptime_in_days": "1", "coordd_version": "1.2.3",
		"connected_clients": "1", "maxclients": "77", "blocked_clients": "3",
		"maxmemory": "0", "maxmemory_policy": "noeviction",
		"loading": "0", "rdb_last_save_time": "1720000000", "rdb_bgsave_in_progress": "0", "aof_rewrite_in_progress": "0",
		"total_connections_received": "5", "rejected_connections": "1", "total_commands_processed": "100",
		"total_error_replies": "3", "total_net_input_bytes": "11", "total_net_output_bytes": "12", "expired_keys": "4",
		"role": "master", "connected_slaves": "0", "master_repl_offset": "42",
		"cluster_enabled": "1", "db0": "keys=2,expires=1,avg_ttl=0",
	} {
		if got[name] != want {
			t.Errorf("%s:%s, want %s", name, got[name], want)
		}
	}
	for _, name := range []string{"process_id", "os", "used_memory", "used_memory_rss", "used_cpu_sys", "used_cpu_user"} {
		if v := got[name]; v == "" || v == "0" {
			t.Errorf("%s:%s, want a figure", name, v)
		}
	}
	r.node.Ready, r.node.LastSnapshot = false, time.Time{}
	got = fields(t, r.ask(t, "", "INFO persistence"))
	if got["loading"] != "1" || got["rdb_last_save_time"] != "1720000000" {
		t.Errorf("a node that is not ready says %v", got)
	}
}

func TestInfoReplication(t *testing.T) {
	r := newRig(t)
	r.status.Replicas = []Replica{{"10.0.0.2:6379", 41}, {"10.0.0.3:6380", 40}}
	got := fields(t, r.ask(t, "", "INFO replication"))
	if got["connected_slaves"] != "2" || got["slave1"] != "ip=10.0.0.3,port=6380,state=online,offset=40,lag=0" {
		t.Errorf("on the leader: %v", got)
	}
	r.status.Leads = false
	got = fields(t, r.ask(t, "", "INFO replication"))
	if got["role"] != "slave" || got["master_host"] != "10.0.0.1" || got["master_port"] != "6379" ||
		got["master_link_status"] != "up" || got["connected_slaves"] != "0" {
		t.Errorf("on a follower: %v", got)
	}
	r.status.LeaderAddr = ""
	if got = fields(t, r.ask(t, "", "INFO replication")); got["master_link_status"] != "down" {
		t.Errorf("without a leader: %v", got)
	}
}

func TestInfoRaft(t *testing.T) {
	r := newRig(t)
	r.status.Groups = []GroupStatus{
		{ID: 0, Role: "follower", Term: 3, Leader: "n2", LeaderAddr: "10.0.0.2:6379", Applied: 7, Commit: 8, FirstLog: 2, LastLog: 9, Snapshot: 5, LogTime: 1000, StateHash: "00ff", Voters: []string{"n1", "n2"}, NonVoters: []string{"n3"}},
		{ID: 1, Role: "leader", Leader: "n1"},
	}
	got := fields(t, r.ask(t, "", "INFO raft"))
	want := "role=follower,term=3,leader=n2,leader_addr=10.0.0.2:6379,applied=7,commit=8,first_log=2,last_log=9,snapshot=5,log_time=1000,state_hash=00ff,voters=n1|n2,nonvoters=n3"
	if got["raft_groups"] != "2" || got["raft_group_0"] != want || !strings.HasPrefix(got["raft_group_1"], "role=leader,") {
		t.Errorf("got %v", got)
	}
}

// Which sections come for which words.
func TestInfoSections(t *testing.T) {
	const normal = "Server Clients Memory Persistence Stats Replication CPU Modules Errorstats Cluster Raft Keyspace "
	const all = "Server Clients Memory Persistence Stats Replication CPU Modules Commandstats Errorstats Latencystats Cluster Raft Keyspace "
	r := newRig(t)
	for command, want := range map[string]string{
		"INFO": normal, "INFO default": normal, "INFO ALL": all, "INFO everything": all,
		"INFO commandstats latencystats default": all, "INFO cpu SERVER": "Server CPU ", "INFO nosuch": "", "INFO nosuch cpu": "CPU ",
	} {
		got := ""
		for line := range strings.SplitSeq(r.ask(t, "", command), "\r\n") {
			if name, ok := strings.CutPrefix(line, "# "); ok {
				got += name + " "
			}
		}
		if got != want {
			t.Errorf("%s: %q, want %q", command, got, want)
		}
	}
}

func TestHuman(t *testing.T) {
	for n, want := range map[uint64]string{0: "0B", 1023: "1023B", 1024: "1.00K", 1015664: "991.86K", 5 << 20: "5.00M", 3 << 30: "3.00G", 1 << 62: "4096.00P"} {
		if got := human(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}

// The sections about commands, as clients and exporters parse them.
func TestInfoOfCommands(t *testing.T) {
	r := newRig(t)
	r.stats = rigStats{
		commands:  []commands.CommandStat{{Name: "client|id", Calls: 4, Micros: 10, Rejected: 1, Failed: 2}, {Name: "get", Rejected: 3}},
		errors:    []commands.ErrorStat{{Code: "ERR", Count: 5}, {Code: "WRONGTYPE", Count: 1}},
		latencies: []commands.LatencyStat{{Name: "get", Points: []commands.LatencyPoint{{Percentile: 50, Micros: 1.5}, {Percentile: 99.9, Micros: 12.1234}}}},
	}
	got := fields(t, r.ask(t, "", "INFO commandstats errorstats latencystats"))
	for name, want := range map[string]string{
		"cmdstat_client|id":            "calls=4,usec=10,usec_per_call=2.50,rejected_calls=1,failed_calls=2",
		"cmdstat_get":                  "calls=0,usec=0,usec_per_call=0.00,rejected_calls=3,failed_calls=0",
		"errorstat_ERR":                "count=5",
		"errorstat_WRONGTYPE":          "count=1",
		"latency_percentiles_usec_get": "p50=1.500,p99.9=12.123",
	} {
		if got[name] != want {
			t.Errorf("%s:%s, want %s", name, got[name], want)
		}
	}
}
