package sentinel

import (
	"strconv"

	"coordd/commands"
	"coordd/resp"
	"coordd/ring"
)

// view is a topology in the terms of Sentinel.
type view struct {
	ring.Topology
	master ring.Node // the first group's leader, or this node
	known  bool      // whether it is the leader
}

func (s *sentinel) view() view {
	v := view{Topology: s.Topology()}
	v.master, v.known = v.Leader(1)
	return v
}

// others are all nodes but one.
func (v view) others(but string) []ring.Node {
	var nodes []ring.Node
	for _, n := range v.Nodes {
		if n.ID != but {
			nodes = append(nodes, n)
		}
	}
	return nodes
}

// majority is how many votes of the first group elect a leader.
func (v view) majority() int { return len(v.Group(1).Voters)/2 + 1 }

// instance is a description being written: field, value, ..., all of them
// strings, in the order of Redis Sentinel.
type instance []resp.Reply

func (i *instance) add(field, value string) {
	*i = append(*i, resp.Bulk(field), resp.Bulk(value))
}

func (i *instance) number(field string, n int64) { i.add(field, strconv.FormatInt(n, 10)) }

// describe begins an instance with what masters, replicas and Sentinels have in
// common. flags stand behind those that tell whether it is down.
func describe(name string, n ring.Node, flags string) *instance {
	host, port := n.Client()
	silent := n.Silent.Milliseconds()
	if n.Down() {
		flags = "s_down," + flags + ",disconnected"
	}
	i := &instance{}
	i.add("name", name)
	i.add("ip", host)
	i.number("port", int64(port))
	i.add("runid", n.ID)
	i.add("flags", flags)
	i.number("link-pending-commands", 0)
	i.number("link-refcount", 1)
	i.number("last-ping-sent", 0)
	i.number("last-ok-ping-reply", silent)
	i.number("last-ping-reply", silent)
	if n.Down() {
		i.number("s-down-time", (n.Silent - ring.DownAfter).Milliseconds())
	}
	i.number("down-after-milliseconds", ring.DownAfter.Milliseconds())
	return i
}

// role is what was last heard of a node's part.
func (i *instance) role(n ring.Node, role string) {
	i.number("info-refresh", n.Silent.Milliseconds())
	i.add("role-reported", role)
	i.number("role-reported-time", n.Silent.Milliseconds())
}

func (s *sentinel) master(v view) resp.Reply {
	flags := "master"
	if !v.known {
		flags = "s_down,o_down,master"
	}
	i := describe(s.MasterName, v.master, flags)
	i.role(v.master, "master")
	i.number("config-epoch", int64(v.Epoch))
	i.number("num-slaves", int64(len(v.others(v.master.ID))))
	i.number("num-other-sentinels", int64(len(v.others(v.Self))))
	i.number("quorum", int64(v.majority()))
	i.number("failover-timeout", s.FailoverTimeout.Milliseconds())
	i.number("parallel-syncs", int64(max(1, len(v.others(v.master.ID)))))
	return resp.Map(*i...)
}

func (s *sentinel) masters(*commands.Client, []string) resp.Reply {
	return resp.Array(s.master(s.view()))
}

func (s *sentinel) replicas(v view) resp.Reply {
	masterHost, masterPort := v.master.Client()
	link := "ok"
	if !v.known {
		link = "err"
	}
	list := []resp.Reply{}
	for _, n := range v.others(v.master.ID) {
		i := describe(n.ClientAddr, n, "slave")
		i.role(n, "slave")
		i.number("master-link-down-time", 0)
		i.add("master-link-status", link)
		i.add("master-host", masterHost)
		i.number("master-port", int64(masterPort))
		i.number("slave-priority", 100)
		i.number("slave-repl-offset", int64(s.Offset()))
		i.number("replica-announced", 1)
		list = append(list, resp.Map(*i...))
	}
	return resp.Array(list...)
}

func (s *sentinel) sentinels(v view) resp.Reply {
	list := []resp.Reply{}
	for _, n := range v.others(v.Self) {
		i := describe(n.ID, n, "sentinel")
		i.number("last-hello-message", n.Silent.Milliseconds())
		i.add("voted-leader", "?")
		i.number("voted-leader-epoch", 0)
		list = append(list, resp.Map(*i...))
	}
	return resp.Array(list...)
}

func (s *sentinel) masterAddr(_ *commands.Client, args []string) resp.Reply {
	v := s.view()
	if args[2] != s.MasterName || !v.known {
		return resp.NullArray
	}
	host, port := v.master.Client()
	return resp.Array(resp.Bulk(host), resp.Bulk(strconv.Itoa(port)))
}

// infoCache lists the master first, then the replicas, each with the age of its
// INFO in ms and the INFO, or nil. Redis says nothing of a name it does not know.
func (s *sentinel) infoCache(_ *commands.Client, args []string) resp.Reply {
	found := []resp.Reply{}
	for _, name := range args[2:] {
		if name != s.MasterName || len(found) > 0 {
			continue
		}
		v := s.view()
		pages := []resp.Reply{}
		for _, n := range append([]ring.Node{v.master}, v.others(v.master.ID)...) {
			text := resp.Null
			if n.ID == v.Self {
				text = resp.Bulk(s.Info())
			}
			pages = append(pages, resp.Array(resp.Int(n.Silent.Milliseconds()), text))
		}
		found = append(found, resp.Bulk(s.MasterName), resp.Array(pages...))
	}
	return resp.Array(found...)
}

func (s *sentinel) myID(*commands.Client, []string) resp.Reply { return resp.Bulk(s.Topology().Self) }

func pendingScripts(*commands.Client, []string) resp.Reply { return resp.Array() }
