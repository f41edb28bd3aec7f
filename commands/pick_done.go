package commands

import (
	"coordd/resp"
	"coordd/store"
)

// pickDone gives tickets back and answers how many of them were out.
func pickDone(tx *store.Tx, args []string) resp.Reply {
	ids := make([]uint64, 0, len(args)-2)
	for _, arg := range args[2:] {
		id, ok := parseInt(arg)
		if !ok || id < 0 {
			return errTicket
		}
		ids = append(ids, uint64(id))
	}
	of, refusal := collectionAt(tx, args[1], true)
	if refusal.IsError() || of == nil {
		return orNone(refusal)
	}
	done := int64(0)
	for _, id := range ids {
		if giveBack(of, id) {
			done++
		}
	}
	if done > 0 {
		Notify(tx, GenericEvents, "pickdone", args[1])
	}
	return resp.Int(done)
}

// giveBack ends a ticket. A pool that knew all loads before knows them after.
func giveBack(of pooled, id uint64) bool {
	p, _ := of.Derived().(*pool)
	knew := p != nil && p.loads != nil && p.loads.seen == of.Loads()
	m, ok := of.GiveBack(id)
	if ok && knew {
		if i, picked := p.loads.at[m]; picked {
			p.loads.out[i]--
		}
		p.loads.seen = of.Loads()
	}
	return ok
}

// orNone is an error, or else what is answered where there is no pool.
func orNone(refusal resp.Reply) resp.Reply {
	if refusal.IsError() {
		return refusal
	}
	return resp.Int(0)
}

// pickMark takes a member out of rotation, for a time or until it is marked UP,
// or back into it. Like EXPIRE and PERSIST it answers whether there was
// something to do.
func pickMark(tx *store.Tx, args []string) resp.Reply {
	mark, refusal := parseMark(args[3:], tx.Now())
	if refusal.IsError() {
		return refusal
	}
	of, refusal := collectionAt(tx, args[1], true)
	if refusal.IsError() || of == nil {
		return orNone(refusal)
	}
	m := args[2]
	if _, found := of.weight(m); !found || mark == 0 && of.Standing(m).Mark == 0 {
		return resp.Int(0)
	}
	of.SetMark(m, mark)
	Notify(tx, GenericEvents, "pickmark", args[1])
	return resp.Int(1)
}

// parseMark reads "DOWN [PX ms] | UP" at log time now (ms).
func parseMark(args []string, now int64) (mark int64, refusal resp.Reply) {
	switch {
	case len(args) == 1 && isWord(args[0], "UP"):
		return 0, refusal
	case len(args) == 1 && isWord(args[0], "DOWN"):
		return store.Down, refusal
	case len(args) == 3 && isWord(args[0], "DOWN") && isWord(args[1], "PX"):
		ms, ok := parseInt(args[2])
		if !ok || ms <= 0 || ms > maxPickPX {
			return 0, errPickPX
		}
		return now + ms, refusal
	}
	return 0, errSyntax
}

// pickInfo tells of every member of a pool how it stands.
func pickInfo(tx *store.Tx, args []string) resp.Reply {
	of, refusal := collectionAt(tx, args[1], false)
	if refusal.IsError() {
		return refusal
	}
	var members []resp.Reply
	if of != nil {
		of.each(func(m string, weight float64) {
			members = append(members, resp.Bulk(m), memberInfo(tx, of, m, weight))
		})
	}
	return resp.Map(members...)
}

// memberInfo is what PICKINFO tells of a member. The times are in ms, -1 for never.
func memberInfo(tx *store.Tx, of pooled, m string, weight float64) resp.Reply {
	s := of.Standing(m)
	state, back := "up", int64(0)
	switch {
	case s.Mark == store.Down:
		state, back = "down", -1
	case s.Mark != 0:
		state, back = "down", max(s.Mark-tx.Now(), 0)
	case !(weight > 0):
		state = "drained"
	}
	return resp.Map(
		resp.Bulk("weight"), resp.Double(weight),
		resp.Bulk("state"), resp.Bulk(state),
		resp.Bulk("outstanding"), resp.Int(s.Out),
		resp.Bulk("picks"), resp.Int(s.Picks),
		resp.Bulk("up-in"), resp.Int(back),
		resp.Bulk("ttl"), resp.Int(timeLeft(of.MemberDeadline(m), tx.Now(), 1)),
	)
}
