package raftfsm

import (
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"coordd/raftfsm/peer"
)

// Settings of raft that nobody needs to turn.
const (
	commitTimeout    = 50 * time.Millisecond // how long followers may not know of a commit when nothing follows; reads do not wait for it (read.go, nudge)
	maxAppendEntries = 16                    // entries in one message to a follower; each may be large
	maxPool          = 3                     // idle connections kept to each node
	rpcTimeout       = 5 * time.Second       // for one message, and per 256 KB of a snapshot
	never            = 24 * time.Hour        // raft's own snapshot timer: ours decide (snapshots.go)
)

// openGroups starts raft for group 0 and all groups of keys. With founders the
// groups are new and this node writes their first configuration.
func (n *Node) openGroups(groups int, founders []Member) error {
	if n.cfg.Reads == ReadLease && n.start > 1 {
		// A lease may rest on a word from this node that it has forgotten.
		time.Sleep(n.cfg.HeartbeatTimeout)
	}
	var opened []*Group
	for id := range uint32(groups + 1) {
		g, err := n.openGroup(id, groups, founders)
		if err != nil {
			for _, g := range opened {
				err = errors.Join(err, g.close())
			}
			return err
		}
		opened = append(opened, g)
	}
	n.mu.Lock()
	n.groups = opened
	n.mu.Unlock()
	for _, g := range opened {
		g.run()
	}
	return nil
}

func (n *Node) openGroup(id uint32, groups int, founders []Member) (_ *Group, err error) {
	g := &Group{
		ID: id, node: n,
		outbox:   newOutbox(n.id, n.start),
		deadline: make(chan struct{}, 1), wantSnap: make(chan struct{}, 1), kick: make(chan struct{}, 1),
		committed: make(chan struct{}, 1), notices: make(chan readMark, 1),
		closed:  make(chan struct{}),
		origins: map[string]*peer.Frames{},
	}
	var machine Machine = n.registry
	if id != MetaGroup {
		machine = n.cfg.NewMachine(id, groups)
	}
	g.fsm = newFSM(g, machine)
	dir := n.folder.groupDir(id)
	store, err := openLog(dir+"/log", n.cfg.RaftLog, n.hclog)
	if err != nil {
		return nil, err
	}
	g.logs = newGuardedLog(store, n.fatal)
	defer func() {
		if err != nil {
			err = errors.Join(err, g.logs.Close())
		}
	}()
	g.snaps, err = openSnapshots(dir, n.hclog)
	if err != nil {
		return nil, err
	}
	stable := groupStable{n.stable, groupPrefix(id)}
	g.layer = newStreamLayer(n, id)
	g.trans = &transport{raft.NewNetworkTransportWithConfig(&raft.NetworkTransportConfig{
		Stream: g.layer, MaxPool: maxPool, Timeout: rpcTimeout, Logger: n.hclog,
	}), g.logs.LastIndex, g.closed}
	conf := n.raftConfig()
	if len(founders) > 0 {
		err := raft.BootstrapCluster(conf, g.logs, stable, g.snaps, g.trans, raft.Configuration{Servers: servers(founders)})
		if err != nil && !errors.Is(err, raft.ErrCantBootstrap) {
			return nil, err
		}
	}
	if g.raft, err = raft.NewRaft(conf, g.fsm, g.logs, stable, g.snaps, g.trans); err != nil {
		return nil, errors.Join(err, g.trans.Close())
	}
	return g, nil
}

func (n *Node) raftConfig() *raft.Config {
	c := raft.DefaultConfig()
	c.LocalID = raft.ServerID(n.id)
	c.HeartbeatTimeout = n.cfg.HeartbeatTimeout
	c.ElectionTimeout = max(n.cfg.ElectionTimeout, n.cfg.HeartbeatTimeout)
	c.LeaderLeaseTimeout = n.cfg.HeartbeatTimeout
	c.CommitTimeout = commitTimeout
	c.MaxAppendEntries = maxAppendEntries
	c.SnapshotInterval = never
	c.SnapshotThreshold = 1 << 62
	c.ShutdownOnRemove = false
	c.NoLegacyTelemetry = true
	c.Logger = n.hclog
	return c
}

func servers(members []Member) []raft.Server {
	out := make([]raft.Server, len(members))
	for i, m := range members {
		out[i] = raft.Server{ID: raft.ServerID(m.ID), Address: raft.ServerAddress(m.PeerAddr)}
	}
	return out
}

func groupPrefix(id uint32) string { return fmt.Sprintf("group-%d/", id) }

// selfAddress is how a node's raft calls itself: a connection that never leaves
// the process.
const selfAddress raft.ServerAddress = "self"

// streamLayer gives the raft transport of one group its share of the peer port.
type streamLayer struct {
	node  *Node
	group uint32
	in    chan net.Conn
	done  chan struct{} // closed by Close
	once  sync.Once
}

func newStreamLayer(n *Node, group uint32) *streamLayer {
	return &streamLayer{node: n, group: group, in: make(chan net.Conn), done: make(chan struct{})}
}

// take hands an accepted connection to raft.
func (s *streamLayer) take(conn net.Conn) error {
	select {
	case s.in <- conn:
		return nil
	case <-s.done:
		return net.ErrClosed
	}
}

// Accept implements net.Listener.
func (s *streamLayer) Accept() (net.Conn, error) {
	select {
	case conn := <-s.in:
		return conn, nil
	case <-s.done:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (s *streamLayer) Close() error {
	s.once.Do(func() { close(s.done) })
	return nil
}

// Addr implements net.Listener: the address that other nodes dial.
func (s *streamLayer) Addr() net.Addr { return advertised(s.node.cfg.PeerAdvertise) }

// Dial implements raft.StreamLayer.
func (s *streamLayer) Dial(addr raft.ServerAddress, timeout time.Duration) (net.Conn, error) {
	if addr == selfAddress {
		ours, theirs := net.Pipe()
		if err := s.take(theirs); err != nil {
			return nil, err
		}
		return ours, nil
	}
	conn, err := peer.Dial(string(addr), peer.Preamble{Kind: peer.Raft, Group: s.group, From: s.node.identity()}, timeout)
	if err != nil {
		return nil, errUnreachable{err}
	}
	return conn, nil
}

// advertised is a net.Addr of any text: a host name is resolved when dialled.
type advertised string

func (a advertised) Network() string { return "tcp" }
func (a advertised) String() string  { return string(a) }
