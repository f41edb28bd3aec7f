package commands

import (
	"coordd/store"
)

// Effects are what an entry of the log has done beside its replies: what
// blocked clients, pub/sub, keyspace notifications and client-side caching live
// on. It is valid until the Outlet returns.
type Effects struct {
	Index   uint64
	Now     int64         // log time (ms)
	Touched []store.Touch // the keys changed, in order; one may stand there several times
	Emitted []any         // Event, Message, and what features have their handlers emit, in order

	// Restored says that the whole state was replaced by a snapshot's: anything
	// may have happened, and the rest is empty.
	Restored bool
}

// Outlet takes the effects of each entry, in the order of the log, before the
// entry's replies are on their way. It runs on the goroutine that applies the
// log, for every group on one of its own, and must not block.
type Outlet func(*Effects)

// Observe sets the one outlet. It must be called before the first entry.
func (e *Engine) Observe(o Outlet) { e.outlet = o }

// Settle returns when the Outlet has had the effects of all that a View before
// can have seen.
func (e *Engine) Settle() {
	e.handing.RLock()
	//lint:ignore SA2001 nothing is to be done: what was under way is over
	e.handing.RUnlock()
}

// Listen says which events somebody wants from now on. Safe for many
// goroutines.
func (e *Engine) Listen(classes EventClass) { e.wanted.Store(uint32(classes)) }

// listen passes on what Listen was told, for the entry that begins.
func (e *Engine) listen() {
	wanted := EventClass(e.wanted.Load())
	if wanted&NewKeyEvents == 0 {
		e.store.Listen(uint32(wanted), nil)
		return
	}
	e.store.Listen(uint32(wanted), func(db int, key string) any { return Event{NewKeyEvents, "new", db, key} })
}

// Waker serves clients that wait for keys. It runs as a part of applying, after
// a command (or a transaction, or a script as a whole) has touched keys while
// store.Waiting is not empty, so it must do the same on every node. What it
// touches itself it is told in another call.
type Waker func(tx *store.Tx, touched []store.Touch)

// Wake sets the one waker. It must be called before the first entry.
func (e *Engine) Wake(w Waker) { e.waker = w }

// wake tells of the keys touched since the first from of them were told, and
// returns how many are told now.
func (e *Engine) wake(root *store.Tx, from int) int {
	for e.waker != nil && from < len(root.Touched()) {
		touched := root.Touched()[from:]
		from += len(touched)
		if root.On(store.Waiting).Len() == 0 {
			continue
		}
		e.waker(root, touched)
		root.Done()
	}
	return from
}
