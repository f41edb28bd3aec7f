package main

import (
	"context"
	"time"

	"coordd/commands"
	"coordd/commands/block"
	"coordd/commands/pubsub"
)

const (
	absentAfter = 3 * time.Second        // without a word, a node is taken for absent
	absentLook  = 500 * time.Millisecond // between two looks
)

// absence is what a group is to be told of a node.
type absence struct {
	group   uint32
	node    string
	removed bool // for good; else it is silent
}

// words are the internal commands by which a group forgets what the node's clients
// had there. A node that was only cut off sees them in the log, and comes back
// with what its clients want.
func (a absence) words() [][]string {
	const every = "18446744073709551615" // start of the node
	starts := "0"
	if a.removed {
		starts = every
	}
	return [][]string{{block.ForgetName, a.node, starts}, {pubsub.ForgetName, a.node, every}}
}

// watchAbsent has the groups that this node leads forget the clients of nodes
// that are not there, until ctx ends. A group is told once, until the node
// is heard of again; who leads next tells it once more, which changes nothing.
func (srv *server) watchAbsent(ctx context.Context) {
	told := map[absence]bool{}
	t := time.NewTicker(absentLook)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		now := srv.absences()
		for a := range told {
			if !now[a] {
				delete(told, a)
			}
		}
		for a := range now {
			told[a] = told[a] || srv.tellOf(ctx, a)
		}
	}
}

// absences are all that the groups which this node leads should know.
func (srv *server) absences() map[absence]bool {
	found := map[absence]bool{}
	for group := uint32(1); group <= uint32(srv.node.Groups()); group++ {
		if !srv.node.Group(group).Leads() {
			continue
		}
		for _, m := range srv.node.Members() {
			if srv.node.Silent(m.ID) >= absentAfter {
				found[absence{group, m.ID, false}] = true
			}
		}
		for _, id := range srv.node.Removed() {
			found[absence{group, id, true}] = true
		}
	}
	return found
}

// tellOf tells whether the group has agreed.
func (srv *server) tellOf(ctx context.Context, a absence) bool {
	var cmds [][]byte
	for _, words := range a.words() {
		cmds = append(cmds, commands.EncodeCommand(nil, 0, words))
	}
	ctx, cancel := context.WithTimeout(ctx, srv.settings.RequestTimeout)
	defer cancel()
	_, err := srv.node.Group(a.group).Propose(ctx, cmds)
	return err == nil
}
