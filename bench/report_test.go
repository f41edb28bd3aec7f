package main

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func testReport() *report {
	res := newResults(2)
	for round, pace := range []float64{100_000, 200_000} {
		res.add(cell{"SET", 1, baseline}, round, sample{pace, 0.5, 1.25})
		res.add(cell{"SET", 1, coorddThree}, round, sample{pace / 4, 2, 5})
		res.add(cell{"LOCK + UNLOCK", 1, baseline}, round, sample{1000, 1, 2})
		res.add(cell{"LOCK + UNLOCK", 1, coorddThree}, round, sample{500, 1, 2})
		res.add(cell{"LOCK + UNLOCK", 1, etcdThree}, round, sample{100, 1, 2})
		res.add(cell{loneClient, 1, coorddThree}, round, sample{1000, 0.9, 2})
		res.add(cell{handover, 1, etcdHandover}, round, sample{200, 4, 9})
	}
	res.trips = []time.Duration{40 * time.Microsecond, 50 * time.Microsecond, 60 * time.Microsecond}
	res.syncs = []time.Duration{100 * time.Microsecond, 300 * time.Microsecond, 200 * time.Microsecond}
	return &report{
		date:    time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC),
		config:  config{rounds: 2, requests: 1000},
		machine: machine{"Some CPU", 2, "23.5 GB", "6.1", "ext4", "abc1234", "7.0.15", "3.4.23", "go1.26.0"},
		results: res,
		memory:  []memoryRow{{"coordd, 1 node", 50 << 20}, {"Redis", 0}},
	}
}

func TestRender(t *testing.T) {
	page := string(testReport().render())
	for _, want := range []string{
		"# Figures\n",
		"Measured by `make bench` on 2026-11-21.",
		"1000 requests a measurement at\n-P 1 and 10000 at -P 16, 2 rounds,",
		"| CPU | Some CPU, 2 cores |\n",
		"| file system of the data | ext4 |\n",
		"| fdatasync of 512 bytes | median 200 us, 99 of 100 within 300 us |\n",
		"| | Redis | Redis, 2 replicas | coordd, 1 node | coordd, 3 nodes | coordd, 3 nodes, through a follower |\n",
		"| SET | - | 150000 (67 %) | - | 37500 (67 %) | - |\n",
		"| SET | - | 1.00 | - | 0.25 | - |\n",
		"| SET | - | 0.50, 1.25 | - | 2.00, 5.00 | - |\n",
		"| UNLOCK | - | - | - | - | - |\n",
		"| LOCK + UNLOCK | - | 1000 (0 %) | - | 500 (0 %) | - | 100 (0 %) |\n",
		"| LOCK + UNLOCK | - | 1.00 | - | 0.50 | - | 0.10 |\n",
		"| LOCK + UNLOCK | - | 10.00 | - | 5.00 | - | 1.00 |\n",
		"| Redis | 7.0.15 |\n| etcd | 3.4.23 |\n",
		"nodes has to wait for two and one of them: 0.450 ms. A lone client's SET on coordd, 3 nodes takes 2.0 times that.\n",
		"| etcd, 3 nodes: concurrency.Mutex | 200 (0 %) | 4.00 | 9.00 |\n",
		"| coordd, 1 node | 50 |\n| Redis | - |\n",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
	if n := strings.Count(page, "| UNLOCK |"); n != 4 {
		t.Errorf("%d rows of UNLOCK, want 4: it has rates and latencies at two depths, and no ratio to Redis", n)
	}
	if strings.Contains(page, "NaN") || strings.Contains(page, "Failed") {
		t.Error("the page shows NaN, or failures where there are none")
	}
	if t.Failed() {
		t.Log(page)
	}
}

func TestRenderTellsWhatWentWrong(t *testing.T) {
	rep := testReport()
	rep.machine.filesystem = "tmpfs"
	rep.results.fail(cell{"GET", 16, coorddOne}, 0, errors.New("took too long"))
	page := string(rep.render())
	for _, want := range []string{
		"| file system of the data | tmpfs (in memory: nothing here was written to a disk) |\n",
		"## Failed\n\n- GET -P 16, coordd, 1 node, round 1: took too long\n",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q", want)
		}
	}
}
