package main

import (
	"strings"
	"testing"
)

const csvHeader = `"test","rps","avg_latency_ms","min_latency_ms","p50_latency_ms","p95_latency_ms","p99_latency_ms","max_latency_ms"` + "\n"

func TestParseCSV(t *testing.T) {
	want := sample{perSecond: 81300.81, p50Millis: 0.527, p99Millis: 1.111}
	row := `"SET","81300.81","0.565","0.264","0.527","0.943","1.111","1.951"` + "\n"
	for name, out := range map[string]string{
		"plain":                    csvHeader + row,
		"with a warning":           "WARNING: Could not fetch server CONFIG\n" + csvHeader + row,
		"with a command of quotes": csvHeader + strings.Replace(row, `"SET"`, `"LOCK ""a, b"" c"`, 1),
	} {
		got, err := parseCSV(out)
		if err != nil || got != want {
			t.Errorf("%s: %+v, %v, want %+v", name, got, err, want)
		}
	}
}

func TestParseCSVRefuses(t *testing.T) {
	for name, c := range map[string]struct{ out, want string }{
		"nothing":             {"", "a header and one row"},
		"no row":              {csvHeader, "a header and one row"},
		"two rows":            {csvHeader + `"a","1","1","1","1","1","1","1"` + "\n" + `"b","1","1","1","1","1","1","1"` + "\n", "a header and one row"},
		"the old form":        {`"x","y"` + "\n" + `"SET","81300.81"` + "\n", "6.2 or newer"},
		"not a number":        {csvHeader + `"a","fast","1","1","1","1","1","1"` + "\n", "invalid syntax"},
		"an unfinished field": {`"test","rps` + "\n", "redis-benchmark --csv"},
	} {
		_, err := parseCSV(c.out)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v, want one with %q", name, err, c.want)
		}
	}
}

func TestWorkloadsAreCommands(t *testing.T) {
	for _, w := range workloads {
		if (w.test == "") == (len(w.args) == 0) {
			t.Errorf("%s: exactly one of test and args must be set", w.name)
		}
		if w.own && w.recipe != nil {
			t.Errorf("%s: it cannot have a recipe and be without", w.name)
		}
	}
}
