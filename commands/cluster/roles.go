package cluster

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"

	"coordd/ring"
)

// roles is a topology in the terms of Redis Cluster, where a node is either a
// master with slots or a replica of one.
type roles struct {
	ring.Topology
	slots map[string][]ring.Range // by master; neighbouring ranges are joined
	shard map[string]int          // by master: the first of the groups that it leads
	first string                  // the first group's leader, of which all that are no masters are replicas
}

func (c *cluster) roles() roles {
	r := roles{Topology: c.Topology(), slots: map[string][]ring.Range{}, shard: map[string]int{}}
	leaders := make([]string, r.Ring.Groups()+1)
	for g := 1; g < len(leaders); g++ {
		leader, _ := r.Leader(g)
		leaders[g] = leader.ID
		if r.shard[leader.ID] == 0 {
			r.shard[leader.ID] = g
		}
	}
	r.first = leaders[1]
	for _, x := range r.Ring.Ranges() {
		id := leaders[x.Group]
		its := r.slots[id]
		if last := len(its) - 1; last >= 0 && its[last].To+1 == x.From {
			its[last].To = x.To
			continue
		}
		r.slots[id] = append(its, x)
	}
	return r
}

// isMaster tells whether a node leads any group.
func (r roles) isMaster(id string) bool { return r.shard[id] != 0 }

// masterOf is the id of the master that a node belongs to: its own, if it is one.
func (r roles) masterOf(id string) string {
	if r.isMaster(id) {
		return id
	}
	return r.first
}

// replicasOf are the nodes that lead nothing, if id is the first group's leader.
func (r roles) replicasOf(id string) []ring.Node {
	var replicas []ring.Node
	for _, n := range r.Nodes {
		if n.ID != id && r.masterOf(n.ID) == id {
			replicas = append(replicas, n)
		}
	}
	return replicas
}

// shardID is the id of the shard that a node belongs to, in the form of Redis's
// ids. It stays with the group when the leader changes.
func (r roles) shardID(id string) string {
	sum := sha1.Sum(fmt.Appendf(nil, "group %d", r.shard[r.masterOf(id)]))
	return hex.EncodeToString(sum[:])
}
