package main

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strconv"
	"time"

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
	info := srv.countersSinceReset()
	info.Version, info.RunID, info.Started, info.Port = version, srv.runID, srv.started, portNumber
	info.Executable, info.ConfigFile = executable, srv.settings.Config
	info.Ready, info.MaxClients, info.Blocked = true, int(srv.live.Int("maxclients")), srv.blocker.Blocked()
	for id := 1; id <= srv.node.Groups(); id++ {
		if ms := srv.node.Group(uint32(id)).Status().Snapped; ms > info.LastSnapshot.UnixMilli() {
			info.LastSnapshot = time.UnixMilli(ms)
		}
	}
	heard, tracked := srv.hub.Stats(), srv.tracker.Stats()
	info.Audience = admin.Audience{
		Channels: heard.Channels, Patterns: heard.Patterns, ShardChannels: heard.Shards,
		Tracking: tracked.Clients, TrackedKeys: tracked.Keys, TrackedItems: tracked.Items, TrackedPrefixes: tracked.Prefixes,
	}
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
