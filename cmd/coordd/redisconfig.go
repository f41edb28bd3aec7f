package main

import (
	"maps"
	"net"
	"path/filepath"
)

// RedisConfig returns what CONFIG GET shows: every setting under Redis's name,
// or under its own where Redis has none, and those parameters of Redis that
// clients ask for and that coordd has an honest, fixed answer to. The map is
// the caller's own.
func (s Settings) RedisConfig() map[string]string {
	config := maps.Clone(fixedConfig)
	for _, row := range s.rows() {
		config[row.redisName()] = row.show()
	}
	config["bind"], config["port"] = redisBind(s.Addr)
	if dir, err := filepath.Abs(s.Dir); err == nil {
		config["dir"] = dir // Redis shows the whole path
	}
	return config
}

func (row setting) redisName() string {
	if row.redis != "" {
		return row.redis
	}
	return row.name
}

// redisBind writes a listen address as Redis's bind and port.
func redisBind(addr string) (bind, port string) {
	bind, port, _ = net.SplitHostPort(addr) // was checked when it was set
	if bind == "" {
		bind = "* -::*"
	}
	return bind, port
}

// fixedConfig is what is true of every coordd, in Redis's words. It is only read.
var fixedConfig = map[string]string{
	"databases": "16",

	// Every write is in a log that is synced before the answer; there is no
	// other persistence to configure.
	"save":        "",
	"appendonly":  "yes",
	"appendfsync": "always",

	// Nothing is ever evicted.
	"maxmemory":        "0",
	"maxmemory-policy": "noeviction",

	// A plain client sees one server. Membership is Raft's.
	"cluster-enabled": "no",
	"replicaof":       "",

	"notify-keyspace-events": "",
	"daemonize":              "no",
	"tls-port":               "0",
	"unixsocket":             "",

	// Up to here a collection keeps its small encoding (OBJECT ENCODING).
	"set-max-intset-entries":    "512",
	"set-max-listpack-entries":  "128",
	"set-max-listpack-value":    "64",
	"hash-max-listpack-entries": "512",
	"hash-max-listpack-value":   "64",
	"zset-max-listpack-entries": "128",
	"zset-max-listpack-value":   "64",
	"list-max-listpack-size":    "-2",
}
