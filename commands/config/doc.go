// Package config holds CONFIG: what settings a node has under Redis's names, and
// which of them can be changed while it runs.
//
// A setting concerns either this node (maxclients, timeout, slowlog-max-len ...)
// or the whole cluster (requirepass, notify-keyspace-events ...). What concerns
// the cluster is changed through the log and kept in the state, so that every
// node has it and a restart does not lose it; a node's own value, from its
// flags or its config file, counts as long as the cluster has none.
//
// Reading order: param.go (what a setting is), kind.go (what values it takes),
// params.go (the list), settings.go (the values in effect), then the words.
package config
