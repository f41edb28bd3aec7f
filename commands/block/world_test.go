package block

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"coordd/commands"
	"coordd/resp"
	"coordd/ring"
	"coordd/store"
)

// world is a cluster without a network: one log, which a leader that never fails
// applies at once, and nodes that follow it at their own pace. It runs in
// synctest's time.
type world struct {
	t    *testing.T
	rng  *rand.Rand
	mu   sync.Mutex // guards all below, and rng
	lead *commands.Engine
	log  []entry
	over bool
	// began is when log time was logTime.
	began time.Time
	// listen sees every command and its reply.
	listen func(cmd, reply []byte)
	wg     sync.WaitGroup

	nodes []*node
}

type entry struct {
	now  int64
	cmds [][]byte
}

// node is one of them. What it proposes is committed in its order.
type node struct {
	w       *world
	id      string
	start   uint64
	engine  *commands.Engine
	blocker *Blocker
	applied int
	queue   []*proposal
	cut     bool // neither proposes nor applies
	dead    bool
	clients uint64
}

type proposal struct {
	cmds [][]byte
	done chan [][]byte
}

var errLost = errors.New("the outcome is not known")

func newWorld(t *testing.T, seed uint64, nodes int) *world {
	w := &world{t: t, rng: rand.New(rand.NewPCG(seed, 1)), began: time.Now()}
	_, w.lead = newNodeEngine()
	for i := range nodes {
		n := &node{w: w, id: fmt.Sprint("n", i+1)}
		n.boot()
		w.nodes = append(w.nodes, n)
		w.wg.Go(n.follow)
	}
	w.wg.Go(w.commit)
	return w
}

func newNodeEngine() (*Blocker, *commands.Engine) {
	var table *commands.Table
	b := New(func() *commands.Table { return table })
	table = testTable(func() *Blocker { return b })
	e := commands.NewEngine(table, store.New(ring.SlotOf))
	e.Wake(b.Wake)
	return b, e
}

// boot starts a node anew, with an empty state: the log gives it back.
func (n *node) boot() {
	n.start++
	n.blocker, n.engine = newNodeEngine()
	n.applied, n.dead, n.cut, n.queue = 0, false, false, nil
	blocker := n.blocker
	n.engine.Observe(func(done *commands.Effects) { blocker.Observe(0, done) })
	blocker.Start(Node{ID: n.id, Start: n.start, Groups: []Group{{Log: &nodeLog{n, n.start}, Engine: n.engine}}, RequestTimeout: 5 * time.Second})
}

// nodeLog is the log as one start of a node reaches it.
type nodeLog struct {
	n     *node
	start uint64
}

func (l *nodeLog) Propose(ctx context.Context, cmds [][]byte) ([][]byte, error) {
	p := &proposal{cmds: cmds, done: make(chan [][]byte, 1)}
	w := l.n.w
	w.mu.Lock()
	if l.n.start == l.start && !l.n.dead {
		l.n.queue = append(l.n.queue, p)
	}
	w.mu.Unlock()
	select {
	case replies := <-p.done:
		return replies, nil
	case <-ctx.Done():
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if i := slices.Index(l.n.queue, p); i >= 0 { // given up, as raftfsm does
		l.n.queue = slices.Delete(l.n.queue, i, i+1)
	}
	return nil, errLost
}

func (l *nodeLog) ReadIndex(ctx context.Context) (int64, error) {
	_, err := l.Propose(ctx, nil)
	return 0, err
}

func (w *world) pause(most time.Duration) {
	w.mu.Lock()
	d := time.Duration(w.rng.Int64N(int64(most)))
	w.mu.Unlock()
	time.Sleep(d)
}

// commit takes proposals of nodes that are connected, one an entry, and has time
// pass in the log when something is due.
func (w *world) commit() {
	for {
		w.pause(time.Millisecond)
		w.mu.Lock()
		if w.over {
			w.mu.Unlock()
			return
		}
		n := w.nodes[w.rng.IntN(len(w.nodes))]
		if due := w.lead.NextDeadline(); due != 0 && due <= w.now() {
			w.append(nil)
		} else if !n.dead && !n.cut && len(n.queue) > 0 {
			p := n.queue[0]
			n.queue = n.queue[1:]
			p.done <- w.append(p.cmds)
		}
		w.mu.Unlock()
	}
}

// append is called with mu held.
func (w *world) append(cmds [][]byte) [][]byte {
	e := entry{w.now(), cmds}
	w.log = append(w.log, e)
	replies := w.lead.Apply(uint64(len(w.log)), e.now, cmds)
	for i := range replies {
		if w.listen != nil {
			w.listen(cmds[i], replies[i])
		}
	}
	return replies
}

const logTime = 1_000_000

func (w *world) now() int64 { return logTime + time.Since(w.began).Milliseconds() }

// follow applies the log on a node, late, and now and then skips a part of it.
func (n *node) follow() {
	w := n.w
	for {
		w.pause(3 * time.Millisecond)
		w.mu.Lock()
		behind := len(w.log) - n.applied
		switch {
		case w.over:
			w.mu.Unlock()
			return
		case n.dead || n.cut || behind == 0:
		case behind > 5 && w.rng.IntN(4) == 0:
			n.install()
		default:
			for range min(behind, 1+w.rng.IntN(5)) {
				n.applied++
				e := w.log[n.applied-1]
				n.engine.Apply(uint64(n.applied), e.now, e.cmds)
			}
		}
		w.mu.Unlock()
	}
}

// install gives a node the leader's state in place of the entries it lacks.
func (n *node) install() {
	var b bytes.Buffer
	frozen := n.w.lead.Freeze()
	defer frozen.Release()
	if _, err := frozen.WriteTo(&b); err != nil {
		n.w.t.Error(err)
	}
	n.applied = len(n.w.log)
	if err := n.engine.Restore(&b); err != nil {
		n.w.t.Error(err)
	}
}

// do has the leader commit a command of nobody who waits.
func (w *world) do(args ...string) resp.Reply {
	w.mu.Lock()
	defer w.mu.Unlock()
	return parseReply(string(w.append([][]byte{commands.EncodeCommand(nil, 0, args)})[0]))
}

func (w *world) set(n *node, f func(n *node)) {
	w.mu.Lock()
	defer w.mu.Unlock()
	f(n)
}

// kill ends a node without a word; what it proposed is lost.
func (w *world) kill(n *node) {
	w.set(n, func(n *node) { n.dead, n.queue = true, nil })
}

// restart is the node's next start, also of one that is dead.
func (w *world) restart(n *node) {
	w.set(n, func(n *node) {
		n.dead = true
		n.w.wg.Go(n.blocker.Close)
		n.boot()
	})
}

// blocked is a client that was told to wait.
type blocked struct {
	n     *node
	reply chan resp.Reply
	gone  chan struct{}
	left  bool
	c     *commands.Client
}

// block has a client of a node carry out a command.
func (w *world) block(n *node, line string) *blocked {
	w.mu.Lock()
	n.clients++
	c := commands.NewClient(commands.ClientConfig{ID: n.clients, Created: time.Now()})
	blocker, args := n.blocker, strings.Fields(line)
	w.mu.Unlock()
	b := &blocked{n: n, reply: make(chan resp.Reply, 1), gone: make(chan struct{}), c: c}
	spec := blocker.table().Lookup(args[0])
	w.wg.Go(func() {
		reply, err := blocker.Block(c, 0, 0, spec, args, func() <-chan struct{} { return b.gone }, func() {})
		if err != nil {
			reply = resp.Error("UNKNOWN " + err.Error())
		}
		b.reply <- reply
	})
	return b
}

func (b *blocked) leave() {
	b.left = true
	close(b.gone)
}

// end closes everything, so that no goroutine stays.
func (w *world) end() {
	w.mu.Lock()
	for _, n := range w.nodes {
		n.dead = true
	}
	w.over = true
	nodes := slices.Clone(w.nodes)
	w.mu.Unlock()
	for _, n := range nodes {
		n.blocker.Close()
	}
	w.wg.Wait()
}

func lines(r resp.Reply) string {
	switch r.Kind {
	case resp.ArrayKind, resp.ItemsKind:
		var all []string
		for _, e := range r.Elems {
			all = append(all, lines(e))
		}
		return strings.Join(all, " ")
	case resp.IntKind:
		return strconv.FormatInt(r.Int, 10)
	case resp.NullKind, resp.NullArrayKind:
		return "nil"
	}
	return r.Str
}

// encodeWords is a command about one client in the form of the log.
func encodeWords(name string, id waiterID, more ...string) []byte {
	args := []string{name, id.origin, decimal(id.start), decimal(id.number)}
	return commands.EncodeCommand(nil, 0, append(args, more...))
}

// fieldsOf is a line as a command.
func fieldsOf(b *Blocker, line string) (*commands.Spec, []string) {
	args := strings.Fields(line)
	return b.table().Lookup(args[0]), args
}
