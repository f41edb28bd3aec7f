package admin

import (
	"fmt"
	"strings"

	"coordd/commands"
	"coordd/resp"
)

// page is an INFO being written.
type page struct{ strings.Builder }

// line writes one field.
func (p *page) line(field string, value any) { fmt.Fprintf(p, "%s:%v\r\n", field, value) }

// section is one part of INFO.
type section struct {
	name  string
	asked bool // shown only when it, or everything, is asked for
	write func(a *admin, p *page)
}

// sections are in the order in which Redis shows them; raft is coordd's own.
var sections = [...]section{
	{"Server", false, (*admin).infoServer},
	{"Clients", false, (*admin).infoClients},
	{"Memory", false, (*admin).infoMemory},
	{"Persistence", false, (*admin).infoPersistence},
	{"Stats", false, (*admin).infoStats},
	{"Replication", false, (*admin).infoReplication},
	{"CPU", false, (*admin).infoCPU},
	{"Modules", false, func(*admin, *page) {}}, // there are none
	{"Commandstats", true, (*admin).infoCommandStats},
	{"Errorstats", false, (*admin).infoErrorStats},
	{"Latencystats", true, (*admin).infoLatencyStats},
	{"Cluster", false, (*admin).infoCluster},
	{"Raft", false, (*admin).infoRaft},
	{"Keyspace", false, (*admin).infoKeyspace},
}

// info answers the sections that are named; those that nobody knows are left out.
func (a *admin) info(_ *commands.Client, args []string) resp.Reply {
	normal, all := len(args) == 1, false
	named := map[string]bool{}
	for _, arg := range args[1:] {
		switch word := strings.ToLower(arg); word {
		case "default":
			normal = true
		case "all", "everything":
			all = true
		default:
			named[word] = true
		}
	}
	var p page
	for _, s := range sections {
		if !all && (!normal || s.asked) && !named[strings.ToLower(s.name)] {
			continue
		}
		if p.Len() > 0 {
			p.WriteString("\r\n")
		}
		p.WriteString("# " + s.name + "\r\n")
		s.write(a, &p)
	}
	return resp.Verbatim(p.String())
}

func (a *admin) infoCluster(p *page) {
	// Always 1: any client that speaks Redis Cluster is welcome (redis-py asks
	// for this before it talks to a node).
	p.line("cluster_enabled", 1)
}

func (a *admin) infoKeyspace(p *page) {
	for db := range databases {
		if keys, expires := a.Keys(db); keys > 0 {
			fmt.Fprintf(p, "db%d:keys=%d,expires=%d,avg_ttl=0\r\n", db, keys, expires)
		}
	}
}

func (a *admin) infoRaft(p *page) {
	st := a.Cluster.Status()
	p.line("raft_node_id", st.NodeID)
	p.line("raft_groups", len(st.Groups))
	for _, g := range st.Groups {
		fmt.Fprintf(p, "raft_group_%d:role=%s,term=%d,leader=%s,leader_addr=%s,applied=%d,commit=%d,first_log=%d,last_log=%d,snapshot=%d,log_time=%d,state_hash=%s,voters=%s,nonvoters=%s\r\n",
			g.ID, g.Role, g.Term, g.Leader, g.LeaderAddr, g.Applied, g.Commit, g.FirstLog, g.LastLog, g.Snapshot, g.LogTime, g.StateHash,
			strings.Join(g.Voters, "|"), strings.Join(g.NonVoters, "|"))
	}
}

func (a *admin) infoReplication(p *page) {
	st := a.Cluster.Status()
	if st.Leads {
		p.line("role", "master")
	} else {
		p.line("role", "slave")
		link := "up"
		if st.LeaderAddr == "" {
			link = "down"
		}
		host, port := splitAddr(st.LeaderAddr)
		p.line("master_host", host)
		p.line("master_port", port)
		p.line("master_link_status", link)
		p.line("master_last_io_seconds_ago", 0)
		p.line("master_sync_in_progress", 0)
		p.line("slave_read_repl_offset", st.Offset)
		p.line("slave_repl_offset", st.Offset)
		p.line("slave_priority", 100)
		p.line("slave_read_only", 0) // every node takes writes
	}
	replicas := st.Replicas
	if !st.Leads {
		replicas = nil
	}
	p.line("connected_slaves", len(replicas))
	for i, r := range replicas {
		host, port := splitAddr(r.Addr)
		fmt.Fprintf(p, "slave%d:ip=%s,port=%d,state=online,offset=%d,lag=0\r\n", i, host, port, r.Offset)
	}
	p.line("master_failover_state", "no-failover")
	p.line("master_repl_offset", st.Offset)
}
