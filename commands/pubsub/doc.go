// Package pubsub is publish and subscribe over all nodes, and the keyspace
// events that travel the same way.
//
// A message is a command of the log like any write: PUBLISH changes nothing, but
// emits a commands.Message, which every node finds among the effects of the
// entry and hands to its own subscribers. One channel belongs to one group, as
// a key does, so its messages have one order, the same on all nodes and together
// with the writes of that group, and each node gets each message once.
//
// Who subscribes is known to the state too, as a count for each channel and
// pattern and node (census.go). So PUBLISH answers how many clients will get the
// message, over all nodes, and PUBSUB speaks of the whole cluster. A node tells
// its counts in batches, one under way at a time for each group (registrar.go).
// SUBSCRIBE is answered when its count is committed, and delivery begins at that
// very entry of the log: what is published after the reply is delivered, what
// was published before is not, not even when a node that restarts goes through
// old entries again. Where no leader can be reached in time, the client is
// subscribed all the same, and counted later.
//
// Patterns are counted in every group, since any channel may match them, and so
// are the channels of keyspace events, which come from the group of the key.
// Some channels are this node's own (Config.Own: the events of Sentinel): they
// need no log, and nobody else publishes there.
//
// The goroutine that applies the log only puts messages into a queue; one
// goroutine for each group hands them out (fanout.go). Pushing to a client never
// waits for it, so the queue is bounded by work alone: when it is full, applying
// waits, as Redis publishes before it goes on.
//
// Reading order: hub.go, words.go, part.go, registrar.go, fanout.go for a node;
// rows.go, census.go for the state; events.go for keyspace events, misses.go for
// those of reads.
package pubsub
