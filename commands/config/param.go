package config

// param is one setting under Redis's name.
type param struct {
	name  string
	start string // the value where nobody has given another
	kind  kind   // how a value is read; nil of what is never read here
	is    nature
	why   string // of one that is fixed: why it has no other value
}

// nature is what a change of a setting does.
type nature int

const (
	immutable nature = iota // decided when the node starts, or before
	live                    // takes effect, on this node
	shared                  // takes effect, on every node
	kept                    // taken and shown, but there is nothing here that it would change
	fixed                   // has one value, which may be set again
)

// aliases are older names of settings. CONFIG knows both, as Redis does.
var aliases = map[string]string{
	"cluster-slave-no-failover":     "cluster-replica-no-failover",
	"cluster-slave-validity-factor": "cluster-replica-validity-factor",
	"hash-max-ziplist-entries":      "hash-max-listpack-entries",
	"hash-max-ziplist-value":        "hash-max-listpack-value",
	"list-max-ziplist-size":         "list-max-listpack-size",
	"lua-time-limit":                "busy-reply-threshold",
	"min-slaves-max-lag":            "min-replicas-max-lag",
	"min-slaves-to-write":           "min-replicas-to-write",
	"repl-ping-slave-period":        "repl-ping-replica-period",
	"slave-announce-ip":             "replica-announce-ip",
	"slave-announce-port":           "replica-announce-port",
	"slave-ignore-maxmemory":        "replica-ignore-maxmemory",
	"slave-lazy-flush":              "replica-lazy-flush",
	"slave-priority":                "replica-priority",
	"slave-read-only":               "replica-read-only",
	"slave-serve-stale-data":        "replica-serve-stale-data",
	"slaveof":                       "replicaof",
	"zset-max-ziplist-entries":      "zset-max-listpack-entries",
	"zset-max-ziplist-value":        "zset-max-listpack-value",
}
