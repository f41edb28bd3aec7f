package config

import "math"

// Bounds that many settings share.
const (
	maxInt  = math.MaxInt32
	maxLong = math.MaxInt64
)

// params lists the settings of Redis 7.2 that mean something here, or that
// clients and their tests ask for. Settings of coordd's own come from whoever
// makes the Settings. Aliases have no rows.
var params = [...][]param{connections, cluster, observation, persistence, memoryUse, encodings, scripting, process, replication}

var connections = []param{
	{"maxclients", "10000", number(1, math.MaxUint32), live, ""},
	{"timeout", "0", number(0, maxInt), live, ""},
	{"tcp-keepalive", "300", number(0, maxInt), live, ""},
	{"proto-max-bulk-len", "536870912", memory(1<<20, maxLong), live, ""},
	{"client-query-buffer-limit", "1073741824", memory(1<<20, maxLong), live, ""},
	{"client-output-buffer-limit", "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60", bufferLimits, shared, ""},
	{"requirepass", "", anyText, shared, ""},
	{"protected-mode", "no", yesNo, fixed, "who may connect is decided by addr and requirepass"},
	{"bind", "", nil, immutable, ""},
	{"port", "0", nil, immutable, ""},
	{"unixsocket", "", nil, immutable, ""},
	{"tls-port", "0", nil, immutable, ""},
	{"tcp-backlog", "511", nil, immutable, ""},
	{"acllog-max-len", "128", number(0, maxLong), live, ""},
	{"acl-pubsub-default", "resetchannels", oneOf("allchannels", "resetchannels"), kept, ""},
	{"tracking-table-max-keys", "1000000", number(0, maxLong), live, ""},
	{"maxmemory-clients", "0", memory(0, maxLong), kept, ""},
}

var cluster = []param{
	{"notify-keyspace-events", "", eventClasses, shared, ""},
	{"databases", "16", nil, immutable, ""},
	{"cluster-enabled", "no", nil, immutable, ""},
	{"cluster-node-timeout", "15000", number(0, maxLong), kept, ""},
	{"cluster-require-full-coverage", "yes", yesNo, kept, ""},
	{"cluster-allow-reads-when-down", "no", yesNo, kept, ""},
	{"cluster-allow-pubsubshard-when-down", "yes", yesNo, kept, ""},
	{"cluster-allow-replica-migration", "yes", yesNo, kept, ""},
	{"cluster-migration-barrier", "1", number(0, maxInt), kept, ""},
	{"cluster-replica-no-failover", "no", yesNo, kept, ""},
	{"cluster-replica-validity-factor", "10", number(0, maxInt), kept, ""},
	{"cluster-link-sendbuf-limit", "0", memory(0, maxLong), kept, ""},
}

var observation = []param{
	{"slowlog-log-slower-than", "10000", number(-1, maxLong), live, ""},
	{"slowlog-max-len", "128", number(0, maxLong), live, ""},
	{"latency-monitor-threshold", "0", number(0, maxLong), live, ""},
	{"latency-tracking", "yes", yesNo, live, ""},
	{"latency-tracking-info-percentiles", "50 99 99.9", percentiles, live, ""},
	{"loglevel", "notice", oneOf("debug", "verbose", "notice", "warning"), live, ""},
	{"logfile", "", nil, immutable, ""},
	{"syslog-enabled", "no", nil, immutable, ""},
	{"crash-log-enabled", "yes", yesNo, kept, ""},
	{"crash-memcheck-enabled", "yes", yesNo, kept, ""},
	{"enable-debug-command", "no", oneOf("no", "yes", "local"), immutable, ""},
	{"enable-module-command", "no", nil, immutable, ""},
	{"enable-protected-configs", "no", nil, immutable, ""},
}

const (
	whySynced = "every write is on the disks of a majority before it is answered"
	whyKeeps  = "nothing is ever evicted here"
)

var persistence = []param{
	{"appendonly", "yes", yesNo, fixed, whySynced},
	{"appendfsync", "always", oneOf("everysec", "always", "no"), fixed, whySynced},
	{"no-appendfsync-on-rewrite", "no", yesNo, fixed, whySynced},
	{"save", "", savePoints, kept, ""},
	{"dir", "", nil, immutable, ""},
	{"dbfilename", "dump.rdb", nil, immutable, ""},
	{"appendfilename", "appendonly.aof", nil, immutable, ""},
	{"appenddirname", "appendonlydir", nil, immutable, ""},
	{"auto-aof-rewrite-percentage", "100", number(0, maxInt), kept, ""},
	{"auto-aof-rewrite-min-size", "67108864", memory(0, maxLong), kept, ""},
	{"aof-load-truncated", "yes", yesNo, kept, ""},
	{"aof-use-rdb-preamble", "yes", yesNo, kept, ""},
	{"aof-rewrite-incremental-fsync", "yes", yesNo, kept, ""},
	{"aof-timestamp-enabled", "no", yesNo, kept, ""},
	{"rdbcompression", "yes", yesNo, kept, ""},
	{"rdbchecksum", "yes", nil, immutable, ""},
	{"rdb-save-incremental-fsync", "yes", yesNo, kept, ""},
	{"rdb-del-sync-files", "no", yesNo, kept, ""},
	{"stop-writes-on-bgsave-error", "yes", yesNo, kept, ""},
	{"sanitize-dump-payload", "no", oneOf("no", "yes", "clients"), kept, ""},
	{"shutdown-timeout", "10", number(0, maxInt), kept, ""},
	{"shutdown-on-sigint", "default", anyText, kept, ""},
	{"shutdown-on-sigterm", "default", anyText, kept, ""},
}

var policies = oneOf("volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl",
	"allkeys-lru", "allkeys-lfu", "allkeys-random", "noeviction")

var memoryUse = []param{
	{"maxmemory", "0", memory(0, maxLong), fixed, whyKeeps},
	{"maxmemory-policy", "noeviction", policies, kept, ""},
	{"maxmemory-samples", "5", number(1, maxInt), kept, ""},
	{"maxmemory-eviction-tenacity", "10", number(0, 100), kept, ""},
	{"lfu-log-factor", "10", number(0, maxInt), kept, ""},
	{"lfu-decay-time", "1", number(0, maxInt), kept, ""},
	{"active-expire-effort", "1", number(1, 10), kept, ""},
	{"lazyfree-lazy-eviction", "no", yesNo, kept, ""},
	{"lazyfree-lazy-expire", "no", yesNo, kept, ""},
	{"lazyfree-lazy-server-del", "no", yesNo, kept, ""},
	{"lazyfree-lazy-user-del", "no", yesNo, kept, ""},
	{"lazyfree-lazy-user-flush", "no", yesNo, kept, ""},
	{"activerehashing", "yes", yesNo, kept, ""},
	{"activedefrag", "no", yesNo, fixed, "memory is the Go runtime's concern"},
	{"active-defrag-ignore-bytes", "104857600", memory(1, maxLong), kept, ""},
	{"active-defrag-threshold-lower", "10", number(0, 1000), kept, ""},
	{"active-defrag-threshold-upper", "100", number(0, 1000), kept, ""},
	{"active-defrag-cycle-min", "1", number(1, 99), kept, ""},
	{"active-defrag-cycle-max", "25", number(1, 99), kept, ""},
	{"active-defrag-max-scan-fields", "1000", number(1, maxLong), kept, ""},
	{"jemalloc-bg-thread", "yes", yesNo, kept, ""},
}

// Up to here a collection keeps its small encoding (OBJECT ENCODING). These are
// what the store goes by; other values change nothing but what CONFIG GET says.
var encodings = []param{
	{"set-max-intset-entries", "512", number(0, maxLong), kept, ""},
	{"set-max-listpack-entries", "128", number(0, maxLong), kept, ""},
	{"set-max-listpack-value", "64", number(0, maxLong), kept, ""},
	{"hash-max-listpack-entries", "512", number(0, maxLong), kept, ""},
	{"hash-max-listpack-value", "64", memory(0, maxLong), kept, ""},
	{"zset-max-listpack-entries", "128", number(0, maxLong), kept, ""},
	{"zset-max-listpack-value", "64", memory(0, maxLong), kept, ""},
	{"list-max-listpack-size", "-2", number(math.MinInt32, maxInt), kept, ""},
	{"list-compress-depth", "0", number(0, maxInt), kept, ""},
	{"stream-node-max-bytes", "4096", memory(0, maxLong), kept, ""},
	{"stream-node-max-entries", "100", number(0, maxLong), kept, ""},
	{"hll-sparse-max-bytes", "3000", memory(0, maxLong), kept, ""},
}

var scripting = []param{
	{"busy-reply-threshold", "5000", number(0, maxLong), kept, ""},
	{"propagation-error-behavior", "ignore", oneOf("ignore", "panic", "panic-on-replicas"), kept, ""},
}

var process = []param{
	{"daemonize", "no", nil, immutable, ""},
	{"supervised", "no", nil, immutable, ""},
	{"pidfile", "", nil, immutable, ""},
	{"always-show-logo", "no", nil, immutable, ""},
	{"set-proc-title", "yes", nil, immutable, ""},
	{"io-threads", "1", nil, immutable, ""},
	{"io-threads-do-reads", "no", nil, immutable, ""},
	{"disable-thp", "yes", nil, immutable, ""},
	{"hz", "10", number(0, maxInt), kept, ""},
	{"dynamic-hz", "yes", yesNo, kept, ""},
}

const whyRaft = "coordd replicates through Raft"

var replication = []param{
	{"replicaof", "", nil, immutable, ""},
	{"replica-read-only", "no", yesNo, fixed, "every node takes writes"},
	{"replica-serve-stale-data", "no", yesNo, fixed, "reads asks for that, or READONLY on a connection"},
	{"replica-priority", "100", number(0, maxInt), kept, ""},
	{"replica-announced", "yes", yesNo, kept, ""},
	{"replica-announce-ip", "", anyText, kept, ""},
	{"replica-announce-port", "0", number(0, 65535), kept, ""},
	{"replica-ignore-maxmemory", "yes", yesNo, kept, ""},
	{"replica-lazy-flush", "no", yesNo, kept, ""},
	{"min-replicas-to-write", "0", number(0, maxInt), fixed, "a write is answered when a majority has it, never with fewer"},
	{"min-replicas-max-lag", "10", number(0, maxInt), kept, ""},
	{"repl-backlog-size", "1048576", memory(1, maxLong), kept, ""},
	{"repl-backlog-ttl", "3600", number(0, maxLong), kept, ""},
	{"repl-timeout", "60", number(1, maxInt), kept, ""},
	{"repl-ping-replica-period", "10", number(1, maxInt), kept, ""},
	{"repl-disable-tcp-nodelay", "no", yesNo, kept, ""},
	{"repl-diskless-sync", "yes", yesNo, kept, ""},
	{"repl-diskless-sync-delay", "5", number(0, maxInt), kept, ""},
	{"repl-diskless-load", "disabled", oneOf("disabled", "on-empty-db", "swapdb"), kept, ""},
	{"masterauth", "", anyText, fixed, whyRaft},
	{"masteruser", "", anyText, fixed, whyRaft},
}
