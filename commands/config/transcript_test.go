package config

import (
	"context"
	"flag"
	"maps"
	"slices"
	"testing"
	"time"

	"coordd/commands/transcript"
	"coordd/resp"
)

var update = flag.Bool("update", false, "write the replies into testdata; read the diff before you keep it")

func TestTranscriptsInProcess(t *testing.T) {
	transcript.PlayAll(t, newRig(t, nil), "testdata", transcript.Rules{Update: *update})
}

func TestTranscriptsAgainstRedis(t *testing.T) {
	addr, ok := transcript.StartRedis(t)
	if !ok {
		return
	}
	player := transcript.NewTCP(addr)
	t.Cleanup(player.Close)
	transcript.PlayAll(t, player, "testdata", transcript.Rules{Redis: true, WallClock: true})
}

// leftOut are the settings of Redis that have no meaning here, and that no
// client is known to ask for.
var leftOut = []string{
	"aclfile", "aof-disable-auto-gc", "aof_rewrite_cpulist", "bgsave_cpulist", "bind-source-addr", "bio_cpulist",
	"cluster-announce-bus-port", "cluster-announce-hostname", "cluster-announce-ip", "cluster-announce-port",
	"cluster-announce-tls-port", "cluster-config-file", "cluster-port", "cluster-preferred-endpoint-type",
	"ignore-warnings", "oom-score-adj", "oom-score-adj-values", "proc-title-template",
	"repl-diskless-sync-max-replicas", "replica-ignore-disk-write-errors", "server_cpulist", "socket-mark-id",
	"syslog-facility", "syslog-ident", "tls-auth-clients", "tls-ca-cert-dir", "tls-ca-cert-file", "tls-cert-file",
	"tls-ciphers", "tls-ciphersuites", "tls-client-cert-file", "tls-client-key-file", "tls-client-key-file-pass",
	"tls-cluster", "tls-dh-params-file", "tls-key-file", "tls-key-file-pass", "tls-prefer-server-ciphers",
	"tls-protocols", "tls-replication", "tls-session-cache-size", "tls-session-cache-timeout", "tls-session-caching",
	"unixsocketperm",
}

// newer are settings that came with Redis 7.2.
var newer = []string{"set-max-listpack-entries", "set-max-listpack-value"}

// otherwise are the settings whose value on a server that has just been started
// is not the one of Redis, because it would not be true.
var otherwise = []string{
	"appendfsync", "appendonly", "bind", "dir", "port", "protected-mode", "replica-read-only", "replica-serve-stale-data",
	"slave-read-only", "slave-serve-stale-data", "save",
}

// Every setting of the real Redis is here, under its name and with its value,
// or in one of the lists above; and the lists say what is so.
func TestSettingsAgainstRedis(t *testing.T) {
	addr, ok := transcript.StartRedis(t)
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	redis, err := resp.Dial(ctx, addr)
	if err != nil {
		t.Fatal(err)
	}
	defer redis.Close()
	reply, err := redis.Do("CONFIG", "GET", "*")
	if err != nil {
		t.Fatal(err)
	}
	theirs, ours := map[string]string{}, newRig(t, nil).settings.shown()
	for i := 0; i+1 < len(reply.Elems); i += 2 {
		theirs[reply.Elems[i].Str] = reply.Elems[i+1].Str
	}
	for _, name := range slices.Sorted(maps.Keys(theirs)) {
		value, here := ours[name]
		if left := slices.Contains(leftOut, name); here == left {
			t.Errorf("%s: here %v, said to be left out %v", name, here, left)
		}
		if differs := slices.Contains(otherwise, name); here && value != theirs[name] && !differs {
			t.Errorf("%s: %q, in Redis %q", name, value, theirs[name])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(ours)) {
		if _, there := theirs[name]; there == slices.Contains(newer, name) {
			t.Errorf("%s: in Redis 7.0 %v", name, there)
		}
	}
	for _, name := range otherwise {
		if _, here := ours[name]; !here {
			t.Errorf("%s is no setting", name)
		}
	}
}

// What CONFIG SET makes of a value is what Redis makes of it: the same refusal,
// or the same text in CONFIG GET.
func TestValuesAgainstRedis(t *testing.T) {
	addr, ok := transcript.StartRedis(t)
	if !ok {
		return
	}
	player := transcript.NewTCP(addr)
	t.Cleanup(player.Close)
	r := newRig(t, nil)
	// What ends the connection, the process or the test; and what Redis 7.0.15
	// takes without saying what it takes.
	passedOver := []string{"requirepass", "maxclients", "timeout", "repl-backlog-size", "appendonly", "appendfsync", "activedefrag", "maxmemory",
		"protected-mode", "no-appendfsync-on-rewrite", "min-replicas-to-write", "masterauth", "masteruser", "replica-read-only", "replica-serve-stale-data",
		"hz", "shutdown-on-sigint", "shutdown-on-sigterm", "maxmemory-clients", "cluster-link-sendbuf-limit"}
	values := []string{"0", "1", "-1", "-2", "07", "+5", "70000", "4294967296", "9223372036854775807", "9223372036854775808", "1kb", "2MB", "3g", "1.5gb",
		"", " ", "yes", "NO", "maybe", "noeviction", "ALLKEYS-LRU", "KEA", "AKEgxm", "Q", "mKx$", "50 99", "101", "1e1 0", "900 1", "900", "0 1", "1 0",
		"pubsub 1mb 2mb 3", "pubsub 1mb 2mb", "replica 1 2 3 normal 4 5 6", "other 1 2 3", "pubsub x 1 2", "verbose"}
	for _, list := range params {
		for _, p := range list {
			if p.is == immutable || slices.Contains(passedOver, p.name) || slices.Contains(newer, p.name) {
				continue
			}
			for _, value := range values {
				for _, args := range [][]string{{"CONFIG", "SET", p.name, value}, {"CONFIG", "GET", p.name}} {
					theirs, err := player.Do("", resp.RESP2, args)
					if err != nil {
						t.Fatalf("%q: %v", args, err)
					}
					ours, err := r.Do("", resp.RESP2, args)
					if err != nil {
						t.Fatal(err)
					}
					if a, b := flat(ours), flat(theirs); a != b {
						t.Errorf("%q with %q: %s, in Redis %s", args, value, a, b)
					}
				}
			}
		}
	}
}

// flat is a reply in one line.
func flat(r resp.Reply) string {
	text := r.Str
	for _, e := range r.Elems {
		text += " " + e.Str
	}
	return text
}
