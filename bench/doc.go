// Command bench measures coordd beside real Redis and etcd on one machine, and
// writes a page of figures and ratios. The load is redis-benchmark where that can
// express it, otherwise a loop of its own, and for etcd etcd's own Go client, in
// bench/etcd, a module of its own.
//
// It starts five systems on loopback: Redis alone, Redis with two replicas,
// coordd with one node, coordd with three nodes, etcd with three nodes. Every
// Redis runs with appendfsync always, because coordd acknowledges nothing that is
// not on disk.
//
// All systems stay up for the whole run and take turns at every measurement, so
// that a slow minute of the machine falls on all of them.
//
//	go run ./bench            five rounds, writes bench/RESULTS.md
//	go run ./bench -quick     one short round, to standard output
//
// Reading order: main.go (the flow), systems.go and etcd.go (what is started),
// run.go (what is measured: workload.go by redis-benchmark, jobs.go and
// handover.go by load.go), results.go and report.go (what is written).
package main
