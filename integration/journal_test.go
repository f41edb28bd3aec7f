package integration

import (
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"coordd/integration/cluster"
	"coordd/resp"
)

// A journal is writers that note what the server has acknowledged, so that it
// can be held to its word after it died.
type journal struct {
	name    string
	value   string         // tail of every value
	acked   []atomic.Int64 // per writer: its entries 0 to n-1 are acknowledged
	writers sync.WaitGroup
	stop    atomic.Bool
}

// startJournal lets some writers each SET one new key after the other on a
// node, with values of about size bytes, until the connection ends or end is
// called.
func startJournal(t testing.TB, n *cluster.Node, name string, writers, size int) *journal {
	t.Helper()
	j := &journal{name: name, value: strings.Repeat("v", size), acked: make([]atomic.Int64, writers)}
	for w := range writers {
		c := n.Dial(t)
		j.writers.Go(func() { // ends with the connection or with end
			for i := int64(0); !j.stop.Load(); i++ {
				reply, err := c.Do("SET", j.key(w, i), j.entry(w, i))
				if err != nil || reply.Kind != resp.SimpleKind {
					return
				}
				j.acked[w].Store(i + 1)
			}
		})
	}
	return j
}

func (j *journal) key(w int, i int64) string   { return fmt.Sprintf("%s:%d:%d", j.name, w, i) }
func (j *journal) entry(w int, i int64) string { return fmt.Sprintf("%d.%d.%s", w, i, j.value) }

// total is how many entries have been acknowledged.
func (j *journal) total() int64 {
	var n int64
	for w := range j.acked {
		n += j.acked[w].Load()
	}
	return n
}

// end lets the writers finish.
func (j *journal) end() {
	j.stop.Store(true)
	j.writers.Wait()
}

// require waits for the writers, reads every acknowledged entry through a
// node, and fails the test where one is missing or is not what was written.
func (j *journal) require(t testing.TB, n *cluster.Node) {
	t.Helper()
	j.writers.Wait()
	if j.total() == 0 {
		t.Fatal("no write was ever acknowledged")
	}
	c := n.Dial(t)
	const batch = 256
	for w := range j.acked {
		for first := int64(0); first < j.acked[w].Load(); first += batch {
			last := min(first+batch, j.acked[w].Load())
			var pipeline []byte
			for i := first; i < last; i++ {
				pipeline = cluster.AppendCommand(pipeline, "GET", j.key(w, i))
			}
			if err := c.Write(pipeline); err != nil {
				t.Fatal(err)
			}
			for i := first; i < last; i++ {
				reply, err := c.Receive()
				if err != nil {
					t.Fatal(err)
				}
				if reply.Kind != resp.BulkKind || reply.Str != j.entry(w, i) {
					t.Fatalf("%s was acknowledged; %s now says %q (kind %q); acknowledged in all: %d",
						j.key(w, i), n.Name, reply.Str[:min(40, len(reply.Str))], reply.Kind, j.total())
				}
			}
		}
	}
}

// waitFor waits until so many entries have been acknowledged.
func (j *journal) waitFor(t testing.TB, entries int64) {
	t.Helper()
	cluster.Poll(t, cluster.ReadyWithin, fmt.Sprintf("%d acknowledged writes", entries), func() error {
		if n := j.total(); n < entries {
			return fmt.Errorf("%d so far", n)
		}
		return nil
	})
}
