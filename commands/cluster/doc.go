// Package cluster is the face that coordd shows to clients of Redis Cluster:
// CLUSTER and ASKING.
//
// Every page is rendered from one ring.Topology, which main makes. A Raft group
// appears as a shard: its leader is the master of its slots, and since every
// node keeps all keys, the other voters are its replicas. A node may lead
// several groups, or none; where Redis's pages give a node one role only
// (NODES, SHARDS), one that leads anything is the master of all that it leads,
// and one that leads nothing is a replica of the first group's leader.
//
// Clients may use all this to save a hop. They need not: every node takes every
// command, and nothing here redirects anybody.
package cluster
