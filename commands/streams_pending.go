package commands

import (
	"strconv"

	"coordd/resp"
	"coordd/store"
)

// pendingOptions are what follows the group in XPENDING.
type pendingOptions struct {
	minIdle  int64
	from, to store.StreamID
	count    int64
	named    bool // a consumer was named
	consumer string
}

func parsePending(args []string) (o pendingOptions, refusal resp.Reply) {
	if len(args) < 3 || len(args) > 6 {
		return o, errSyntax
	}
	var ok bool
	if isWord(args[0], "IDLE") {
		if o.minIdle, ok = parseInt(args[1]); !ok {
			return o, errNotInteger
		}
		if args = args[2:]; len(args) < 3 {
			return o, errSyntax
		}
	}
	if o.count, ok = parseInt(args[2]); !ok {
		return o, errNotInteger
	}
	if o.from, refusal = parseStart(args[0]); refusal.IsError() {
		return o, refusal
	}
	if o.to, refusal = parseStop(args[1]); refusal.IsError() {
		return o, refusal
	}
	if o.named = len(args) > 3; o.named {
		o.consumer = args[3]
	}
	return o, resp.Reply{}
}

func xpending(tx *store.Tx, args []string) resp.Reply {
	summary := len(args) == 3
	var o pendingOptions
	if !summary {
		var refusal resp.Reply
		if o, refusal = parsePending(args[3:]); refusal.IsError() {
			return refusal
		}
	}
	s, err := tx.Stream(args[1])
	if err != nil {
		return failed(err)
	}
	g := s.Group(args[2])
	switch {
	case g == nil:
		return errNoGroup(args[1], args[2], "")
	case summary:
		return pendingSummary(g)
	}
	return o.list(g, tx.Now())
}

func pendingSummary(g *store.Group) resp.Reply {
	if g.Pending() == 0 {
		return resp.Array(resp.Int(0), resp.Null, resp.Null, resp.NullArray)
	}
	first, _ := g.NextPending(store.StreamID{})
	var consumers []resp.Reply
	g.EachConsumer(func(c *store.Consumer) {
		if n := c.Pending(); n > 0 {
			consumers = append(consumers, resp.Array(resp.Bulk(c.Name()), resp.Bulk(strconv.Itoa(n))))
		}
	})
	return resp.Array(resp.Int(int64(g.Pending())), idReply(first.ID), idReply(g.LastPending()), resp.Array(consumers...))
}

// list answers up to count pending entries, of all consumers or of one.
func (o *pendingOptions) list(g *store.Group, now int64) resp.Reply {
	var rows []resp.Reply
	add := func(p store.Pending) bool {
		if o.minIdle == 0 || now-p.At >= o.minIdle {
			rows = append(rows, resp.Array(idReply(p.ID), resp.Bulk(p.Consumer), resp.Int(max(now-p.At, 0)), resp.Int(p.Deliveries)))
		}
		return int64(len(rows)) < o.count
	}
	c := g.Consumer(o.consumer)
	switch {
	case o.count <= 0 || o.named && c == nil:
	case o.named:
		g.EachPendingOf(c, o.from, o.to, add)
	default:
		g.EachPending(o.from, o.to, add)
	}
	return resp.Array(rows...)
}
