package raftfsm

import (
	"sync"
	"time"
)

// contacts remembers when other nodes last answered, so that clients can be
// told who is down, and what waits for a dead node's clients can go on. Raft
// decides nothing by it: that has its own heartbeats. What feeds it are the questions of agree.go, which go to all voters each second.
type contacts struct {
	mu   sync.Mutex
	last map[string]time.Time // by node id; of one that never answered, when it was first asked
}

func (c *contacts) asked(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, known := c.last[id]; !known {
		c.set(id)
	}
}

func (c *contacts) answered(id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.set(id)
}

// set is called with mu held.
func (c *contacts) set(id string) {
	if c.last == nil {
		c.last = map[string]time.Time{}
	}
	c.last[id] = time.Now()
}

// Silent tells how long ago another node last answered this one; 0 for itself
// and for nodes that are not asked, such as those that have no vote yet.
func (n *Node) Silent(id string) time.Duration {
	n.contacts.mu.Lock()
	defer n.contacts.mu.Unlock()
	if last, known := n.contacts.last[id]; known {
		return time.Since(last)
	}
	return 0
}
