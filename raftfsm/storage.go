package raftfsm

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	"github.com/hashicorp/raft"
	boltdb "github.com/hashicorp/raft-boltdb/v2"
	wal "github.com/hashicorp/raft-wal"
	"go.etcd.io/bbolt"
)

// MaxEntryBytes is the largest command that fits a log entry: raft-wal takes
// entries of 64 MiB, of which a part is kept for the envelope.
const MaxEntryBytes = 60 << 20

// openStable opens the store of terms and votes, shared by all groups of a
// node. Every write is synced: a vote that is forgotten can elect two leaders.
func openStable(dir string) (*boltdb.BoltStore, error) {
	path := filepath.Join(dir, "stable")
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, err
	}
	return boltdb.New(boltdb.Options{
		Path:        filepath.Join(path, "stable.db"),
		BoltOptions: &bbolt.Options{Timeout: 1 * time.Second},
	})
}

// groupStable is one group's part of the stable store.
type groupStable struct {
	store  *boltdb.BoltStore
	prefix string
}

func (s groupStable) key(k []byte) []byte { return append([]byte(s.prefix), k...) }

// Set implements raft.StableStore.
func (s groupStable) Set(k, v []byte) error { return s.store.Set(s.key(k), v) }

// SetUint64 implements raft.StableStore.
func (s groupStable) SetUint64(k []byte, v uint64) error { return s.store.SetUint64(s.key(k), v) }

// Get implements raft.StableStore: an absent key is no bytes, as raft expects.
func (s groupStable) Get(k []byte) ([]byte, error) {
	v, err := s.store.Get(s.key(k))
	if errors.Is(err, boltdb.ErrKeyNotFound) {
		return nil, nil
	}
	return v, err
}

// GetUint64 implements raft.StableStore: an absent key is 0.
func (s groupStable) GetUint64(k []byte) (uint64, error) {
	v, err := s.store.GetUint64(s.key(k))
	if errors.Is(err, boltdb.ErrKeyNotFound) {
		return 0, nil
	}
	return v, err
}

// closingLog is a log store that can be closed.
type closingLog interface {
	raft.LogStore
	io.Closer
}

// openLog opens a group's log with the store named kind: "wal" or "bolt".
func openLog(dir, kind string, logger hclog.Logger) (closingLog, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	if err := sameKind(dir, kind); err != nil {
		return nil, err
	}
	switch kind {
	case "wal":
		return wal.Open(dir, wal.WithLogger(logger))
	case "bolt":
		return boltdb.New(boltdb.Options{
			Path: filepath.Join(dir, "log.db"),
			BoltOptions: &bbolt.Options{
				Timeout: 1 * time.Second, NoFreelistSync: true, FreelistType: bbolt.FreelistMapType,
			},
		})
	}
	return nil, fmt.Errorf("raft-log is %q; it must be wal or bolt", kind)
}

// sameKind refuses to open a folder with another store than wrote it: its
// entries would seem to be gone.
func sameKind(dir, kind string) error {
	_, err := os.Stat(filepath.Join(dir, "log.db"))
	isBolt := err == nil
	segments, _ := filepath.Glob(filepath.Join(dir, "*.wal"))
	switch {
	case kind == "wal" && isBolt:
		return fmt.Errorf("%s holds a log written with --raft-log bolt: start with that setting", dir)
	case kind == "bolt" && len(segments) > 0:
		return fmt.Errorf("%s holds a log written with --raft-log wal: start with that setting", dir)
	}
	return nil
}

// tailBytes bounds what a guardedLog keeps in memory of the newest entries.
const tailBytes = 32 << 20

// stallLimit is how long one write to the log may take. A disk that hangs
// longer is as bad as one that fails: a leader that waits on it would keep its
// place while nothing can be written.
const stallLimit = 20 * time.Second

// guardedLog keeps the newest entries in memory, so that replication and apply
// do not read the disk, and ends the process when the log cannot be written:
// after a failed fsync nobody knows what is on the disk, and trying again could
// report as safe what is lost.
type guardedLog struct {
	closingLog
	fatal func(error)

	mu    sync.RWMutex // guards all below
	first uint64       // index of tail[0]
	tail  []raft.Log
	bytes int
}

func newGuardedLog(store closingLog, fatal func(error)) *guardedLog {
	return &guardedLog{closingLog: store, fatal: fatal}
}

// IsMonotonic passes on what raft asks of a log store: raft-wal takes no gaps.
func (l *guardedLog) IsMonotonic() bool {
	m, ok := l.closingLog.(raft.MonotonicLogStore)
	return ok && m.IsMonotonic()
}

// StoreLog implements raft.LogStore.
func (l *guardedLog) StoreLog(log *raft.Log) error { return l.StoreLogs([]*raft.Log{log}) }

// StoreLogs implements raft.LogStore.
func (l *guardedLog) StoreLogs(logs []*raft.Log) error {
	watch := time.AfterFunc(stallLimit, func() {
		l.fatal(fmt.Errorf("writing the log has hung for %v: the disk does not answer", stallLimit))
	})
	err := l.closingLog.StoreLogs(logs)
	watch.Stop()
	if err != nil {
		l.fatal(fmt.Errorf("the log could not be written: %w", err))
		return err
	}
	l.remember(logs)
	return nil
}

// GetLog implements raft.LogStore.
func (l *guardedLog) GetLog(index uint64, log *raft.Log) error {
	l.mu.RLock()
	if at := index - l.first; index >= l.first && at < uint64(len(l.tail)) {
		*log = l.tail[at]
		l.mu.RUnlock()
		return nil
	}
	l.mu.RUnlock()
	err := l.closingLog.GetLog(index, log)
	if err != nil && strings.Contains(err.Error(), "not found") {
		return raft.ErrLogNotFound
	}
	return err
}

// DeleteRange implements raft.LogStore.
func (l *guardedLog) DeleteRange(from, to uint64) error {
	l.mu.Lock()
	l.tail, l.bytes = nil, 0
	l.mu.Unlock()
	return l.closingLog.DeleteRange(from, to)
}

func (l *guardedLog) remember(logs []*raft.Log) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.tail) == 0 || logs[0].Index != l.first+uint64(len(l.tail)) {
		l.tail, l.bytes, l.first = l.tail[:0], 0, logs[0].Index
	}
	for _, log := range logs {
		l.tail = append(l.tail, *log)
		l.bytes += len(log.Data)
	}
	drop := 0
	for l.bytes > tailBytes/2 && drop < len(l.tail)-1 || len(l.tail)-drop > keptMarks {
		l.bytes -= len(l.tail[drop].Data)
		drop++
	}
	clear(l.tail[:drop])
	l.tail = l.tail[drop:]
	l.first += uint64(drop)
}

// openSnapshots opens a group's snapshots and clears away what a crash in the
// middle of one has left.
func openSnapshots(dir string, logger hclog.Logger) (*raft.FileSnapshotStore, error) {
	unfinished, _ := filepath.Glob(filepath.Join(dir, "snapshots", "*.tmp"))
	for _, path := range unfinished {
		if err := os.RemoveAll(path); err != nil {
			return nil, err
		}
	}
	return raft.NewFileSnapshotStoreWithLogger(dir, 2, logger)
}
