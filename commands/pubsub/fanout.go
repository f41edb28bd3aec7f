package pubsub

import (
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"coordd/commands"
	"coordd/resp"
)

// Limits of what waits to be handed out for one group. Applying waits rather than
// exceed them.
const (
	queueBytes = 16 << 20
	queueAge   = 100 * time.Millisecond // of the oldest
	itemBytes  = 64                     // of an item beside its texts
	takenItems = 256                    // that are handed out together
)

// queue is what the outlet of a group leaves for the goroutine that hands out.
type queue struct {
	wanted atomic.Bool // somebody listens to something

	mu      sync.Mutex // guards all below
	news    sync.Cond  // of all below; its lock is mu
	items   []item
	taken   int // of items: those that are being handed out
	bytes   int
	put     uint64 // items that were ever put
	closing bool
}

// item is something to be handed out: a commands.Message, a commands.Event,
// counted or renewal.
type item struct {
	what any
	size int
	at   time.Time
}

// counted says that the registrations of this node up to a number are in the
// state from here on.
type counted uint64

// renewal says that the state may have lost this node's registrations.
type renewal struct{}

func newQueue() *queue {
	q := &queue{}
	q.news.L = &q.mu
	return q
}

// add puts an item behind the others. It waits while there is too much, or while
// the oldest has waited for too long.
func (q *queue) add(what any, size int) {
	size += itemBytes
	q.mu.Lock()
	defer q.mu.Unlock()
	now := time.Now()
	for len(q.items) > 0 && !q.closing && (q.bytes+size > queueBytes || now.Sub(q.items[0].at) > queueAge) {
		q.news.Wait()
		now = time.Now()
	}
	q.items = append(q.items, item{what, size, now})
	q.bytes += size
	q.put++
	q.news.Broadcast()
}

// take waits for items and returns the first ones; nil at the end. What it has
// returned before has been handed out by then.
func (q *queue) take() []item {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, i := range q.items[:q.taken] {
		q.bytes -= i.size
	}
	clear(q.items[:q.taken])
	q.items = q.items[q.taken:]
	q.taken = 0
	q.news.Broadcast()
	for len(q.items) == 0 && !q.closing {
		q.items = nil // with its room
		q.news.Wait()
	}
	if q.closing {
		return nil
	}
	q.taken = min(len(q.items), takenItems)
	return q.items[:q.taken:q.taken]
}

// settle waits until what is in the queue now has been handed out.
func (q *queue) settle() {
	q.mu.Lock()
	defer q.mu.Unlock()
	for last := q.put; q.put-uint64(len(q.items)) < last && !q.closing; {
		q.news.Wait()
	}
}

func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closing = true
	q.news.Broadcast()
}

// effects puts what somebody may want to hear into the queue.
func (p *part) effects(e *commands.Effects) {
	if e.Restored {
		p.queue.add(renewal{}, 0)
		return
	}
	events := commands.EventClass(p.hub.events.Load())
	if events&commands.ExpiredEvents != 0 && p.queue.wanted.Load() {
		for _, t := range e.Touched {
			if t.Expired {
				p.event(commands.Event{Class: commands.ExpiredEvents, Name: "expired", DB: t.DB, Key: t.Key})
			}
		}
	}
	for _, effect := range e.Emitted {
		switch effect := effect.(type) {
		case commands.Message:
			if p.queue.wanted.Load() {
				effect.Channel, effect.Payload = strings.Clone(effect.Channel), strings.Clone(effect.Payload)
				p.queue.add(effect, len(effect.Channel)+len(effect.Payload))
			}
		case commands.Event:
			if effect.Class&events != 0 && p.queue.wanted.Load() {
				p.event(effect)
			}
		case registered:
			if effect.by(p.place) {
				p.queue.add(counted(effect.batch), 0)
			}
		case forgotten:
			if effect.by(p.place) {
				p.queue.add(renewal{}, 0)
			}
		}
	}
}

func (p *part) event(e commands.Event) {
	e.Name, e.Key = strings.Clone(e.Name), strings.Clone(e.Key)
	p.queue.add(e, len(e.Name)+len(e.Key))
}

// handOut pushes what is in the queue to its subscribers, until the queue is
// closed.
func (p *part) handOut() {
	for items := p.queue.take(); items != nil; items = p.queue.take() {
		for len(items) > 0 {
			n := 1
			switch what := items[0].what.(type) {
			case commands.Message:
				n = sameChannel(items, what)
				p.deliver(what.Channel, what.Shard, items[:n])
			case commands.Event:
				p.deliverEvent(what)
			case counted:
				p.counted(uint64(what))
			case renewal:
				p.renew()
			}
			items = items[n:]
		}
	}
}

// sameChannel is how many of the first items are messages on the same channel:
// they are sent together.
func sameChannel(items []item, first commands.Message) int {
	for n, i := range items {
		if m, ok := i.what.(commands.Message); !ok || m.Channel != first.Channel || m.Shard != first.Shard {
			return n
		}
	}
	return len(items)
}

// deliver pushes messages on one channel to all who listen.
func (p *part) deliver(channel string, shard bool, messages []item) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if shard {
		p.topics[topicName{shards, channel}].push(messages, "smessage", channel)
		return
	}
	p.topics[topicName{channels, channel}].push(messages, "message", channel)
	for pattern, t := range p.patterns {
		if commands.Match(pattern, channel) {
			t.push(messages, "pmessage", pattern, channel)
		}
	}
}

// yieldAfter is after how many clients the goroutine that hands out lets others
// run: every push makes another goroutine send, and thousands of those must not
// stand in line before everything else.
const yieldAfter = 64

// push sends messages to all clients of a topic (nil has none): words, and the
// payload. They are encoded once for each protocol.
func (t *topic) push(messages []item, words ...string) {
	if t == nil {
		return
	}
	var encoded [resp.RESP3 + 1][]byte
	n := 0
	for c := range t.clients {
		proto := c.Proto()
		if encoded[proto] == nil {
			encoded[proto] = encode(proto, messages, words)
		}
		c.PushBytes(encoded[proto])
		if n++; n%yieldAfter == 0 {
			runtime.Gosched()
		}
	}
}

func encode(proto resp.Proto, messages []item, words []string) []byte {
	var b []byte
	elems := make([]resp.Reply, len(words)+1)
	for i, w := range words {
		elems[i] = resp.Bulk(w)
	}
	for _, m := range messages {
		elems[len(words)] = resp.Bulk(m.what.(commands.Message).Payload)
		b = resp.Push(elems...).Append(b, proto)
	}
	return b
}
