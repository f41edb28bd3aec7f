package pubsub

import (
	"strconv"
	"strings"

	"coordd/commands"
	"coordd/resp"
	"coordd/store"
)

// The words of the log that clients cannot send.
const (
	// registerName node start batch (topic count)...: a node tells how many of its
	// clients listen to some topics. What an earlier start of it has told is
	// forgotten; a later one is not disturbed.
	registerName = "coordd.subscribers"
	// ForgetName node start: the node's starts before that one are over, and so are
	// the subscribers that they have told of; 0: it is silent, whichever start it is.
	ForgetName = "coordd.forget-subscribers"
	// missedName (db key)...: clients of a node have looked for keys that are absent.
	missedName = "coordd.missed"
)

// registered is the effect of a registration.
type registered struct {
	node         string
	start, batch uint64
}

// forgotten is the effect of forgetting a node's subscribers.
type forgotten struct {
	node  string
	start uint64
}

func (r registered) by(p *place) bool { return r.node == p.Origin && r.start == p.Start }

// by tells whether it is this very start of this node that was taken for gone.
func (f forgotten) by(p *place) bool { return f.node == p.Origin && f.start >= p.Start }

func (h *Hub) data() []commands.Spec {
	const (
		always  = commands.PubSub | commands.Loading | commands.Stale
		publish = commands.Write | commands.Fast | commands.NotKeys | always
		ask     = commands.Read | always
	)
	return []commands.Spec{
		{Name: "publish", Arity: 3, Flags: publish, Keys: commands.Keys{Find: channelsFrom(1, 1)}, Since: "2.0.0", Syntax: "channel message", Summary: "Sends a message to all who listen to a channel, on any node.", Data: h.publish},
		{Name: "spublish", Arity: 3, Flags: publish, Keys: commands.Keys{First: 1, Last: 1, Step: 1}, Since: "7.0.0", Syntax: "shardchannel message", Summary: "Sends a message to all who listen to a shard channel.", Data: h.publishShard},

		{Name: "pubsub", Arity: -2, Since: "2.8.0", Summary: "Tells who listens to what, on all nodes."},
		{Name: "pubsub|channels", Arity: -2, Flags: ask | commands.AllShards, Since: "2.8.0", Syntax: "[pattern]", Summary: "Lists the channels that somebody listens to.", Data: names(channels)},
		{Name: "pubsub|help", Arity: 2, Flags: commands.Loading | commands.Stale, Since: "6.2.0", Summary: "Lists the subcommands.", Conn: help},
		{Name: "pubsub|numpat", Arity: 2, Flags: ask, Since: "2.8.0", Summary: "Counts the patterns that somebody listens to.", Data: numPat},
		{Name: "pubsub|numsub", Arity: -2, Flags: ask | commands.NotKeys, Keys: commands.Keys{Find: channelsFrom(2, -1)}, Since: "2.8.0", Syntax: "[channel [channel ...]]", Summary: "Counts those who listen to channels, patterns left out.", Data: numSub(channels)},
		{Name: "pubsub|shardchannels", Arity: -2, Flags: ask | commands.AllShards, Since: "7.0.0", Syntax: "[pattern]", Summary: "Lists the shard channels that somebody listens to.", Data: names(shards)},
		{Name: "pubsub|shardnumsub", Arity: -2, Flags: ask | commands.NotKeys, Keys: commands.Keys{Find: channelsFrom(2, -1)}, Since: "7.0.0", Syntax: "[shardchannel [shardchannel ...]]", Summary: "Counts those who listen to shard channels.", Data: numSub(shards)},

		{Name: registerName, Arity: -4, Flags: commands.Write | commands.Internal, Since: "coordd", Summary: "Tells how many subscribers a node has.", Data: register},
		{Name: ForgetName, Arity: 3, Flags: commands.Write | commands.Internal, Since: "coordd", Summary: "Forgets the subscribers of a node that is gone.", Data: forget},
		{Name: missedName, Arity: -3, Flags: commands.Write | commands.Internal, Since: "coordd", Summary: "Tells of keys that reads have missed.", Data: missed},
	}
}

// channelsFrom points at the channels of a command, to route it by; to -1 means
// all there are.
func channelsFrom(from, to int) func(args []string) []int {
	return func(args []string) []int {
		var at []int
		for i := from; i < len(args) && (to < 0 || i <= to); i++ {
			at = append(at, i)
		}
		return at
	}
}

func (h *Hub) publish(tx *store.Tx, args []string) resp.Reply {
	if h.cfg.Own(args[1]) {
		return resp.Error("ERR '" + args[1] + "' is a channel of the server's own events, on which nobody else can publish")
	}
	return send(tx, commands.Message{Channel: args[1], Payload: args[2]})
}

func (h *Hub) publishShard(tx *store.Tx, args []string) resp.Reply {
	return send(tx, commands.Message{Channel: args[1], Payload: args[2], Shard: true})
}

// send is all that publishing is: the message leaves with the entry's effects.
func send(tx *store.Tx, m commands.Message) resp.Reply {
	tx.Emit(m)
	return resp.Int(int64(censusOf(tx).receivers(m)))
}

// register believes what a node says of itself, as far as it is its present start.
func register(tx *store.Tx, args []string) resp.Reply {
	start, err1 := strconv.ParseUint(args[2], 10, 64)
	batch, err2 := strconv.ParseUint(args[3], 10, 64)
	if err1 != nil || err2 != nil || len(args)%2 != 0 {
		return resp.Error("ERR a registration of the log does not decode")
	}
	c, node := censusOf(tx), args[1]
	switch known := c.start(node); {
	case start < known:
		return resp.OK
	case start > known:
		c.forget(node)
		c.setStart(node, start)
	}
	for i := 4; i < len(args); i += 2 {
		if topic := args[i]; topic != "" && strings.Contains(kinds, topic[:1]) {
			c.set(node, topic, number(args[i+1]))
		}
	}
	tx.Emit(registered{strings.Clone(node), start, batch})
	return resp.OK
}

// forget drops what a node has said: of all its starts (0), which may be a mistake
// that the node hears of, or of those before one.
func forget(tx *store.Tx, args []string) resp.Reply {
	before, err := strconv.ParseUint(args[2], 10, 64)
	if err != nil {
		return resp.Error("ERR a word of the log does not decode")
	}
	c := censusOf(tx)
	if start := c.start(args[1]); before == 0 || start < before {
		c.forget(args[1])
		tx.Emit(forgotten{strings.Clone(args[1]), start})
	}
	return resp.OK
}

func numPat(tx *store.Tx, _ []string) resp.Reply {
	return resp.Int(int64(len(censusOf(tx).names(patterns, ""))))
}

func names(k kind) func(tx *store.Tx, args []string) resp.Reply {
	return func(tx *store.Tx, args []string) resp.Reply {
		pattern := ""
		switch len(args) {
		case 2:
		case 3:
			pattern = args[2]
		default:
			return errSubcommand(args[1])
		}
		list := []resp.Reply{}
		for _, name := range censusOf(tx).names(k, pattern) {
			list = append(list, resp.Bulk(name))
		}
		return resp.Array(list...)
	}
}

func numSub(k kind) func(tx *store.Tx, args []string) resp.Reply {
	return func(tx *store.Tx, args []string) resp.Reply {
		c := censusOf(tx)
		list := []resp.Reply{}
		for _, name := range args[2:] {
			list = append(list, resp.Bulk(name), resp.Int(int64(c.of(topicName{k, name}))))
		}
		return resp.Array(list...)
	}
}
