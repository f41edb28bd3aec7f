package raftfsm

import (
	"encoding/binary"
	"fmt"
	"io"
	"sync"
	"sync/atomic"

	"github.com/cespare/xxhash/v2"
	"github.com/hashicorp/raft"
)

// Machine is the state behind the log of one group. Apply and Restore are never
// run side by side; NextDeadline may be called at any time.
type Machine interface {
	// Apply runs the commands of entry index at log time now (ms), in order, and
	// returns their replies, one each. A command of no bytes does nothing and is
	// answered with no bytes. It must not keep cmds, and must do the same on
	// every node. With no commands it does what the passing of time asks for.
	Apply(index uint64, now int64, cmds [][]byte) [][]byte
	// Freeze returns at once with a view that stays as it is while later entries
	// are applied.
	Freeze() Frozen
	// Restore replaces the state by what a Frozen has written.
	Restore(r io.Reader) error
	// NextDeadline is the log time (ms) at which time alone changes something; 0: never.
	NextDeadline() int64
}

// Frozen is a view of a Machine at one index.
type Frozen interface {
	WriteTo(w io.Writer) (int64, error)
	// Hash is the same on all nodes for the same state.
	Hash() uint64
	Release()
}

// fsm fits a Machine to raft: it unpacks entries, answers what was applied
// before from its windows, keeps the chained hash, and tells who waits.
type fsm struct {
	group   *Group
	machine Machine

	// Only raft's goroutine for the state machine touches these.
	windows windows
	digest  *xxhash.Digest
	now     int64 // log time

	marks   marks
	applied readyIndex
	logTime atomic.Int64
	entries atomic.Int64 // since the last snapshot
	bytes   atomic.Int64 // the same
}

func newFSM(g *Group, m Machine) *fsm {
	return &fsm{group: g, machine: m, windows: windows{}, digest: xxhash.New()}
}

// Apply implements raft.FSM; raft uses ApplyBatch instead.
func (f *fsm) Apply(l *raft.Log) any { return f.ApplyBatch([]*raft.Log{l})[0] }

// ApplyBatch implements raft.BatchingFSM. Unlike Apply it also sees changes of
// configuration, so that the applied index reaches them.
func (f *fsm) ApplyBatch(logs []*raft.Log) []any {
	for _, l := range logs {
		if l.Type == raft.LogCommand {
			f.applyEntry(l)
		}
		f.entries.Add(1)
		f.bytes.Add(int64(len(l.Data)))
	}
	f.applied.set(logs[len(logs)-1].Index)
	f.group.afterApply()
	return make([]any, len(logs))
}

// planned is what one section of an entry comes to.
type planned struct {
	section *section
	window  *window
	fresh   int // how many of its commands are new
}

func (f *fsm) applyEntry(l *raft.Log) {
	e, err := parseEntry(l.Data)
	if err != nil {
		panic(fmt.Sprintf("group %d, log index %d: %v; a newer coordd may have written it: "+
			"this node stops rather than differ from the others", f.group.ID, l.Index, err))
	}
	f.now = max(f.now, e.now)
	f.logTime.Store(f.now)
	f.group.clock.seen(f.now)
	plan, fresh := f.plan(&e)
	replies := f.machine.Apply(l.Index, f.now, fresh)
	f.link(l, replies)
	if e.kind == checkpointEntry {
		f.group.checkpoint(l.Index, f.machine.Freeze())
	}
	for _, p := range plan {
		p.window.replies = append(p.window.replies, replies[:p.fresh]...)
		replies = replies[p.fresh:]
		f.deliver(p)
	}
}

// plan finds out which commands of an entry are new, and counts them as applied.
func (f *fsm) plan(e *entry) ([]planned, [][]byte) {
	plan := make([]planned, 0, len(e.sections))
	var fresh [][]byte
	for i := range e.sections {
		s := &e.sections[i]
		w := f.windows.admit(s)
		if w == nil || s.first > w.next {
			continue // an earlier start of its node, or a gap that will be filled
		}
		p := planned{section: s, window: w}
		if s.next() > w.next {
			cmds := s.cmds[w.next-s.first:]
			p.fresh = len(cmds)
			w.next = s.next()
			if fresh == nil {
				fresh = cmds
			} else {
				fresh = append(fresh[:len(fresh):len(fresh)], cmds...)
			}
		}
		plan = append(plan, p)
	}
	return plan, fresh
}

// deliver hands the replies of a section, new and old, to those who wait.
func (f *fsm) deliver(p planned) {
	s, w := p.section, p.window
	first, next := max(s.first, w.acked), min(s.next(), w.next)
	if first < next {
		f.group.deliver(s.origin, s.start, first, w.replies[first-w.acked:next-w.acked])
	}
}

// link chains the entry and its replies to all that came before: nodes that
// agree here agree on everything so far.
func (f *fsm) link(l *raft.Log, replies [][]byte) {
	var head [16]byte
	binary.BigEndian.PutUint64(head[:], f.marks.last())
	binary.BigEndian.PutUint64(head[8:], l.Index)
	f.digest.Reset()
	_, _ = f.digest.Write(head[:])
	_, _ = f.digest.Write(l.Data)
	for _, r := range replies {
		_, _ = f.digest.Write(r)
	}
	f.marks.add(l.Index, f.digest.Sum64())
}

// snapshotVersion opens the part of a snapshot that is the fsm's own.
const snapshotVersion = 1

// snapshot is what Snapshot returns: it is written while entries are applied.
type snapshot struct {
	header []byte
	state  Frozen
	dir    string // the group's folder
}

// Snapshot implements raft.FSM; it does not depend on the size of the state.
func (f *fsm) Snapshot() (raft.FSMSnapshot, error) {
	f.entries.Store(0)
	f.bytes.Store(0)
	index, chain := f.marks.latest()
	h := []byte{snapshotVersion}
	h = binary.AppendUvarint(h, uint64(f.now))
	h = binary.AppendUvarint(h, f.applied.value.Load())
	h = binary.AppendUvarint(h, index)
	h = binary.BigEndian.AppendUint64(h, chain)
	h = f.windows.append(h)
	return &snapshot{header: h, state: f.machine.Freeze(), dir: f.group.node.folder.groupDir(f.group.ID)}, nil
}

// Persist implements raft.FSMSnapshot.
func (s *snapshot) Persist(sink raft.SnapshotSink) error {
	w := newPacedWriter(sink, s.dir)
	defer w.close()
	if _, err := w.Write(binary.BigEndian.AppendUint32(nil, uint32(len(s.header)))); err != nil {
		return err
	}
	if _, err := w.Write(s.header); err != nil {
		return err
	}
	_, err := s.state.WriteTo(w)
	return err // raft closes or cancels the sink
}

// Release implements raft.FSMSnapshot.
func (s *snapshot) Release() { s.state.Release() }

// Restore implements raft.FSM.
func (f *fsm) Restore(r io.ReadCloser) error {
	defer r.Close()
	var size [4]byte
	if _, err := io.ReadFull(r, size[:]); err != nil {
		return fmt.Errorf("snapshot header: %w", err)
	}
	header, err := io.ReadAll(io.LimitReader(r, int64(binary.BigEndian.Uint32(size[:]))))
	if err != nil {
		return fmt.Errorf("snapshot header: %w", err)
	}
	if len(header) == 0 || header[0] != snapshotVersion {
		return fmt.Errorf("snapshot header: a version this binary does not know")
	}
	d := decoder{b: header[1:]}
	now, applied, index := int64(d.uvarint()), d.uvarint(), d.uvarint()
	if len(d.b) < 8 {
		return fmt.Errorf("snapshot header: %w", errEntry)
	}
	chain := binary.BigEndian.Uint64(d.b)
	d.b = d.b[8:]
	ws := parseWindows(&d)
	if d.failed {
		return fmt.Errorf("snapshot header: %w", errEntry)
	}
	if err := f.machine.Restore(r); err != nil {
		return fmt.Errorf("snapshot state: %w", err)
	}
	f.windows, f.now = ws, now
	f.logTime.Store(now)
	f.group.clock.seen(now)
	f.marks.reset(index, chain)
	f.applied.set(applied)
	f.group.afterRestore(ws)
	return nil
}

// readyIndex is an index that only grows, and those who wait for it.
type readyIndex struct {
	value atomic.Uint64

	mu      sync.Mutex // guards waiters
	waiters []indexWaiter
}

type indexWaiter struct {
	index uint64
	ready func()
}

// set moves the index on and runs what waited for it.
func (r *readyIndex) set(index uint64) {
	var due []func()
	r.mu.Lock()
	if index > r.value.Load() {
		r.value.Store(index)
	}
	kept := r.waiters[:0]
	for _, w := range r.waiters {
		if w.index <= index {
			due = append(due, w.ready)
		} else {
			kept = append(kept, w)
		}
	}
	clear(r.waiters[len(kept):])
	r.waiters = kept
	r.mu.Unlock()
	for _, ready := range due {
		ready()
	}
}

// when runs ready, which must not block, once the index is reached: now, or on
// the goroutine that sets it.
func (r *readyIndex) when(index uint64, ready func()) {
	if r.value.Load() >= index {
		ready()
		return
	}
	r.mu.Lock()
	if r.value.Load() < index {
		r.waiters = append(r.waiters, indexWaiter{index, ready})
		r.mu.Unlock()
		return
	}
	r.mu.Unlock()
	ready()
}
