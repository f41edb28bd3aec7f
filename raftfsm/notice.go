package raftfsm

import "time"

// A follower learns that an entry is committed with the leader's next entry, or
// up to CommitTimeout later when none follows: too late for clients there that
// wait for a message or an element. So a leader that has applied an entry and
// has no other to send tells its followers at once, on the streams by which
// they forward commands. The news is hints alone (nudge): whether they are
// true is judged by raft.

// noticePause is how long a leader waits for another entry, which would carry
// the same news.
const noticePause = time.Millisecond

// noticeStart stands in a section in the place of a node's start, of which the
// first is 1: the section is a notice, of the term acked and the index first.
const noticeStart = 0

// keepNotified tells followers of commits while this node leads.
func (g *Group) keepNotified() {
	pause := time.NewTimer(time.Hour)
	defer pause.Stop()
	var told uint64
	for {
		select {
		case <-g.closed:
			return
		case <-g.committed:
			pause.Reset(noticePause)
		case <-pause.C:
			if index := g.fsm.applied.value.Load(); index > told && g.notify(index) {
				told = index
			}
		}
	}
}

// notify sends a notice, unless an entry is on its way, which poke will follow.
func (g *Group) notify(index uint64) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	term := g.ready.Load()
	if term == 0 || g.proposer == nil || g.proposer.busy() {
		return false
	}
	s := section{start: noticeStart, acked: term, first: index}
	for _, f := range g.origins {
		_ = f.Send(s.append) // an error ends the stream, and its reader notices
	}
	return true
}

// takeNotices hands raft the newest notice, one at a time; it ends with the
// group.
func (g *Group) takeNotices() {
	for {
		select {
		case <-g.closed:
			return
		case m := <-g.notices:
			if g.fsm.applied.value.Load() < m.index {
				g.nudge(m)
			}
		}
	}
}

// noticed keeps the newest notice for takeNotices and does not wait.
func (g *Group) noticed(m readMark) {
	select {
	case <-g.notices: // older news
	default:
	}
	select {
	case g.notices <- m:
	default:
	}
}
