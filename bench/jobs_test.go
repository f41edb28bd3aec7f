package main

import (
	"slices"
	"strings"
	"testing"
)

func TestJobs(t *testing.T) {
	names := map[string]bool{}
	for _, j := range jobs {
		if names[j.name] {
			t.Errorf("two jobs are called %q", j.name)
		}
		names[j.name] = true
		if j.clients < 1 || j.share < 1 || len(j.depths) == 0 || len(j.redis) == 0 || len(j.coordd) == 0 {
			t.Errorf("%s: something is missing: %+v", j.name, j)
		}
		if got := j.requests(config{requests: 1}, 1); got != 1 {
			t.Errorf("%s: %d operations for one request", j.name, got)
		}
	}
	if !names[loneClient] {
		t.Error("the lone client is not measured")
	}
	for _, way := range lockWays {
		if !slices.Contains(columns, way.system) {
			t.Errorf("%s: no column %q", way.name, way.system)
		}
	}
}

func TestParseEtcdOutcome(t *testing.T) {
	got, err := parseEtcdOutcome([]byte(`{"elapsed":2000000000,"took":[1000000,3000000,2000000]}` + "\n"))
	if want := (sample{perSecond: 1.5, p50Millis: 2, p99Millis: 3}); err != nil || got != want {
		t.Errorf("%+v, %v, want %+v", got, err, want)
	}
	for _, out := range []string{"", "x", "{}", `{"elapsed":0,"took":[1]}`, `{"elapsed":1,"took":[]}`} {
		if got, err := parseEtcdOutcome([]byte(out)); err == nil || !strings.Contains(err.Error(), "bench/etcd") {
			t.Errorf("%q: %+v, %v", out, got, err)
		}
	}
}
