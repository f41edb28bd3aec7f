package block

import (
	"context"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"coordd/commands"
	"coordd/resp"
)

// Log is the log of one group, as session.Log.
type Log interface {
	Propose(ctx context.Context, cmds [][]byte) (replies [][]byte, err error)
	ReadIndex(ctx context.Context) (nowMillis int64, err error)
}

// Group is one group of keys.
type Group struct {
	Log    Log
	Engine *commands.Engine
}

// Node is where clients wait.
type Node struct {
	ID     string
	Start  uint64 // counts the node's starts; larger than any before
	Groups []Group
	// RequestTimeout bounds the time until a client waits, as it bounds any
	// write. Waiting itself has no bound but the client's own.
	RequestTimeout time.Duration
}

// Blocker implements session.Blocker. It is made before the table, since its
// rows are among it, and can do nothing until Start.
type Blocker struct {
	table  func() *commands.Table
	node   Node
	groups atomic.Pointer[[]*group] // nil until Start
	closed chan struct{}

	mu       sync.Mutex // guards sleeping
	sleeping map[uint64]*sleeper
}

// New makes a Blocker; table returns the table that its rows will be part of.
func New(table func() *commands.Table) *Blocker {
	return &Blocker{table: table, closed: make(chan struct{}), sleeping: map[uint64]*sleeper{}}
}

// Start lets clients wait. Before it come Wake and Observe of every engine.
func (b *Blocker) Start(n Node) {
	b.node = n
	groups := make([]*group, len(n.Groups))
	for i := range groups {
		groups[i] = newGroup(n.ID, n.Start, n.Groups[i])
	}
	b.groups.Store(&groups)
	for _, g := range groups {
		go g.run()
	}
}

// closeGrace is how long Close waits for the log to hear that nobody waits here
// any more. If it does not, others will find out.
const closeGrace = 500 * time.Millisecond

// Close ends all waiting. It is called when no client is connected any more.
func (b *Blocker) Close() {
	close(b.closed)
	groups := b.groups.Load()
	if groups == nil {
		return
	}
	for _, g := range *groups {
		g.close()
	}
	for _, g := range *groups {
		<-g.ended
	}
}

// Blocks implements session.Blocker.
func (b *Blocker) Blocks(spec *commands.Spec, args []string) bool {
	_, waits := commands.BlockTimeout(spec, args)
	return waits
}

// Block implements session.Blocker.
func (b *Blocker) Block(c *commands.Client, group, db int, spec *commands.Spec, args []string, gone func() <-chan struct{}, again func()) (resp.Reply, error) {
	g := (*b.groups.Load())[group]
	limit, _ := commands.BlockTimeout(spec, args)
	began := time.Now()
	if spec.Flags&commands.Write == 0 {
		return b.watch(c, g, db, spec, args, limit, gone, again)
	}
	ctx, cancel := context.WithTimeout(context.Background(), b.node.RequestTimeout)
	defer cancel()
	signed := args // whenever it is served, what it takes is its client's doing
	if author := c.State().Tracking.Author; author != "" {
		signed = commands.By(author, args)
	}
	w, reply, err := g.enroll(ctx, db, signed)
	if w == nil {
		return reply, err
	}
	s := b.fallAsleep(c, limit, began)
	defer b.wakeUp(c, s)
	why := s.sleep(w.done, gone)
	if why == answered {
		return w.reply, nil
	}
	g.leave(w)
	if why == left {
		return resp.Null, nil // to nobody
	}
	select { // it may have been served before the log heard that it has left
	case <-w.done:
	case <-gone():
	case <-b.closed:
	}
	if g.wasServed(w) {
		return w.reply, nil
	}
	return b.nothing(why, spec, args), nil
}

// nothing is the reply of a client that waited in vain.
func (b *Blocker) nothing(why cause, spec *commands.Spec, args []string) resp.Reply {
	if why == unblockedWithError {
		return resp.Error("UNBLOCKED client unblocked via CLIENT UNBLOCK")
	}
	switch classOf(b.table(), spec, args) {
	case lockClass, ownClass:
		return resp.Null
	}
	return resp.NullArray // also where the attempt answers null, as in Redis
}

// seed feeds the random choices of a read, as a session's reads have them.
func seed() uint64 { return rand.Uint64() }
