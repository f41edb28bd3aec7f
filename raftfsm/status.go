package raftfsm

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/hashicorp/raft"
)

// Status is how a group stands, seen from this node.
type Status struct {
	Group      uint32
	Role       string // "leader", "follower", "candidate" or "nonvoter"
	Ready      bool   // a leader is known, and this node can reach it or is it
	Term       uint64
	Leader     string // node id, "" if unknown
	LeaderAddr string // peer address
	Commit     uint64
	Applied    uint64
	LastLog    uint64
	FirstLog   uint64
	Snapshot   uint64 // index of the newest snapshot, 0 if there is none
	Snapped    int64  // when that was taken (ms since 1970, this machine's clock), 0 if there is none
	LogTime    int64  // ms
	ChainHash  uint64 // over all entries and replies up to ChainIndex
	ChainIndex uint64
	Checkpoint Checkpoint // the newest; zero if there was none
	Servers    []Server
}

// Server is a node in a group's configuration.
type Server struct {
	ID       string
	PeerAddr string
	Voter    bool
}

// Status tells how the group stands. It does not wait.
func (g *Group) Status() Status {
	addr, id := g.raft.LeaderWithID()
	s := Status{
		Group: g.ID, Role: "follower", Term: g.raft.CurrentTerm(),
		Leader: string(id), LeaderAddr: string(addr),
		Commit: g.raft.CommitIndex(), Applied: g.fsm.applied.value.Load(), LastLog: g.raft.LastIndex(),
		LogTime: g.fsm.logTime.Load(),
	}
	s.FirstLog, _ = g.logs.FirstIndex()
	if list, err := g.snaps.List(); err == nil && len(list) > 0 {
		s.Snapshot, s.Snapped = list[0].Index, takenAt(list[0].ID)
	}
	s.ChainIndex, s.ChainHash = g.fsm.marks.latest()
	if c := g.lastCheck.Load(); c != nil {
		s.Checkpoint = *c
	}
	votes := false
	for _, server := range g.raft.GetConfiguration().Configuration().Servers {
		voter := server.Suffrage == raft.Voter
		s.Servers = append(s.Servers, Server{string(server.ID), string(server.Address), voter})
		votes = votes || voter && string(server.ID) == g.node.id
	}
	switch state := g.raft.State(); {
	case !votes:
		s.Role = "nonvoter"
	case state == raft.Leader:
		s.Role = "leader"
	case state == raft.Candidate:
		s.Role = "candidate"
	}
	s.Ready = g.hasLeader()
	return s
}

// takenAt is the time in the id of a snapshot, which raft.FileSnapshotStore makes
// of term, index and ms; 0 if it is none of those.
func takenAt(id string) int64 {
	ms, _ := strconv.ParseInt(id[strings.LastIndexByte(id, '-')+1:], 10, 64)
	return ms
}

// hasLeader tells whether commands would reach a leader now.
func (g *Group) hasLeader() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.proposer != nil || (g.forward != nil && !g.forward.broken.Load())
}

// Leads tells whether this node leads the group and serves it.
func (g *Group) Leads() bool { return g.ready.Load() != 0 }

// WaitReady waits until every group has a leader that this node can reach and
// the registry knows this node.
func (n *Node) WaitReady(ctx context.Context) error {
	t := time.NewTicker(5 * time.Millisecond)
	defer t.Stop()
	for !n.allReady() {
		select {
		case <-ctx.Done():
			return ErrUnavailable
		case <-t.C:
		}
	}
	return nil
}

func (n *Node) allReady() bool {
	for id := range uint32(n.Groups() + 1) {
		if !n.Group(id).hasLeader() {
			return false
		}
	}
	return true
}

// fatal reports the first reason for which the node cannot go on.
func (n *Node) fatal(err error) {
	n.fatalOnce.Do(func() { n.cfg.Fatal(err) })
}
