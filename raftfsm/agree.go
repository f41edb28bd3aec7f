package raftfsm

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/hashicorp/raft"

	"coordd/raftfsm/peer"
)

// Replicas prove all the time that they agree: each second a node sends the
// others the chained hash of what it has applied, at indexes that they are
// likely to have applied too, and the hash of its whole state at the last
// checkpoint. A node whose word differs from a majority's stops: its state is
// wrong, and a wrong answer is worse than none.

const (
	agreeInterval = time.Second
	olderMark     = 256 // entries: how far back the second mark lies
)

// Checkpoint is the hash of a group's whole state after the entry at Index.
type Checkpoint struct {
	Index uint64
	Hash  uint64
}

// Verdicts on one mark.
const (
	markUnknown byte = iota // not applied yet, or too long ago
	markSame
	markDiffers
)

// checkpoint hashes a frozen state beside further applies.
func (g *Group) checkpoint(index uint64, state Frozen) {
	g.goFunc(func() {
		defer state.Release()
		g.lastCheck.Store(&Checkpoint{Index: index, Hash: state.Hash()})
	})
}

// Checkpoint makes all nodes hash their whole state at one index; Status shows
// the result on each. Only the group's leader can do it.
func (g *Group) Checkpoint() error {
	e := entry{kind: checkpointEntry, now: g.clock.now()}
	return g.raft.Apply(e.append(nil), 0).Error()
}

func (n *Node) keepAgreement() {
	t := time.NewTicker(agreeInterval)
	defer t.Stop()
	for {
		select {
		case <-n.ctx.Done():
			return
		case <-t.C:
		}
		for id := range uint32(n.Groups() + 1) {
			n.Group(id).compare()
		}
	}
}

// compare asks the other voters of a group whether they agree with this node.
func (g *Group) compare() {
	body := g.claimMarks()
	if body == nil {
		return
	}
	voters, asked := 0, 0
	answers := make(chan byte, 16)
	for _, s := range g.raft.GetConfiguration().Configuration().Servers {
		if s.Suffrage != raft.Voter {
			continue
		}
		voters++
		if string(s.ID) == g.node.id || asked == cap(answers) {
			continue
		}
		asked++
		id := string(s.ID)
		g.node.contacts.asked(id)
		g.node.caller.Go(string(s.Address), verbAgree, body, func(b []byte, err error) {
			if err == nil {
				g.node.contacts.answered(id)
			}
			if err != nil || len(b) != 1 {
				b = []byte{markUnknown}
			}
			answers <- b[0]
		})
	}
	differ := 0
	limit := time.After(agreeInterval)
	for range asked {
		select {
		case v := <-answers:
			if v == markDiffers {
				differ++
			}
		case <-limit: // who has not answered by now does not count
			g.judge(differ, voters)
			return
		case <-g.node.ctx.Done():
			return
		}
	}
	g.judge(differ, voters)
}

func (g *Group) judge(differ, voters int) {
	switch {
	case differ == 0:
	case differ > voters/2:
		g.node.fatal(fmt.Errorf("the state of group %d on this node differs from that of the majority: "+
			"stop using this data folder, keep it for analysis, and start the node on an empty one", g.ID))
	default:
		g.node.log.Error("replicas disagree: another node will stop if a majority is against it", "group", g.ID, "nodes", differ)
	}
}

// claimMarks is this node's latest mark, an older one, and its checkpoint.
func (g *Group) claimMarks() []byte {
	index, chain := g.fsm.marks.latest()
	if index == 0 {
		return nil
	}
	b := binary.BigEndian.AppendUint32(nil, g.ID)
	b = appendMark(b, index, chain)
	older := index - index%olderMark
	if chain, ok := g.fsm.marks.at(older); ok {
		b = appendMark(b, older, chain)
	} else {
		b = appendMark(b, 0, 0)
	}
	if c := g.lastCheck.Load(); c != nil {
		return appendMark(b, c.Index, c.Hash)
	}
	return appendMark(b, 0, 0)
}

func appendMark(b []byte, index, hash uint64) []byte {
	return binary.BigEndian.AppendUint64(binary.BigEndian.AppendUint64(b, index), hash)
}

// serveAgree judges another node's marks by this node's own.
func (n *Node) serveAgree(body []byte, respond peer.Respond) {
	g := n.groupOf(body)
	if g == nil || len(body) != 4+3*16 {
		respond([]byte{markUnknown}, nil)
		return
	}
	mark := func(i int) (index, hash uint64) {
		b := body[4+16*i:]
		return binary.BigEndian.Uint64(b), binary.BigEndian.Uint64(b[8:])
	}
	verdict := markUnknown
	for i := range 2 {
		index, chain := mark(i)
		if ours, ok := g.fsm.marks.at(index); ok {
			verdict = max(verdict, compareHash(ours, chain))
		}
	}
	index, hash := mark(2)
	if c := g.lastCheck.Load(); c != nil && c.Index == index {
		verdict = max(verdict, compareHash(c.Hash, hash))
	}
	respond([]byte{verdict}, nil)
}

func compareHash(a, b uint64) byte {
	if a == b {
		return markSame
	}
	return markDiffers
}
