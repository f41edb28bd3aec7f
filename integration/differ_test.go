package integration

import (
	"os"
	"strconv"
	"testing"
	"time"

	"coordd/commands"
	"coordd/integration/cluster"
	"coordd/integration/differ"
)

// The short form of the differential test; the long one has 100,000.
const differSequences = 5000

// differBatch is how many sequences are sent at once.
const differBatch = 16

// differShown is how many mismatches are shrunk and shown, one of each look.
const differShown = 12

// Random sequences of commands get the same replies from coordd and from a
// real redis-server, and leave the same keys behind. COORDD_NO_REDIS=1 leaves
// that out, where nobody can install one.
func TestSameAsRedis(t *testing.T) {
	if os.Getenv("COORDD_NO_REDIS") == "1" {
		t.Log("NOT COMPARED with a real redis-server: COORDD_NO_REDIS=1")
		return
	}
	seed, sequences := numberSetting(t, "COORDD_DIFFER_SEED", uint64(time.Now().UnixNano())), numberSetting(t, "COORDD_DIFFER_SEQUENCES", differSequences)
	first := numberSetting(t, "COORDD_DIFFER_FIRST", 0)
	generator, err := differ.NewGenerator(commands.DataGroups())
	if err != nil {
		t.Fatal(err)
	}
	pair := dialPair(t)
	began, shown := time.Now(), map[string]int{}
	for at := first; at < first+sequences; {
		var batch []differ.Sequence
		for ; len(batch) < differBatch && at < first+sequences; at++ {
			batch = append(batch, generator.Sequence(seed, at))
		}
		found, err := pair.Run(batch)
		if err != nil {
			t.Fatalf("COORDD_DIFFER_SEED=%d, in the sequences before %d: %v", seed, at, err)
		}
		for _, m := range found {
			shown[m.Signature()]++
			if shown[m.Signature()] > 1 || len(shown) > differShown {
				continue
			}
			small, err := pair.Shrink(m)
			t.Errorf("COORDD_DIFFER_SEED=%d, in the %d sequences before %d:\n%s", seed, len(batch), at, small)
			if err != nil {
				t.Fatalf("a server went away while the sequence was shrunk: %v", err)
			}
		}
	}
	took := time.Since(began)
	t.Logf("COORDD_DIFFER_SEED=%d: %d sequences, %.0f a second", seed, sequences, float64(sequences)/took.Seconds())
	for signature, times := range shown {
		t.Logf("%6d times %s", times, signature)
	}
}

// dialPair starts both servers and connects to them.
func dialPair(t *testing.T) *differ.Pair {
	t.Helper()
	coordd := cluster.Start(t, cluster.Options{Binary: binary(t), Nodes: 1}).Nodes[0]
	pair, err := differ.Dial(cluster.StartRedis(t), coordd.Addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(pair.Close)
	return pair
}

func numberSetting(t *testing.T, name string, value uint64) uint64 {
	t.Helper()
	if text := os.Getenv(name); text != "" {
		var err error
		if value, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	return value
}
