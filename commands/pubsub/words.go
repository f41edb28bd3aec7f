package pubsub

import (
	"maps"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"coordd/commands"
	"coordd/resp"
)

// Groups are the commands of this package.
func (h *Hub) Groups() []commands.Group {
	return []commands.Group{{Name: "pubsub", Specs: append(h.words(), h.data()...)}}
}

func (h *Hub) words() []commands.Spec {
	const flags = commands.PubSub | commands.NoScript | commands.Loading | commands.Stale
	sharded := commands.Keys{First: 1, Last: -1, Step: 1}
	return []commands.Spec{
		{Name: "psubscribe", Arity: -2, Flags: flags, Since: "2.0.0", Syntax: "pattern [pattern ...]", Summary: "Listens to all channels that match patterns.", Conn: h.subscribe(patterns)},
		{Name: "punsubscribe", Arity: -1, Flags: flags, Since: "2.0.0", Syntax: "[pattern [pattern ...]]", Summary: "Stops listening to patterns, or to all of them.", Conn: h.unsubscribe(patterns)},
		{Name: "ssubscribe", Arity: -2, Flags: flags | commands.NotKeys, Keys: sharded, Since: "7.0.0", Syntax: "shardchannel [shardchannel ...]", Summary: "Listens to shard channels.", Conn: h.subscribe(shards)},
		{Name: "subscribe", Arity: -2, Flags: flags, Since: "2.0.0", Syntax: "channel [channel ...]", Summary: "Listens to channels.", Conn: h.subscribe(channels)},
		{Name: "sunsubscribe", Arity: -1, Flags: flags | commands.NotKeys, Keys: sharded, Since: "7.0.0", Syntax: "[shardchannel [shardchannel ...]]", Summary: "Stops listening to shard channels, or to all of them.", Conn: h.unsubscribe(shards)},
		{Name: "unsubscribe", Arity: -1, Flags: flags, Since: "2.0.0", Syntax: "[channel [channel ...]]", Summary: "Stops listening to channels, or to all of them.", Conn: h.unsubscribe(channels)},
	}
}

// The words of the confirmations.
var (
	joined = [len(kinds)]string{"subscribe", "psubscribe", "ssubscribe"}
	left   = [len(kinds)]string{"unsubscribe", "punsubscribe", "sunsubscribe"}
)

func (h *Hub) subscribe(k kind) func(*commands.Client, []string) resp.Reply {
	return func(c *commands.Client, args []string) resp.Reply {
		p := h.place.Load()
		if p == nil {
			return errNotReady
		}
		s := h.of(c)
		var fresh []string
		replies := make([]resp.Reply, 0, len(args)-1)
		for _, name := range args[1:] {
			if _, known := s.topics[k][name]; !known {
				name = strings.Clone(name)
				s.topics[k][name] = struct{}{}
				fresh = append(fresh, name)
			}
			replies = append(replies, resp.Push(resp.Bulk(joined[k]), resp.Bulk(name), resp.Int(s.count(k))))
		}
		h.change(p, c, k, fresh, true)
		s.show(c, s.topics)
		return resp.Several(replies...)
	}
}

func (h *Hub) unsubscribe(k kind) func(*commands.Client, []string) resp.Reply {
	return func(c *commands.Client, args []string) resp.Reply {
		p := h.place.Load()
		if p == nil {
			return errNotReady
		}
		s := h.of(c)
		names := args[1:]
		if len(names) == 0 {
			names = slices.Sorted(maps.Keys(s.topics[k]))
		}
		var gone []string
		var replies []resp.Reply
		for _, name := range names {
			if _, known := s.topics[k][name]; known {
				delete(s.topics[k], name)
				gone = append(gone, name)
			}
			replies = append(replies, resp.Push(resp.Bulk(left[k]), resp.Bulk(name), resp.Int(s.count(k))))
		}
		if len(names) == 0 {
			replies = append(replies, resp.Push(resp.Bulk(left[k]), resp.Null, resp.Int(s.count(k))))
		}
		h.change(p, c, k, gone, false)
		s.show(c, s.topics)
		return resp.Several(replies...)
	}
}

// count is what confirmations tell: shard channels are counted apart.
func (s *subscriber) count(k kind) int64 {
	if k == shards {
		return int64(len(s.topics[shards]))
	}
	return int64(len(s.topics[channels]) + len(s.topics[patterns]))
}

// change has a client join or leave topics, and returns when every group has
// counted it, or when time is up: then it takes place all the same. What needs
// no group comes last, so that it begins with the reply, too.
func (h *Hub) change(p *place, c *commands.Client, k kind, names []string, joins bool) {
	var counted, here []*change
	for _, text := range names {
		name := topicName{k, text}
		for _, part := range p.partsOf(h, name) {
			one := &change{part: part, name: name, client: c, joins: joins, done: func() {}}
			if part == p.here {
				here = append(here, one)
			} else {
				counted = append(counted, one)
			}
		}
	}
	h.await(counted)
	for _, one := range here {
		one.part.begin(one)
	}
}

// await begins changes and returns when all have taken place.
func (h *Hub) await(changes []*change) {
	if len(changes) == 0 {
		return
	}
	var open atomic.Int64
	open.Store(int64(len(changes)))
	all := make(chan struct{})
	for _, one := range changes {
		one.done = func() {
			if open.Add(-1) == 0 {
				close(all)
			}
		}
		one.part.begin(one)
	}
	late := time.NewTimer(h.cfg.RequestTimeout)
	defer late.Stop()
	select {
	case <-all:
	case <-late.C:
		for _, one := range changes {
			one.part.force(one)
		}
	}
}
