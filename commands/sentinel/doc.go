// Package sentinel is the face that coordd shows to clients of Redis Sentinel:
// every node is a Sentinel too, on the port that it serves clients on.
//
// Every page is rendered from one ring.Topology, which main makes. There is one
// master under one name: the leader of the first group of keys. All other nodes
// are its replicas, and all but the one that is asked are the other Sentinels.
// With several groups the choice is as good as any other, since every node
// takes every command. ROLE and INFO (commands/admin) say the same.
//
// While no leader is known nobody is master: GET-MASTER-ADDR-BY-NAME answers
// nil, so that a client goes on to a node that knows better, and where an
// address must be shown it is that of the node that is asked, flagged o_down.
package sentinel
