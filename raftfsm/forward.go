package raftfsm

import (
	"net"
	"sync/atomic"
	"time"

	"coordd/raftfsm/peer"
)

// forwardSink takes this node's commands to the leader of a group over a
// stream of frames: a section each way out, replies back.
type forwardSink struct {
	leader string // node id
	frames *peer.Frames
	broken atomic.Bool
}

// push implements sink. A backlog goes in frames of moderate size.
func (f *forwardSink) push(s section) {
	for len(s.cmds) > 0 {
		n := s.fit(entryBytes, entryCount)
		part := s
		part.cmds = s.cmds[:n]
		if f.frames.Send(part.append) != nil {
			f.broken.Store(true)
			return
		}
		s.first += uint64(n)
		s.cmds = s.cmds[n:]
	}
}

// follow turns the outbox to the node that leads the group; "" is none.
func (g *Group) follow(leader, addr string) {
	g.mu.Lock()
	old := g.forward
	if old != nil && old.leader == leader && !old.broken.Load() {
		g.mu.Unlock()
		return
	}
	g.dropForward()
	g.mu.Unlock()
	if leader == "" || leader == g.node.id {
		return
	}
	p := peer.Preamble{Kind: peer.Forward, Group: g.ID, From: g.node.identity()}
	conn, err := peer.Dial(addr, p, forwardTimeout)
	if err != nil {
		return // steer comes by again soon
	}
	f := &forwardSink{leader: leader, frames: peer.NewFrames(conn)}
	g.goFunc(func() { g.receiveReplies(f) })
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.isClosed() || g.proposer != nil {
		f.frames.Close()
		return
	}
	g.forward = f
	g.outbox.retarget(f)
}

// forwardTimeout bounds the dialling of a leader.
const forwardTimeout = 500 * time.Millisecond

// dropForward ends the stream to another leader, if there is one; g.mu is held.
func (g *Group) dropForward() {
	if g.forward != nil {
		g.outbox.retarget(nil)
		g.forward.frames.Close()
		g.forward = nil
	}
}

// receiveReplies ends when the stream does.
func (g *Group) receiveReplies(f *forwardSink) {
	defer g.lookAgain()
	defer f.broken.Store(true)
	defer f.frames.Close()
	for {
		b, err := f.frames.Receive()
		if err != nil {
			return
		}
		d := decoder{b: b}
		s := d.section()
		if d.failed {
			return
		}
		if s.start == noticeStart {
			g.noticed(readMark{term: s.acked, index: s.first})
			continue
		}
		g.outbox.resolve(s.start, s.first, s.cmds)
	}
}

// sendReplies sends replies to their origin in the form of a section.
func sendReplies(f *peer.Frames, start, first uint64, replies [][]byte) {
	for len(replies) > 0 {
		s := section{start: start, first: first, cmds: replies}
		n := s.fit(entryBytes, entryCount)
		s.cmds = replies[:n]
		if f.Send(s.append) != nil {
			return // the origin will come back and ask again
		}
		first += uint64(n)
		replies = replies[n:]
	}
}

// serveForward takes the commands of another node's clients. They are never
// forwarded on: a node that does not lead ends the stream at once.
func (g *Group) serveForward(conn net.Conn, origin string) {
	f := peer.NewFrames(conn)
	defer f.Close()
	g.mu.Lock()
	p := g.proposer
	if p != nil {
		if old := g.origins[origin]; old != nil {
			old.Close()
		}
		g.origins[origin] = f
	}
	g.mu.Unlock()
	if p == nil {
		return
	}
	defer func() {
		g.mu.Lock()
		if g.origins[origin] == f {
			delete(g.origins, origin)
		}
		g.mu.Unlock()
	}()
	for {
		b, err := f.Receive()
		if err != nil {
			return
		}
		d := decoder{b: b}
		s := d.section()
		if d.failed || s.origin != origin {
			return
		}
		p.push(s)
	}
}
