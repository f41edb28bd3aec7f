// Package peer is the one listener that the nodes of a cluster share: Raft of
// every group, forwarded commands, read confirmations and membership all come
// in on one port and are told apart by the first bytes of a connection.
//
// A connection opens with a preamble (preamble.go) that says which of three
// kinds it is:
//
//   - Raft: raw bytes between two raft transports of one group.
//   - Forward: frames of commands on their way to a leader, and of their replies.
//   - Calls: numbered requests and answers (calls.go): small, quick, many at once.
//
// The package knows neither Raft nor commands: it moves bytes.
package peer
