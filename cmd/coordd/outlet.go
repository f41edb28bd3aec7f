package main

import (
	"strconv"

	"coordd/commands"
	"coordd/commands/pubsub"
	"coordd/commands/sentinel"
	"coordd/commands/session"
	"coordd/commands/tracking"
	"coordd/ring"
)

// outlet hands the effects of a group's entries to all who live on them, each in
// its turn. group counts from 0.
func (srv *server) outlet(group int) commands.Outlet {
	listeners := []func(group int, e *commands.Effects){
		srv.observe,
		srv.tracker.Effects, // first: it tells before anybody is answered
		srv.hub.Effects,
		srv.blocker.Observe,
	}
	return func(e *commands.Effects) {
		for _, listen := range listeners {
			listen(group, e)
		}
	}
}

// audience is the cluster as publish and subscribe want to see it.
func (srv *server) audience(cfg session.Config) pubsub.Cluster {
	c := pubsub.Cluster{
		Origin: srv.node.ID(), Start: srv.node.Start(),
		Owner: func(channel string) int { return srv.ring.Owner(ring.SlotOf(channel)) - 1 },
	}
	for _, g := range cfg.Groups {
		c.Logs = append(c.Logs, g.Log)
	}
	return c
}

func (srv *server) trackingConfig() tracking.Config {
	return tracking.Config{
		Find:    srv.clients.Find,
		Origin:  func() string { return srv.node.ID() + "/" + strconv.FormatUint(srv.node.Start(), 10) },
		MaxKeys: func() int { return int(srv.live.Int("tracking-table-max-keys")) },
	}
}

// leave ends what a connection holds.
func (srv *server) leave(c *commands.Client, ended bool) {
	srv.tracker.Leave(c)
	srv.hub.Leave(c, ended)
}

// isOwnChannel tells which channels a node publishes on for itself alone: what it
// sees of the cluster, and what its clients must not cache any longer.
func isOwnChannel(channel string) bool {
	return sentinel.IsChannel(channel) || channel == tracking.Channel
}
