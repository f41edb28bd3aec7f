package integration

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"coordd/integration/cluster"
	"coordd/resp"

	"github.com/anishathalye/porcupine"
)

const (
	clientsPerNode = 8
	thinkTime      = 20 * time.Millisecond // the most that a client waits between operations
	dialPause      = 10 * time.Millisecond // between two looks for a node that is up
)

// faultBoard says which nodes are under a fault. Whoever talks to such a node
// may lose a connection or an outcome; nobody else may notice anything.
type faultBoard struct {
	epochs []atomic.Int64 // per node; odd while a fault lasts
	down   []atomic.Bool  // per node: it has no process that answers
}

func newFaultBoard(nodes int) *faultBoard {
	return &faultBoard{epochs: make([]atomic.Int64, nodes), down: make([]atomic.Bool, nodes)}
}

// begin is called before the fault is made, end when the node is well again.
func (f *faultBoard) begin(node int, down bool) {
	f.epochs[node].Add(1)
	f.down[node].Store(down)
}

func (f *faultBoard) end(node int) {
	f.down[node].Store(false)
	f.epochs[node].Add(1)
}

// touched tells whether the node was under a fault at any time since epoch.
func (f *faultBoard) touched(node int, epoch int64) bool {
	return epoch%2 == 1 || f.epochs[node].Load() != epoch
}

// A workload is clients that work on all nodes at once.
type workload struct {
	addrs  []string
	board  *faultBoard
	book   *book
	seed   uint64
	start  time.Time
	stop   chan struct{}
	done   []atomic.Int64 // operations answered, per node
	nextID atomic.Int64   // client ids for the history
	once   sync.Once      // closes stop
	wg     sync.WaitGroup
}

// startWorkload puts some clients on each address.
func startWorkload(t testing.TB, seed uint64, kinds []kind, addrs ...string) *workload {
	w := &workload{
		addrs: addrs, board: newFaultBoard(len(addrs)), book: newBook(t, kinds), seed: seed,
		start: time.Now(), stop: make(chan struct{}), done: make([]atomic.Int64, len(addrs)),
	}
	for i := range clientsPerNode * len(addrs) {
		c := &worker{workload: w, home: i % len(addrs), owner: fmt.Sprintf("owner-%d", i),
			rand: rand.New(rand.NewPCG(seed, uint64(i))), id: int(w.nextID.Add(1))}
		w.wg.Go(c.run) // ends when stop is closed
	}
	return w
}

// halt stops the clients and waits until none has an operation in flight.
func (w *workload) halt() {
	w.once.Do(func() { close(w.stop) })
	w.wg.Wait()
}

// finish stops the clients, judges what they saw, and reports.
func (w *workload) finish(t testing.TB) {
	t.Helper()
	w.halt()
	for _, fault := range w.book.finish() {
		t.Error(fault)
	}
	t.Logf("operations judged: %v over %d keys", w.book.judged, w.book.made)
}

// A worker is one client: it works at its home node, and elsewhere while that
// is down.
type worker struct {
	*workload
	home  int
	owner string
	rand  *rand.Rand
	id    int // in the history; a new one after each unknown outcome

	conn  *cluster.Client
	node  int // that conn leads to
	count int
}

func (c *worker) run() {
	defer func() {
		if c.conn != nil {
			c.conn.Close()
		}
	}()
	for {
		select {
		case <-c.stop:
			return
		case <-time.After(time.Duration(c.rand.Int64N(int64(thinkTime)))):
		}
		if c.connect() {
			c.operate()
		}
	}
}

// connect makes sure that there is a connection, home if that can be.
func (c *worker) connect() bool {
	if c.conn != nil && c.node != c.home && !c.board.down[c.home].Load() {
		c.hangUp()
	}
	if c.conn != nil {
		return true
	}
	for i := range c.addrs {
		node := (c.home + i) % len(c.addrs)
		epoch := c.board.epochs[node].Load()
		if c.board.down[node].Load() {
			continue
		}
		conn, err := cluster.Dial(c.addrs[node])
		if err == nil {
			c.conn, c.node = conn, node
			return true
		}
		if !c.board.touched(node, epoch) {
			c.book.fault("node %d, which nobody hurt, could not be connected to: %v", node+1, err)
		}
	}
	select {
	case <-c.stop:
	case <-time.After(dialPause):
	}
	return false
}

func (c *worker) hangUp() {
	c.conn.Close()
	c.conn = nil
}

// operate does one operation and writes down what came of it.
func (c *worker) operate() {
	tr := c.book.begin(c.rand)
	c.count++
	args := tr.kind.next(c.rand, tr.key, c.owner, fmt.Sprintf("%s.%d", c.owner[len("owner-"):], c.count))
	epoch := c.board.epochs[c.node].Load()
	op := porcupine.Operation{ClientId: c.id, Input: args, Call: int64(time.Since(c.start))}
	reply, err := c.conn.Do(args...)
	op.Return = int64(time.Since(c.start))
	touched := c.board.touched(c.node, epoch)
	switch {
	case err == nil && (!reply.IsError() || isDeadlock(reply)):
		op.Output = outcome{reply: normal(reply)}
		c.done[c.node].Add(1)
	case touched && (err != nil || strings.HasPrefix(reply.Str, "UNKNOWN ")):
		op.Output = outcome{unknown: true}
		c.id = int(c.nextID.Add(1))
	default:
		c.book.fault("%s at node %d (touched by a fault: %v) after %v: %v %s", strings.Join(args, " "), c.node+1,
			touched, time.Duration(op.Return-op.Call), err, reply.Str)
		op.Output = outcome{unknown: true}
	}
	if err != nil {
		c.hangUp()
	}
	if tr.kind.learn != nil {
		tr.kind.learn(c.owner, args, op.Output.(outcome))
	}
	if op.Output.(outcome).unknown && args[0] == tr.kind.reads {
		c.book.drop(tr)
		return
	}
	c.book.end(tr, &op)
}

// normal makes replies comparable: there is one nil, also for who was spared a wait
// in vain.
func normal(r resp.Reply) resp.Reply {
	if r.Kind == resp.NullArrayKind || isDeadlock(r) {
		return resp.Null
	}
	return r
}

func isDeadlock(r resp.Reply) bool { return r.IsError() && strings.HasPrefix(r.Str, "DEADLOCK ") }
