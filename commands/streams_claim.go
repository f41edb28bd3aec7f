package commands

import (
	"coordd/resp"
	"coordd/store"
)

func xack(tx *store.Tx, args []string) resp.Reply {
	s, err := tx.Stream(args[1])
	switch {
	case err != nil:
		return failed(err)
	case s.Group(args[2]) == nil:
		return resp.Int(0)
	}
	ids, refusal := parseIDs(args[3:])
	if refusal.IsError() {
		return refusal
	}
	s, _ = tx.MakeStream(args[1]) // it is a stream
	g := s.OpenGroup(args[2])
	acknowledged := int64(0)
	for _, id := range ids {
		if g.Release(id) {
			acknowledged++
		}
	}
	return resp.Int(acknowledged)
}

// claim is what XCLAIM and XAUTOCLAIM do to one pending entry after another.
type claim struct {
	s          *store.Stream
	g          *store.Group
	consumer   string
	minIdle    int64 // ms
	at         int64 // the log time (ms) of the delivery
	retryCount int64 // of the delivery; Unknown counts on
	justID     bool  // nothing is delivered but the id, and that is no delivery
	taken      []resp.Reply
}

// open makes ready for changes, after all that may be refused.
func (c *claim) open(tx *store.Tx, key, group string) {
	c.s, _ = tx.MakeStream(key) // it is a stream, and has the group
	c.g = c.s.OpenGroup(group)
	makeConsumer(tx, key, c.g, c.consumer)
	c.g.SawConsumer(c.consumer, tx.Now(), false)
}

// take makes an entry that is in the stream pending for the consumer.
func (c *claim) take(p store.Pending) {
	p.Consumer, p.At = c.consumer, c.at
	if c.retryCount != store.Unknown {
		p.Deliveries = c.retryCount
	} else if !c.justID {
		p.Deliveries++
	}
	c.g.Assign(p)
	if c.justID {
		c.taken = append(c.taken, idReply(p.ID))
	} else {
		c.taken = append(c.taken, entryAt(c.s, p.ID))
	}
}

// close ends the claim at log time now (ms).
func (c *claim) close(now int64) {
	if len(c.taken) > 0 {
		c.g.SawConsumer(c.consumer, now, true)
	}
}

// claimOptions are what follows the ids in XCLAIM.
type claimOptions struct {
	ids        []store.StreamID
	at         int64 // Unknown: now
	retryCount int64 // below 0: Unknown
	force      bool
	justID     bool
	last       store.StreamID
}

// parseClaim reads what follows the minimal time of XCLAIM. The first word that
// is no id ends the ids.
func parseClaim(args []string, now int64) (o claimOptions, refusal resp.Reply) {
	o.at, o.retryCount = store.Unknown, store.Unknown
	i := 0
	for ; i < len(args); i++ {
		id, ok := parseID(args[i], 0)
		if !ok {
			break
		}
		o.ids = append(o.ids, id)
	}
	for ; i < len(args); i++ {
		word, more, ok := args[i], i+1 < len(args), true
		switch {
		case isWord(word, "FORCE"):
			o.force = true
		case isWord(word, "JUSTID"):
			o.justID = true
		case isWord(word, "IDLE") && more:
			i++
			if o.at, ok = parseInt(args[i]); !ok {
				return o, errClaimIdleOption
			}
			o.at = now - o.at
		case isWord(word, "TIME") && more:
			i++
			if o.at, ok = parseInt(args[i]); !ok {
				return o, errClaimTime
			}
		case isWord(word, "RETRYCOUNT") && more:
			i++
			if o.retryCount, ok = parseInt(args[i]); !ok {
				return o, errClaimRetryCount
			}
		case isWord(word, "LASTID") && more:
			i++
			if o.last, ok = parseID(args[i], 0); !ok {
				return o, errStreamID
			}
		default:
			return o, errClaimOption(word)
		}
	}
	return o, resp.Reply{}
}

func xclaim(tx *store.Tx, args []string) resp.Reply {
	now := tx.Now()
	s, err := tx.Stream(args[1])
	switch {
	case err != nil:
		return failed(err)
	case s.Group(args[2]) == nil:
		return errNoGroup(args[1], args[2], "")
	}
	minIdle, ok := parseInt(args[4])
	if !ok {
		return errClaimIdle
	}
	o, refusal := parseClaim(args[5:], now)
	if refusal.IsError() {
		return refusal
	}
	if o.at < 0 || o.at > now { // a client's clock may be ahead of this one
		o.at = now
	}
	c := claim{consumer: args[3], minIdle: minIdle, at: o.at, retryCount: max(o.retryCount, store.Unknown), justID: o.justID}
	c.open(tx, args[1], args[2])
	if c.g.Last().Before(o.last) {
		c.g.SetLast(o.last, c.g.Read())
	}
	for _, id := range o.ids {
		p, pending := c.g.FindPending(id)
		switch {
		case !c.s.Has(id): // there is nothing left to deliver
			c.g.Release(id)
		case pending && (minIdle <= 0 || now-p.At >= minIdle):
			c.take(p)
		case !pending && o.force:
			c.take(store.Pending{ID: id, Deliveries: 1})
		}
	}
	c.close(now)
	return resp.Array(c.taken...)
}
