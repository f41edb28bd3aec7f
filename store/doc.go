// Package store keeps the data of one group: sixteen databases of keys, each
// holding a string, a list, a set, a hash, a sorted set, a stream or a lock.
//
// It is pure: no clock, no goroutine, no lock, no log, no I/O but the reader and
// the writer of a snapshot. Time, index and random seed come with the entries
// of the log, so stores that ran the same entries are equal, also in everything
// that a later command could observe: the order of small collections, versions,
// credits, counters. Hash covers exactly that, and it is what a snapshot holds.
//
// Reading order: entry.go (a key and its value), trie.go (the ordered table of
// keys, also of large sets, hashes and sorted sets), seq.go (the sequence
// behind lists and ranks), store.go and tx.go (how they are used), then the types.
//
// # Duties of the caller
//
//  1. One writer at a time, and nobody beside it: Begin, all use of its Tx until
//     the last Done, Freeze and ReadFrom exclude views. Views exclude only the
//     writer. A Frozen excludes nobody.
//  2. Done after every command, before the next one.
//  3. Strings that are given may alias a buffer that is reused after the call;
//     strings that are returned are immutable and may be kept.
//
// # Copy on write
//
// Freeze copies nothing: it hands out the roots. Whatever existed at that time
// is replaced, never changed, from then on. Nodes of a trie and parts of a
// sequence bear the token of their owner, and are copied by anybody else; a
// collection bears the epoch in which it was made, and is copied in a later one.
// Its copy shares its nodes in turn, so the first change of a key with a million
// members costs a table of parts at most.
package store
