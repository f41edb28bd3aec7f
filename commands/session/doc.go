// Package session is one connection's side of the server: it takes a pipeline
// as the wire delivers it, lets each command through the gates, finds the
// group that owns its keys, hands neighbouring commands to the log together,
// and writes the replies in the order of the commands.
//
// Reading order: config.go (what a session is given), session.go (a pipeline),
// gates.go (what may pass), run.go (what is handed over together), route.go
// (where to), split.go and walk.go (commands that several groups answer),
// reply.go (what the client sees), caching.go (what it may keep).
//
// # Promises
//
// Replies are in pipeline order, always one for each command. Commands of one
// pipeline on one group are carried out in their order. Commands of one run on
// different groups are carried out side by side: their order among each other
// is not promised, just as it is not between two connections.
//
// A write that was handed to the log goes on when its client goes; a read does
// not. A write that failed is told apart into "nothing was changed" and "not
// known" (reply.go); in doubt it is the latter.
//
// # What is not a reply
//
// A client with subscriptions, or one that caches, is also sent what it has not
// asked for, by others and at any time. A message does not overtake the reply to
// the SUBSCRIBE that began it (commands.Client.Hold); messages and invalidations
// that a write has caused come before its reply (awaitMessages); and
// invalidations do not come later than a value that is newer, nor only before one
// that is older (caching.go).
// # What joins here
//
// MULTI, pub/sub and blocking are gates and ends of runs, nothing else: a
// queued command stops at a gate, EXEC is one command of the log, and a
// command that waits (block.go) ends a run as a local one does: what comes
// behind it in the pipeline waits too.
package session
