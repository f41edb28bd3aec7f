package integration

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"coordd/integration/cluster"
	"coordd/resp"
)

const (
	pauseRounds  = 3
	pauseReaders = 16 // connections with a read on its way to the paused leader
	readsAfter   = 50 // further reads of each, straight after it woke up
)

// A leader that is stopped, replaced, and woken up never answers a read with
// what was true before it was stopped (redisraft's issue 19, etcd's 20418).
// Reads are sent before the pause, during it, after the new leader has
// acknowledged a write, and after the old one has woken up.
func TestPausedLeaderNeverAnswersStale(t *testing.T) {
	c := cluster.Start(t, cluster.Options{Binary: binary(t)})
	written := 0
	for round := range pauseRounds {
		leader := c.Leader(t)
		survivor := c.Others(leader)[round%2]
		write := func() {
			written++
			survivor.Do(t, "SET", "k", strconv.Itoa(written))
		}
		write()
		readers := pausedReaders(t, leader)
		atPause := written
		sendAll(t, readers) // 1: on their way when the pause begins
		leader.Pause(t)
		sendAll(t, readers) // 2: sent to a leader that cannot answer
		write()             // waits for the new leader
		write()
		acknowledged := written
		sendAll(t, readers) // 3: whoever answers these must know that write
		leader.Resume(t)
		for i, r := range readers {
			floor := atPause
			for _, least := range []int{atPause, atPause, acknowledged} {
				got := receiveInt(t, r)
				floor = max(floor, least)
				if got < floor {
					t.Fatalf("round %d, reader %d: the paused leader answered %d, but %d was acknowledged (or read) before", round, i, got, floor)
				}
				floor = got
			}
		}
		freshReads(t, leader, readers, acknowledged)
		leader.WaitReady(t)
		if now := c.Leader(t); now == leader {
			t.Logf("round %d: the woken leader leads again", round)
		}
	}
}

func pausedReaders(t *testing.T, leader *cluster.Node) []*cluster.Client {
	t.Helper()
	var readers []*cluster.Client
	for range pauseReaders {
		r := leader.Dial(t)
		if reply, err := r.Do("PING"); err != nil || reply.Str != "PONG" {
			t.Fatalf("PING: %q %v", reply.Str, err)
		}
		readers = append(readers, r)
	}
	return readers
}

func sendAll(t *testing.T, readers []*cluster.Client) {
	t.Helper()
	for _, r := range readers {
		if err := r.Send("GET", "k"); err != nil {
			t.Fatal(err)
		}
	}
}

// freshReads asks the woken node again and again, by GET and as part of a
// pipeline with a write, over connections old and new.
func freshReads(t *testing.T, leader *cluster.Node, readers []*cluster.Client, least int) {
	t.Helper()
	for i := range readsAfter {
		r := readers[i%len(readers)]
		if i%5 == 0 {
			r = leader.Dial(t)
		}
		sendAll(t, []*cluster.Client{r})
		if got := receiveInt(t, r); got < least {
			t.Fatalf("read %d after it woke up, the old leader answered %d, but %d was acknowledged before", i, got, least)
		}
	}
}

func receiveInt(t *testing.T, c *cluster.Client) int {
	t.Helper()
	reply, err := c.Receive()
	if err != nil {
		t.Fatal(err)
	}
	n, err := strconv.Atoi(reply.Str)
	if err != nil || reply.Kind != resp.BulkKind {
		t.Fatalf("GET answered %q %q", reply.Kind, reply.Str)
	}
	return n
}

const strokes = 4

// The same while the pauses are as long as an election takes, so that the old
// leader wakes up in the middle of it; a counter moves on all the while.
func TestShortPausesNeverAnswerStale(t *testing.T) {
	c := cluster.Start(t, cluster.Options{Binary: binary(t)})
	leader := c.Leader(t)
	var acknowledged counter
	stop := make(chan struct{})
	errs := make(chan error, 2)
	go func() { errs <- acknowledged.grow(c.Others(leader)[0], stop) }()
	go func() { errs <- acknowledged.watch(leader, stop) }()
	for stroke := range strokes {
		leader.Pause(t)
		select {
		case err := <-errs:
			t.Fatal(err)
		case <-time.After(time.Duration(500+150*stroke) * time.Millisecond):
		}
		leader.Resume(t)
		leader.WaitReady(t)
	}
	close(stop)
	for range 2 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if acknowledged.value.Load() == 0 || acknowledged.reads.Load() == 0 {
		t.Errorf("nothing happened: %d writes, %d reads", acknowledged.value.Load(), acknowledged.reads.Load())
	}
	fmt.Fprintf(t.Output(), "%d increments, %d reads at the node that was paused\n", acknowledged.value.Load(), acknowledged.reads.Load())
}
