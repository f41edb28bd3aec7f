package raftfsm

import (
	"errors"
	"time"

	"github.com/hashicorp/raft"
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
