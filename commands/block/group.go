package block

import (
	"context"
	"slices"
	"sync"
	"time"

	"coordd/commands"
	"coordd/resp"
)

// local is a client of this node that waits in the queue of a group, or is about to.
type local struct {
	number uint64
	db     int
	args   []string

	// Guarded by the group's mu.
	inQueue bool   // the log has answered that it is enrolled
	doubt   bool   // something came meanwhile that may have undone that
	leaving bool   // it waits no more; the log has yet to hear it
	asked   uint64 // the entry in which it was asked last; 0: its claim is on its way

	done    chan struct{} // closed when it is over; then the rest is fixed
	settled bool
	served  bool
	reply   resp.Reply
}

// group is this node's side of the queues of one group: its clients that wait,
// and one goroutine that tells the log about them, so that however many they
// are, one proposal is under way.
type group struct {
	Group
	origin string
	start  uint64

	ctx    context.Context // ends when nothing can be told any more
	cancel context.CancelFunc
	wake   chan struct{} // capacity 1: there is something to tell
	ended  chan struct{} // run has ended

	mu      sync.Mutex // guards all below
	last    uint64     // number given
	waiting map[uint64]*local
	news    news
	closing bool

	readers readers
}

// news is what the log has yet to be told.
type news struct {
	arrived bool     // this start has begun
	compare bool     // a snapshot has come
	claims  []*local // were asked
	leaves  []*local
	again   []*local // must be enrolled once more
	heard   []uint64 // their replies have arrived
}

// Acknowledgements can wait: they only free memory.
const (
	heardAtOnce = 256
	heardAfter  = time.Second
)

func newGroup(origin string, start uint64, g Group) *group {
	out := &group{
		Group: g, origin: origin, start: start,
		wake: make(chan struct{}, 1), ended: make(chan struct{}),
		waiting: map[uint64]*local{}, readers: readers{byKey: map[keyRef]map[*reader]struct{}{}},
	}
	out.ctx, out.cancel = context.WithCancel(context.Background())
	out.news.arrived = true
	out.poke()
	return out
}

func (g *group) poke() {
	select {
	case g.wake <- struct{}{}:
	default:
	}
}

// enroll makes the first attempt. Where that yields nothing the client waits:
// it is returned. The bytes of args are kept.
func (g *group) enroll(ctx context.Context, db int, args []string) (*local, resp.Reply, error) {
	w := &local{db: db, args: slices.Clone(args), done: make(chan struct{})}
	g.mu.Lock()
	g.last++
	w.number = g.last
	g.waiting[w.number] = w
	g.mu.Unlock()
	replies, err := g.Log.Propose(ctx, [][]byte{g.command(waitName, w)})
	if err != nil {
		g.leave(w) // it may have been enrolled, or may yet be
		return nil, resp.Reply{}, err
	}
	reply := parseReply(string(replies[0]))
	g.mu.Lock()
	defer g.mu.Unlock()
	if reply.Kind != enrolled.Kind {
		delete(g.waiting, w.number)
		return nil, reply, nil
	}
	w.inQueue = true
	if w.doubt {
		g.news.compare = true
		g.poke()
	}
	return w, resp.Reply{}, nil
}

// command is a client's own command behind a word of the log.
func (g *group) command(name string, w *local) []byte {
	return commands.EncodeCommand(nil, w.db, append(g.words(name, w.number), w.args...))
}

// words begin a command of the log.
func (g *group) words(name string, numbers ...uint64) []string {
	args := []string{name, g.origin, decimal(g.start)}
	for _, n := range numbers {
		args = append(args, decimal(n))
	}
	return args
}

// leave has the log told that a client waits no more. done is closed once it has
// heard.
func (g *group) leave(w *local) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if !w.settled && !w.leaving {
		w.leaving = true
		g.news.leaves = append(g.news.leaves, w)
		g.poke()
	}
}

// wasServed tells whether a client has its reply.
func (g *group) wasServed(w *local) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return w.served
}

// settle ends a client's waiting; what comes later is ignored. A reply is
// acknowledged. g.mu is held.
func (g *group) settle(w *local, reply resp.Reply, isServed bool) {
	if w.settled {
		return
	}
	w.settled, w.served, w.reply = true, isServed, reply
	delete(g.waiting, w.number)
	close(w.done)
	if isServed {
		g.acknowledge(w.number)
	}
}

// acknowledge is called with g.mu held.
func (g *group) acknowledge(number uint64) {
	g.news.heard = append(g.news.heard, number)
	if len(g.news.heard) == heardAtOnce {
		g.poke()
	}
}

// close has everybody leave. run ends when the log has heard it, or soon anyway.
func (g *group) close() {
	time.AfterFunc(closeGrace, g.cancel)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.closing = true
	for _, w := range g.waiting {
		if !w.leaving {
			w.leaving = true
			g.news.leaves = append(g.news.leaves, w)
		}
	}
	g.poke()
}
