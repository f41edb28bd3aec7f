package main

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"coordd/resp"
)

// How long a node that takes snapshots holds up a write. One client writes
// small values, one after another, to a node that holds much; once while it
// takes snapshots all the time, and once while it takes none.
const (
	pauseSize   = 1_000_000       // keys, or members of one set
	pauseChunk  = 1000            // commands, or members, that are loaded at once
	pauseWrites = 20_000          // writes that are timed
	pauseLimit  = 2 * time.Minute // of one loading and timing
	noSnapshots = 1 << 30         // entries
	oftenEnough = 2000            // entries: a snapshot takes about as long as these writes
)

// pauseRow is one line of the table.
type pauseRow struct {
	state     string
	snapshots int // taken while the writes were timed
	p50, p99  time.Duration
	p999, max time.Duration
}

// pauseStates are the large states, and how one loads a chunk of them.
var pauseStates = []struct {
	name string
	load func(chunk int) [][]string
}{
	{"1,000,000 keys", func(chunk int) (cmds [][]string) {
		for i := range pauseChunk {
			n := strconv.Itoa(chunk*pauseChunk + i)
			cmds = append(cmds, []string{"SET", "key:" + n, "value-of-" + n})
		}
		return cmds
	}},
	{"one set of 1,000,000 members", func(chunk int) [][]string {
		cmd := []string{"SADD", "big"}
		for i := range pauseChunk {
			cmd = append(cmd, "member-"+strconv.Itoa(chunk*pauseChunk+i))
		}
		return [][]string{cmd}
	}},
}

func measurePauses(ctx context.Context, dir, binary string) (rows []pauseRow, err error) {
	for i, state := range pauseStates {
		for _, entries := range []int{oftenEnough, noSnapshots} {
			row, err := measurePause(ctx, filepath.Join(dir, fmt.Sprintf("pause-%d-%d", i, entries)), binary, entries, state.load)
			if err != nil {
				return rows, fmt.Errorf("%s: %w", state.name, err)
			}
			row.state = state.name
			rows = append(rows, row)
		}
	}
	return rows, nil
}

func measurePause(ctx context.Context, dir, binary string, entries int, load func(int) [][]string) (pauseRow, error) {
	ctx, cancel := context.WithTimeout(ctx, pauseLimit)
	defer cancel()
	addrs, err := freeAddrs(2)
	if err != nil {
		return pauseRow{}, err
	}
	node, err := start("coordd", addrs[0], dir, binary, "serve", "--addr", addrs[0], "--peer-addr", addrs[1],
		"--dir", filepath.Join(dir, "data"), "--snapshot-entries", strconv.Itoa(entries), "--snapshot-bytes", "16gb")
	if err != nil {
		return pauseRow{}, err
	}
	defer node.stop()
	sys := &system{name: "coordd", nodes: []*process{node}}
	if err := sys.await(ctx); err != nil {
		return pauseRow{}, err
	}
	c, err := resp.Dial(ctx, addrs[0])
	if err != nil {
		return pauseRow{}, err
	}
	defer c.Close()
	for chunk := range pauseSize / pauseChunk {
		if err := exchange(c, load(chunk)); err != nil {
			return pauseRow{}, err
		}
	}
	return timeWrites(c)
}

// renderPauses writes the table of all rows.
func renderPauses(b *bytes.Buffer, rows []pauseRow) {
	fmt.Fprintf(b, "## Writes while a snapshot is taken\n\n"+
		"One client, one small SET after another on one node, %d of them, beside a large state.\n\n"+
		"| state | snapshots meanwhile | p50 | p99 | p99.9 | longest |\n| --- | --- | --- | --- | --- | --- |\n", pauseWrites)
	for _, r := range rows {
		fmt.Fprintf(b, "| %s | %d | %s | %s | %s | %s |\n",
			r.state, r.snapshots, micros(r.p50), micros(r.p99), micros(r.p999), micros(r.max))
	}
	fmt.Fprintln(b)
}

// timeWrites is the measurement proper.
func timeWrites(c *resp.Client) (pauseRow, error) {
	before, err := snapshotIndex(c)
	if err != nil {
		return pauseRow{}, err
	}
	row, last := pauseRow{}, before
	took := make([]time.Duration, pauseWrites)
	for i := range took {
		began := time.Now()
		if err := exchange(c, [][]string{{"SET", "counter", strconv.Itoa(i)}}); err != nil {
			return pauseRow{}, err
		}
		took[i] = time.Since(began)
		if i%100 != 0 {
			continue
		}
		now, err := snapshotIndex(c)
		if err != nil {
			return pauseRow{}, err
		}
		if now != last {
			row.snapshots++
		}
		last = now
	}
	slices.Sort(took)
	row.p50, row.p99, row.p999 = percentile(took, 0.5), percentile(took, 0.99), percentile(took, 0.999)
	row.max = took[len(took)-1]
	return row, nil
}

// exchange sends commands together and takes their replies.
func exchange(c *resp.Client, cmds [][]string) error {
	for _, cmd := range cmds {
		if err := c.Send(cmd...); err != nil {
			return err
		}
	}
	if err := c.Flush(); err != nil {
		return err
	}
	for range cmds {
		r, err := c.Receive()
		if err != nil {
			return err
		}
		if r.IsError() {
			return fmt.Errorf("%s", r.Str)
		}
	}
	return nil
}

// snapshotIndex is the index of the newest snapshot, as INFO tells it.
func snapshotIndex(c *resp.Client) (string, error) {
	r, err := c.Do("INFO", "raft")
	if err != nil {
		return "", err
	}
	_, rest, found := strings.Cut(r.Str, "snapshot=")
	if !found {
		return "", fmt.Errorf("INFO raft shows no snapshot: %q", r.Str)
	}
	index, _, _ := strings.Cut(rest, ",")
	return index, nil
}
