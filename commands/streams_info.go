package commands

import (
	"coordd/resp"
	"coordd/store"
)

// streamOf is a stream that must be there, for XINFO.
func streamOf(tx *store.Tx, key string) (s *store.Stream, refusal resp.Reply) {
	s, err := tx.Stream(key)
	switch {
	case err != nil:
		return nil, failed(err)
	case s == nil:
		return nil, errNoSuchKey
	}
	return s, resp.Reply{}
}

// xinfoConsumers takes care of consumers that come from a dump, made where the
// clock was ahead.
func xinfoConsumers(tx *store.Tx, args []string) resp.Reply {
	s, refusal := streamOf(tx, args[2])
	if refusal.IsError() {
		return refusal
	}
	g := s.Group(args[3])
	if g == nil {
		return errNoGroupOfKey(args[2], args[3])
	}
	var rows []resp.Reply
	g.EachConsumer(func(c *store.Consumer) {
		inactive := int64(store.Unknown)
		if c.Active() != store.Unknown {
			inactive = tx.Now() - c.Active()
		}
		rows = append(rows, resp.Map(
			resp.Bulk("name"), resp.Bulk(c.Name()),
			resp.Bulk("pending"), resp.Int(int64(c.Pending())),
			resp.Bulk("idle"), resp.Int(max(tx.Now()-c.Seen(), 0)),
			resp.Bulk("inactive"), resp.Int(inactive)))
	})
	return resp.Array(rows...)
}

func xinfoGroups(tx *store.Tx, args []string) resp.Reply {
	s, refusal := streamOf(tx, args[2])
	if refusal.IsError() {
		return refusal
	}
	var rows []resp.Reply
	s.EachGroup(func(g *store.Group) {
		rows = append(rows, resp.Map(
			resp.Bulk("name"), resp.Bulk(g.Name()),
			resp.Bulk("consumers"), resp.Int(int64(g.Consumers())),
			resp.Bulk("pending"), resp.Int(int64(g.Pending())),
			resp.Bulk("last-delivered-id"), idReply(g.Last()),
			resp.Bulk("entries-read"), readReply(g),
			resp.Bulk("lag"), lagReply(s, g)))
	})
	return resp.Array(rows...)
}

func readReply(g *store.Group) resp.Reply {
	if g.Read() == store.Unknown {
		return resp.Null
	}
	return resp.Int(g.Read())
}

func lagReply(s *store.Stream, g *store.Group) resp.Reply {
	lag, known := lagOf(s, g)
	if !known {
		return resp.Null
	}
	return resp.Int(lag)
}

// xinfoStream without FULL tells the first and the last entry; with it the first
// entries, and everything about the groups.
func xinfoStream(tx *store.Tx, args []string) resp.Reply {
	s, refusal := streamOf(tx, args[2])
	if refusal.IsError() {
		return refusal
	}
	full, count, refusal := parseInfoStream(args)
	if refusal.IsError() {
		return refusal
	}
	keys, nodes := s.RadixTree()
	info := []resp.Reply{
		resp.Bulk("length"), resp.Int(int64(s.Len())),
		resp.Bulk("radix-tree-keys"), resp.Int(int64(keys)),
		resp.Bulk("radix-tree-nodes"), resp.Int(int64(nodes)),
		resp.Bulk("last-generated-id"), idReply(s.Last()),
		resp.Bulk("max-deleted-entry-id"), idReply(s.Deleted()),
		resp.Bulk("entries-added"), resp.Int(s.Added()),
		resp.Bulk("recorded-first-entry-id"), idReply(s.First()),
	}
	if full {
		return resp.Map(append(info, fullInfo(s, count)...)...)
	}
	first, last := resp.Null, resp.Null
	if s.Len() > 0 {
		first, last = entryAt(s, s.First()), entryAt(s, s.Top())
	}
	return resp.Map(append(info,
		resp.Bulk("groups"), resp.Int(int64(s.Groups())),
		resp.Bulk("first-entry"), first,
		resp.Bulk("last-entry"), last)...)
}

// parseInfoStream reads [FULL [COUNT count]]; a count of 0 is everything.
func parseInfoStream(args []string) (full bool, count int64, refusal resp.Reply) {
	const usual = 10
	switch options := args[3:]; {
	case len(options) == 0:
		return false, 0, resp.Reply{}
	case !isWord(options[0], "FULL") || len(options) == 2 || len(options) > 3 || len(options) == 3 && !isWord(options[1], "COUNT"):
		return false, 0, errSubcommandSyntax(args[0], args[1])
	case len(options) == 1:
		return true, usual, resp.Reply{}
	default:
		n, ok := parseInt(options[2])
		if !ok {
			return false, 0, errNotInteger
		}
		if n < 0 {
			n = usual
		}
		return true, n, resp.Reply{}
	}
}

func fullInfo(s *store.Stream, count int64) []resp.Reply {
	t := taker{count: count}
	s.Range(store.StreamID{}, store.MaxStreamID, t.take)
	var groups []resp.Reply
	s.EachGroup(func(g *store.Group) {
		var pending, consumers []resp.Reply
		g.EachPending(store.StreamID{}, store.MaxStreamID, func(p store.Pending) bool {
			pending = append(pending, resp.Array(idReply(p.ID), resp.Bulk(p.Consumer), resp.Int(p.At), resp.Int(p.Deliveries)))
			return count == 0 || int64(len(pending)) < count
		})
		g.EachConsumer(func(c *store.Consumer) { consumers = append(consumers, consumerInfo(g, c, count)) })
		groups = append(groups, resp.Map(
			resp.Bulk("name"), resp.Bulk(g.Name()),
			resp.Bulk("last-delivered-id"), idReply(g.Last()),
			resp.Bulk("entries-read"), readReply(g),
			resp.Bulk("lag"), lagReply(s, g),
			resp.Bulk("pel-count"), resp.Int(int64(g.Pending())),
			resp.Bulk("pending"), resp.Array(pending...),
			resp.Bulk("consumers"), resp.Array(consumers...)))
	})
	return []resp.Reply{resp.Bulk("entries"), resp.Array(t.taken...), resp.Bulk("groups"), resp.Array(groups...)}
}

func consumerInfo(g *store.Group, c *store.Consumer, count int64) resp.Reply {
	var pending []resp.Reply
	g.EachPendingOf(c, store.StreamID{}, store.MaxStreamID, func(p store.Pending) bool {
		pending = append(pending, resp.Array(idReply(p.ID), resp.Int(p.At), resp.Int(p.Deliveries)))
		return count == 0 || int64(len(pending)) < count
	})
	return resp.Map(
		resp.Bulk("name"), resp.Bulk(c.Name()),
		resp.Bulk("seen-time"), resp.Int(c.Seen()),
		resp.Bulk("active-time"), resp.Int(c.Active()),
		resp.Bulk("pel-count"), resp.Int(int64(c.Pending())),
		resp.Bulk("pending"), resp.Array(pending...))
}

func xinfoHelp(*store.Tx, []string) resp.Reply {
	return help("XINFO",
		"CONSUMERS <key> <groupname>", "The consumers of a group.",
		"GROUPS <key>", "The groups of a stream.",
		"STREAM <key> [FULL [COUNT <count>]]", "What is known of a stream; with FULL also of its groups.")
}
