package pubsub

import (
	"strconv"
	"strings"

	"coordd/commands"
	"coordd/resp"
	"coordd/store"
)

// Where the counts of subscribers stand in store.System of a group:
//
//	subscribers.c, .p, .s      hashes: a channel, pattern or shard channel, and
//	                           how many clients of all nodes listen to it
//	subscribers.of.<node>      a hash: the letter of a kind and a name, and how
//	                           many clients of that node listen to it
//	subscribers.start.<node>   the start of the node that told so
const (
	totalsKey = "subscribers."
	ofKey     = "subscribers.of."
	startKey  = "subscribers.start."
)

// census is access to the counts of a group.
type census struct{ system *store.Tx }

func censusOf(tx *store.Tx) census { return census{tx.On(store.System)} }

// must passes on what the state has under a name of ours: nothing else can stand
// there.
func must[T any](v T, err error) T {
	if err != nil {
		panic("pubsub: a key of store.System is not of its type: " + err.Error())
	}
	return v
}

// start is the start of a node whose counts these are, 0 if there are none.
func (c census) start(node string) uint64 {
	text, _, err := c.system.Get(startKey + node)
	n, _ := strconv.ParseUint(must(text, err), 10, 64)
	return n
}

func (c census) setStart(node string, start uint64) {
	c.system.Set(startKey+node, strconv.FormatUint(start, 10))
}

// set puts a node's count of a topic, a kind's letter and a name, into the place
// of the one before.
func (c census) set(node, topic string, count int) {
	of := must(c.system.MakeHash(ofKey + node))
	before, _ := of.Get(topic)
	if count > 0 {
		of.Put(topic, strconv.Itoa(count))
	} else {
		of.Remove(topic)
	}
	c.add(topic, count-number(before))
}

// add adds to the count of a topic over all nodes.
func (c census) add(topic string, more int) {
	totals := must(c.system.MakeHash(totalsKey + topic[:1]))
	now, _ := totals.Get(topic[1:])
	if n := number(now) + more; n > 0 {
		totals.Put(topic[1:], strconv.Itoa(n))
	} else {
		totals.Remove(topic[1:])
	}
}

// forget drops all counts of a node.
func (c census) forget(node string) {
	of := must(c.system.Hash(ofKey + node))
	if of == nil {
		return
	}
	of.Each(func(topic, count string) bool {
		c.add(topic, -number(count))
		return true
	})
	c.system.Delete(ofKey + node)
}

// Knows tells whether subscribers of a node are counted in a group, as far as this
// node has applied the log.
func Knows(group *commands.Engine, node string) bool {
	return group.View(0, 0, 0, &knows, []string{knows.Name, node}).Int != 0
}

var knows = commands.Spec{
	Name: "coordd.knows-subscribers", Arity: 2, Flags: commands.Read | commands.Internal,
	Data: func(tx *store.Tx, args []string) resp.Reply {
		if must(censusOf(tx).system.Hash(ofKey+args[1])) == nil {
			return resp.Int(0)
		}
		return resp.Int(1)
	},
}

// totals are the counts of a kind over all nodes; nil when there are none.
func (c census) totals(k kind) *store.Hash {
	return must(c.system.Hash(totalsKey + kinds[k:k+1]))
}

// of is how many clients listen to one topic.
func (c census) of(t topicName) int {
	totals := c.totals(t.kind)
	if totals == nil {
		return 0
	}
	count, _ := totals.Get(t.text)
	return number(count)
}

// receivers is how many clients a message goes to; one that listens to several
// patterns counts for each.
func (c census) receivers(m commands.Message) int {
	if m.Shard {
		return c.of(topicName{shards, m.Channel})
	}
	n := c.of(topicName{channels, m.Channel})
	if all := c.totals(patterns); all != nil {
		all.Each(func(pattern, count string) bool {
			if commands.Match(pattern, m.Channel) {
				n += number(count)
			}
			return true
		})
	}
	return n
}

// names are the topics of a kind that match a pattern.
func (c census) names(k kind, pattern string) []string {
	var names []string
	if all := c.totals(k); all != nil {
		all.Each(func(name, _ string) bool {
			if pattern == "" || commands.Match(pattern, name) {
				names = append(names, strings.Clone(name))
			}
			return true
		})
	}
	return names
}

// number reads a count; "" is 0.
func number(text string) int {
	n, _ := strconv.Atoi(text)
	return n
}
