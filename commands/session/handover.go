package session

import (
	"context"
	"fmt"
	"math/bits"
	"math/rand/v2"
	"time"

	"coordd/commands"
)

// do carries out one group's share of a run.
func (s *Session) do(g *Group, sh *share) {
	if sh.writes {
		s.propose(g, sh)
	} else {
		s.view(g, sh)
	}
}

// propose hands the share to the log as one. It waits on when the client
// goes: what was proposed will be carried out.
func (s *Session) propose(g *Group, sh *share) {
	s.announce()
	ctx, cancel := context.WithTimeout(context.Background(), s.cfg.RequestTimeout)
	defer cancel()
	sh.replies, sh.err = g.Log.Propose(ctx, encode(s.state.DB, s.signed(sh.calls)))
	if sh.err == nil && len(sh.replies) != len(sh.calls) {
		panic(fmt.Sprintf("session: %d replies of the log to %d commands", len(sh.replies), len(sh.calls)))
	}
	if s.state.Subscribed() || s.state.Tracking.On {
		s.awaitMessages(ctx, g)
	}
}

// awaitMessages returns when the messages and invalidations that came before a
// reply are on their way, since the client may count on their order. On a node
// that does not lead, the reply can be quicker than the entry.
func (s *Session) awaitMessages(ctx context.Context, g *Group) {
	if _, err := g.Log.ReadIndex(ctx); err == nil && s.cfg.Delivered != nil {
		s.cfg.Delivered()
	}
}

// view answers the share from this node's state: one that is recent enough or,
// after READONLY, the one there is.
func (s *Session) view(g *Group, sh *share) {
	if sh.now, sh.err = s.confirm(g); sh.err != nil {
		return
	}
	s.announce()
	for i := range sh.calls {
		c := &sh.calls[i]
		sh.views = append(sh.views, g.Engine.View(sh.now, rand.Uint64(), s.state.DB, c.spec, c.args))
	}
	if s.state.Tracking.On {
		g.Engine.Settle() // what led to these values is invalidated before they are sent
	}
}

// confirm returns when this node's state of the group is recent enough for the
// client to read, with the time to reckon with.
func (s *Session) confirm(g *Group) (nowMillis int64, err error) {
	if s.state.ReadOnly {
		return 0, nil
	}
	ctx, cancel := s.whileWanted()
	defer cancel()
	return g.Log.ReadIndex(ctx)
}

// watchAfter is how long a read waits before anybody looks whether its client
// is still there. Most reads are answered by then, and looking costs a
// goroutine and a read of the connection.
const watchAfter = 50 * time.Millisecond

// whileWanted is a context that ends when the request has taken too long or
// the client has gone.
func (s *Session) whileWanted() (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(context.Background())
	quick := min(watchAfter, s.cfg.RequestTimeout)
	watch := time.AfterFunc(quick, func() {
		rest := time.NewTimer(s.cfg.RequestTimeout - quick)
		defer rest.Stop()
		select {
		case <-s.wire.Gone():
		case <-rest.C:
		case <-ctx.Done():
		}
		cancel()
	})
	return ctx, func() { watch.Stop(); cancel() }
}

// encode puts the calls into the log's form, all in one buffer. The buffer is a
// new one each time, because the log keeps it.
func encode(db int, calls []call) [][]byte {
	n := 0
	for i := range calls {
		n += encodedSize(db, calls[i].args)
	}
	buf := make([]byte, 0, n)
	cmds := make([][]byte, len(calls))
	for i := range calls {
		from := len(buf)
		buf = commands.EncodeCommand(buf, db, calls[i].args)
		cmds[i] = buf[from:len(buf):len(buf)]
	}
	return cmds
}

// encodedSize is the length of the log's form of a command; were it too small,
// encode would only be slower.
func encodedSize(db int, args []string) int {
	n := uvarintSize(db) + uvarintSize(len(args))
	for _, a := range args {
		n += uvarintSize(len(a)) + len(a)
	}
	return n
}

func uvarintSize(n int) int { return (bits.Len(uint(n)|1) + 6) / 7 }
