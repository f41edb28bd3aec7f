package raftfsm

import (
	"encoding/binary"
	"sync"
	"time"

	"github.com/hashicorp/raft"

	"coordd/raftfsm/peer"
)

// confirmTimeout bounds one round of questions; a read that is not confirmed
// by then is asked again.
const confirmTimeout = 500 * time.Millisecond

// confirmer asks the voters for their terms, on behalf of all reads of all
// groups that wait: one small message to each node a round, no disk. A majority
// that is still in our term, asked after the index was noted, proves that no
// newer leader had been elected when it was noted, since a voter raises its
// term before it grants a vote. (raft.VerifyLeader counts answers to messages
// that were sent before: a leader that was paused could pass it.)
type confirmer struct {
	node *Node

	mu      sync.Mutex // guards waiting
	waiting []confirmWait
	wake    chan struct{} // capacity 1
	wanted  chan struct{} // closed by close
}

type confirmWait struct {
	group *Group
	done  func(readMark, error)
}

func newConfirmer(n *Node) *confirmer {
	return &confirmer{node: n, wake: make(chan struct{}, 1), wanted: make(chan struct{})}
}

func (c *confirmer) add(g *Group, done func(readMark, error)) {
	c.mu.Lock()
	c.waiting = append(c.waiting, confirmWait{g, done})
	c.mu.Unlock()
	poke(c.wake)
}

// run does one round after another while somebody waits, until close.
func (c *confirmer) run() {
	for {
		select {
		case <-c.wake:
		case <-c.wanted:
			return
		}
		c.mu.Lock()
		waiting := c.waiting
		c.waiting = nil
		c.mu.Unlock()
		if len(waiting) > 0 {
			c.round(waiting)
		}
	}
}

func (c *confirmer) close() { close(c.wanted) }

// claim is what a round wants confirmed for one group.
type claim struct {
	group *Group
	mark  readMark
	sent  time.Duration // boot clock when the round began
	need  int           // voters beside this node whose answer is still needed
	ages  []time.Duration
	waits []func(readMark, error)
}

// round confirms the claims of all groups that have reads waiting.
func (c *confirmer) round(waiting []confirmWait) {
	claims, addrs := c.claims(waiting)
	body := make([]byte, 0, 16*len(claims))
	for _, cl := range claims {
		body = binary.BigEndian.AppendUint32(body, cl.group.ID)
	}
	if len(addrs) > 0 {
		c.gather(claims, addrs, body)
	}
	for _, cl := range claims {
		cl.settle()
	}
}

// claims notes index and time for each group that this node leads, and which
// nodes must be asked. Reads of groups it does not lead fail here.
func (c *confirmer) claims(waiting []confirmWait) (claims []*claim, addrs []string) {
	byGroup := map[*Group]*claim{}
	asked := map[string]bool{}
	for _, w := range waiting {
		cl := byGroup[w.group]
		if cl == nil {
			cl = &claim{group: w.group, sent: bootTime()}
			cl.mark = readMark{w.group.ready.Load(), w.group.raft.CommitIndex(), w.group.clock.now()}
			byGroup[w.group] = cl
			claims = append(claims, cl)
			voters := 0
			for _, s := range w.group.raft.GetConfiguration().Configuration().Servers {
				if s.Suffrage != raft.Voter {
					continue
				}
				voters++
				if string(s.ID) != c.node.id && !asked[string(s.Address)] {
					asked[string(s.Address)] = true
					addrs = append(addrs, string(s.Address))
				}
			}
			cl.need = voters / 2
		}
		cl.waits = append(cl.waits, w.done)
	}
	return claims, addrs
}

// gather asks all addrs and returns when every claim has its majority, or when
// time is up.
func (c *confirmer) gather(claims []*claim, addrs []string, body []byte) {
	type answer struct{ body []byte }
	answers := make(chan answer, len(addrs))
	for _, addr := range addrs {
		c.node.caller.Go(addr, verbTerms, body, func(b []byte, err error) {
			if err != nil {
				b = nil
			}
			answers <- answer{b}
		})
	}
	t := time.NewTimer(confirmTimeout)
	defer t.Stop()
	for range addrs {
		select {
		case a := <-answers:
			if count(claims, a.body) {
				return
			}
		case <-t.C:
			return
		case <-c.wanted:
			return
		}
	}
}

// count takes one node's terms into account; true when no claim needs more.
func count(claims []*claim, body []byte) bool {
	d := decoder{b: body}
	open := 0
	for _, cl := range claims {
		term, age := d.uvarint(), time.Duration(d.uvarint())
		if !d.failed && term == cl.mark.term {
			cl.need--
			cl.ages = append(cl.ages, age)
		}
		if cl.need > 0 {
			open++
		}
	}
	return open == 0
}

// settle answers the reads of a claim.
func (cl *claim) settle() {
	g := cl.group
	var err error
	if cl.need > 0 || cl.mark.term == 0 || g.ready.Load() != cl.mark.term || g.raft.CurrentTerm() != cl.mark.term {
		err = errNotLeader
	} else {
		g.extendLease(cl)
	}
	for _, done := range cl.waits {
		done(cl.mark, err)
	}
}

// noContact is the age of a contact that there was not.
const noContact = time.Hour

// serveTerms answers a round: for each group asked for, this node's term and
// how long ago (ns) it last heard from a leader.
func (n *Node) serveTerms(body []byte, respond peer.Respond) {
	out := make([]byte, 0, 4*len(body))
	for ; len(body) >= 4; body = body[4:] {
		g := n.groupOf(body)
		if g == nil {
			out = binary.AppendUvarint(binary.AppendUvarint(out, 0), 0)
			continue
		}
		// A voter that knows no leader may vote at once: it is no ground for a lease.
		age := noContact
		if leader, _ := g.raft.LeaderWithID(); leader != "" {
			age = max(0, time.Since(g.raft.LastContact()))
		}
		out = binary.AppendUvarint(out, g.raft.CurrentTerm())
		out = binary.AppendUvarint(out, uint64(age))
	}
	respond(out, nil)
}

// groupOf is the group that a message names in its first four bytes.
func (n *Node) groupOf(body []byte) *Group {
	if len(body) < 4 {
		return nil
	}
	return n.Group(binary.BigEndian.Uint32(body))
}
