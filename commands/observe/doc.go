// Package observe keeps what a node has seen of its clients' commands, and holds
// the words that show it: SLOWLOG, LATENCY and MONITOR, and what INFO says in
// commandstats, errorstats and latencystats.
//
// A session tells the Recorder of a stretch of its work at a time, not of each
// command (session.Observer): the counters cost a few atomic additions for a
// pipeline. The time of a command is its share of what its pipeline took, and
// that includes the way through the log: it is what a client waits for, where
// Redis tells what a processor was busy with.
//
// Reading order: recorder.go, histogram.go, slowlog.go, latency.go, monitor.go.
package observe
