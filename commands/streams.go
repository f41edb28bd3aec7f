package commands

import (
	"coordd/resp"
	"coordd/store"
)

// Streams are the commands on streams.
//
// XREAD and XREADGROUP may wait. Data is the attempt without waiting: BLOCK is
// read and checked, and NullArray says that there is nothing. Whoever waits and
// tries again must know what two ids mean. "$" of XREAD is the last id of the
// stream when the command came, so it must be put in its place before waiting,
// or it would move on with the stream and never see anything; no stream is an
// empty one, "0-0". ">" of XREADGROUP is what nobody in the group has got when
// the attempt is made, so it stays as it is; any other id asks for what the
// consumer has pending, and never waits. parseXRead reads the arguments.
var Streams = Group{"stream", []Spec{
	{"xack", -4, Write | Fast, oneKey, "5.0.0", "key group id [id ...]", "Acknowledges entries that a consumer of a group has got.", xack, nil},
	{"xadd", -5, Write | DenyOOM | Fast | NonDeterministic, oneKey, "5.0.0", "key [NOMKSTREAM] [<MAXLEN | MINID> [= | ~] threshold [LIMIT count]] <* | id> field value [field value ...]", "Adds an entry to a stream, or makes the stream.", xadd, nil},
	{"xautoclaim", -6, Write | Fast | NonDeterministic, oneKey, "6.2.0", "key group consumer min-idle-time start [COUNT count] [JUSTID]", "Takes over entries that have long been pending for other consumers, as they come.", xautoClaim, nil},
	{"xclaim", -6, Write | Fast | NonDeterministic, oneKey, "5.0.0", "key group consumer min-idle-time id [id ...] [IDLE ms] [TIME unix-time-milliseconds] [RETRYCOUNT count] [FORCE] [JUSTID] [LASTID lastid]", "Takes over certain entries that are pending for other consumers.", xclaim, nil},
	{"xdel", -3, Write | Fast, oneKey, "5.0.0", "key id [id ...]", "Takes entries out of a stream.", xdel, nil},
	{"xgroup", -2, 0, Keys{}, "5.0.0", "", "Manages groups of consumers.", nil, nil},
	{"xgroup|create", -5, Write | DenyOOM, secondKey, "5.0.0", "key group <id | $> [MKSTREAM] [ENTRIESREAD entries-read]", "Makes a group.", xgroupCreate, nil},
	{"xgroup|createconsumer", 5, Write | DenyOOM, secondKey, "6.2.0", "key group consumer", "Makes a consumer.", xgroupCreateConsumer, nil},
	{"xgroup|delconsumer", 5, Write, secondKey, "5.0.0", "key group consumer", "Removes a consumer, and what is pending for it.", xgroupDelConsumer, nil},
	{"xgroup|destroy", 4, Write, secondKey, "5.0.0", "key group", "Removes a group.", xgroupDestroy, nil},
	{"xgroup|help", 2, Read | Loading | Stale, Keys{}, "5.0.0", "", "Lists the subcommands.", xgroupHelp, nil},
	{"xgroup|setid", -5, Write, secondKey, "5.0.0", "key group <id | $> [ENTRIESREAD entries-read]", "Sets how far a group has read.", xgroupSetID, nil},
	{"xinfo", -2, 0, Keys{}, "5.0.0", "", "Tells about streams.", nil, nil},
	{"xinfo|consumers", 4, Read | NonDeterministic, secondKey, "5.0.0", "key group", "Lists the consumers of a group.", xinfoConsumers, nil},
	{"xinfo|groups", 3, Read, secondKey, "5.0.0", "key", "Lists the groups of a stream.", xinfoGroups, nil},
	{"xinfo|help", 2, Read | Loading | Stale, Keys{}, "5.0.0", "", "Lists the subcommands.", xinfoHelp, nil},
	{"xinfo|stream", -3, Read, secondKey, "5.0.0", "key [FULL [COUNT count]]", "Tells about a stream.", xinfoStream, nil},
	{"xlen", 2, Read | Fast, oneKey, "5.0.0", "key", "Returns the number of entries of a stream.", xlen, nil},
	{"xpending", -3, Read | NonDeterministic, oneKey, "5.0.0", "key group [[IDLE min-idle-time] start end count [consumer]]", "Tells what is pending in a group.", xpending, nil},
	{"xrange", -4, Read, oneKey, "5.0.0", "key start end [COUNT count]", "Returns the entries in a range of ids.", xrange, nil},
	{"xread", -4, Read | Blocking | Movable, Keys{Find: xreadKeys}, "5.0.0", "[COUNT count] [BLOCK milliseconds] STREAMS key [key ...] id [id ...]", "Returns the entries of several streams behind given ids, and may wait for some.", xread, nil},
	{"xreadgroup", -7, Write | Blocking | Movable, Keys{Find: xreadKeys}, "5.0.0", "GROUP group consumer [COUNT count] [BLOCK milliseconds] [NOACK] STREAMS key [key ...] id [id ...]", "Returns entries that nobody in a group has got, or what a consumer has pending, and may wait for some.", xreadGroup, nil},
	{"xrevrange", -4, Read, oneKey, "5.0.0", "key end start [COUNT count]", "Returns the entries in a range of ids, last one first.", xrevRange, nil},
	{"xsetid", -3, Write | DenyOOM | Fast, oneKey, "5.0.0", "key last-id [ENTRIESADDED entries-added] [MAXDELETEDID max-deleted-id]", "Sets the last id of a stream.", xsetID, nil},
	{"xtrim", -4, Write | NonDeterministic, oneKey, "5.0.0", "key <MAXLEN | MINID> [= | ~] threshold [LIMIT count]", "Takes entries away from the front of a stream.", xtrim, nil},
}}

func xlen(tx *store.Tx, args []string) resp.Reply {
	s, err := tx.Stream(args[1])
	if err != nil {
		return failed(err)
	}
	return resp.Int(int64(s.Len()))
}

// entryReply is an entry as all words show it: its id, and its fields and values.
func entryReply(id store.StreamID, fields []string) resp.Reply {
	words := make([]resp.Reply, len(fields))
	for i, word := range fields {
		words[i] = resp.Bulk(word)
	}
	return resp.Array(idReply(id), resp.Array(words...))
}

// entryAt is the entry of an id, which must be there.
func entryAt(s *store.Stream, id store.StreamID) (reply resp.Reply) {
	s.Range(id, id, func(id store.StreamID, fields []string) bool {
		reply = entryReply(id, fields)
		return false
	})
	return reply
}

// taker gathers entries until there are count of them; 0 is no limit.
type taker struct {
	count int64
	taken []resp.Reply
}

func (t *taker) take(id store.StreamID, fields []string) bool {
	t.taken = append(t.taken, entryReply(id, fields))
	return t.count == 0 || int64(len(t.taken)) < t.count
}

func xrange(tx *store.Tx, args []string) resp.Reply {
	return streamRange(tx, args, args[2], args[3], (*store.Stream).Range)
}

func xrevRange(tx *store.Tx, args []string) resp.Reply {
	return streamRange(tx, args, args[3], args[2], (*store.Stream).RangeBack)
}

func streamRange(tx *store.Tx, args []string, start, stop string,
	visit func(s *store.Stream, from, to store.StreamID, f func(store.StreamID, []string) bool)) resp.Reply {
	from, refusal := parseStart(start)
	if refusal.IsError() {
		return refusal
	}
	to, refusal := parseStop(stop)
	if refusal.IsError() {
		return refusal
	}
	t, none := taker{}, false
	for i := 4; i < len(args); i += 2 {
		if !isWord(args[i], "COUNT") || i+1 == len(args) {
			return errSyntax
		}
		n, ok := parseInt(args[i+1])
		if !ok {
			return errNotInteger
		}
		t.count, none = max(n, 0), n <= 0
	}
	s, err := tx.Stream(args[1])
	switch {
	case err != nil:
		return failed(err)
	case s == nil:
		return resp.Array()
	case none:
		return resp.NullArray
	}
	visit(s, from, to, t.take)
	return resp.Array(t.taken...)
}
