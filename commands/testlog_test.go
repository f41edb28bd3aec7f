package commands

import (
	"bytes"

	"pgregory.net/rapid"

	"coordd/resp"
)

// testLog is an engine with its log's index.
type testLog struct {
	t      rapid.TB
	engine *Engine
	index  uint64
}

func newTestLog(t rapid.TB) *testLog { return &testLog{t: t, engine: newTestEngine()} }

// do applies one command at log time now (ms) and returns its reply.
func (l *testLog) do(now int64, args ...string) resp.Reply {
	l.t.Helper()
	l.index++
	wire := l.engine.Apply(l.index, now, [][]byte{EncodeCommand(nil, 0, args)})[0]
	reply, _, err := resp.Parse(wire)
	if err != nil {
		l.t.Fatalf("%q: %v", args, err)
	}
	return reply
}

// restored is another engine that goes on from a snapshot of this one.
func (l *testLog) restored() *testLog {
	l.t.Helper()
	frozen := l.engine.Freeze()
	defer frozen.Release()
	var b bytes.Buffer
	if _, err := frozen.WriteTo(&b); err != nil {
		l.t.Fatalf("snapshot: %v", err)
	}
	r := &testLog{t: l.t, engine: newTestEngine(), index: l.index}
	if err := r.engine.Restore(&b); err != nil {
		l.t.Fatalf("restore: %v", err)
	}
	return r
}
