package raftfsm

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
	boltdb "github.com/hashicorp/raft-boltdb/v2"

	"coordd/raftfsm/peer"
)

// Config is what a node needs to take part in a cluster.
type Config struct {
	Dir           string // data folder; made if absent, held by one process at a time
	PeerAddr      string // HOST:PORT to listen on for other nodes
	PeerAdvertise string // HOST:PORT at which other nodes reach it; resolved at each dial
	ClientAddr    string // HOST:PORT told to clients
	Groups        int    // Raft groups for keys, fixed when the cluster is founded; 1..64

	BootstrapExpect int      // nodes that found the cluster together; 1: this one alone; 0: it joins one that exists
	Join            []string // peer addresses of nodes to found a cluster with, or to join

	RaftLog string    // "wal" or "bolt"
	Reads   ReadLevel // the same on all nodes

	HeartbeatTimeout time.Duration // without a word from the leader for so long (to twice that), elect
	ElectionTimeout  time.Duration // the same for a candidate; not below HeartbeatTimeout
	SnapshotEntries  int64         // log entries after which a snapshot is taken
	SnapshotBytes    int64         // bytes of log after which a snapshot is taken

	// NewMachine makes the empty state of a group of keys (1..groups). It is told
	// how many there are, since entries are applied before Open returns.
	NewMachine func(group uint32, groups int) Machine
	// Fatal ends the process: the node cannot go on without risking its word.
	// It is called at most once and must not return to normal service.
	Fatal func(error)
	// Log takes what an operator should know; raft's own log goes there too, from
	// level Warn on.
	Log *slog.Logger
}

// Node is this process's part in a cluster: the peer port, the stores and all groups.
type Node struct {
	cfg   Config
	log   *slog.Logger
	hclog hclog.Logger
	id    string

	folder    *folder
	stable    *boltdb.BoltStore
	listener  *peer.Listener
	caller    *peer.Caller
	confirmer *confirmer
	registry  *registry
	contacts  contacts

	boot      string // made at each start
	start     uint64 // which start of this node it is: 1, 2, ...
	fatalOnce sync.Once

	mu      sync.RWMutex // guards groups, cluster and folder.node
	groups  []*Group     // by id; empty until the node belongs to a cluster
	cluster string

	ctx    context.Context // ends with Close
	cancel context.CancelFunc
	wg     sync.WaitGroup // the node's own goroutines
}

// Open starts the node. It returns once the node belongs to a cluster and its
// groups run, which on a fresh folder with Join may mean waiting for others
// until ctx ends. It does not wait for a leader (WaitReady does).
func Open(ctx context.Context, cfg Config) (*Node, error) {
	f, err := openFolder(cfg.Dir)
	if err != nil {
		return nil, err
	}
	n := &Node{cfg: cfg, log: cfg.Log, id: f.node.ID, boot: newID(), start: f.node.Starts, folder: f, cluster: f.node.Cluster}
	n.ctx, n.cancel = context.WithCancel(context.Background())
	n.hclog = newRaftLogger(cfg.Log, n.ctx.Done())
	n.caller = peer.NewCaller(n.identity)
	n.confirmer = newConfirmer(n)
	n.registry = newRegistry()
	if n.stable, err = openStable(cfg.Dir); err != nil {
		return nil, errors.Join(err, n.Close())
	}
	if n.listener, err = peer.Listen(cfg.PeerAddr, n.accept); err != nil {
		return nil, errors.Join(fmt.Errorf("peer port: %w", err), n.Close())
	}
	n.goFunc(n.confirmer.run)
	n.listener.Serve()
	if err := n.enter(ctx); err != nil {
		return nil, errors.Join(err, n.Close())
	}
	n.goFunc(n.keepMembership)
	n.goFunc(n.keepAgreement)
	return n, nil
}

func (n *Node) goFunc(f func()) {
	n.wg.Add(1)
	go func() {
		defer n.wg.Done()
		f()
	}()
}

// ID is this node's id: 40 hexadecimal digits, made once and kept in its folder.
func (n *Node) ID() string { return n.id }

// Start tells which start of this node it is: 1, 2, ...
func (n *Node) Start() uint64 { return n.start }

// Cluster is the id of the cluster that the node belongs to.
func (n *Node) Cluster() string {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return n.cluster
}

// Group is the group with that id, or nil.
func (n *Node) Group(id uint32) *Group {
	n.mu.RLock()
	defer n.mu.RUnlock()
	if int64(id) >= int64(len(n.groups)) {
		return nil
	}
	return n.groups[id]
}

// Groups is how many groups hold keys: their ids are 1..Groups.
func (n *Node) Groups() int {
	n.mu.RLock()
	defer n.mu.RUnlock()
	return len(n.groups) - 1
}

func (n *Node) identity() peer.Identity {
	return peer.Identity{Cluster: n.Cluster(), Node: n.id}
}

// accept takes a connection on the peer port.
func (n *Node) accept(conn net.Conn, p peer.Preamble) error {
	if p.Kind == peer.Calls {
		n.goFunc(func() { peer.ServeCalls(conn, p.From, n.serveCall) })
		return nil
	}
	if c := n.Cluster(); p.From.Cluster != c || c == "" {
		return fmt.Errorf("this node belongs to cluster %q, not %q", c, p.From.Cluster)
	}
	g := n.Group(p.Group)
	switch {
	case g == nil:
		return fmt.Errorf("this node has no group %d yet", p.Group)
	case p.Kind == peer.Raft:
		return g.layer.take(conn)
	case p.Kind == peer.Forward:
		n.goFunc(func() { g.serveForward(conn, p.From.Node) })
		return nil
	}
	return fmt.Errorf("unknown kind of connection %q", byte(p.Kind))
}

// Close stops the node in order: leadership is handed on where that is quick,
// then groups, peer port and stores end.
func (n *Node) Close() error {
	n.cancel()
	n.handOver()
	n.mu.Lock()
	groups := n.groups
	n.mu.Unlock()
	n.confirmer.close()
	n.caller.Close()
	var errs []error
	for _, g := range groups {
		errs = append(errs, g.close())
	}
	if n.listener != nil {
		errs = append(errs, n.listener.Close())
	}
	n.wg.Wait()
	if n.stable != nil {
		errs = append(errs, n.stable.Close())
	}
	return errors.Join(append(errs, n.folder.close())...)
}
