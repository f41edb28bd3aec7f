package tracking

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"

	"coordd/commands"
	"coordd/resp"
)

// Config is what a Tracker needs.
type Config struct {
	// Find returns the open connection of a number, or nil.
	Find func(id int64) *commands.Client
	// Origin makes the numbers of connections unique among all nodes and starts of
	// nodes. It is asked after the node has joined its cluster.
	Origin func() string
	// MaxKeys is how many keys are remembered at most (Redis's
	// tracking-table-max-keys); one is invalidated for another then. 0: any number.
	MaxKeys func() int
}

// Tracker knows which clients of this node may have cached what. Safe for many
// goroutines.
type Tracker struct {
	cfg    Config
	active atomic.Int64 // how many clients track

	mu       sync.Mutex // guards all below
	clients  map[uint64]*tracked
	readers  map[string]map[uint64]struct{} // by key: who has read it since it last changed
	prefixes map[string]map[uint64]struct{} // by prefix: who is told of all changes
}

// tracked is a client that tracks.
type tracked struct {
	client   *commands.Client
	prefixes []string            // of BCAST
	reading  map[string]struct{} // keys whose values are on their way to it
	again    []string            // those that were invalidated meanwhile
}

// New makes a Tracker. It is an error to leave a field of the Config empty.
func New(cfg Config) (*Tracker, error) {
	if cfg.Find == nil || cfg.Origin == nil || cfg.MaxKeys == nil {
		return nil, errors.New("tracking: every field of Config must be set")
	}
	return &Tracker{
		cfg: cfg, clients: map[uint64]*tracked{},
		readers: map[string]map[uint64]struct{}{}, prefixes: map[string]map[uint64]struct{}{},
	}, nil
}

// Stats counts what is tracked now.
type Stats struct {
	Clients, Keys, Items, Prefixes int
}

// Stats returns the counts.
func (t *Tracker) Stats() Stats {
	t.mu.Lock()
	defer t.mu.Unlock()
	s := Stats{Clients: len(t.clients), Keys: len(t.readers), Prefixes: len(t.prefixes)}
	for _, who := range t.readers {
		s.Items += len(who)
	}
	return s
}

// Leave ends the tracking of a client that goes.
func (t *Tracker) Leave(c *commands.Client) {
	if t.active.Load() == 0 {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.forget(c.ID())
}

// forget drops a client; what it has read is forgotten when it changes.
func (t *Tracker) forget(id uint64) {
	c := t.clients[id]
	if c == nil {
		return
	}
	for _, p := range c.prefixes {
		if delete(t.prefixes[p], id); len(t.prefixes[p]) == 0 {
			delete(t.prefixes, p)
		}
	}
	delete(t.clients, id)
	t.active.Add(-1)
}

// Reading tells that a client is about to be sent the values of keys; cached
// says that it will be told when they change.
func (t *Tracker) Reading(c *commands.Client, keys []string, cached bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	who := t.clients[c.ID()]
	if who == nil {
		return
	}
	for _, key := range keys {
		key = strings.Clone(key)
		who.reading[key] = struct{}{}
		if !cached {
			continue
		}
		if t.readers[key] == nil {
			t.readers[key] = map[uint64]struct{}{}
		}
		t.readers[key][c.ID()] = struct{}{}
	}
	t.makeRoom()
}

// Limit looks at MaxKeys again, which has changed: what has no room any longer is
// invalidated.
func (t *Tracker) Limit() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.makeRoom()
}

// makeRoom invalidates keys, whichever, while there are too many.
func (t *Tracker) makeRoom() {
	most := t.cfg.MaxKeys()
	for key := range t.readers {
		if most == 0 || len(t.readers) <= most {
			return
		}
		t.tellReaders(key, "")
	}
}

// Sent tells that all values have been sent that Reading announced.
func (t *Tracker) Sent(c *commands.Client) {
	t.mu.Lock()
	defer t.mu.Unlock()
	who := t.clients[c.ID()]
	if who == nil {
		return
	}
	again := who.again
	who.again = nil
	clear(who.reading)
	if len(again) > 0 {
		t.send(who, keyList(again))
	}
}

// Unsent tells that nothing will be sent of what Reading announced, so what was
// invalidated meanwhile needs no second telling.
func (t *Tracker) Unsent(c *commands.Client) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if who := t.clients[c.ID()]; who != nil {
		who.again = nil
		clear(who.reading)
	}
}

// Effects tells the clients of what an entry has changed. It is called by the
// goroutines that apply logs.
func (t *Tracker) Effects(_ int, e *commands.Effects) {
	if t.active.Load() == 0 || len(e.Touched) == 0 && !e.Restored {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	news := broadcast{}
	flushed := e.Restored
	for i := range e.Touched {
		touch := &e.Touched[i]
		switch {
		case touch.All:
			flushed = true
		default:
			t.tellReaders(touch.Key, touch.Author)
			t.collect(news, touch.Key, touch.Author)
		}
	}
	for id, keys := range news {
		t.tell(t.clients[id], keys)
	}
	if flushed {
		t.flush()
	}
}

// flush tells everybody that nothing may be cached any longer.
func (t *Tracker) flush() {
	clear(t.readers)
	for _, who := range t.clients {
		for key := range who.reading {
			who.again = append(who.again, key)
		}
		t.send(who, resp.Null)
	}
}

// tellReaders invalidates a key with all who have read it, but for the author of
// the change if that one has asked not to be told.
func (t *Tracker) tellReaders(key, author string) {
	who, read := t.readers[key]
	if !read {
		return
	}
	delete(t.readers, key)
	for id := range who {
		if c := t.clients[id]; c != nil && !t.wrote(c, author) {
			t.tell(c, []string{key})
		}
	}
}

// broadcast is what clients of BCAST are to be told, by client.
type broadcast map[uint64][]string

// collect notes a key for all whose prefixes it has, once.
func (t *Tracker) collect(news broadcast, key, author string) {
	for prefix, who := range t.prefixes {
		if !strings.HasPrefix(key, prefix) {
			continue
		}
		for id := range who {
			keys := news[id]
			told := len(keys) > 0 && keys[len(keys)-1] == key
			if !told && !t.wrote(t.clients[id], author) {
				news[id] = append(keys, key)
			}
		}
	}
}

// wrote tells whether a client that is not to be told of its own changes is the
// author of one.
func (t *Tracker) wrote(who *tracked, author string) bool {
	return author != "" && who.client.State().Tracking.Author == author
}

// tell sends keys to a client, and remembers to do so again where their values
// are yet to be sent.
func (t *Tracker) tell(who *tracked, keys []string) {
	for _, key := range keys {
		if _, reads := who.reading[key]; reads {
			who.again = append(who.again, key)
		}
	}
	t.send(who, keyList(keys))
}

func keyList(keys []string) resp.Reply {
	list := make([]resp.Reply, len(keys))
	for i, key := range keys {
		list[i] = resp.Bulk(key)
	}
	return resp.Array(list...)
}
