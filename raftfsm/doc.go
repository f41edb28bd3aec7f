// Package raftfsm runs the Raft groups of a node: it owns the log, the stable
// store, the snapshots, the peer port, and the order in which commands take
// effect. What the commands mean it does not know: it drives a Machine.
//
// The caller's duties:
//
//  1. Open a Node; it starts once it belongs to a cluster. Close it last.
//  2. Hand commands to Group.Propose on any node. It returns when they are
//     committed and applied, across changes of leader, each exactly once.
//  3. Call Group.ReadIndex before reading the machine, then read. The read is
//     linearizable on every node.
//  4. End the process when Config.Fatal is called: the node can no longer keep
//     its word, most often because its disk failed.
//
// DESIGN.md in this folder tells how and why: the life of a command, retries,
// reads, time, founding and membership, and the proofs of agreement.
package raftfsm
