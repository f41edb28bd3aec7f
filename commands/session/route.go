package session

import (
	"coordd/commands"
	"coordd/ring"
)

const crossSlot = "CROSSSLOT Keys in request don't hash to the same slot"

// route puts a command into the run: to the group of its keys or, where it may
// be answered by several, to those.
func (s *Session) route(r *run, spec *commands.Spec, args []string) {
	if len(s.cfg.Groups) == 1 {
		r.single(0, spec, args)
		return
	}
	if w := walks[spec.Name]; w != nil {
		w(s, r, spec, args)
		return
	}
	if spec.Flags&commands.AllShards != 0 {
		s.everywhere(r, spec, args)
		return
	}
	group, one := s.groupOf(spec, args)
	switch {
	case one:
		r.single(group, spec, args)
	case spec.Flags&commands.MultiShard != 0:
		s.split(r, spec, args)
	default:
		s.turnedAway(args)
		r.refuse(crossSlot)
	}
}

// single has one group answer the command.
func (r *run) single(group int, spec *commands.Spec, args []string) {
	call := r.add(group, spec, args)
	r.steps = append(r.steps, step{spec: spec, args: args, group: group, call: call})
}

// groupOf finds the group that owns all keys of a command; one is false when
// there are several. A command without keys goes to the first group: what it
// answers does not depend on data.
func (s *Session) groupOf(spec *commands.Spec, args []string) (group int, one bool) {
	group = -1
	for i := range spec.Keys.In(args) {
		g := s.owner(args[i])
		if group >= 0 && g != group {
			return 0, false
		}
		group = g
	}
	return max(group, 0), true
}

// owner is the group of a key.
func (s *Session) owner(key string) int {
	if len(s.cfg.Groups) == 1 {
		return 0
	}
	return s.cfg.Owner(ring.SlotOf(key))
}
