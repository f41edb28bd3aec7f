package raftfsm

import (
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// A leader's lease: until it ends no other node can have been elected, so a
// leader may answer reads without asking. A voter that heard from its leader at
// time t refuses its vote until t + HeartbeatTimeout. A round of confirm.go
// tells how long ago each voter heard; the lease runs from the oldest such
// moment of the majority, counted back from before the round was sent, for less
// than HeartbeatTimeout by a margin for clocks that run at different speeds.
//
// Time is the boot clock, which goes on while the machine sleeps. A read notes
// the commit index first and looks at the lease after: if it still holds then,
// nothing newer had been acknowledged when the index was noted, however long
// the node was paused in between. A node that starts waits one HeartbeatTimeout
// before it votes, since it has forgotten that it heard from a leader
// (openGroups). A leader that hands its leadership on gives its lease up first.

// leaseMargin is the part of HeartbeatTimeout that is given up for clock drift.
const leaseMargin = 4 // a quarter

// lease is the boot time (ns) at which a leader's lease of one term ends.
type lease struct {
	until atomic.Int64
	term  atomic.Uint64
}

// bootTime is the time since the machine was started, sleep included.
func bootTime() time.Duration {
	var ts unix.Timespec
	if unix.ClockGettime(unix.CLOCK_BOOTTIME, &ts) != nil {
		return 0 // no lease ever holds: every read asks the majority
	}
	return time.Duration(ts.Nano())
}

// extendLease takes a confirmed claim as the ground of a new lease.
func (g *Group) extendLease(cl *claim) {
	if g.node.cfg.Reads != ReadLease || cl.sent == 0 {
		return
	}
	var age time.Duration
	if len(cl.ages) > 0 {
		age = slices.Max(cl.ages)
	}
	span := g.node.cfg.HeartbeatTimeout
	g.lease.term.Store(cl.mark.term)
	g.lease.until.Store(int64(cl.sent - age + span - span/leaseMargin))
}

// leased gives a mark without asking, if the lease holds.
func (g *Group) leased() (readMark, bool) {
	if g.node.cfg.Reads != ReadLease {
		return readMark{}, false
	}
	term := g.ready.Load()
	m := readMark{term, g.raft.CommitIndex(), g.clock.now()}
	if term == 0 || g.lease.term.Load() != term || g.due(m.now) {
		return readMark{}, false
	}
	now := bootTime()
	return m, now != 0 && int64(now) < g.lease.until.Load() && !g.handingOver.Load()
}
