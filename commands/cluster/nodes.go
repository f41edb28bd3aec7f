package cluster

import (
	"fmt"
	"net"
	"strings"

	"coordd/commands"
	"coordd/resp"
	"coordd/ring"
)

// nodes lists all nodes, one a line; clients rely on the line break after the
// last one too.
func (c *cluster) nodes(*commands.Client, []string) resp.Reply {
	r := c.roles()
	var page strings.Builder
	for _, n := range r.Nodes {
		page.WriteString(c.line(r, n) + "\n")
	}
	return resp.Verbatim(page.String())
}

// replicas lists the replicas of a master in the form of NODES.
func (c *cluster) replicas(_ *commands.Client, args []string) resp.Reply {
	r := c.roles()
	if _, known := r.Node(args[2]); !known {
		return errUnknownNode(args[2])
	}
	if !r.isMaster(args[2]) {
		return errNotMaster
	}
	lines := []resp.Reply{}
	for _, n := range r.replicasOf(args[2]) {
		lines = append(lines, resp.Bulk(c.line(r, n)))
	}
	return resp.Array(lines...)
}

// line describes a node as CLUSTER NODES does:
// id ip:port@busport[,hostname] flags master ping-sent pong-received epoch link slots...
// The topology is decided in one place, so all nodes have its epoch.
func (c *cluster) line(r roles, n ring.Node) string {
	host, port := n.Client()
	hostname, link, pong := "", "connected", int64(0)
	if !isIP(host) {
		hostname = "," + host
	}
	flags := "slave"
	master := r.masterOf(n.ID)
	if master == n.ID {
		flags, master = "master", "-"
	}
	if n.ID == r.Self {
		flags = "myself," + flags
	} else {
		pong = c.Now().Add(-n.Silent).UnixMilli()
	}
	if n.Down() {
		// Tools leave out what has failed but not what only may have. On the side of
		// a majority, who is silent has failed.
		flags, link = flags+",fail", "disconnected"
		if _, known := r.Leader(1); !known {
			flags += "?"
		}
	}
	line := fmt.Sprintf("%s %s:%d@%d%s %s %s 0 %d %d %s", n.ID, host, port, n.PeerPort(), hostname, flags, master, pong, r.Epoch, link)
	for _, x := range r.slots[n.ID] {
		if x.From == x.To {
			line += fmt.Sprintf(" %d", x.From)
		} else {
			line += fmt.Sprintf(" %d-%d", x.From, x.To)
		}
	}
	return line
}

func isIP(host string) bool { return net.ParseIP(host) != nil }
