// Command bench measures coordd beside real Redis on one machine, with
// redis-benchmark, and writes a page of figures and ratios.
//
// It starts four systems on loopback: Redis alone, Redis with two replicas,
// coordd with one node, coordd with three nodes. Every Redis runs with
// appendfsync always, because coordd acknowledges nothing that is not on disk.
// All systems stay up for the whole run and take turns at every measurement, so
// that a slow minute of the machine falls on all of them.
//
//	go run ./bench            five rounds, writes bench/RESULTS.md
//	go run ./bench -quick     one short round, to standard output
//
// Reading order: main.go (the flow), systems.go (what is started), workload.go
// and run.go (what is measured), results.go and report.go (what is written).
package main
