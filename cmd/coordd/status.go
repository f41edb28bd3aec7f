package main

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strconv"

	"coordd/commands/admin"
	"coordd/raftfsm"
)

// clusterView shows raftfsm's status in the form that admin's pages want.
type clusterView struct{ *server }

// Status implements admin.Cluster.
func (v clusterView) Status() admin.Status {
	if v.node == nil {
		return admin.Status{}
	}
	addrs := map[string]string{}
	for _, m := range v.node.Members() {
		addrs[m.ID] = m.ClientAddr
	}
	out := admin.Status{NodeID: v.node.ID()}
	for id := 1; id <= v.node.Groups(); id++ {
		out.Groups = append(out.Groups, groupRow(v.node.Group(uint32(id)).Status(), addrs))
	}
	first := v.node.Group(1).Status()
	out.Leads = first.Role == "leader"
	out.LeaderAddr = addrs[first.Leader]
	out.Offset = first.Applied
	for _, s := range first.Servers {
		if s.Voter {
			out.Voters++
		}
		if s.ID != first.Leader {
			out.Replicas = append(out.Replicas, admin.Replica{Addr: addrs[s.ID], Offset: first.Commit})
		}
	}
	return out
}

func groupRow(s raftfsm.Status, addrs map[string]string) admin.GroupStatus {
	row := admin.GroupStatus{
		ID: int(s.Group), Role: s.Role, Term: s.Term, Leader: s.Leader, LeaderAddr: addrs[s.Leader],
		Applied: s.Applied, Commit: s.Commit, FirstLog: s.FirstLog, LastLog: s.LastLog, Snapshot: s.Snapshot,
		LogTime: s.LogTime, StateHash: fmt.Sprintf("%016x", s.ChainHash),
	}
	for _, server := range s.Servers {
		if server.Voter {
			row.Voters = append(row.Voters, server.ID)
		} else {
			row.NonVoters = append(row.NonVoters, server.ID)
		}
	}
	return row
}

// nodeInfo is what INFO shows of this process.
func (srv *server) nodeInfo() admin.Node {
	_, port, _ := net.SplitHostPort(srv.settings.Addr)
	portNumber, _ := strconv.Atoi(port)
	executable, _ := os.Executable() // "" where the system does not tell
	info := admin.Node{
		Version: version, RunID: srv.runID, Started: srv.started, Port: portNumber,
		Executable: executable, ConfigFile: srv.settings.Config,
		Ready: true, MaxClients: srv.settings.MaxClients,
	}
	wire, done := srv.front.Stats(), srv.handler.Stats()
	info.Connections, info.Rejected = wire.Total+wire.Rejected, wire.Rejected
	info.BytesIn, info.BytesOut = wire.BytesIn, wire.BytesOut
	info.Commands, info.Errors = done.Commands, done.Errors
	return info
}

// newRunID is Redis's run_id: 40 hexadecimal digits, new at each start.
func newRunID() string {
	var b [20]byte
	_, _ = rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

func (s Settings) slogLevel() slog.Level {
	var l slog.Level
	if err := l.UnmarshalText([]byte(s.LogLevel)); err != nil {
		return slog.LevelWarn
	}
	return l
}
