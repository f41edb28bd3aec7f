package raftfsm

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"time"

	"github.com/hashicorp/raft"
	"golang.org/x/sys/unix"
)

// snapshotRetry is the pause after a snapshot that could not be taken, such as
// during a change of membership.
const snapshotRetry = 1 * time.Second

// keepSnapshots takes a snapshot, and truncates the log behind it, whenever
// enough entries or bytes have been applied.
func (g *Group) keepSnapshots() {
	for {
		select {
		case <-g.closed:
			return
		case <-g.wantSnap:
		}
		if err := g.Snapshot(); err != nil {
			select {
			case <-g.closed:
				return
			case <-time.After(snapshotRetry):
				poke(g.wantSnap)
			}
		}
	}
}

// Snapshot takes a snapshot of the group on this node and truncates its log. It
// returns when the snapshot is on disk; writes go on meanwhile.
func (g *Group) Snapshot() error {
	rc := g.raft.ReloadableConfig()
	rc.TrailingLogs = g.trailing()
	if err := g.raft.ReloadConfig(rc); err != nil {
		return err
	}
	err := g.raft.Snapshot().Error()
	if errors.Is(err, raft.ErrNothingNewToSnapshot) {
		return nil
	}
	if err != nil {
		g.node.log.Warn("snapshot failed; the log grows until one succeeds", "group", g.ID, "error", err)
	}
	return err
}

// trailing is how many entries to keep behind a snapshot, for followers that
// were away for a moment: as many as make a snapshot due, by number or by bytes.
func (g *Group) trailing() uint64 {
	keep := g.node.cfg.SnapshotEntries
	if n, b := g.fsm.entries.Load(), g.fsm.bytes.Load(); n > 0 && b > 0 {
		keep = min(keep, g.node.cfg.SnapshotBytes/(b/n+1))
	}
	return uint64(max(keep, 1))
}

// syncEvery is how many bytes of a snapshot may wait to reach the disk.
const syncEvery = 1 << 20

// pacedWriter writes a snapshot and has it synced as it grows. Left to the end,
// the flush of a large file would hold up the log's own syncs for as long as it
// takes: file systems order the one behind the other.
type pacedWriter struct {
	sink    raft.SnapshotSink
	file    *os.File // the sink's file, opened once more; nil where that failed
	pending int
}

func newPacedWriter(sink raft.SnapshotSink, groupDir string) *pacedWriter {
	// Where raft.FileSnapshotStore keeps a snapshot that is being written.
	f, err := os.Open(filepath.Join(groupDir, "snapshots", sink.ID()+".tmp", "state.bin"))
	if err != nil {
		f = nil // the sink syncs at its end in any case
	}
	return &pacedWriter{sink: sink, file: f}
}

// Write implements io.Writer. It lets others run first: encoding a large state
// would otherwise keep a processor for milliseconds at a time, and on a machine
// with two of them a write would notice.
func (w *pacedWriter) Write(b []byte) (int, error) {
	runtime.Gosched()
	n, err := w.sink.Write(b)
	w.pending += n
	if err == nil && w.pending >= syncEvery && w.file != nil {
		w.pending = 0
		err = unix.Fdatasync(int(w.file.Fd()))
	}
	return n, err
}

func (w *pacedWriter) close() {
	if w.file != nil {
		_ = w.file.Close() // was only read from and synced
	}
}
