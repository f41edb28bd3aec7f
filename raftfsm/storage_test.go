package raftfsm

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"
)

// memLog is a log store whose next write can be made to fail.
type memLog struct {
	*raft.InmemStore
	fail error
	gets int
}

func newMemLog() *memLog { return &memLog{InmemStore: raft.NewInmemStore()} }

func (m *memLog) StoreLogs(logs []*raft.Log) error {
	if m.fail != nil {
		return m.fail
	}
	return m.InmemStore.StoreLogs(logs)
}

func (m *memLog) GetLog(i uint64, l *raft.Log) error {
	m.gets++
	return m.InmemStore.GetLog(i, l)
}

func (m *memLog) Close() error { return nil }

func logsFrom(first, n uint64, size int) (out []*raft.Log) {
	for i := first; i < first+n; i++ {
		out = append(out, &raft.Log{Index: i, Term: 1, Data: append(make([]byte, size), fmt.Sprint(i)...)})
	}
	return out
}

func TestAFailedLogWriteEndsTheProcess(t *testing.T) {
	store := newMemLog()
	store.fail = errors.New("input/output error")
	var reason error
	l := newGuardedLog(store, func(err error) { reason = err })
	if l.StoreLogs(logsFrom(1, 1, 1)) == nil {
		t.Error("a failed write was reported as done")
	}
	if reason == nil || !strings.Contains(reason.Error(), "input/output error") {
		t.Errorf("fatal got %v", reason)
	}
}

func TestTheTailServesNewEntriesAndForgetsRemovedOnes(t *testing.T) {
	store := newMemLog()
	l := newGuardedLog(store, func(err error) { t.Error(err) })
	for first := uint64(1); first <= 40; first += 10 {
		if err := l.StoreLogs(logsFrom(first, 10, tailBytes/32)); err != nil {
			t.Fatal(err)
		}
	}
	var got raft.Log
	for i := uint64(1); i <= 40; i++ {
		if err := l.GetLog(i, &got); err != nil || got.Index != i || !strings.HasSuffix(string(got.Data), fmt.Sprint(i)) {
			t.Fatalf("entry %d: %v, index %d", i, err, got.Index)
		}
	}
	if store.gets == 0 || store.gets == 40 {
		t.Errorf("%d of 40 entries came from the store: the tail must hold the newest, within its bound", store.gets)
	}
	if err := l.DeleteRange(31, 40); err != nil {
		t.Fatal(err)
	}
	if err := l.GetLog(40, &got); !errors.Is(err, raft.ErrLogNotFound) {
		t.Errorf("a removed entry is still served: %v", err)
	}
}

func TestALogIsNotOpenedAsAnotherKind(t *testing.T) {
	for _, kinds := range [][2]string{{"wal", "bolt"}, {"bolt", "wal"}} {
		dir := t.TempDir()
		l, err := openLog(dir, kinds[0], hclog.NewNullLogger())
		if err != nil {
			t.Fatal(err)
		}
		if err := l.StoreLogs(logsFrom(1, 3, 10)); err != nil {
			t.Fatal(err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := openLog(dir, kinds[1], hclog.NewNullLogger()); err == nil || !strings.Contains(err.Error(), "--raft-log "+kinds[0]) {
			t.Errorf("a log of %s opened as %s: %v", kinds[0], kinds[1], err)
		}
		l, err = openLog(dir, kinds[0], hclog.NewNullLogger())
		if err != nil {
			t.Fatal(err)
		}
		var got raft.Log
		if err := l.GetLog(3, &got); err != nil || got.Index != 3 {
			t.Errorf("%s: entry 3 after reopening: %v", kinds[0], err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// TestALogOpensAfterItsTailWasCut: raft-wal before v0.4.1 left a segment that
// could not be opened again (its issue 31).
func TestALogOpensAfterItsTailWasCut(t *testing.T) {
	for _, kind := range []string{"wal", "bolt"} {
		dir := t.TempDir()
		for round := range uint64(3) {
			l, err := openLog(dir, kind, hclog.NewNullLogger())
			if err != nil {
				t.Fatalf("%s, round %d: %v", kind, round, err)
			}
			if err := errors.Join(
				l.StoreLogs(logsFrom(1+2*round, 4, 10)),
				l.DeleteRange(3+2*round, 4+2*round),
			); err != nil {
				t.Fatalf("%s, round %d: %v", kind, round, err)
			}
			var got raft.Log
			for i := uint64(1); i <= 2+2*round; i++ {
				if err := l.GetLog(i, &got); err != nil || got.Index != i {
					t.Fatalf("%s, round %d, entry %d: %v", kind, round, i, err)
				}
			}
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestLeftoversOfACrashedSnapshotAreRemoved(t *testing.T) {
	dir := t.TempDir()
	half := filepath.Join(dir, "snapshots", "2-9-1.tmp")
	if err := os.MkdirAll(half, 0o755); err != nil {
		t.Fatal(err)
	}
	snaps, err := openSnapshots(dir, hclog.NewNullLogger())
	if err != nil {
		t.Fatal(err)
	}
	if list, err := snaps.List(); err != nil || len(list) != 0 {
		t.Errorf("snapshots: %v, %v", list, err)
	}
	if _, err := os.Stat(half); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the unfinished snapshot is still there: %v", err)
	}
}
