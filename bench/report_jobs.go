package main

import (
	"bytes"
	"fmt"
	"math"
	"slices"
)

// jobColumns of the tables of jobs: etcd, which redis-benchmark cannot speak to,
// stands beside the others there.
var jobColumns = append(slices.Clone(columns), etcdThree)

// jobsAt are the rows that are measured at one depth.
func jobsAt(depth int) (names []string) {
	for _, j := range jobs {
		if slices.Contains(j.depths, depth) {
			names = append(names, j.name)
		}
	}
	return names
}

// etcdJobs are the rows that etcd has too.
func etcdJobs() (names []string) {
	for _, j := range jobs {
		if j.etcd != "" {
			names = append(names, j.name)
		}
	}
	return names
}

func (r *report) renderJobs(b *bytes.Buffer) {
	fmt.Fprintf(b, "## Whole jobs\n\n"+
		"Sent by a loop of bench's own, the same for coordd and Redis; an operation is the whole job. Redis does LOCK + UNLOCK\n"+
		"by SET NX PX and a compare-and-delete by EVALSHA, RESERVE + ACK by BLMOVE and LREM; every EVAL compare-and-delete\n"+
		"finds its key and deletes it. etcd has its default settings and is driven by its own Go client, clientv3, with a\n"+
		"connection per client, to the leader; it does LOCK + UNLOCK by concurrency.Mutex.\n\n")
	for _, depth := range depths {
		names := jobsAt(depth)
		fmt.Fprintf(b, "Operations a second at -P %d; in brackets, how far the rounds lie apart.\n\n", depth)
		r.renderTable(b, depth, jobColumns, names, r.rate)
		fmt.Fprintf(b, "Ratio to %s in the same round.\n\n", baseline)
		r.renderTable(b, depth, jobColumns, names, func(id cell) string { return figure(r.results.ratio(id, baseline), "%.2f") })
		if depth == 1 {
			fmt.Fprintf(b, "Ratio to %s in the same round.\n\n", etcdThree)
			r.renderTable(b, depth, jobColumns, etcdJobs(), func(id cell) string { return figure(r.results.ratio(id, etcdThree), "%.2f") })
		}
		fmt.Fprintf(b, "Latency in ms: half of the operations within, 99 of 100 within.\n\n")
		r.renderTable(b, depth, jobColumns, names, r.latency)
	}
	r.renderLone(b)
	r.renderHandover(b)
}

// renderLone holds one client's write against what it has to wait for.
func (r *report) renderLone(b *bytes.Buffer) {
	sync, trip := millis(percentile(r.results.syncs, 0.5)), millis(percentile(r.results.trips, 0.5))
	fmt.Fprintf(b, "Half of the fdatasync calls took less than %.3f ms, half of the loopback round trips less than %.3f ms. A write on three\n"+
		"nodes has to wait for two and one of them: %.3f ms.", sync, trip, 2*sync+trip)
	p50 := median(r.results.column(cell{loneClient, 1, coorddThree}, func(s sample) float64 { return s.p50Millis }))
	if ratio := p50 / (2*sync + trip); !math.IsNaN(ratio) && !math.IsInf(ratio, 0) {
		fmt.Fprintf(b, " A lone client's SET on %s takes %.1f times that.", coorddThree, ratio)
	}
	fmt.Fprintf(b, "\n\n")
}

func (r *report) renderHandover(b *bytes.Buffer) {
	fmt.Fprintf(b, "## Hand-over of a lock\n\n%d clients want one lock, and each wants it again as soon as it has released it. Timed is\n"+
		"from one client's release until the next knows that it has the lock; hand-overs a second are one by the mean of it.\n\n"+
		"| | hand-overs a second | p50, ms | p99, ms |\n| --- | ---: | ---: | ---: |\n", handoverWaiters)
	for _, name := range handoverRows() {
		id := cell{handover, 1, name}
		p50 := r.results.column(id, func(s sample) float64 { return s.p50Millis })
		p99 := r.results.column(id, func(s sample) float64 { return s.p99Millis })
		fmt.Fprintf(b, "| %s | %s | %s | %s |\n", name, r.rate(id), figure(median(p50), "%.2f"), figure(median(p99), "%.2f"))
	}
	fmt.Fprintln(b)
}

// handoverRows are the names of all ways to hand a lock over.
func handoverRows() (names []string) {
	for _, way := range lockWays {
		names = append(names, way.name)
	}
	return append(names, etcdHandover)
}
