package pubsub

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"coordd/commands"
	"coordd/commands/transcript"
	"coordd/resp"
	"coordd/ring"
	"coordd/store"
)

// rig is a cluster without a network: every node applies what any of them
// proposes, at once. It plays transcripts, whose connections go to one node
// after the other.
type rig struct {
	groups int
	ring   ring.Ring
	nodes  []*node
	conns  map[string]*conn

	mu      sync.Mutex // guards all below
	now     int64
	index   uint64
	offline bool // nothing is committed
}

// node is one hub over its own copies of all groups.
type node struct {
	hub     *Hub
	table   *commands.Table
	engines []*commands.Engine
	logs    []Log
	cluster Cluster
}

// conn is a client with what it has received and not looked at.
type conn struct {
	*commands.Client
	node  *node
	inbox *inbox
}

type inbox struct {
	mu    sync.Mutex // guards bytes
	bytes []byte
}

func (b *inbox) add(p []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.bytes = append(b.bytes, p...)
}

// next takes the first of what was received; ok is false when there is nothing.
func (b *inbox) next() (r resp.Reply, ok bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	r, n, err := resp.Parse(b.bytes)
	if err != nil || n == 0 {
		return r, false
	}
	b.bytes = b.bytes[n:]
	return r, true
}

var (
	_ transcript.Player   = (*rig)(nil)
	_ transcript.Receiver = (*rig)(nil)
)

const ownChannel = "+switch-master"

func newRig(t testing.TB, nodes, groups int) *rig {
	t.Helper()
	return newRigWithin(t, nodes, groups, 5*time.Second)
}

// newRigWithin makes a rig whose requests may take so long.
func newRigWithin(t testing.TB, nodes, groups int, timeout time.Duration) *rig {
	t.Helper()
	r := &rig{groups: groups, ring: ring.New(groups), now: 1_720_000_000_000, conns: map[string]*conn{}}
	for i := range nodes {
		n := &node{hub: newTestHub(t, timeout)}
		r.nodes = append(r.nodes, n)
		n.table = commands.NewTable(append(commands.DataGroups(), n.hub.Groups()...)...)
		for g := range groups {
			e := commands.NewEngine(n.table, store.New(ring.SlotOf))
			e.Observe(func(done *commands.Effects) { n.hub.Effects(g, done) })
			n.engines = append(n.engines, e)
			n.logs = append(n.logs, groupLog{r, n, g})
		}
		n.cluster = Cluster{Origin: fmt.Sprint("node", i), Start: 1, Logs: n.logs, Owner: r.owner}
	}
	for _, n := range r.nodes {
		n.hub.Start(n.cluster)
	}
	t.Cleanup(func() {
		for _, n := range r.nodes {
			n.hub.Close()
		}
	})
	return r
}

func newTestHub(t testing.TB, timeout time.Duration) *Hub {
	t.Helper()
	hub, err := NewHub(Config{Own: func(c string) bool { return c == ownChannel }, RequestTimeout: timeout})
	if err != nil {
		t.Fatal(err)
	}
	return hub
}

// restart is what is left of a node after its process has died and come back:
// the state, and nothing else.
func (r *rig) restart(t testing.TB, i int) {
	t.Helper()
	n := r.nodes[i]
	n.hub.Close()
	hub := newTestHub(t, n.hub.cfg.RequestTimeout)
	r.mu.Lock()
	n.hub = hub
	r.mu.Unlock()
	n.table = commands.NewTable(append(commands.DataGroups(), hub.Groups()...)...)
	n.cluster.Start++
	hub.Start(n.cluster)
}

func (r *rig) owner(name string) int { return r.ring.Owner(ring.SlotOf(name)) - 1 }

// groupLog is a node's way to the log of a group.
type groupLog struct {
	rig   *rig
	node  *node
	group int
}

func (l groupLog) Propose(ctx context.Context, cmds [][]byte) ([][]byte, error) {
	l.rig.mu.Lock()
	defer l.rig.mu.Unlock()
	if l.rig.offline {
		return nil, errors.New("no leader")
	}
	l.rig.index++
	var own [][]byte
	for _, n := range l.rig.nodes {
		replies := n.engines[l.group].Apply(l.rig.index, l.rig.now, cmds)
		if n == l.node {
			own = replies
		}
	}
	return own, nil
}

func (l groupLog) ReadIndex(context.Context) (int64, error) { return l.rig.time(), nil }

func (r *rig) time() int64 {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now
}

func (r *rig) setOffline(yes bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.offline = yes
}

// listen has keyspace events published.
func (r *rig) listen(classes commands.EventClass) {
	for _, n := range r.nodes {
		n.hub.SetEvents(classes)
		for _, e := range n.engines {
			e.Listen(classes)
		}
	}
}

// Reset implements transcript.Player.
func (r *rig) Reset() error {
	for name, c := range r.conns {
		c.node.hub.Leave(c.Client, true)
		delete(r.conns, name)
	}
	for g := range r.groups {
		r.run(r.nodes[0], g, 0, []string{"flushall"})
	}
	return r.await(func() bool { return len(r.registered()) == 0 })
}

// await polls until something holds.
func (r *rig) await(holds func() bool) error {
	for began := time.Now(); time.Since(began) < 5*time.Second; time.Sleep(time.Millisecond) {
		if r.delivered(); holds() {
			return nil
		}
	}
	return errors.New("waited for 5 s")
}

// registered is what all groups know of subscribers, as "group: kind name count".
func (r *rig) registered() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []string
	for g := range r.groups {
		e := r.nodes[0].engines[g]
		view := &commands.Spec{Flags: commands.Read, Data: func(tx *store.Tx, _ []string) resp.Reply {
			for k := range kinds {
				for _, name := range censusOf(tx).names(kind(k), "") {
					all = append(all, fmt.Sprintf("%d: %s %s %d", g, kinds[k:k+1], name, censusOf(tx).of(topicName{kind(k), name})))
				}
			}
			return resp.OK
		}}
		e.View(r.now, 0, 0, view, nil)
	}
	slices.Sort(all)
	return all
}

// Advance implements transcript.Player.
func (r *rig) Advance(ms int64) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now += ms
}

// open returns the connection of that name, opened on the next node if need be.
func (r *rig) open(name string, proto resp.Proto) *conn {
	key := fmt.Sprint(name, proto)
	if c := r.conns[key]; c != nil {
		return c
	}
	c := r.dial(len(r.conns)%len(r.nodes), proto)
	r.conns[key] = c
	return c
}

// dial opens a connection to a node.
func (r *rig) dial(i int, proto resp.Proto) *conn {
	c := &conn{node: r.nodes[i], inbox: &inbox{}}
	c.Client = commands.NewClient(commands.ClientConfig{Push: c.inbox.add, Authenticated: true})
	c.Change(func(s *commands.ClientState) { s.Proto = proto })
	return c
}

// Do implements transcript.Player.
func (r *rig) Do(name string, proto resp.Proto, args []string) (resp.Reply, error) {
	c := r.open(name, proto)
	r.do(c, args...)
	return r.Next(name, proto)
}

// do has a connection carry out a command; the reply lies in its inbox.
func (r *rig) do(c *conn, args ...string) {
	reply := r.carryOut(c, args)
	r.delivered()
	c.inbox.add(reply.Append(nil, c.Proto()))
	c.Release()
}

// carryOut does what a session does.
func (r *rig) carryOut(c *conn, args []string) resp.Reply {
	spec, refusal := c.node.table.Resolve(args)
	switch {
	case spec == nil:
		return refusal
	case spec.Conn != nil:
		return spec.Conn(c.Client, args)
	}
	group := 0
	for i := range spec.Keys.In(args) {
		group = r.owner(args[i])
	}
	return r.run(c.node, group, c.State().DB, args)
}

func (r *rig) run(n *node, group, db int, args []string) resp.Reply {
	replies, err := groupLog{r, n, group}.Propose(context.Background(), [][]byte{commands.EncodeCommand(nil, db, args)})
	if err != nil {
		return resp.Error("CLUSTERDOWN " + err.Error())
	}
	reply, _, err := resp.Parse(replies[0])
	if err != nil {
		panic(err)
	}
	return reply
}

// delivered returns when every message is where it should be.
func (r *rig) delivered() {
	for _, n := range r.nodes {
		n.hub.Delivered()
	}
}

// Next implements transcript.Receiver.
func (r *rig) Next(name string, proto resp.Proto) (resp.Reply, error) {
	r.delivered()
	if reply, ok := r.open(name, proto).inbox.next(); ok {
		return reply, nil
	}
	return resp.Reply{}, errors.New("nothing has come")
}
