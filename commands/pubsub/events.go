package pubsub

import (
	"strconv"

	"coordd/commands"
)

// Keyspace events are published on two kinds of channels: what happened to a
// key, and to which keys it happened.
const (
	keyspacePrefix = "__keyspace@"
	keyeventPrefix = "__keyevent@"
)

// deliverEvent publishes a keyspace event to this node's subscribers. All nodes
// apply the same log, so each finds the same events by itself.
func (p *part) deliverEvent(e commands.Event) {
	events := commands.EventClass(p.hub.events.Load())
	db := strconv.Itoa(e.DB) + "__:"
	if events&commands.EventsByKey != 0 {
		p.deliverOne(keyspacePrefix+db+e.Key, e.Name)
	}
	if events&commands.EventsByName != 0 {
		p.deliverOne(keyeventPrefix+db+e.Name, e.Key)
	}
}

// deliverOne delivers what this node alone publishes.
func (p *part) deliverOne(channel, payload string) {
	p.deliver(channel, false, []item{{what: commands.Message{Payload: payload}}})
}
