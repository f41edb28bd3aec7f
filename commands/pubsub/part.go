package pubsub

import (
	"context"
	"strings"
	"sync"

	"coordd/commands"
)

// kind is what a topic is, and the index of its letter in kinds.
type kind byte

const (
	channels kind = iota
	patterns
	shards
)

// kinds are the letters of the kinds of topics, as they stand in the log.
const kinds = "cps"

// topicName names what clients subscribe to.
type topicName struct {
	kind kind
	text string
}

// part is one group's messages and who of this node's clients gets them. With
// group -1 there is no group: messages come from this node itself.
type part struct {
	hub   *Hub
	place *place
	group int
	queue *queue

	misses misses

	mu       sync.Mutex // guards all below
	topics   map[topicName]*topic
	patterns map[string]*topic // those of topics that are patterns
	registrar
}

// topic is a channel or pattern with the clients of this node that get its
// messages, and how many are about to or about to get no more.
type topic struct {
	clients          map[*commands.Client]struct{}
	joining, leaving int
}

func newPart(h *Hub, p *place, group int) *part {
	ctx, end := context.WithCancel(context.Background())
	return &part{
		hub: h, place: p, group: group, queue: newQueue(),
		topics: map[topicName]*topic{}, patterns: map[string]*topic{},
		registrar: registrar{dirty: map[topicName]struct{}{}, ctx: ctx, end: end},
	}
}

// topic finds or makes a topic; mu is held.
func (p *part) topic(name topicName) *topic {
	t := p.topics[name]
	if t == nil {
		t = &topic{clients: map[*commands.Client]struct{}{}}
		name.text = strings.Clone(name.text)
		p.topics[name] = t
		if name.kind == patterns {
			p.patterns[name.text] = t
		}
		p.queue.wanted.Store(true)
	}
	return t
}

// tidy forgets a topic that nobody needs any more; mu is held.
func (p *part) tidy(name topicName, t *topic) {
	if len(t.clients) == 0 && t.joining == 0 && t.leaving == 0 {
		delete(p.topics, name)
		if name.kind == patterns {
			delete(p.patterns, name.text)
		}
		p.queue.wanted.Store(len(p.topics) > 0)
	}
}

// change is a client's joining or leaving of a topic in one group.
type change struct {
	part    *part
	name    topicName
	client  *commands.Client
	joins   bool
	batch   uint64 // of the registration that tells of it; 0: none yet
	settled bool
	done    func() // called once, when it has taken place
}

// take carries a change out; mu is held. A message that follows must not overtake
// the reply to SUBSCRIBE, which is yet to be written.
func (p *part) take(c *change) {
	if c.settled {
		return
	}
	c.settled = true
	t := p.topic(c.name)
	if c.joins {
		t.joining--
		c.client.Hold()
		t.clients[c.client] = struct{}{}
	} else {
		t.leaving--
		delete(t.clients, c.client)
	}
	p.tidy(c.name, t)
	c.done()
}

// begin notes a change that is to take place: when the group has counted it or,
// where there is no group, at once.
func (p *part) begin(c *change) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.topic(c.name)
	if c.joins {
		t.joining++
	} else {
		t.leaving++
	}
	if p.group < 0 {
		p.take(c)
		return
	}
	p.pending = append(p.pending, c)
	p.mark(c.name)
}

// force carries a change out that nobody could count in time.
func (p *part) force(c *change) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.take(c)
}

// drop has a client that is gone get no more messages of a topic.
func (p *part) drop(name topicName, c *commands.Client) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.topics[name]
	if t == nil {
		return
	}
	delete(t.clients, c)
	p.tidy(name, t)
	if p.group >= 0 {
		p.mark(name)
	}
}
