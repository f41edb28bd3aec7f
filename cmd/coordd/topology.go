package main

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"coordd/commands"
	"coordd/commands/cluster"
	"coordd/commands/sentinel"
	"coordd/raftfsm"
	"coordd/ring"
)

// topologyAge is how long a topology is shown to all who ask. When a leader is
// lost, every client asks at once, and to look into every group costs some time.
const topologyAge = 20 * time.Millisecond

// topology keeps the newest ring.Topology that was made.
type topology struct {
	mu    sync.Mutex // guards all below
	value ring.Topology
	until time.Time
}

// currentTopology is the cluster as this node sees it, topologyAge old at the most.
func (srv *server) currentTopology() ring.Topology {
	t := &srv.topology
	t.mu.Lock()
	defer t.mu.Unlock()
	if now := time.Now(); now.After(t.until) {
		t.value, t.until = srv.lookAround(), now.Add(topologyAge)
	}
	return t.value
}

// lookAround makes a topology of what raftfsm knows. Terms and the index of the
// meta group only grow, so their sum is an epoch: it grows when anybody is
// elected and when anybody joins or leaves.
func (srv *server) lookAround() ring.Topology {
	out := srv.glance()
	out.Ring, out.Epoch, out.Groups = srv.ring, 0, nil
	for id := 0; id <= srv.node.Groups(); id++ {
		group, status := srv.groupInfo(id)
		out.Groups = append(out.Groups, group)
		out.Epoch += status.Term
		if id == raftfsm.MetaGroup {
			out.Epoch += status.Applied
		}
	}
	return out
}

// glance is what Sentinel's events are about: the nodes, and who leads the first
// group of keys. It is cheaper than to look at all groups; its epoch is that
// group's.
func (srv *server) glance() ring.Topology {
	out := ring.Topology{Self: srv.node.ID()}
	for _, m := range srv.node.Members() {
		if m.ID != out.Self { // the registry may not know it yet, or by an old address
			out.Nodes = append(out.Nodes, ring.Node{
				ID: m.ID, ClientAddr: m.ClientAddr, PeerAddr: m.PeerAddr, Silent: srv.node.Silent(m.ID),
			})
		}
	}
	out.Nodes = append(out.Nodes, ring.Node{ID: out.Self, ClientAddr: srv.settings.Advertise, PeerAddr: srv.settings.PeerAdvertise})
	slices.SortFunc(out.Nodes, func(a, b ring.Node) int { return cmp.Compare(a.ID, b.ID) })
	first, status := srv.groupInfo(1)
	out.Groups, out.Epoch = []ring.GroupInfo{first}, status.Term
	return out
}

func (srv *server) groupInfo(id int) (ring.GroupInfo, raftfsm.Status) {
	status := srv.node.Group(uint32(id)).Status()
	group := ring.GroupInfo{ID: id, LeaderID: status.Leader}
	for _, s := range status.Servers {
		if s.Voter {
			group.Voters = append(group.Voters, s.ID)
		}
	}
	return group, status
}

// lookEvery is how often a node looks whether there is something that clients of
// Sentinel should be told.
const lookEvery = 100 * time.Millisecond

// tellSentinelClients publishes Sentinel's events, until ctx ends.
func (srv *server) tellSentinelClients(ctx context.Context) {
	watcher := sentinel.NewWatcher(srv.settings.MasterName)
	t := time.NewTicker(lookEvery)
	defer t.Stop()
	for {
		for _, e := range watcher.Look(srv.glance()) {
			srv.hub.PublishHere(e.Channel, e.Payload)
		}
		select {
		case <-t.C:
		case <-ctx.Done():
			return
		}
	}
}

// faces are the commands by which clients of Redis Cluster and Redis Sentinel
// find their way.
func (srv *server) faces() ([]commands.Group, error) {
	offset := func() uint64 { return srv.node.Group(1).Status().Applied }
	forCluster, err := cluster.Groups(cluster.Config{
		Topology: srv.currentTopology, Offset: offset,
		ScanSlot: srv.scanSlot, Forget: srv.forget,
		Started: srv.started, Now: time.Now,
	})
	if err != nil {
		return nil, err
	}
	forSentinel, err := sentinel.Groups(sentinel.Config{
		MasterName: srv.settings.MasterName,
		Topology:   srv.currentTopology, Offset: offset, Info: srv.infoPage,
		Failover: srv.failover, FailoverTimeout: srv.settings.RequestTimeout,
	})
	return append(forCluster, forSentinel...), err
}

func (srv *server) infoPage() string {
	nobody := commands.NewClient(commands.ClientConfig{})
	return srv.table.Lookup("info").Conn(nobody, []string{"info"}).Str
}

// within is a context for a command that waits for a leader.
func (srv *server) within() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), srv.settings.RequestTimeout)
}

// scanSlot looks at the keys of a slot, as recent as any other read.
func (srv *server) scanSlot(db int, slot uint16, limit int, f func(key string)) error {
	ctx, cancel := srv.within()
	defer cancel()
	group := srv.ring.Owner(slot)
	if _, err := srv.node.Group(uint32(group)).ReadIndex(ctx); err != nil {
		return err
	}
	srv.engines[group].ScanSlot(db, slot, limit, f)
	return nil
}

func (srv *server) forget(id string) error {
	ctx, cancel := srv.within()
	defer cancel()
	err := srv.node.Remove(ctx, id)
	if errors.Is(err, raftfsm.ErrUnknownNode) {
		return cluster.ErrUnknownNode
	}
	return err
}

func (srv *server) failover() error {
	ctx, cancel := srv.within()
	defer cancel()
	return srv.node.Transfer(ctx, 1)
}

// redirect says who leads a slot, nil where clients are never sent elsewhere.
func (srv *server) redirect() func(slot uint16) string {
	if srv.settings.Redirect == "no" {
		return nil
	}
	return func(slot uint16) string {
		t := srv.currentTopology()
		if leader, known := t.Leader(t.Ring.Owner(slot)); known && leader.ID != t.Self {
			return leader.ClientAddr
		}
		return ""
	}
}
