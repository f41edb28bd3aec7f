package cluster

import (
	"fmt"
	"strings"

	"coordd/commands"
	"coordd/resp"
	"coordd/ring"
)

// info says "ok" as long as every group has a leader that this node knows of.
func (c *cluster) info(*commands.Client, []string) resp.Reply {
	r := c.roles()
	ok := 0
	for _, x := range r.Ring.Ranges() {
		if _, known := r.Leader(x.Group); known {
			ok += int(x.To) - int(x.From) + 1
		}
	}
	state := "ok"
	if ok < ring.Slots {
		state = "fail"
	}
	var page strings.Builder
	for _, line := range []struct {
		field string
		value any
	}{
		{"cluster_state", state},
		{"cluster_slots_assigned", ring.Slots},
		{"cluster_slots_ok", ok},
		{"cluster_slots_pfail", 0},
		{"cluster_slots_fail", ring.Slots - ok},
		{"cluster_known_nodes", len(r.Nodes)},
		{"cluster_size", len(r.slots)},
		{"cluster_current_epoch", r.Epoch},
		{"cluster_my_epoch", r.Epoch},
		{"cluster_stats_messages_sent", 0}, // there is no gossip to count
		{"cluster_stats_messages_received", 0},
		{"total_cluster_links_buffer_limit_exceeded", 0},
	} {
		fmt.Fprintf(&page, "%s:%v\r\n", line.field, line.value)
	}
	return resp.Verbatim(page.String())
}

func (c *cluster) myID(*commands.Client, []string) resp.Reply { return resp.Bulk(c.Topology().Self) }

func (c *cluster) myShardID(*commands.Client, []string) resp.Reply {
	r := c.roles()
	return resp.Bulk(r.shardID(r.Self))
}

// links shows a connection each way to every other node that answers. Nodes
// share several, made anew when they break; how old each is nobody keeps.
func (c *cluster) links(*commands.Client, []string) resp.Reply {
	t := c.Topology()
	links := []resp.Reply{}
	for _, n := range t.Nodes {
		if n.ID == t.Self || n.Down() {
			continue
		}
		for _, direction := range []string{"to", "from"} {
			links = append(links, resp.Map(
				resp.Bulk("direction"), resp.Bulk(direction),
				resp.Bulk("node"), resp.Bulk(n.ID),
				resp.Bulk("create-time"), resp.Int(c.Started.UnixMilli()),
				resp.Bulk("events"), resp.Bulk("r"),
				resp.Bulk("send-buffer-allocated"), resp.Int(0),
				resp.Bulk("send-buffer-used"), resp.Int(0)))
		}
	}
	return resp.Array(links...)
}

// failureReports is 0: each node judges by itself who is down.
func (c *cluster) failureReports(_ *commands.Client, args []string) resp.Reply {
	if _, known := c.Topology().Node(args[2]); !known {
		return errUnknownNode(args[2])
	}
	return resp.Int(0)
}

// help is made of the rows that are offered.
func (c *cluster) help(*commands.Client, []string) resp.Reply {
	lines := []resp.Reply{resp.Simple("CLUSTER <subcommand> [<arg> [value] [opt] ...]. Subcommands are:")}
	for _, s := range c.offered() {
		if _, name, sub := strings.Cut(s.Name, "|"); sub {
			call := strings.TrimSpace(strings.ToUpper(name) + " " + s.Syntax)
			lines = append(lines, resp.Simple(call), resp.Simple("    "+s.Summary))
		}
	}
	return resp.Array(lines...)
}
