package commands

import (
	"fmt"
	"io"
	"sync"
	"sync/atomic"

	"coordd/resp"
	"coordd/store"
)

// Databases is the number of databases that clients can select.
const Databases = store.Databases

// Engine is the machine behind the log: the table of commands and a store.
// It is deterministic: the same entries give the same replies and the same
// Hash on every node. It may be used by many goroutines; entries must come
// from one, in the order of the log.
type Engine struct {
	table *Table

	// mu is the only lock over the store: Apply, Freeze and Restore hold it
	// alone, reads share it.
	mu    sync.RWMutex
	store *store.Store
	args  []string // of the command being applied; kept for its room

	// handing is held while an entry is applied and its effects are handed out; it
	// is taken before mu.
	handing sync.RWMutex

	waker  Waker       // nil: nobody ever waits
	outlet Outlet      // nil: nobody looks
	missed func([]any) // nil: nobody looks; see OnMiss
	wanted atomic.Uint32
}

// NewEngine joins a table and a store; the store must be used through the
// engine from then on.
func NewEngine(t *Table, s *store.Store) *Engine {
	s.OnReturn(returnReserved)
	return &Engine{table: t, store: s}
}

// Apply runs the commands of entry index in order, at log time now (ms since
// 1970), and returns a reply for each in resp.Wire form. The replies share
// one buffer that belongs to the caller. A command of no bytes does
// nothing and is answered with none. A command that does not decode, and a
// handler that panics, take the node down: to go on would be to diverge
// from the others.
func (e *Engine) Apply(index uint64, now int64, cmds [][]byte) [][]byte {
	e.handing.Lock()
	defer e.handing.Unlock()
	replies, done := e.apply(index, now, cmds)
	if e.outlet != nil {
		e.outlet(&done)
	}
	return replies
}

func (e *Engine) apply(index uint64, now int64, cmds [][]byte) (replies [][]byte, done Effects) {
	const usualReply = 16
	arena := make([]byte, 0, usualReply*len(cmds))
	replies = make([][]byte, len(cmds))
	ends := make([]int, len(cmds)) // the arena may move while it grows

	e.mu.Lock()
	defer e.mu.Unlock()
	e.listen()
	root := e.store.Begin(index, now)
	woken := e.wake(root, 0)
	for i, cmd := range cmds {
		if len(cmd) == 0 { // given up by its client before it was committed
			ends[i] = len(arena)
			continue
		}
		db, args, err := decodeCommand(e.args, cmd)
		if err != nil {
			panic(fmt.Sprintf("entry %d, command %d: %v", index, i, err))
		}
		e.args = args
		tx := root.On(db)
		tx.Seed(mix(index, uint64(i)))
		arena = e.table.Run(tx, args).Append(arena, resp.Wire)
		tx.Done()
		ends[i] = len(arena)
		woken = e.wake(root, woken)
	}
	e.forgetArgs()
	from := 0
	for i, to := range ends {
		replies[i] = arena[from:to:to]
		from = to
	}
	return replies, Effects{Index: index, Now: root.Now(), Touched: root.Touched(), Emitted: told(root.Emitted(), EventClass(root.Wanted()))}
}

// forgetArgs lets go of the last arguments, which alias their entry, and of
// their slice if a command has made it large.
func (e *Engine) forgetArgs() {
	const keep = 1024
	if cap(e.args) > keep {
		e.args = nil
	}
	clear(e.args[:cap(e.args)])
}

// View runs a Read on what has been applied so far; seed feeds the random
// choices of the command. Whether that state is recent enough is the caller's
// concern (a read index). To view a Write is a fault of the program.
func (e *Engine) View(now int64, seed uint64, db int, spec *Spec, args []string) resp.Reply {
	if spec.Flags&Write != 0 || spec.Data == nil {
		panic("commands: View of " + spec.Name + ", which is no read of data")
	}
	if wanted := EventClass(e.wanted.Load()); wanted&MissEvents != 0 {
		return e.viewTelling(wanted, now, seed, db, spec, args)
	}
	e.mu.RLock()
	defer e.mu.RUnlock()
	tx := e.store.View(now).On(db)
	tx.Seed(seed)
	return spec.Data(tx, args)
}

// Freeze returns a view of the present state that stays as it is while
// further entries are applied; the caller must Release it.
func (e *Engine) Freeze() *store.Frozen {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.store.Freeze()
}

// Restore replaces the state by a snapshot that a Frozen has written. After
// an error the state is what it was. Reads wait meanwhile.
func (e *Engine) Restore(r io.Reader) error {
	e.handing.Lock()
	defer e.handing.Unlock()
	if err := e.restore(r); err != nil {
		return fmt.Errorf("commands: restore: %w", err)
	}
	if e.outlet != nil {
		e.outlet(&Effects{Restored: true})
	}
	return nil
}

func (e *Engine) restore(r io.Reader) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	_, err := e.store.ReadFrom(r)
	return err
}

// Hash is a digest of the whole state, the same on every node that has
// applied the same entries. It takes time in proportion to the state, but
// holds up neither reads nor entries.
func (e *Engine) Hash() uint64 {
	f := e.Freeze()
	defer f.Release()
	return f.Hash()
}

// NextDeadline is the log time (ms) at which the next key is due, 0 if none
// ever is.
func (e *Engine) NextDeadline() int64 { return e.store.NextDeadline() }

// LogTime is the time (ms) of the last entry applied.
func (e *Engine) LogTime() int64 {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.store.Time()
}

// Versions are the versions of keys (store.Tx.Version), for WATCH.
func (e *Engine) Versions(db int, keys []string) []uint64 {
	e.mu.RLock()
	defer e.mu.RUnlock()
	tx := e.store.View(0).On(db)
	versions := make([]uint64, len(keys))
	for i, key := range keys {
		versions[i] = tx.Version(key)
	}
	return versions
}

// Keys counts the keys of a database, and those of them with a deadline.
func (e *Engine) Keys(db int) (keys, expires int) {
	e.mu.RLock()
	defer e.mu.RUnlock()
	return e.store.Keys(db)
}

// mix makes the seed of command i of an entry. Neighbours must get streams
// that have nothing in common, so both numbers go through the finalizer of
// splitmix64 (Steele, Lea, Flood 2014).
func mix(index, i uint64) uint64 {
	return finalize(finalize(index) + i)
}

func finalize(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
