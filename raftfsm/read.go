package raftfsm

import (
	"context"
	"encoding/binary"
	"fmt"
	"sync"
	"time"

	"github.com/hashicorp/raft"
)

// ReadLevel is how sure a read is that nobody knows better.
type ReadLevel int

// The levels of reading.
const (
	// ReadQuorum asks a majority for their terms after the read has come in:
	// linearizable, whatever clocks do and however long a node was paused.
	ReadQuorum ReadLevel = iota
	// ReadLease lets a leader answer within a lease (lease.go): linearizable as
	// long as clocks run at about the same speed.
	ReadLease
	// ReadStale answers from what this node has applied.
	ReadStale
)

// ParseReadLevel knows "quorum", "lease" and "stale".
func ParseReadLevel(s string) (ReadLevel, error) {
	for i, name := range []string{"quorum", "lease", "stale"} {
		if s == name {
			return ReadLevel(i), nil
		}
	}
	return 0, fmt.Errorf("%q is not quorum, lease or stale", s)
}

// readMark is what a leader confirms: a state machine that has applied index
// holds everything that was acknowledged before the confirmation was asked for.
type readMark struct {
	term  uint64 // in which the leader confirmed; the entry at index is of it
	index uint64
	now   int64 // the leader's clock (ms), for telling how long a key still has
}

// ReadIndex returns when this node's state machine may be read at the level
// that the node is set to. now is the leader's clock in ms. Without a leader it
// waits until ctx ends and returns ErrUnavailable.
func (g *Group) ReadIndex(ctx context.Context) (now int64, err error) {
	if g.node.cfg.Reads == ReadStale {
		return g.clock.now(), nil
	}
	for {
		m, err := g.mark(ctx)
		if err == nil {
			err = g.reach(ctx, m)
		}
		if err == nil {
			return m.now, nil
		}
		select {
		case <-ctx.Done():
			return 0, ErrUnavailable
		case <-time.After(readRetry):
		}
	}
}

// readRetry is the pause before a read that found no leader asks again.
const readRetry = 10 * time.Millisecond

// mark gets a confirmed mark, from this node if it leads, else from the leader.
func (g *Group) mark(ctx context.Context) (readMark, error) {
	if g.ready.Load() != 0 {
		if m, ok := g.leased(); ok {
			return m, nil
		}
	}
	type answer struct {
		mark readMark
		err  error
	}
	ch := make(chan answer, 1)
	done := func(m readMark, err error) { ch <- answer{m, err} }
	if g.ready.Load() != 0 {
		g.confirm(done)
	} else {
		g.followers.ask(g, done)
	}
	select {
	case a := <-ch:
		return a.mark, a.err
	case <-ctx.Done():
		return readMark{}, ctx.Err()
	}
}

// confirm has this node's leadership of the group confirmed by a majority. done
// is called once and must not block.
func (g *Group) confirm(done func(readMark, error)) {
	now := g.clock.now()
	if !g.due(now) {
		g.node.confirmer.add(g, done)
		return
	}
	// Something has expired that no entry has said yet: let the log say it first.
	// One entry may not be enough, for the machine bounds what it does in each.
	g.goFunc(func() {
		for g.due(now) {
			if err := g.tick(); err != nil {
				done(readMark{}, errNotLeader)
				return
			}
		}
		g.node.confirmer.add(g, done)
	})
}

// due tells whether the machine has something to do that was due at a time.
func (g *Group) due(now int64) bool {
	next := g.fsm.machine.NextDeadline()
	return next != 0 && next <= now
}

// reach waits until the state machine has applied a mark's index.
func (g *Group) reach(ctx context.Context, m readMark) error {
	if g.fsm.applied.value.Load() >= m.index {
		return nil
	}
	ch := make(chan struct{})
	g.fsm.applied.when(m.index, func() { close(ch) })
	pause := time.Millisecond
	for {
		g.nudge(m)
		t := time.NewTimer(pause)
		select {
		case <-ch:
			t.Stop()
			return nil
		case <-ctx.Done():
			t.Stop()
			return ctx.Err()
		case <-t.C:
			pause = min(2*pause, steerInterval)
		}
	}
}

// nudge tells this node's raft that the entry at the mark is committed. A
// follower learns that only with the leader's next AppendEntries, up to
// CommitTimeout later; the leader's confirmation says the same, so we hand raft
// the message that the leader could have sent: no entries, the one before them
// at index with term, committed. Raft checks it as any other: it does nothing
// where the term is over or our log differs.
func (g *Group) nudge(m readMark) {
	addr, id := g.raft.LeaderWithID()
	if id == "" || string(id) == g.node.id || g.raft.LastIndex() < m.index || g.raft.CurrentTerm() != m.term {
		return
	}
	self := raft.ServerID(g.node.id)
	req := &raft.AppendEntriesRequest{
		RPCHeader: raft.RPCHeader{
			ProtocolVersion: raft.ProtocolVersionMax, ID: []byte(id), Addr: g.trans.EncodePeer(id, addr),
		},
		Term: m.term, PrevLogEntry: m.index, PrevLogTerm: m.term, LeaderCommitIndex: m.index,
	}
	// Its result does not matter: the caller waits for the state machine.
	_ = g.trans.AppendEntries(self, selfAddress, req, &raft.AppendEntriesResponse{})
}

// followerReads gathers the reads of a follower: one question to the leader is
// under way at a time, and all that come meanwhile share the next.
type followerReads struct {
	mu      sync.Mutex // guards all below
	waiting []func(readMark, error)
	asking  bool
}

func (r *followerReads) ask(g *Group, done func(readMark, error)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.waiting = append(r.waiting, done)
	if !r.asking {
		r.asking = true
		go r.round(g)
	}
}

// round asks until nobody waits any more.
func (r *followerReads) round(g *Group) {
	for {
		r.mu.Lock()
		waiting := r.waiting
		r.waiting = nil
		r.asking = len(waiting) > 0
		r.mu.Unlock()
		if len(waiting) == 0 {
			return
		}
		m, err := g.askLeader()
		for _, done := range waiting {
			done(m, err)
		}
	}
}

// askLeader asks the leader for a mark.
func (g *Group) askLeader() (readMark, error) {
	addr, id := g.raft.LeaderWithID()
	if id == "" || string(id) == g.node.id {
		return readMark{}, errNotLeader
	}
	body := binary.BigEndian.AppendUint32(nil, g.ID)
	b, err := g.node.caller.Call(string(addr), verbReadIndex, body, confirmTimeout)
	if err != nil {
		return readMark{}, err
	}
	d := decoder{b: b}
	m := readMark{term: d.uvarint(), index: d.uvarint(), now: int64(d.uvarint())}
	if d.failed {
		return readMark{}, errEntry
	}
	return m, nil
}

// serveReadIndex answers askLeader.
func (n *Node) serveReadIndex(body []byte, respond func([]byte, error)) {
	g := n.groupOf(body)
	if g == nil || g.ready.Load() == 0 {
		respond(nil, errNotLeader)
		return
	}
	answer := func(m readMark, err error) {
		b := binary.AppendUvarint(nil, m.term)
		b = binary.AppendUvarint(b, m.index)
		respond(binary.AppendUvarint(b, uint64(m.now)), err)
	}
	if m, ok := g.leased(); ok {
		answer(m, nil)
		return
	}
	g.confirm(answer)
}
