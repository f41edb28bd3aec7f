package session

import (
	"slices"

	"coordd/commands"
	"coordd/resp"
)

// parted is a command that several groups answer for their part.
type parted struct {
	spec  *commands.Spec
	parts []part
	fold  func(p *parted, replies []resp.Reply) resp.Reply
}

// part is one group's call, and which keys of the command it has, counted from 0.
type part struct {
	group, call int
	keys        []int
}

// split parts a command by its keys (MGET, DEL, EXISTS, ...). All its
// arguments are keys; each group gets its own in their order.
func (s *Session) split(r *run, spec *commands.Spec, args []string) {
	p := &parted{spec: spec, fold: inOrder}
	if spec.Flags&commands.AggSum != 0 {
		p.fold = sum
	}
	argsOf := make([][]string, len(s.cfg.Groups))
	keysOf := make([][]int, len(s.cfg.Groups))
	for key, arg := range args[1:] {
		g := s.owner(arg)
		if argsOf[g] == nil {
			argsOf[g] = args[:1:1]
		}
		argsOf[g] = append(argsOf[g], arg)
		keysOf[g] = append(keysOf[g], key)
	}
	for g, its := range argsOf {
		if its != nil {
			p.parts = append(p.parts, part{g, r.add(g, spec, its), keysOf[g]})
		}
	}
	r.steps = append(r.steps, step{spec: spec, args: args, many: p})
}

// everywhere has all groups carry out a command on whole databases.
func (s *Session) everywhere(r *run, spec *commands.Spec, args []string) {
	p := &parted{spec: spec, fold: joined}
	switch {
	case spec.Flags&commands.AggSum != 0:
		p.fold = sum
	case spec.Flags&commands.AggLogicalAnd != 0:
		p.fold = allSay
	case spec.Flags&commands.AllSucceeded != 0:
		p.fold = first
	}
	for g := range s.cfg.Groups {
		p.parts = append(p.parts, part{group: g, call: r.add(g, spec, args)})
	}
	r.steps = append(r.steps, step{spec: spec, args: args, many: p})
}

// gather folds the groups' replies into one; the first error is the reply.
func (p *parted) gather(s *Session, r *run) resp.Reply {
	if text := s.failureOf(r, p); text != "" {
		return resp.Error(text)
	}
	replies := make([]resp.Reply, len(p.parts))
	for i := range p.parts {
		replies[i] = r.answer(p.parts[i].group, p.parts[i].call)
		if replies[i].IsError() {
			return replies[i]
		}
	}
	return p.fold(p, replies)
}

// failureOf is the error for a command of which some group's share failed, "" if
// none did. A write that went through elsewhere must not be called unchanged.
func (s *Session) failureOf(r *run, p *parted) string {
	var failed error
	unknown, done := false, false
	for i := range p.parts {
		switch err := r.shares[p.parts[i].group].err; {
		case err == nil:
			done = true
		case failed == nil || s.isUnknown(err):
			failed = err
			unknown = unknown || s.isUnknown(err)
		}
	}
	write := p.spec.Flags&commands.Write != 0
	if failed != nil && write && done && !unknown {
		return partlyDone
	}
	return s.failure(failed, write)
}

// sum adds integers: how many keys of all groups.
func sum(_ *parted, replies []resp.Reply) resp.Reply {
	total := int64(0)
	for _, r := range replies {
		total += r.Int
	}
	return resp.Int(total)
}

// allSay has a 1 where all groups have one, and a 0 elsewhere.
func allSay(_ *parted, replies []resp.Reply) resp.Reply {
	all := slices.Clone(replies[0].Elems)
	for _, r := range replies[1:] {
		for i := range all {
			all[i].Int = min(all[i].Int, r.Elems[i].Int)
		}
	}
	return resp.Array(all...)
}

// first is for groups that all say OK.
func first(_ *parted, replies []resp.Reply) resp.Reply { return replies[0] }

// joined puts arrays behind one another.
func joined(_ *parted, replies []resp.Reply) resp.Reply {
	all := []resp.Reply{}
	for _, r := range replies {
		all = append(all, r.Elems...)
	}
	return resp.Array(all...)
}

// inOrder gives every key's element its place in the order of the command's
// keys.
func inOrder(p *parted, replies []resp.Reply) resp.Reply {
	n := 0
	for i := range p.parts {
		n += len(p.parts[i].keys)
	}
	all := make([]resp.Reply, n)
	for i := range p.parts {
		for j, key := range p.parts[i].keys {
			all[key] = replies[i].Elems[j]
		}
	}
	return resp.Array(all...)
}
