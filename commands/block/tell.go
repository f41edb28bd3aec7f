package block

import (
	"slices"
	"time"

	"coordd/commands"
	"coordd/resp"
	"coordd/store"
)

// report is what one proposal tells the log.
type report struct {
	cmds   [][]byte
	leaves []*local // whose outcomes are the first reply
}

// run tells the log what there is to tell, one proposal after another.
func (g *group) run() {
	defer close(g.ended)
	defer g.endAll()
	flush := time.NewTicker(heardAfter)
	defer flush.Stop()
	for {
		select {
		case <-g.wake:
		case <-flush.C:
		case <-g.ctx.Done():
			return
		}
		if g.takeCompare() {
			g.compare()
		}
		r := g.report()
		if len(r.cmds) > 0 && !g.tell(r) {
			return
		}
		if g.isDone() {
			return
		}
	}
}

// isDone tells whether the group is closing and has told everything.
func (g *group) isDone() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.closing && len(g.waiting) == 0 && len(g.news.heard) == 0
}

// endAll ends the waiting of whoever is left when nothing can be told any more.
func (g *group) endAll() {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, w := range g.waiting {
		g.settle(w, resp.Reply{}, false)
	}
}

// report takes the news. Who leaves stands before all else: nothing may be taken
// for a client of which this node knows that it has gone.
func (g *group) report() report {
	g.mu.Lock()
	defer g.mu.Unlock()
	n := g.news
	g.news = news{}
	var r report
	add := func(args []string) { r.cmds = append(r.cmds, commands.EncodeCommand(nil, 0, args)) }
	if len(n.leaves) > 0 {
		args := g.words(unwaitName)
		for _, w := range n.leaves {
			args = append(args, decimal(w.number))
		}
		add(args)
		r.leaves = n.leaves
	}
	if n.arrived {
		add(g.words(ForgetName))
	}
	if len(n.heard) > 0 {
		add(g.words(heardName, n.heard...))
	}
	claim := g.words(claimName)
	for _, w := range n.claims {
		claim = append(claim, decimal(w.number), decimal(w.asked))
		w.asked = 0
	}
	if len(claim) > 3 {
		add(claim)
	}
	for _, w := range n.again {
		if !w.leaving && !w.settled {
			r.cmds = append(r.cmds, g.command(rejoinName, w))
		}
	}
	return r
}

// proposeAgain is the pause before a proposal that failed is made once more.
const proposeAgain = 100 * time.Millisecond

// tell proposes a report until the log has it, however long that takes; to say
// it twice is the same as once. It is false when the group closes.
func (g *group) tell(r report) bool {
	for {
		replies, err := g.Log.Propose(g.ctx, slices.Clone(r.cmds))
		if err == nil {
			g.hear(r, replies)
			return true
		}
		select {
		case <-g.ctx.Done():
			return false
		case <-time.After(proposeAgain):
		}
	}
}

// hear takes what the log has answered to a report.
func (g *group) hear(r report, replies [][]byte) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(r.leaves) == 0 {
		return
	}
	for i, outcome := range parseReply(string(replies[0])).Elems {
		if outcome.Kind == resp.BulkKind {
			g.settle(r.leaves[i], parseReply(outcome.Str), true)
		} else {
			g.settle(r.leaves[i], resp.Reply{}, false)
		}
	}
}

func (g *group) takeCompare() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	asked := g.news.compare
	g.news.compare = false
	return asked
}

// compare looks up, after a snapshot, what the state says of this node's
// clients, since effects may have been missed.
func (g *group) compare() {
	state := g.Engine.View(0, 0, 0, &stateOf, g.words(stateOf.Name))
	g.mu.Lock()
	defer g.mu.Unlock()
	index := uint64(state.Elems[0].Int)
	found := map[uint64]resp.Reply{}
	for i := 1; i < len(state.Elems); i += 2 {
		found[uint64(state.Elems[i].Int)] = state.Elems[i+1]
	}
	for _, w := range g.waiting {
		outcome, known := found[w.number]
		switch {
		case known && outcome.Kind == resp.BulkKind:
			g.settle(w, parseReply(outcome.Str), true)
		case !w.inQueue || w.leaving:
			// The answer to what is on its way will tell.
		case known:
			g.ask(w, index)
		default:
			g.news.again = append(g.news.again, w)
		}
		w.doubt = w.doubt && !w.inQueue
	}
}

// stateOf tells what is known of a start of a node: the index, then number and
// null or reply for each client.
var stateOf = commands.Spec{
	Name: "coordd.waiting", Arity: 3, Flags: commands.Read | commands.Internal,
	Data: func(tx *store.Tx, args []string) resp.Reply {
		p := places{tx.On(store.Waiting)}
		start := parseDecimal(args[2])
		all := []resp.Reply{resp.Int(int64(tx.Index()))}
		z := p.of(args[1])
		z.Range(z.SeekLex(number(start), false), z.Len(), func(m string, _ float64) bool {
			if parseNumber(m) != start {
				return false
			}
			outcome := resp.Null
			if wire, ok := p.served(m[16:]); ok {
				outcome = resp.Bulk(wire)
			}
			all = append(all, resp.Int(int64(parseNumber(m[8:]))), outcome)
			return true
		})
		return resp.Array(all...)
	},
}

// Knows tells whether clients of a node have places in a group's queues, as far as
// this node has applied the log. Of a node that was removed, which will never ask
// for them, replies that it was left count too.
func Knows(group *commands.Engine, node string, removed bool) bool {
	args := []string{knows.Name, node}
	if removed {
		args = append(args, "removed")
	}
	return group.View(0, 0, 0, &knows, args).Int != 0
}

var knows = commands.Spec{
	Name: "coordd.knows", Arity: -2, Flags: commands.Read | commands.Internal,
	Data: func(tx *store.Tx, args []string) resp.Reply {
		p, found := places{tx.On(store.Waiting)}, int64(0)
		z := p.of(args[1])
		z.Range(0, z.Len(), func(m string, _ float64) bool {
			if len(args) > 2 || p.waiting(m[16:]) != nil {
				found = 1
			}
			return found == 0
		})
		return resp.Int(found)
	},
}
