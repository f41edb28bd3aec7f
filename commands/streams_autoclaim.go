package commands

import (
	"math"

	"coordd/resp"
	"coordd/store"
)

// autoClaimOptions are what follows the consumer in XAUTOCLAIM.
type autoClaimOptions struct {
	minIdle int64
	from    store.StreamID
	count   int64
	justID  bool
}

func parseAutoClaim(args []string) (o autoClaimOptions, refusal resp.Reply) {
	const usualCount, maxCount = 100, math.MaxInt64 / 16
	o.count = usualCount
	var ok bool
	if o.minIdle, ok = parseInt(args[0]); !ok {
		return o, errAutoClaimIdle
	}
	if o.from, refusal = parseStart(args[1]); refusal.IsError() {
		return o, refusal
	}
	for i := 2; i < len(args); i++ {
		switch {
		case isWord(args[i], "COUNT") && i+1 < len(args):
			i++
			if o.count, ok = parseInt(args[i]); !ok || o.count < 1 || o.count > maxCount {
				return o, errCountNotAbove0
			}
		case isWord(args[i], "JUSTID"):
			o.justID = true
		default:
			return o, errSyntax
		}
	}
	return o, resp.Reply{}
}

// xautoClaim looks at ten times as many entries as it may claim at most, and
// answers where to go on.
func xautoClaim(tx *store.Tx, args []string) resp.Reply {
	const attemptsEach = 10
	now := tx.Now()
	o, refusal := parseAutoClaim(args[4:])
	if refusal.IsError() {
		return refusal
	}
	s, err := tx.Stream(args[1])
	switch {
	case err != nil:
		return failed(err)
	case s.Group(args[2]) == nil:
		return errNoGroup(args[1], args[2], "")
	}
	c := claim{consumer: args[3], minIdle: o.minIdle, at: now, retryCount: store.Unknown, justID: o.justID}
	c.open(tx, args[1], args[2])
	var gone []resp.Reply
	p, more := c.g.NextPending(o.from)
	for attempts := o.count * attemptsEach; attempts > 0 && o.count > 0 && more; attempts-- {
		switch {
		case !c.s.Has(p.ID):
			c.g.Release(p.ID)
			gone = append(gone, idReply(p.ID))
			o.count--
		case o.minIdle <= 0 || now-p.At >= o.minIdle:
			c.take(p)
			o.count--
		}
		if next, ok := p.ID.Next(); ok {
			p, more = c.g.NextPending(next)
		} else {
			more = false
		}
	}
	c.close(now)
	next := store.StreamID{}
	if more {
		next = p.ID
	}
	return resp.Array(idReply(next), resp.Array(c.taken...), resp.Array(gone...))
}
