package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"slices"
	"strconv"
	"strings"
)

// The load: redis-benchmark's own defaults where it has one.
const (
	clients  = 50
	keyspace = 100_000
)

// depths are the pipeline depths that are measured.
var depths = []int{1, 16}

// workload is a row of the page.
type workload struct {
	name   string
	test   string   // a name of redis-benchmark's -t, or
	args   []string // a command of its own
	recipe []string // what does the same on Redis, which lacks the command
	own    bool     // a word of coordd's without such a recipe: not measured on Redis
}

// workloads are in the order in which they are run: RPOP takes what LPUSH gave.
var workloads = []workload{
	{name: "SET", test: "set"},
	{name: "GET", test: "get"},
	{name: "INCR", test: "incr"},
	{name: "LPUSH", test: "lpush"},
	{name: "RPOP", test: "rpop"},
	{name: "SADD", test: "sadd"},
	{name: "LMOVE, a list turned on itself", args: []string{"LMOVE", ringKey, ringKey, "LEFT", "RIGHT"}},
	{name: "PICK (Redis: INCR and remainder, EVALSHA)", args: []string{"PICK", poolKey}, recipe: []string{"EVALSHA", nextTurn.sha, "2", ringKey, turnKey}},
	{name: "LOCK", args: []string{"LOCK", "lock:__rand_int__", "bench", "30000"}, own: true},
	{name: "UNLOCK", args: []string{"UNLOCK", "lock:__rand_int__", "bench"}, own: true},
}

// poolKey is the set of poolSize members that PICK picks from; ringKey is a list
// of the same, and turnKey a counter, for Redis's recipes.
const (
	poolKey  = "bench:pool"
	poolSize = 10
	ringKey  = "bench:ring"
	turnKey  = "bench:turn"
)

// sample is one measurement.
type sample struct {
	perSecond float64
	p50Millis float64
	p99Millis float64
}

// measure runs redis-benchmark once. ctx bounds it.
func measure(ctx context.Context, to target, w workload, depth, requests int) (sample, error) {
	host, port, err := net.SplitHostPort(to.addr)
	if err != nil {
		return sample{}, err
	}
	args := []string{"-h", host, "-p", port, "--csv", "-c", strconv.Itoa(clients), "-r", strconv.Itoa(keyspace),
		"-P", strconv.Itoa(depth), "-n", strconv.Itoa(requests)}
	switch {
	case w.test != "":
		args = append(args, "-t", w.test)
	case to.sys.kind == redisKind && w.recipe != nil:
		args = append(args, w.recipe...)
	default:
		args = append(args, w.args...)
	}
	var out, problems bytes.Buffer
	cmd := exec.CommandContext(ctx, "redis-benchmark", args...)
	cmd.Stdout, cmd.Stderr = &out, &problems
	err = cmd.Run()
	switch {
	case ctx.Err() != nil:
		return sample{}, errors.New("took too long")
	case err != nil:
		return sample{}, fmt.Errorf("redis-benchmark: %w: %s", err, lastLine(out.String()+problems.String()))
	}
	return parseCSV(out.String())
}

// parseCSV reads what redis-benchmark --csv prints for one test: a header and
// one row. Other lines, such as its warnings, are passed over.
func parseCSV(out string) (sample, error) {
	var table bytes.Buffer
	lines := bufio.NewScanner(strings.NewReader(out))
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), `"`) {
			table.WriteString(lines.Text() + "\n")
		}
	}
	rows, err := csv.NewReader(&table).ReadAll()
	if err != nil {
		return sample{}, fmt.Errorf("redis-benchmark --csv: %w", err)
	}
	if len(rows) != 2 {
		return sample{}, fmt.Errorf("redis-benchmark --csv: a header and one row were expected, not %q", out)
	}
	var s sample
	for column, field := range map[string]*float64{
		"rps": &s.perSecond, "p50_latency_ms": &s.p50Millis, "p99_latency_ms": &s.p99Millis,
	} {
		i := slices.Index(rows[0], column)
		if i < 0 {
			return sample{}, fmt.Errorf("redis-benchmark --csv: no column %q (redis-tools 6.2 or newer is needed)", column)
		}
		if *field, err = strconv.ParseFloat(rows[1][i], 64); err != nil {
			return sample{}, fmt.Errorf("redis-benchmark --csv: column %s: %w", column, err)
		}
	}
	return s, nil
}

func lastLine(s string) string {
	s = strings.TrimSpace(s)
	return s[strings.LastIndexByte(s, '\n')+1:]
}
