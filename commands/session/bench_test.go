package session

import (
	"context"
	"fmt"
	"testing"

	"coordd/resp"
)

// okLog answers every write with OK and carries nothing out, so that only the
// session's own work is measured.
type okLog struct{ replies [][]byte }

func (l *okLog) Propose(_ context.Context, cmds [][]byte) ([][]byte, error) {
	for len(l.replies) < len(cmds) {
		l.replies = append(l.replies, []byte("+OK\r\n"))
	}
	return l.replies[:len(cmds)], nil
}

func (*okLog) ReadIndex(context.Context) (int64, error) { return testNow, nil }

// benchmarkPipeline serves pipelines of n commands over groups; figures are
// for one pipeline.
func benchmarkPipeline(b *testing.B, groups, n int, command func(i int) []string) {
	r := newRig(b, groups)
	r.serve("SET key:1 some-value")
	for g := range r.cfg.Groups {
		r.cfg.Groups[g].Log = &okLog{}
	}
	cmds := make([]resp.Command, n)
	for i := range cmds {
		cmds[i] = resp.Command{Args: command(i)}
	}
	b.ReportAllocs()
	for b.Loop() {
		r.wire.out = r.wire.out[:0]
		r.Serve(cmds)
	}
}

func set(i int) []string { return []string{"SET", fmt.Sprintf("key:%d", i), "some-value"} }
func get(int) []string   { return []string{"GET", "key:1"} }

func BenchmarkSet1(b *testing.B)             { benchmarkPipeline(b, 1, 1, set) }
func BenchmarkSet16(b *testing.B)            { benchmarkPipeline(b, 1, 16, set) }
func BenchmarkSet16ThreeGroups(b *testing.B) { benchmarkPipeline(b, 3, 16, set) }
func BenchmarkGet1(b *testing.B)             { benchmarkPipeline(b, 1, 1, get) }
func BenchmarkGet16(b *testing.B)            { benchmarkPipeline(b, 1, 16, get) }

// The hot path must not allocate for each command: a few allocations belong to
// the hand-over, whatever its length, and the engine takes one for each view.
// (The race detector makes pools forget, hence some room.)
func TestAllocationsOfAPipeline(t *testing.T) {
	const n = 100
	for _, c := range []struct {
		name    string
		command func(i int) []string
		most    float64
	}{
		{"SET", set, n / 4},
		{"GET", get, n + n/4},
	} {
		r := newRig(t, 1)
		r.serve("SET key:1 some-value")
		r.cfg.Groups[0] = Group{Log: &okLog{}, Engine: r.cfg.Groups[0].Engine}
		var cmds []resp.Command
		for i := range n {
			cmds = append(cmds, resp.Command{Args: c.command(i)})
		}
		got := testing.AllocsPerRun(100, func() {
			r.wire.out = r.wire.out[:0]
			r.Serve(cmds)
		})
		if got > c.most {
			t.Errorf("%d %s: %.0f allocations, want at most %.0f", n, c.name, got, c.most)
		}
	}
}
