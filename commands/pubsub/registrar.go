package pubsub

import (
	"context"
	"strconv"
	"time"

	"coordd/commands"
)

// registrar tells one group how many subscribers this node has. It tells of
// topics, not of changes: whatever was lost or told twice, the last count is
// right.
type registrar struct {
	dirty   map[topicName]struct{} // topics whose count the group may not know
	pending []*change              // changes that wait to be counted
	batch   uint64                 // number of the last registration
	running bool                   // a goroutine is telling
	again   bool                   // a registration is wanted, though nothing is dirty
	ctx     context.Context        // ends with close
	end     context.CancelFunc
}

const (
	batchNames = 4096    // topics in one registration
	batchBytes = 1 << 20 // of names in it, but for the last one
	retryAfter = 100 * time.Millisecond
)

// mark has the group told of a topic; part.mu is held.
func (p *part) mark(name topicName) {
	p.dirty[name] = struct{}{}
	p.wake()
}

// wake starts telling, unless it is under way; part.mu is held.
func (p *part) wake() {
	if !p.running {
		p.running = true
		go p.register() // ends when nothing is left to tell, or with close
	}
}

// announce tells the group of this start of the node, even though nobody has
// subscribed yet.
func (p *part) announce() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.again = true
	p.wake()
}

// renew tells the group everything once more.
func (p *part) renew() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for name := range p.topics {
		p.dirty[name] = struct{}{}
	}
	p.again = true
	p.wake()
}

// close ends the telling and the handing out.
func (p *part) close() {
	p.end()
	p.queue.close()
}

// register tells the group of all that is dirty, one registration after another.
func (p *part) register() {
	for {
		args, names := p.gather()
		if args == nil {
			return
		}
		if p.propose(args) {
			continue
		}
		p.mu.Lock()
		for _, name := range names {
			p.dirty[name] = struct{}{}
		}
		p.again = true
		p.mu.Unlock()
		select {
		case <-time.After(retryAfter):
		case <-p.ctx.Done():
			return
		}
	}
}

// gather makes a registration of what is dirty, nil if nothing is.
func (p *part) gather() (args []string, names []topicName) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.dirty) == 0 && !p.again {
		p.running = false
		return nil, nil
	}
	p.again = false
	p.batch++
	args = []string{registerName, p.place.Origin, strconv.FormatUint(p.place.Start, 10), strconv.FormatUint(p.batch, 10)}
	told := map[topicName]bool{}
	size := 0
	for name := range p.dirty {
		if len(names) >= batchNames || size > batchBytes {
			break
		}
		delete(p.dirty, name)
		names = append(names, name)
		told[name] = true
		size += len(name.text)
		if p.counts(name) {
			args = append(args, kinds[name.kind:name.kind+1]+name.text, strconv.Itoa(p.topics[name].count()))
		}
	}
	for _, c := range p.pending {
		if told[c.name] {
			c.batch = p.batch
		}
	}
	return args, names
}

// counts tells whether this group counts the subscribers of a topic. Channels of
// keyspace events are counted where a PUBLISH to them would go.
func (p *part) counts(name topicName) bool {
	return name.kind == patterns || p.place.Owner(name.text) == p.group
}

// count is how many clients the topic has or will have; nil has none.
func (t *topic) count() int {
	if t == nil {
		return 0
	}
	return len(t.clients) + t.joining - t.leaving
}

// propose commits a registration and tells whether that was done. On this node
// it takes effect when its entry is applied here, which the read index hastens.
func (p *part) propose(args []string) bool {
	ctx, cancel := context.WithTimeout(p.ctx, p.hub.cfg.RequestTimeout)
	defer cancel()
	log := p.place.Logs[p.group]
	if _, err := log.Propose(ctx, [][]byte{commands.EncodeCommand(nil, 0, args)}); err != nil {
		return false
	}
	_, _ = log.ReadIndex(ctx) // without it the entry comes a little later
	return true
}

// counted carries out the changes that registrations up to this batch told of.
func (p *part) counted(batch uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	kept := p.pending[:0]
	for _, c := range p.pending {
		if c.batch != 0 && c.batch <= batch {
			p.take(c)
		}
		if !c.settled {
			kept = append(kept, c)
		}
	}
	clear(p.pending[len(kept):])
	p.pending = kept
}
