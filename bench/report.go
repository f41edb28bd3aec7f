package main

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"time"
)

// report is the page, before it is rendered.
type report struct {
	date    time.Time
	config  config
	machine machine
	results *results
	memory  []memoryRow
	pauses  []pauseRow
}

// columns of the tables, in order.
var columns = []string{redisAlone, redisReplicas, coorddOne, coorddThree, coorddFollower}

// render writes the page as Markdown.
func (r *report) render() []byte {
	var b bytes.Buffer
	fmt.Fprintf(&b, "# Figures\n\n")
	fmt.Fprintf(&b, "Measured by `make bench` on %s.\n\n", r.date.Format(time.DateOnly))
	fmt.Fprintf(&b, "All servers and the load share one machine. %d clients, %d random keys, %d requests a measurement at\n"+
		"-P 1 and %d at -P 16, %s, systems in turn; a figure is the median over the rounds.\n"+
		"Every Redis has `appendfsync always`. Its replicas are asynchronous: a failover can lose what was acknowledged.\n"+
		"coordd with three nodes acknowledges a write when two of them have it on disk, and its reads are linearizable.\n"+
		"Compare only within one page: figures move by tens of per cent between machines and between runs.\n\n",
		clients, keyspace, r.config.requests, r.config.requests*10, count(r.config.rounds, "round"))
	r.renderMachine(&b)
	for _, depth := range depths {
		r.renderDepth(&b, depth)
	}
	r.renderJobs(&b)
	r.renderMemory(&b)
	renderPauses(&b, r.pauses)
	if len(r.results.failures) > 0 {
		fmt.Fprintf(&b, "## Failed\n\n")
		for _, failure := range r.results.failures {
			fmt.Fprintf(&b, "- %s\n", failure)
		}
		fmt.Fprintln(&b)
	}
	return append(bytes.TrimRight(b.Bytes(), "\n"), '\n')
}

func (r *report) renderMachine(b *bytes.Buffer) {
	m := r.machine
	fmt.Fprintf(b, "| machine | |\n| --- | --- |\n")
	fmt.Fprintf(b, "| CPU | %s, %s |\n", m.cpu, count(m.cores, "core"))
	fmt.Fprintf(b, "| memory | %s |\n", m.memory)
	fmt.Fprintf(b, "| kernel | %s |\n", m.kernel)
	disk := m.filesystem
	if disk == "tmpfs" {
		disk += " (in memory: nothing here was written to a disk)"
	}
	fmt.Fprintf(b, "| file system of the data | %s |\n", disk)
	fmt.Fprintf(b, "| fdatasync of 512 bytes | median %s, 99 of 100 within %s |\n",
		micros(percentile(r.results.syncs, 0.5)), micros(percentile(r.results.syncs, 0.99)))
	fmt.Fprintf(b, "| coordd | %s |\n| Redis | %s |\n| etcd | %s |\n| Go | %s |\n\n", m.coordd, m.redis, m.etcd, m.goVersion)
}

func (r *report) renderDepth(b *bytes.Buffer, depth int) {
	fmt.Fprintf(b, "## -P %d\n\nRequests a second; in brackets, how far the rounds lie apart.\n\n", depth)
	all, shared := workloadNames()
	r.renderTable(b, depth, columns, all, r.rate)
	fmt.Fprintf(b, "Ratio to %s in the same round.\n\n", baseline)
	r.renderTable(b, depth, columns, shared, func(id cell) string { return figure(r.results.ratio(id, baseline), "%.2f") })
	fmt.Fprintf(b, "Latency in ms: half of the requests within, 99 of 100 within.\n\n")
	r.renderTable(b, depth, columns, all, r.latency)
}

// workloadNames lists all rows, and those that Redis has too.
func workloadNames() (all, shared []string) {
	for _, w := range workloads {
		all = append(all, w.name)
		if !w.own {
			shared = append(shared, w.name)
		}
	}
	return all, shared
}

// rate is a cell's operations a second, and how far the rounds lie apart.
func (r *report) rate(id cell) string {
	rates := r.results.column(id, func(s sample) float64 { return s.perSecond })
	return figure(median(rates), "%.0f") + ifKnown(spread(rates)*100, " (%.0f %%)")
}

// latency is a cell's median and 99th percentile, in ms.
func (r *report) latency(id cell) string {
	p50 := r.results.column(id, func(s sample) float64 { return s.p50Millis })
	p99 := r.results.column(id, func(s sample) float64 { return s.p99Millis })
	return figure(median(p50), "%.2f") + ifKnown(median(p99), ", %.2f")
}

func (r *report) renderTable(b *bytes.Buffer, depth int, columns, rows []string, text func(cell) string) {
	fmt.Fprintf(b, "| | %s |\n| --- |%s\n", strings.Join(columns, " | "), strings.Repeat(" ---: |", len(columns)))
	for _, row := range rows {
		fmt.Fprintf(b, "| %s |", row)
		for _, column := range columns {
			fmt.Fprintf(b, " %s |", text(cell{row, depth, column}))
		}
		fmt.Fprintln(b)
	}
	fmt.Fprintln(b)
}

func (r *report) renderMemory(b *bytes.Buffer) {
	fmt.Fprintf(b, "## Memory\n\nThe most that a process had resident during the run.\n\n| process | MB |\n| --- | ---: |\n")
	for _, row := range r.memory {
		peak := math.NaN()
		if row.bytes > 0 {
			peak = float64(row.bytes) / (1 << 20)
		}
		fmt.Fprintf(b, "| %s | %s |\n", row.name, figure(peak, "%.0f"))
	}
	fmt.Fprintln(b)
}

// figure is a number, or a dash for one that was not measured.
func figure(value float64, format string) string {
	if math.IsNaN(value) {
		return "-"
	}
	return fmt.Sprintf(format, value)
}

func ifKnown(value float64, format string) string {
	if math.IsNaN(value) {
		return ""
	}
	return fmt.Sprintf(format, value)
}

func count(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

func micros(d time.Duration) string {
	return fmt.Sprintf("%d us", d.Microseconds())
}
