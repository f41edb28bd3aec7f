package commands

import (
	"slices"
	"strings"

	"coordd/resp"
	"coordd/store"
)

// Keys that are looked up for reading and are absent are events (keymiss), where
// somebody wants them. Those of a command of the log are among its effects; a
// view has no effects, so the engine hands them to whoever called OnMiss.

// lookingWrites are the writes that look keys up for reading, as Redis has it, and
// between which positions their arguments name them; to -1 is up to the last. Other
// keys are where the result goes.
var lookingWrites = map[string]struct{ from, to int }{
	"bitfield": {1, 1}, "bitop": {3, -1}, "copy": {1, 1}, "getdel": {1, 1}, "getex": {1, 1}, "getset": {1, 1}, "set": {1, 1}, "sort": {1, 1},
	"georadius": {1, 1}, "georadiusbymember": {1, 1}, "geosearchstore": {2, 2}, "pfmerge": {1, -1},
	"sdiffstore": {2, -1}, "sinterstore": {2, -1}, "sunionstore": {2, -1},
	"xack": {1, 1}, "xautoclaim": {1, 1}, "xclaim": {1, 1}, "xreadgroup": {1, -1},
	"zdiffstore": {2, -1}, "zinterstore": {2, -1}, "zrangestore": {2, 2}, "zunionstore": {2, -1},
}

// silentReads are the reads that tell of no misses: they look at keys from
// outside, or carry out other commands.
var silentReads = map[string]bool{
	"eval_ro": true, "evalsha_ro": true, "fcall_ro": true, "memory|usage": true,
	"object|encoding": true, "object|freq": true, "object|idletime": true, "object|refcount": true,
}

// looksUp tells whether a command tells of the keys that it misses.
func (s *Spec) looksUp(args []string) bool {
	switch {
	case s.Flags&Internal != 0:
		return false
	case s.Flags&Read != 0:
		return !silentReads[s.Name]
	case s.Name == "set":
		return has(args[min(3, len(args)):], "get")
	case s.Name == "bitfield":
		return !has(args, "set") && !has(args, "incrby")
	}
	_, looks := lookingWrites[s.Name]
	return looks
}

func has(args []string, word string) bool {
	return slices.ContainsFunc(args, func(arg string) bool { return strings.EqualFold(arg, word) })
}

// Run is Data, with the keys that it misses told before all else that it emits.
func (s *Spec) Run(tx *store.Tx, args []string) resp.Reply {
	if tx.Wanted()&uint32(MissEvents) == 0 || !s.looksUp(args) {
		return s.Data(tx, args)
	}
	var missed []Event
	tx.Misses(func(db int, key string) { missed = append(missed, Event{MissEvents, "keymiss", db, key}) })
	before := len(tx.Emitted())
	reply := s.Data(tx, args)
	tx.Misses(nil)
	if len(missed) > 0 {
		tx.EmitAt(before, s.onceEach(tx.DB(), missed, args))
	}
	return reply
}

// onceEach are misses as often as the command names their keys, in that order,
// and those of other keys once. Handlers may look several times.
func (s *Spec) onceEach(db int, missed []Event, args []string) (once []any) {
	told := map[string]bool{}
	sources, some := lookingWrites[s.Name]
	for i := range s.Keys.In(args) {
		told[args[i]] = true
		if some && (i < sources.from || i > sources.to && sources.to >= 0) {
			continue
		}
		if at := slices.IndexFunc(missed, func(e Event) bool { return e.DB == db && e.Key == args[i] }); at >= 0 {
			once = append(once, missed[at])
		}
	}
	for _, e := range missed {
		if !told[e.Key] {
			told[e.Key] = true
			once = append(once, e)
		}
	}
	return once
}

// OnMiss has f told of the misses of views while their class is wanted. It must
// be called before the first View. f may be called by many goroutines at once; the
// events may alias the arguments of the command.
func (e *Engine) OnMiss(f func(missed []any)) { e.missed = f }

// viewTelling is View where misses are wanted.
func (e *Engine) viewTelling(wanted EventClass, now int64, seed uint64, db int, spec *Spec, args []string) resp.Reply {
	e.mu.RLock()
	tx := e.store.View(now).On(db)
	tx.Seed(seed)
	tx.Want(uint32(wanted))
	reply := spec.Run(tx, args)
	missed := tx.Emitted()
	e.mu.RUnlock()
	if len(missed) > 0 && e.missed != nil {
		e.missed(missed)
	}
	return reply
}
