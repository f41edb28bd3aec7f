package cluster

import (
	"strings"

	"coordd/commands"
	"coordd/resp"
)

// Why some words of Redis Cluster are not offered, and what to do instead.
const (
	whySlots    = "every slot has an owner at all times, by a fixed rule: see CLUSTER SLOTS; --groups of a new cluster says among how many leaders they are shared"
	whyEpoch    = "epochs follow from Raft's terms"
	whyFailover = "leaders are elected by Raft: SENTINEL FAILOVER with the master's name hands the first group to another node"
	whyMeet     = "start the new node on an empty folder with --join and the peer address of a member"
	whyReplica  = "every node is a replica of every group that it does not lead"
	whyReset    = "send CLUSTER FORGET with this node's id to another node, then stop this one and remove its data folder"
	whySave     = "there is nothing to save: the configuration is in the log, on disk on every node"
)

// refused are the words that would change by hand what Raft decides here. They
// have rows of their own, so that whoever uses them learns what to use instead.
func refused() []commands.Spec {
	var specs []commands.Spec
	for _, r := range []struct {
		name   string
		arity  int
		since  string
		syntax string
		why    string
	}{
		{"addslots", -3, "3.0.0", "slot [slot ...]", whySlots},
		{"addslotsrange", -4, "7.0.0", "start-slot end-slot [start-slot end-slot ...]", whySlots},
		{"bumpepoch", 2, "3.0.0", "", whyEpoch},
		{"delslots", -3, "3.0.0", "slot [slot ...]", whySlots},
		{"delslotsrange", -4, "7.0.0", "start-slot end-slot [start-slot end-slot ...]", whySlots},
		{"failover", -2, "3.0.0", "[FORCE | TAKEOVER]", whyFailover},
		{"flushslots", 2, "3.0.0", "", whySlots},
		{"meet", -4, "3.0.0", "ip port [cluster-bus-port]", whyMeet},
		{"replicate", 3, "3.0.0", "node-id", whyReplica},
		{"reset", -2, "3.0.0", "[HARD | SOFT]", whyReset},
		{"saveconfig", 2, "3.0.0", "", whySave},
		{"set-config-epoch", 3, "3.0.0", "config-epoch", whyEpoch},
		{"setslot", -4, "3.0.0", "slot <IMPORTING node-id | MIGRATING node-id | NODE node-id | STABLE>", whySlots},
	} {
		answer := resp.Error("ERR CLUSTER " + strings.ToUpper(r.name) + " is not offered: " + r.why)
		flags := hidden
		switch r.name {
		case "reset":
			flags |= commands.NoScript
		case "bumpepoch":
			flags |= commands.NonDeterministic
		}
		specs = append(specs, commands.Spec{
			Name: "cluster|" + r.name, Arity: r.arity, Flags: flags, Since: r.since, Syntax: r.syntax,
			Summary: commands.NotOffered + r.why + ".",
			Conn:    func(*commands.Client, []string) resp.Reply { return answer },
		})
	}
	return specs
}
