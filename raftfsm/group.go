package raftfsm

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/raft"

	"coordd/raftfsm/peer"
)

// Group is one Raft group as this node takes part in it. Safe for many goroutines.
type Group struct {
	ID uint32

	node   *Node
	raft   *raft.Raft
	trans  *transport
	layer  *streamLayer
	logs   *guardedLog
	snaps  *raft.FileSnapshotStore
	fsm    *fsm
	clock  clock
	outbox *outbox

	ready     atomic.Uint64 // the term in which this node leads and may serve; 0: it may not
	deadline  chan struct{} // capacity 1: the machine's next deadline may have changed
	wantSnap  chan struct{} // capacity 1: enough was applied for a snapshot
	kick      chan struct{} // capacity 1: look at raft's state again
	committed chan struct{} // capacity 1: entries were applied that followers may not know to be committed
	notices   chan readMark // capacity 1: what the leader has said to be committed
	closed    chan struct{} // ends the group's goroutines
	running   sync.WaitGroup
	lastCheck atomic.Pointer[Checkpoint]
	followers followerReads

	lease       lease
	handingOver atomic.Bool // a transfer of leadership is under way

	mu       sync.Mutex              // guards all below
	proposer *proposer               // not nil while ready
	origins  map[string]*peer.Frames // streams from nodes that forward to us
	forward  *forwardSink            // where outbox sends while another node leads
	starting bool                    // a start entry is on its way
}

// steerInterval is how often a group looks at raft's state without being told:
// observations can be dropped, and a flap of leadership must not be missed.
const steerInterval = 50 * time.Millisecond

// resendAge is how long an answer may be overdue before commands are sent again.
const resendAge = 2 * time.Second

func (g *Group) run() {
	changes := make(chan raft.Observation, 16)
	watch := raft.NewObserver(changes, false, func(o *raft.Observation) bool {
		switch o.Data.(type) {
		case raft.LeaderObservation, raft.RaftState:
			return true
		}
		return false
	})
	g.raft.RegisterObserver(watch)
	g.goFunc(func() {
		defer g.raft.DeregisterObserver(watch)
		g.steer(changes)
	})
	g.goFunc(g.keepTime)
	g.goFunc(g.keepSnapshots)
	g.goFunc(g.keepNotified)
	g.goFunc(g.takeNotices)
	g.goFunc(g.keepMembers)
}

func (g *Group) goFunc(f func()) {
	g.running.Add(1)
	go func() {
		defer g.running.Done()
		f()
	}()
}

// steer keeps the outbox turned to the leader, and this node ready to serve
// when it is the leader itself.
func (g *Group) steer(changes <-chan raft.Observation) {
	t := time.NewTicker(steerInterval)
	defer t.Stop()
	for {
		g.look()
		select {
		case <-changes:
		case <-g.kick:
		case <-t.C:
			g.outbox.resendAfter(resendAge)
		case <-g.closed:
			g.stepDown()
			g.mu.Lock()
			g.dropForward()
			g.mu.Unlock()
			return
		}
	}
}

func (g *Group) look() {
	leads, term := g.raft.State() == raft.Leader, g.raft.CurrentTerm()
	if r := g.ready.Load(); r != 0 && (!leads || r != term) {
		g.stepDown()
	}
	if leads {
		if g.ready.Load() == 0 {
			g.begin(term)
		}
		return
	}
	addr, id := g.raft.LeaderWithID()
	g.follow(string(id), string(addr))
}

// begin commits the first entry of a term that this node leads. Once it is
// applied, everything of earlier terms is too, and the node may serve.
func (g *Group) begin(term uint64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.starting {
		return
	}
	g.starting = true
	g.dropForward()
	g.goFunc(func() {
		e := entry{kind: startEntry, now: g.clock.now()}
		err := g.raft.Apply(e.append(nil), 0).Error()
		if err != nil {
			select { // such as a transfer of leadership under way: it ends soon
			case <-time.After(20 * time.Millisecond):
			case <-g.closed:
			}
		}
		g.begun(term, err == nil)
	})
}

func (g *Group) begun(term uint64, ok bool) {
	defer g.lookAgain()
	g.mu.Lock()
	defer g.mu.Unlock()
	g.starting = false
	// Terms only grow: if it is still the same one, the entry is of this term.
	if !ok || g.raft.CurrentTerm() != term || g.raft.State() != raft.Leader || g.isClosed() {
		return
	}
	var p *proposer
	p = newProposer(g.raft, g.clock.now, func() { g.lost(p) })
	g.proposer = p
	g.ready.Store(term)
	g.goFunc(p.run)
	g.outbox.retarget(p)
}

// lookAgain asks steer to look again.
func (g *Group) lookAgain() {
	select {
	case g.kick <- struct{}{}:
	default:
	}
}

func (g *Group) isClosed() bool {
	select {
	case <-g.closed:
		return true
	default:
		return false
	}
}

// lost ends the service of a proposer whose entry was refused. If this node
// still leads, it begins anew, and all origins send again in their order.
func (g *Group) lost(p *proposer) {
	g.mu.Lock()
	current := g.proposer == p
	g.mu.Unlock()
	if current {
		g.stepDown()
	}
	g.lookAgain()
}

func (g *Group) stepDown() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.ready.Store(0)
	if g.proposer == nil {
		return
	}
	g.proposer.end()
	g.proposer = nil
	g.outbox.retarget(nil)
	for node, f := range g.origins {
		f.Close()
		delete(g.origins, node)
	}
}

// Propose sends commands to the group's leader, whoever that is, and waits
// until they are committed and applied: their replies come in order. Across
// changes of leader each is applied exactly once. When ctx ends before, the
// error is ErrUnavailable (nothing was applied) or ErrUnknownOutcome. The
// bytes of cmds must not be changed afterwards.
func (g *Group) Propose(ctx context.Context, cmds [][]byte) ([][]byte, error) {
	return g.outbox.propose(ctx, cmds)
}

// deliver takes replies from the state machine to the node that waits for them.
func (g *Group) deliver(origin string, start, first uint64, replies [][]byte) {
	if origin == g.node.id {
		g.outbox.resolve(start, first, replies)
		return
	}
	g.mu.Lock()
	f := g.origins[origin]
	g.mu.Unlock()
	if f != nil {
		sendReplies(f, start, first, replies)
	}
}

// afterApply runs on raft's goroutine after each batch of entries.
func (g *Group) afterApply() {
	if g.ready.Load() != 0 {
		poke(g.deadline)
		poke(g.committed)
	}
	if g.fsm.entries.Load() >= g.node.cfg.SnapshotEntries || g.fsm.bytes.Load() >= g.node.cfg.SnapshotBytes {
		poke(g.wantSnap)
	}
}

// afterRestore answers what the state restored from a snapshot had answered.
func (g *Group) afterRestore(ws windows) {
	if w := ws[g.node.id]; w != nil && g.outbox != nil {
		g.outbox.resolve(w.start, w.acked, w.replies)
	}
	poke(g.deadline)
}

// poke fills a channel of capacity 1.
func poke(ch chan struct{}) {
	select {
	case ch <- struct{}{}:
	default:
	}
}

// keepTime lets time pass in the log: when the machine has a deadline that is
// due and nobody writes, the leader proposes an entry of time alone.
func (g *Group) keepTime() {
	const idle = time.Hour
	t := time.NewTimer(idle)
	defer t.Stop()
	for {
		select {
		case <-g.closed:
			return
		case <-g.deadline:
		case <-t.C:
		}
		wait := idle
		if due := g.fsm.machine.NextDeadline(); due != 0 && g.ready.Load() != 0 {
			wait = time.Duration(due-g.clock.now()) * time.Millisecond
			if wait <= 0 {
				wait = idle // applying the tick pokes us again
				if g.tick() != nil {
					wait = steerInterval
				}
			}
		}
		t.Reset(wait)
	}
}

// tick commits an entry of time alone and waits until it is applied.
func (g *Group) tick() error {
	e := entry{kind: tickEntry, now: g.clock.now()}
	return g.raft.Apply(e.append(nil), 0).Error()
}

// errNotLeader says that this node does not lead the group, or may not serve yet.
var errNotLeader = errors.New("not the leader of this group")

// close ends the group's goroutines and its raft.
func (g *Group) close() error {
	close(g.closed)
	err := g.raft.Shutdown().Error()
	g.running.Wait()
	return errors.Join(err, g.trans.Close(), g.logs.Close())
}
