package session

import (
	"math/rand/v2"
	"slices"
	"strconv"

	"coordd/commands"
	"coordd/resp"
	"coordd/ring"
)

// walks are the commands that look at one group after another, each look
// depending on what the one before has found. They take part in a run by
// having every group confirm that its state here is recent; the looking is
// done when the reply is made.
var walks = map[string]func(s *Session, r *run, spec *commands.Spec, args []string){
	"scan":      (*Session).scan,
	"randomkey": (*Session).randomKey,

	"pubsub|numsub":      (*Session).perChannel,
	"pubsub|shardnumsub": (*Session).perChannel,
}

// walk is a gatherer that asks all groups for a recent state.
func (r *run) walk(spec *commands.Spec, args []string, g gatherer) {
	for i := range r.shares {
		r.shares[i].asked = true
	}
	r.steps = append(r.steps, step{spec: spec, args: args, many: g})
}

// look views a group's state with a command other than the client's own.
func (s *Session) look(r *run, group int, spec *commands.Spec, args []string) resp.Reply {
	return s.cfg.Groups[group].Engine.View(r.shares[group].now, rand.Uint64(), s.state.DB, spec, args)
}

// scanWalk is a SCAN over several groups. The cursor is a position in the
// space of (slot, hash of key), the same for every group (store.Tx.Scan), so
// its slot tells which group it belongs to, and no node must remember
// anything. All of one group is walked before the next; groups come in the
// order of their first slots.
type scanWalk struct {
	spec *commands.Spec
	args []string
}

// slotShift is how far up in a cursor the slot stands.
const slotShift = 39

func (s *Session) scan(r *run, spec *commands.Spec, args []string) {
	r.walk(spec, args, &scanWalk{spec, args})
}

func (w *scanWalk) gather(s *Session, r *run) resp.Reply {
	cursor, err := strconv.ParseUint(w.args[1], 10, 64)
	if err != nil || cursor>>slotShift >= ring.Slots {
		return s.look(r, 0, w.spec, w.args) // which says that it is wrong, or at an end
	}
	args := slices.Clone(w.args)
	for {
		group := s.cfg.Owner(uint16(cursor >> slotShift))
		if text := s.failure(r.shares[group].err, false); text != "" {
			return resp.Error(text)
		}
		args[1] = strconv.FormatUint(cursor, 10)
		page := s.look(r, group, w.spec, args)
		if page.IsError() {
			return page
		}
		cursor, _ = strconv.ParseUint(page.Elems[0].Str, 10, 64)
		if cursor = s.cursorAfter(group, cursor); cursor == 0 || len(page.Elems[1].Elems) > 0 {
			page.Elems[0] = resp.Bulk(strconv.FormatUint(cursor, 10))
			return page
		}
	}
}

// cursorAfter says where a walk goes on for which a group has returned the
// cursor next, 0 if nowhere: in the same group or, if that is at its end, at
// the beginning of the following one. A cursor that points behind the last
// hash of one of the group's slots, into a slot of another, is moved on.
func (s *Session) cursorAfter(group int, next uint64) uint64 {
	if next != 0 {
		for slot := next >> slotShift; slot < ring.Slots; slot++ {
			if s.cfg.Owner(uint16(slot)) == group {
				return max(next, slot<<slotShift)
			}
		}
	}
	seen := make([]bool, len(s.cfg.Groups))
	passed := false
	for slot := range uint16(ring.Slots) {
		g := s.cfg.Owner(slot)
		if passed && !seen[g] {
			return uint64(slot) << slotShift
		}
		passed = passed || g == group
		seen[g] = true
	}
	return 0
}

// anyKey is a RANDOMKEY over several groups: a group is drawn with the odds
// that its number of keys gives it, so that all keys are equally likely.
type anyKey struct {
	spec *commands.Spec
	args []string
}

func (s *Session) randomKey(r *run, spec *commands.Spec, args []string) {
	r.walk(spec, args, &anyKey{spec, args})
}

func (a *anyKey) gather(s *Session, r *run) resp.Reply {
	keys, total := make([]int, len(s.cfg.Groups)), 0
	for g := range s.cfg.Groups {
		if text := s.failure(r.shares[g].err, false); text != "" {
			return resp.Error(text)
		}
		keys[g], _ = s.cfg.Groups[g].Engine.Keys(s.state.DB)
		total += keys[g]
	}
	if total == 0 {
		return resp.Null
	}
	at := rand.IntN(total)
	for g, n := range keys {
		if at -= n; at >= 0 && g < len(keys)-1 {
			continue
		}
		return s.look(r, g, a.spec, a.args)
	}
	return resp.Null
}

// eachChannel is a PUBSUB NUMSUB over several groups: each is asked about its own
// channels.
type eachChannel struct {
	spec *commands.Spec
	args []string
}

func (s *Session) perChannel(r *run, spec *commands.Spec, args []string) {
	r.walk(spec, args, &eachChannel{spec, args})
}

func (e *eachChannel) gather(s *Session, r *run) resp.Reply {
	all := []resp.Reply{}
	for _, channel := range e.args[2:] {
		group := s.owner(channel)
		if text := s.failure(r.shares[group].err, false); text != "" {
			return resp.Error(text)
		}
		one := s.look(r, group, e.spec, []string{e.args[0], e.args[1], channel})
		if one.IsError() {
			return one
		}
		all = append(all, one.Elems...)
	}
	return resp.Array(all...)
}
