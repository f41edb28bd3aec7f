package main

import (
	"errors"
	"log/slog"
	"time"

	"coordd/commands"
	"coordd/commands/admin"
	"coordd/commands/config"
	"coordd/commands/observe"
	"coordd/raftfsm"
	"coordd/resp"
)

// firstGroup is the group whose state holds what concerns the whole cluster.
const firstGroup = 1

// followSettings has the parts of the node follow what CONFIG SET changes.
func (srv *server) followSettings() {
	for _, name := range []string{
		"maxclients", "timeout", "tcp-keepalive", "proto-max-bulk-len", "client-query-buffer-limit", "client-output-buffer-limit",
	} {
		srv.live.Watch(name, func(string) { srv.front.SetLimits(srv.wireLimits()) })
	}
	for _, name := range observe.Settings {
		srv.live.Watch(name, func(value string) { srv.observed.Set(name, value) })
	}
	srv.live.Watch("tracking-table-max-keys", func(string) { srv.tracker.Limit() })
	srv.live.Watch("loglevel", func(word string) { srv.level.Set(srv.slogLevel(word)) })
	srv.live.Watch("notify-keyspace-events", func(value string) {
		classes, _ := config.Events(value) // was judged when it was set
		if classes&(commands.EventsByKey|commands.EventsByName) == 0 {
			classes = 0 // nobody could hear them
		}
		for _, e := range srv.engines[1:] {
			e.Listen(classes)
		}
		srv.hub.SetEvents(classes)
	})
}

func (srv *server) wireLimits() resp.Limits {
	keepAlive := time.Duration(srv.live.Int("tcp-keepalive")) * time.Second
	if keepAlive == 0 {
		keepAlive = -1 // resp's word for never
	}
	output := config.OutputLimits(srv.live.Get("client-output-buffer-limit"))
	return resp.Limits{
		Normal: outputLimit(output["normal"]), PubSub: outputLimit(output["pubsub"]),
		MaxClients: int(srv.live.Int("maxclients")),
		MaxBulk:    int(srv.live.Int("proto-max-bulk-len")), MaxQuery: int(srv.live.Int("client-query-buffer-limit")),
		IdleTimeout: time.Duration(srv.live.Int("timeout")) * time.Second, KeepAlive: keepAlive,
	}
}

func outputLimit(l config.OutputLimit) resp.OutputLimit {
	return resp.OutputLimit{Hard: int(l.Hard), Soft: int(l.Soft), SoftFor: time.Duration(l.SoftSeconds) * time.Second}
}

// slogLevel is the level for Redis's word. As long as the word is the one that
// the node started with, its own setting says it better.
func (srv *server) slogLevel(word string) slog.Level {
	if word == srv.settings.RedisConfig()["loglevel"] {
		return srv.settings.slogLevel()
	}
	switch word {
	case "debug":
		return slog.LevelDebug
	case "warning":
		return slog.LevelWarn
	}
	return slog.LevelInfo
}

// observe takes what an entry of a group did beside its replies.
// group counts from 0.
func (srv *server) observe(group int, done *commands.Effects) {
	if done.Restored && group == firstGroup-1 {
		e := srv.engines[firstGroup]
		srv.adopt(config.Stored(e.View(0, 0, 0, srv.table.Lookup(config.GetName), []string{config.GetName})))
	}
	for _, effect := range done.Emitted {
		if d, ok := effect.(config.Decided); ok {
			srv.adopt(d)
		}
	}
}

// adopt takes over settings of the cluster and has them remembered.
func (srv *server) adopt(d config.Decided) {
	srv.live.SetShared(d)
	select {
	case <-srv.decided: // what was to be remembered is out of date
	default:
	}
	select {
	case srv.decided <- d:
	default: // never: one goroutine applies the first group
	}
}

// decide has the log of the first group carry out a command about the cluster as
// a whole. When it returns, this node has applied it.
func (srv *server) decide(args []string) resp.Reply {
	ctx, cancel := srv.within()
	defer cancel()
	group := srv.node.Group(firstGroup)
	replies, err := group.Propose(ctx, [][]byte{commands.EncodeCommand(nil, 0, args)})
	switch {
	case errors.Is(err, raftfsm.ErrUnavailable):
		return srv.noLeader()
	case err != nil:
		return resp.Error("UNKNOWN the outcome is not known: the leader was lost while committing it; it was applied once or not at all")
	}
	reply, _, err := resp.Parse(replies[0])
	if err != nil {
		panic("a reply of the log does not parse: " + err.Error())
	}
	if !reply.IsError() {
		// It is decided in any case: a node that cannot reach the others now will
		// follow when it can.
		_, _ = group.ReadIndex(ctx)
	}
	return reply
}

// resetStats is CONFIG RESETSTAT: from now on INFO counts anew.
func (srv *server) resetStats() {
	counters := srv.counters()
	srv.counted.Store(&counters)
	srv.observed.Reset()
}

// counters are the fields of admin.Node that count from the start of the process.
func (srv *server) counters() (n admin.Node) {
	wire, done := srv.front.Stats(), srv.handler.Stats()
	n.Connections, n.Rejected = wire.Total+wire.Rejected, wire.Rejected
	n.BytesIn, n.BytesOut = wire.BytesIn, wire.BytesOut
	n.Commands, n.Errors = done.Commands, done.Errors
	return n
}

// countersSinceReset are those since the last CONFIG RESETSTAT.
func (srv *server) countersSinceReset() admin.Node {
	n := srv.counters()
	if was := srv.counted.Load(); was != nil {
		n.Connections -= was.Connections
		n.Rejected -= was.Rejected
		n.BytesIn -= was.BytesIn
		n.BytesOut -= was.BytesOut
		n.Commands -= was.Commands
		n.Errors -= was.Errors
	}
	return n
}
