// Package block carries out the commands that wait (BLPOP ... XREAD BLOCK): first
// come, first served over all nodes, nothing taken for a client that has gone,
// nothing lost when a leader or a node is.
//
// Reading order: waiter.go and queue.go (the replicated state), serve.go (who
// gets what), rows.go (the words of the log), then the side of the node:
// block.go (a client that waits), group.go (what a node tells the log),
// outlet.go (what the log tells a node), read.go (waiting without a queue).
//
// # The queue is in the log
//
// The first attempt rides the log as coordd.wait. If there is nothing, or
// somebody has come earlier for what there is, the client gets a place in the
// queue of each of its keys, in the hidden database store.Waiting. So order is
// the log's, leaders may change, and no node's memory matters.
//
// A command that can never be served by what serves another (BLPOP and BZPOPMIN,
// readers in two groups of a stream) waits in another queue of the same key: its
// class. So a queue whose first has got nothing has nothing for anybody in it.
//
// # Taking needs a client that is there
//
// Nothing is taken for a client by guess. When a key is touched (Engine.Wake)
// and holds something, the first in its queue are asked: the effect ready. The
// nodes at which they wait, if they are still there, answer coordd.claim; only
// then is the queue served from its head, within the entry: the element
// leaves its key, the client leaves the queue, the effect served carries the
// reply to the node. A head that has not answered is waited for.
//
// A claim counts for what was there when it was asked for, and for nothing that
// was pushed after its client had gone. A queue therefore notes since which entry
// there has been enough for all who were asked (its mark), and a claim bears the
// entry that it answers. When others have taken something from under them the
// mark is made anew, older claims are stale, and their clients are asked again.
// The mark also notes up to which place clients have been asked, so no touch asks
// twice, and one push to a key with ten thousand clients asks one.
//
// A command over several keys is only served at the queue of the key that it would
// take from: nobody is overtaken there.
//
// # In turn
//
// LOCK is another case (commands.Turns): what is given to a client that has gone
// comes back by itself, when the lease ends. So nobody is asked: the first in the
// queue is served within the entry in which its attempt succeeds, then the next, and
// nobody behind a first whose attempt fails. The command itself says where in the
// queue a newcomer stands, and may refuse it.
//
// # Going away
//
// A timeout, a closed connection and CLIENT UNBLOCK are coordd.unwait. It
// answers what the client was served, if it was, before: for a timeout that is
// the reply; for a closed connection it is the race that Redis has too.
//
// A node that dies leaves its clients in the queue. coordd.forget takes them
// out: the node itself says it at its next start, or a leader says it of a node
// that has been silent. That one may be alive: its clients then enroll
// again, which costs them their places and nothing else.
//
// # Nothing is lost
//
// Proposals are applied exactly once and in order (raftfsm), so a claim or an
// enrollment may meet any failover. Effects are not: a node that installs a
// snapshot skips entries and their effects. So a served reply is kept in the
// state until its node says coordd.heard, and after a snapshot a node compares:
// whom it finds waiting it claims, whose reply it finds it answers, who is
// missing it enrolls again. Enrolling twice is the same as once.
//
// # Not in the queue
//
// XREAD takes nothing, so any number may be served and none has a place: it
// waits on its node, looking again whenever this node's state of its keys
// changes.
package block
