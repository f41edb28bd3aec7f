package cluster

import (
	"coordd/commands"
	"coordd/resp"
	"coordd/ring"
)

// slots lists every range of slots with its group's leader and then those of
// the group's other voters that answer.
func (c *cluster) slots(*commands.Client, []string) resp.Reply {
	t := c.Topology()
	servers := make([][]resp.Reply, t.Ring.Groups()+1)
	for g := 1; g < len(servers); g++ {
		leader, _ := t.Leader(g)
		servers[g] = []resp.Reply{endpoint(leader)}
		group := t.Group(g)
		for _, n := range t.Nodes {
			if n.ID != leader.ID && group.IsVoter(n.ID) && !n.Down() {
				servers[g] = append(servers[g], endpoint(n))
			}
		}
	}
	var rows []resp.Reply
	for _, x := range t.Ring.Ranges() {
		row := []resp.Reply{resp.Int(int64(x.From)), resp.Int(int64(x.To))}
		rows = append(rows, resp.Array(append(row, servers[x.Group]...)...))
	}
	return resp.Array(rows...)
}

// endpoint is a node in SLOTS: where to dial, its id, and what else is known of
// its address, which is nothing.
func endpoint(n ring.Node) resp.Reply {
	host, port := n.Client()
	return resp.Array(resp.Bulk(host), resp.Int(int64(port)), resp.Bulk(n.ID), resp.Map())
}

// shards lists every master with its slots and its replicas. As in Redis, each
// node is in one shard.
func (c *cluster) shards(*commands.Client, []string) resp.Reply {
	r := c.roles()
	var shards []resp.Reply
	for _, n := range r.Nodes {
		if !r.isMaster(n.ID) {
			continue
		}
		slots := []resp.Reply{}
		for _, x := range r.slots[n.ID] {
			slots = append(slots, resp.Int(int64(x.From)), resp.Int(int64(x.To)))
		}
		nodes := []resp.Reply{c.member(r, n)}
		for _, replica := range r.replicasOf(n.ID) {
			nodes = append(nodes, c.member(r, replica))
		}
		shards = append(shards, resp.Map(
			resp.Bulk("slots"), resp.Array(slots...),
			resp.Bulk("nodes"), resp.Array(nodes...)))
	}
	return resp.Array(shards...)
}

// member is a node in SHARDS.
func (c *cluster) member(r roles, n ring.Node) resp.Reply {
	host, port := n.Client()
	role, health := "replica", "online"
	if r.isMaster(n.ID) {
		role = "master"
	}
	switch {
	case n.Down():
		health = "fail"
	case role == "replica" && !r.Group(1).IsVoter(n.ID):
		health = "loading" // it has just joined and gets its vote when it has caught up
	}
	fields := []resp.Reply{
		resp.Bulk("id"), resp.Bulk(n.ID),
		resp.Bulk("port"), resp.Int(int64(port)),
		resp.Bulk("ip"), resp.Bulk(host),
		resp.Bulk("endpoint"), resp.Bulk(host),
	}
	if !isIP(host) {
		fields = append(fields, resp.Bulk("hostname"), resp.Bulk(host))
	}
	return resp.Map(append(fields,
		resp.Bulk("role"), resp.Bulk(role),
		resp.Bulk("replication-offset"), resp.Int(int64(c.Offset())),
		resp.Bulk("health"), resp.Bulk(health))...)
}
