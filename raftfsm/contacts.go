package raftfsm

import (
	"sync"
	"time"
)

// contacts remembers when other nodes last answered, so that clients can be
// told who is down, and what waits for a dead node's clients can go on. Raft
// decides nothing by it: that has its own heartbeats. What feeds it are the questions
// of agree.go, which go to all voters each second.
type contacts struct {
	mu   sync.Mutex
	with map[string]contact // by node id
}

type contact struct {
	asked    time.Time // for the last time
	answered time.Time // for the last time; before the first answer, when it was first asked
}

func (c *contacts) asked(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	known, ok := c.with[id]
	known.asked = time.Now()
	if !ok {
		known.answered = known.asked
	}
	c.set(id, known)
}

func (c *contacts) answered(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	known := c.with[id]
	known.answered = time.Now()
	c.set(id, known)
}

// set is called with mu held.
func (c *contacts) set(id string, known contact) {
	if c.with == nil {
		c.with = map[string]contact{}
	}
	c.with[id] = known
}

// Silent tells how long ago another node last answered this one; 0 for itself
// and for nodes that are not asked, such as those that have no vote yet.
func (n *Node) Silent(id string) time.Duration {
	n.contacts.mu.Lock()
	defer n.contacts.mu.Unlock()
	if known, ok := n.contacts.with[id]; ok {
		return time.Since(known.answered)
	}
	return 0
}

// stillAsked is the age of a question by which a node is asked no more: it has lost
// its vote.
const stillAsked = 5 * agreeInterval

// SilentFor are the nodes that this one asks and that have not answered for as long,
// whether the registry knows them yet or not; in no order.
func (n *Node) SilentFor(d time.Duration) []string {
	n.contacts.mu.Lock()
	defer n.contacts.mu.Unlock()
	var silent []string
	for id, known := range n.contacts.with {
		if time.Since(known.answered) >= d && time.Since(known.asked) < stillAsked {
			silent = append(silent, id)
		}
	}
	return silent
}
