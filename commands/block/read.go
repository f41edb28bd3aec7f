package block

import (
	"context"
	"slices"
	"sync"
	"time"

	"coordd/commands"
	"coordd/resp"
	"coordd/store"
)

// place of a key among those that readers look at.
type keyRef struct {
	db  int
	key string
}

// reader is a client that waits to read keys, and takes nothing.
type reader struct {
	db   int
	keys []string
	news chan struct{} // capacity 1: one of the keys has changed
}

// readers finds those who look at a key.
type readers struct {
	mu    sync.Mutex // guards byKey
	byKey map[keyRef]map[*reader]struct{}
}

func (rs *readers) add(r *reader) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	for _, key := range r.keys {
		at := keyRef{r.db, key}
		if rs.byKey[at] == nil {
			rs.byKey[at] = map[*reader]struct{}{}
		}
		rs.byKey[at][r] = struct{}{}
	}
}

func (rs *readers) remove(r *reader) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	for _, key := range r.keys {
		at := keyRef{r.db, key}
		delete(rs.byKey[at], r)
		if len(rs.byKey[at]) == 0 {
			delete(rs.byKey, at)
		}
	}
}

// touched wakes the readers of keys that have changed.
func (rs *readers) touched(touched []store.Touch) {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	if len(rs.byKey) == 0 {
		return
	}
	for _, t := range touched {
		if t.All {
			rs.wakeAll(func(at keyRef) bool { return at.db == t.DB })
			continue
		}
		wake(rs.byKey[keyRef{t.DB, t.Key}])
	}
}

// restored wakes everybody.
func (rs *readers) restored() {
	rs.mu.Lock()
	defer rs.mu.Unlock()
	rs.wakeAll(func(keyRef) bool { return true })
}

// wakeAll is called with mu held.
func (rs *readers) wakeAll(concerns func(at keyRef) bool) {
	for at, its := range rs.byKey {
		if concerns(at) {
			wake(its)
		}
	}
}

func wake(its map[*reader]struct{}) {
	for r := range its {
		select {
		case r.news <- struct{}{}:
		default:
		}
	}
}

// watch carries out a read that may wait. It says whom to wake before it looks
// for the first time, so nothing is missed; that look is as recent as any other
// read, and what this node applies later is more so.
func (b *Blocker) watch(c *commands.Client, g *group, db int, spec *commands.Spec, args []string, limit time.Duration, gone func() <-chan struct{}, again func()) (resp.Reply, error) {
	began := time.Now()
	r := &reader{db: db, news: make(chan struct{}, 1)}
	for i := range spec.Keys.In(args) {
		r.keys = append(r.keys, args[i])
	}
	g.readers.add(r)
	defer g.readers.remove(r)
	if !c.State().ReadOnly {
		ctx, cancel := context.WithTimeout(context.Background(), b.node.RequestTimeout)
		_, err := g.Log.ReadIndex(ctx)
		cancel()
		if err != nil {
			return resp.Reply{}, err
		}
	}
	args = g.pinned(db, spec, args)
	reply := g.Engine.View(0, seed(), db, spec, args)
	if !isNothing(reply) {
		return reply, nil
	}
	s := b.fallAsleep(c, limit, began)
	defer b.wakeUp(c, s)
	for {
		if why := s.sleep(r.news, gone); why != answered {
			return b.nothing(why, spec, args), nil
		}
		again()
		if reply := g.Engine.View(0, seed(), db, spec, args); !isNothing(reply) && !reply.IsError() {
			return reply, nil
		}
	}
}

// pinned makes of XREAD's "$" the id that it means now: that of the last entry. If
// it moved on with the stream, nothing would ever be behind it.
func (g *group) pinned(db int, spec *commands.Spec, args []string) []string {
	keys := slices.Collect(spec.Keys.In(args))
	args = slices.Clone(args)
	pin := commands.Spec{Name: spec.Name, Flags: commands.Read, Data: func(tx *store.Tx, _ []string) resp.Reply {
		for _, at := range keys {
			if id := at + len(keys); id < len(args) && args[id] == "$" {
				s, _ := tx.Stream(args[at]) // of what is no stream the attempt says it
				last := s.Last()
				args[id] = decimal(last.Millis) + "-" + decimal(last.Seq)
			}
		}
		return resp.OK
	}}
	g.Engine.View(0, 0, db, &pin, args)
	return args
}
