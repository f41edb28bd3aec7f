package pubsub

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"coordd/commands"
)

// Log is the log of one group of keys, as session.Log.
type Log interface {
	Propose(ctx context.Context, cmds [][]byte) (replies [][]byte, err error)
	ReadIndex(ctx context.Context) (nowMillis int64, err error)
}

// Config is what a Hub needs.
type Config struct {
	// Own tells which channels this node alone publishes on, with PublishHere. It
	// must be pure, and the same on all nodes.
	Own func(channel string) bool
	// RequestTimeout bounds how long SUBSCRIBE waits to be counted.
	RequestTimeout time.Duration
}

// Cluster is what a Hub needs of the cluster that its node belongs to.
type Cluster struct {
	Origin string // the node's id
	Start  uint64 // which start of the node this is: a later one has a larger number
	Logs   []Log  // of the groups of keys
	// Owner maps a channel to an index into Logs, as if it were a key.
	Owner func(channel string) int
}

// Hub is this node's part of publish and subscribe: who of its clients listens to
// what. Safe for many goroutines.
type Hub struct {
	cfg   Config
	place atomic.Pointer[place] // nil until Start

	mu      sync.Mutex // guards clients; what it leads to belongs to the connection's goroutine
	clients map[*commands.Client]*subscriber

	events atomic.Uint32 // the classes of keyspace events that are published
}

// place is a node's standing in its cluster.
type place struct {
	Cluster
	parts []*part // by group
	here  *part   // the channels of this node alone, and all patterns
}

// subscriber is what one client is subscribed to.
type subscriber struct {
	topics [len(kinds)]map[string]struct{}
}

// NewHub makes a Hub to which clients cannot subscribe before Start.
func NewHub(cfg Config) (*Hub, error) {
	if cfg.Own == nil || cfg.RequestTimeout <= 0 {
		return nil, errors.New("pubsub: Own and RequestTimeout must be set")
	}
	return &Hub{cfg: cfg, clients: map[*commands.Client]*subscriber{}}, nil
}

// Start has the hub take part: it hands out what Effects brings from now on, and
// tells all groups that earlier starts of this node have no subscribers left. It
// must be called once, and Close at the end.
func (h *Hub) Start(c Cluster) {
	p := &place{Cluster: c, here: newPart(h, nil, -1)}
	for group := range c.Logs {
		p.parts = append(p.parts, newPart(h, p, group))
	}
	h.place.Store(p)
	for _, part := range p.parts {
		go part.handOut() // until Close
		part.announce()
	}
}

// Close ends the hub's goroutines. Messages that wait are lost.
func (h *Hub) Close() {
	if p := h.place.Load(); p != nil {
		for _, part := range p.parts {
			part.close()
		}
	}
}

// Effects takes what an entry of a group has done. It is called by the goroutine
// that applies the group's log, in order.
func (h *Hub) Effects(group int, e *commands.Effects) {
	if p := h.place.Load(); p != nil {
		p.parts[group].effects(e)
	}
}

// Delivered returns when everything that Effects has brought so far has been
// pushed to its subscribers.
func (h *Hub) Delivered() {
	if p := h.place.Load(); p != nil {
		for _, part := range p.parts {
			part.queue.settle()
		}
	}
}

// PublishHere publishes on a channel of this node alone.
func (h *Hub) PublishHere(channel, payload string) {
	if p := h.place.Load(); p != nil {
		p.here.deliverOne(channel, payload)
	}
}

// SetEvents says which keyspace events are published from now on. Whoever calls
// it has the engines emit them (commands.Engine.Listen).
func (h *Hub) SetEvents(classes commands.EventClass) { h.events.Store(uint32(classes)) }

// Stats are the channels, patterns and shard channels that clients of this node
// listen to.
type Stats struct{ Channels, Patterns, Shards int }

// Stats counts them.
func (h *Hub) Stats() Stats {
	p := h.place.Load()
	if p == nil {
		return Stats{}
	}
	names := map[topicName]bool{}
	for _, part := range append(p.parts[:len(p.parts):len(p.parts)], p.here) {
		part.mu.Lock()
		for name := range part.topics {
			names[name] = true
		}
		part.mu.Unlock()
	}
	var of [len(kinds)]int
	for name := range names {
		of[name.kind]++
	}
	return Stats{Channels: of[channels], Patterns: of[patterns], Shards: of[shards]}
}

// Leave ends all subscriptions of a client: at once if its connection has ended,
// else (RESET) when everybody knows, as UNSUBSCRIBE does.
func (h *Hub) Leave(c *commands.Client, ended bool) {
	h.mu.Lock()
	s := h.clients[c]
	delete(h.clients, c)
	h.mu.Unlock()
	if s == nil {
		return
	}
	p := h.place.Load()
	for k, topics := range s.topics {
		names := slices.Collect(maps.Keys(topics))
		if !ended {
			h.change(p, c, kind(k), names, false)
			continue
		}
		for _, text := range names {
			name := topicName{kind(k), text}
			for _, part := range p.partsOf(h, name) {
				part.drop(name, c)
			}
		}
	}
	s.show(c, [len(kinds)]map[string]struct{}{})
}

// of is the record of a client, made when it first subscribes.
func (h *Hub) of(c *commands.Client) *subscriber {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.clients[c]
	if s == nil {
		s = &subscriber{}
		for k := range s.topics {
			s.topics[k] = map[string]struct{}{}
		}
		h.clients[c] = s
	}
	return s
}

// show lets CLIENT LIST and the session's gates see what a client listens to.
func (s *subscriber) show(c *commands.Client, topics [len(kinds)]map[string]struct{}) {
	c.Change(func(state *commands.ClientState) {
		state.Channels, state.Patterns, state.Shards = len(topics[channels]), len(topics[patterns]), len(topics[shards])
	})
}

// partsOf are the groups that messages for a topic come from.
func (p *place) partsOf(h *Hub, t topicName) []*part {
	switch {
	case t.kind == patterns:
		return append(p.parts[:len(p.parts):len(p.parts)], p.here)
	case t.kind == channels && h.cfg.Own(t.text):
		return []*part{p.here}
	case t.kind == channels && isEventChannel(t.text):
		return p.parts
	}
	return []*part{p.parts[p.Owner(t.text)]}
}

// isEventChannel tells whether keyspace events are published on a channel.
func isEventChannel(name string) bool {
	return strings.HasPrefix(name, keyspacePrefix) || strings.HasPrefix(name, keyeventPrefix)
}
