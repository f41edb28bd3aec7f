package raftfsm

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/hashicorp/raft"
)

// Bounds of one log entry that packs the commands of many clients.
const (
	entryBytes = 1 << 20 // packing stops here; one command alone may be larger
	entryCount = 8192    // commands
	inFlight   = 1       // entries handed to Raft and not yet applied: with more, each is smaller, and no faster on loopback
)

// proposer packs everything that waits for a group into one log entry after
// another, while this node leads the group. One proposer lives for one term.
type proposer struct {
	raft   *raft.Raft
	stamp  func() int64 // log time for the next entry
	failed func()       // called once when an entry was refused or lost

	mu     sync.Mutex // guards all below
	queue  []section
	expect map[string]section // per origin: what follows its last queued section
	ended  bool

	flying atomic.Int32 // entries with raft

	wake   chan struct{} // capacity 1: queue is not empty
	tokens chan struct{} // one for each entry in flight
	quit   chan struct{} // closed by end
}

func newProposer(r *raft.Raft, stamp func() int64, failed func()) *proposer {
	return &proposer{
		raft: r, stamp: stamp, failed: failed,
		expect: map[string]section{},
		wake:   make(chan struct{}, 1),
		tokens: make(chan struct{}, inFlight),
		quit:   make(chan struct{}),
	}
}

// push queues a section. What of it was queued before is left out; what leaves
// a gap behind the origin's last section and its acknowledgements is dropped,
// since a proposal must keep the origin's order, and the origin will send it
// again from the gap on.
func (p *proposer) push(s section) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.ended {
		return
	}
	if e, ok := p.expect[s.origin]; ok && e.start >= s.start {
		switch {
		case e.start > s.start: // of a process that has ended
			return
		case s.first > max(e.first, s.acked) || s.next() <= e.first:
			return
		case s.first < e.first:
			s.cmds = s.cmds[e.first-s.first:]
			s.first = e.first
		}
	}
	p.expect[s.origin] = section{origin: s.origin, start: s.start, first: s.next()}
	p.queue = append(p.queue, s)
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

// busy tells whether an entry is on its way, or will be.
func (p *proposer) busy() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.queue) > 0 || p.flying.Load() > 0
}

// end drops what is queued and stops run. The origins will send it elsewhere.
func (p *proposer) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.ended {
		p.ended, p.queue = true, nil
		close(p.quit)
	}
}

// run proposes until end. It takes a token before it packs, so that an entry
// holds all that has come in by the time it can leave.
func (p *proposer) run() {
	for {
		select {
		case p.tokens <- struct{}{}:
		case <-p.quit:
			return
		}
		select {
		case <-p.wake:
		case <-p.quit:
			return
		}
		sections := p.take()
		if len(sections) == 0 {
			<-p.tokens
			continue
		}
		p.propose(entry{kind: batchEntry, now: p.stamp(), sections: sections})
	}
}

func (p *proposer) propose(e entry) {
	size := 16
	for i := range e.sections {
		size += e.sections[i].size()
	}
	p.flying.Add(1)
	f := p.raft.Apply(e.append(make([]byte, 0, size)), 0)
	go func() {
		err := f.Error()
		p.flying.Add(-1)
		<-p.tokens
		if err != nil {
			p.end()
			p.failed()
		}
	}()
}

// take removes from the queue what goes into the next entry, sections that
// follow one another joined.
func (p *proposer) take() []section {
	p.mu.Lock()
	defer p.mu.Unlock()
	var out []section
	bytes, count := 0, 0
	for len(p.queue) > 0 && bytes < entryBytes && count < entryCount {
		s := p.queue[0]
		n := s.fit(entryBytes-bytes, entryCount-count)
		part := s
		part.cmds = s.cmds[:n:n]
		bytes += part.size()
		count += n
		if last := len(out) - 1; last >= 0 && out[last].follows(&part) {
			out[last].cmds = append(out[last].cmds, part.cmds...)
			out[last].acked = max(out[last].acked, part.acked)
		} else {
			out = append(out, part)
		}
		if n < len(s.cmds) {
			p.queue[0].first += uint64(n)
			p.queue[0].cmds = s.cmds[n:]
			break
		}
		p.queue[0] = section{}
		p.queue = p.queue[1:]
	}
	if len(p.queue) > 0 {
		select {
		case p.wake <- struct{}{}:
		default:
		}
	} else {
		p.queue = nil
	}
	return out
}

// fit says how many of the section's commands go into an entry that has room
// for bytes and count: at least one.
func (s *section) fit(bytes, count int) int {
	n := 0
	for n < len(s.cmds) && n < count {
		bytes -= len(s.cmds[n]) + 4
		if bytes < 0 && n > 0 {
			break
		}
		n++
	}
	return n
}

// clock stamps entries: milliseconds that never go back, however the machine's
// clock is set. It lives on the node and follows what the log has shown.
type clock struct {
	mu   sync.Mutex // guards last
	last int64
}

// now is the time for the next entry: the wall clock, or the last stamp seen if
// that is later.
func (c *clock) now() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last = max(c.last, time.Now().UnixMilli())
	return c.last
}

// seen takes a stamp that was applied from the log.
func (c *clock) seen(t int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last = max(c.last, t)
}
