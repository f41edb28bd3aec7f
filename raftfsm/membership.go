package raftfsm

import (
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/hashicorp/raft"

	"coordd/raftfsm/peer"
)

// Who belongs to the cluster stands in the registry; each group's leader brings
// its group's Raft configuration to that, one change at a time: a newcomer is
// first a non-voter, then, once it has caught up, a voter. A node that is
// removed leaves a mark, and only that mark removes it from a configuration:
// a registry that lags can never do so.

const (
	memberInterval = 300 * time.Millisecond // between two looks at the membership
	changeTimeout  = 5 * time.Second        // for one change of a configuration
	closeEnough    = 64                     // entries that a newcomer may still lack when it gets its vote
	spreadPause    = 3 * time.Second        // between two transfers of one group's leadership
)

// Members are the nodes of the cluster as this node's registry knows them, by id.
func (n *Node) Members() []Member {
	var out []Member
	for _, text := range n.registry.list(nodePrefix) {
		var m Member
		if json.Unmarshal([]byte(text), &m) == nil {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, func(a, b Member) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// Removed are the ids of nodes that were taken out of the cluster for good.
func (n *Node) Removed() []string {
	return slices.Sorted(maps.Keys(n.registry.list(gonePrefix)))
}

func (n *Node) put(ctx context.Context, name string, v any) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	text := string(b)
	return n.change(ctx, change{Name: name, Value: &text})
}

func (n *Node) change(ctx context.Context, changes ...change) error {
	cmds := make([][]byte, len(changes))
	for i, c := range changes {
		b, err := json.Marshal(c)
		if err != nil {
			return err
		}
		cmds[i] = b
	}
	_, err := n.Group(MetaGroup).Propose(ctx, cmds)
	return err
}

// ErrUnknownNode says that no node of that id belongs to the cluster.
var ErrUnknownNode = errors.New("unknown node")

// Remove takes a node out of the cluster for good. It returns when that is
// agreed; the leaders of the groups then change their configurations. To remove
// one again that was removed before is no error.
func (n *Node) Remove(ctx context.Context, id string) error {
	if _, err := n.Group(MetaGroup).ReadIndex(ctx); err != nil { // the registry here may lag
		return err
	}
	if _, gone := n.registry.list(gonePrefix)[id]; gone {
		return nil
	}
	if !slices.ContainsFunc(n.Members(), func(m Member) bool { return m.ID == id }) {
		return fmt.Errorf("%w %s", ErrUnknownNode, id)
	}
	if id == n.id {
		return fmt.Errorf("a node cannot remove itself; ask another one")
	}
	mark := "removed"
	return n.change(ctx, change{Name: gonePrefix + id, Value: &mark}, change{Name: nodePrefix + id})
}

// keepMembership keeps this node's own addresses in the registry.
func (n *Node) keepMembership() {
	t := time.NewTicker(memberInterval)
	defer t.Stop()
	for {
		select {
		case <-n.ctx.Done():
			return
		case <-t.C:
		}
		known := slices.Contains(n.Members(), n.self())
		if _, gone := n.registry.list(gonePrefix)[n.id]; known || gone {
			continue
		}
		ctx, cancel := context.WithTimeout(n.ctx, changeTimeout)
		if err := n.put(ctx, nodePrefix+n.id, n.self()); err != nil {
			n.log.Debug("not registered yet", "error", err)
		}
		cancel()
	}
}

// keepMembers brings the group's configuration to what the registry says, while
// this node leads the group.
func (g *Group) keepMembers() {
	t := time.NewTicker(memberInterval)
	defer t.Stop()
	moved := time.Now()
	for {
		select {
		case <-g.closed:
			return
		case <-t.C:
		}
		if g.ready.Load() == 0 {
			continue
		}
		changed, err := g.reconcile()
		if err != nil {
			g.node.log.Warn("membership could not be changed", "group", g.ID, "error", err)
		}
		if !changed && err == nil && time.Since(moved) > spreadPause && g.spread() {
			moved = time.Now()
		}
	}
}

// reconcile makes at most one change.
func (g *Group) reconcile() (changed bool, err error) {
	gone := g.node.registry.list(gonePrefix)
	current := map[string]raft.Server{}
	for _, s := range g.raft.GetConfiguration().Configuration().Servers {
		current[string(s.ID)] = s
		if _, removed := gone[string(s.ID)]; !removed {
			continue
		}
		if string(s.ID) == g.node.id {
			return true, g.transfer("", "")
		}
		return true, g.raft.RemoveServer(s.ID, 0, changeTimeout).Error()
	}
	for _, m := range g.node.Members() {
		id, addr := raft.ServerID(m.ID), raft.ServerAddress(m.PeerAddr)
		s, in := current[m.ID]
		switch {
		case !in:
			return true, g.raft.AddNonvoter(id, addr, 0, changeTimeout).Error()
		case s.Suffrage == raft.Nonvoter && g.caughtUp(m):
			return true, g.raft.AddVoter(id, addr, 0, changeTimeout).Error()
		case s.Address != addr && s.Suffrage == raft.Voter:
			return true, g.raft.AddVoter(id, addr, 0, changeTimeout).Error()
		case s.Address != addr:
			return true, g.raft.AddNonvoter(id, addr, 0, changeTimeout).Error()
		}
	}
	return false, nil
}

// caughtUp asks a node how far it has come.
func (g *Group) caughtUp(m Member) bool {
	body := binary.BigEndian.AppendUint32(nil, g.ID)
	b, err := g.node.caller.Call(m.PeerAddr, verbProgress, body, time.Second)
	if err != nil {
		return false
	}
	d := decoder{b: b}
	applied := d.uvarint()
	return !d.failed && applied+closeEnough >= g.raft.CommitIndex()
}

func (n *Node) serveProgress(body []byte, respond peer.Respond) {
	g := n.groupOf(body)
	if g == nil {
		respond(nil, errNotLeader)
		return
	}
	respond(binary.AppendUvarint(nil, g.fsm.applied.value.Load()), nil)
}

// spread hands the leadership of a group to the node whose turn it is, so that
// the leaders of several groups sit on different nodes.
func (g *Group) spread() bool {
	if g.node.Groups() < 2 {
		return false
	}
	voters := g.voters()
	turn := voters[int(g.ID)%len(voters)]
	if turn.ID == g.node.id || !g.caughtUp(turn) {
		return false
	}
	if err := g.transfer(turn.ID, turn.PeerAddr); err != nil {
		g.node.log.Debug("leadership stays", "group", g.ID, "error", err)
	}
	return true
}

// voters are the nodes that vote in the group, by id; their client addresses
// are not filled in.
func (g *Group) voters() []Member {
	var voters []Member
	for _, s := range g.raft.GetConfiguration().Configuration().Servers {
		if s.Suffrage == raft.Voter {
			voters = append(voters, Member{ID: string(s.ID), PeerAddr: string(s.Address)})
		}
	}
	slices.SortFunc(voters, func(a, b Member) int { return cmp.Compare(a.ID, b.ID) })
	return voters
}

// Transfer has the leader of a group, this node or another, hand its leadership
// to a voter that has caught up. It returns when that has happened, or with an
// error when the leader stays. With several groups the leaders are spread over
// the nodes again before long.
func (n *Node) Transfer(ctx context.Context, group uint32) error {
	g := n.Group(group)
	if g == nil {
		return fmt.Errorf("there is no group %d", group)
	}
	if g.ready.Load() != 0 {
		return g.giveUp()
	}
	addr, id := g.raft.LeaderWithID()
	if id == "" || string(id) == n.id {
		return ErrUnavailable
	}
	limit := changeTimeout
	if end, ok := ctx.Deadline(); ok {
		limit = min(limit, max(time.Until(end), time.Millisecond))
	}
	_, err := n.caller.Call(string(addr), verbTransfer, binary.BigEndian.AppendUint32(nil, group), limit)
	return err
}

func (n *Node) serveTransfer(body []byte, respond peer.Respond) {
	g := n.groupOf(body)
	if g == nil || g.ready.Load() == 0 {
		respond(nil, errNotLeader)
		return
	}
	respond(nil, g.giveUp())
}

// giveUp hands the group's leadership to the next voter that has caught up.
func (g *Group) giveUp() error {
	voters := g.voters()
	self := slices.IndexFunc(voters, func(m Member) bool { return m.ID == g.node.id })
	for i := range voters {
		next := voters[(self+1+i)%len(voters)]
		if next.ID != g.node.id && g.caughtUp(next) {
			return g.transfer(next.ID, next.PeerAddr)
		}
	}
	return errors.New("no other voter has caught up")
}

// transfer hands the group's leadership to a node, or to the most current one.
// Leases end first: a transfer does not wait for them.
func (g *Group) transfer(id, addr string) error {
	g.handingOver.Store(true)
	defer g.handingOver.Store(false)
	g.lease.until.Store(0)
	if id == "" {
		return g.raft.LeadershipTransfer().Error()
	}
	return g.raft.LeadershipTransferToServer(raft.ServerID(id), raft.ServerAddress(addr)).Error()
}

// handOver gives up all leadership before the node stops, where somebody else
// can take it, so that clients need not wait for an election.
func (n *Node) handOver() {
	n.mu.RLock()
	groups := n.groups
	n.mu.RUnlock()
	done := make(chan struct{}, len(groups))
	for _, g := range groups {
		go func() {
			defer func() { done <- struct{}{} }()
			if g.ready.Load() != 0 && len(g.raft.GetConfiguration().Configuration().Servers) > 1 {
				if err := g.transfer("", ""); err != nil {
					n.log.Debug("leadership was not handed over", "group", g.ID, "error", err)
				}
			}
		}()
	}
	limit := time.After(handOverLimit)
	for range groups {
		select {
		case <-done:
		case <-limit:
			return
		}
	}
}

// handOverLimit bounds how long a stopping node looks for successors.
const handOverLimit = 2 * time.Second
