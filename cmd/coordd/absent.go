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
// that are not there, until ctx ends. It goes by what the groups know, not by what
// they were told: a node may be silent, heard of, with clients again, and silent, all
// between two looks.
func (srv *server) watchAbsent(ctx context.Context) {
	t := time.NewTicker(absentLook)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		for _, a := range srv.absences() {
			if e := srv.engines[a.group]; block.Knows(e, a.node, a.removed) || pubsub.Knows(e, a.node) {
				srv.tellOf(ctx, a)
			}
		}
	}
}

// absences are all that the groups which this node leads should know.
func (srv *server) absences() []absence {
	var found []absence
	for group := uint32(1); group <= uint32(srv.node.Groups()); group++ {
		if !srv.node.Group(group).Leads() {
			continue
		}
		for _, id := range srv.node.SilentFor(absentAfter) {
			found = append(found, absence{group, id, false})
		}
		for _, id := range srv.node.Removed() {
			found = append(found, absence{group, id, true})
		}
	}
	return found
}

// tellOf proposes the words. If they are lost, the next look finds what there is.
func (srv *server) tellOf(ctx context.Context, a absence) {
	var cmds [][]byte
	for _, words := range a.words() {
		cmds = append(cmds, commands.EncodeCommand(nil, 0, words))
	}
	ctx, cancel := context.WithTimeout(ctx, srv.settings.RequestTimeout)
	defer cancel()
	_, _ = srv.node.Group(a.group).Propose(ctx, cmds)
}
