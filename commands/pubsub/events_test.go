package pubsub

import (
	"testing"

	"coordd/commands"
	"coordd/resp"
)

// Every node publishes to its own clients what happens to keys, whoever caused it
// and wherever.
func TestKeyspaceEvents(t *testing.T) {
	r := newRig(t, 2, 3)
	a, b := r.dial(0, resp.RESP2), r.dial(1, resp.RESP3)
	r.do(a, "SUBSCRIBE", "__keyspace@0__:k", "__keyevent@3__:del")
	r.do(b, "PSUBSCRIBE", "__key*__:*")
	r.received(a)
	r.received(b)
	write := func(db int, args ...string) {
		r.run(r.node(db%2), r.owner(args[1]), db, args)
		r.delivered()
	}

	write(0, "SET", "k", "v") // nobody has asked for events
	requireReceived(t, r, b)

	r.listen(commands.EventsByKey | commands.StringEvents | commands.GenericEvents)
	write(0, "SET", "k", "v")
	write(0, "LPUSH", "l", "x") // of another class
	write(0, "DEL", "k")
	requireReceived(t, r, a, "message __keyspace@0__:k set", "message __keyspace@0__:k del")
	requireReceived(t, r, b, "pmessage __key*__:* __keyspace@0__:k set", "pmessage __key*__:* __keyspace@0__:k del")

	r.listen(commands.EventsByName | commands.GenericEvents | commands.ExpiredEvents)
	write(3, "SET", "k", "v")
	write(3, "DEL", "k")
	requireReceived(t, r, a, "message __keyevent@3__:del k")
	requireReceived(t, r, b, "pmessage __key*__:* __keyevent@3__:del k")
	write(0, "SET", "k", "v", "PX", "10")
	requireReceived(t, r, b, "pmessage __key*__:* __keyevent@0__:expire k")
	r.Advance(20)
	write(0, "GET", "k")
	requireReceived(t, r, b, "pmessage __key*__:* __keyevent@0__:expired k")

	r.listen(commands.EventsByKey | commands.EventsByName | commands.StringEvents)
	write(0, "SET", "other", "v")
	requireReceived(t, r, b, "pmessage __key*__:* __keyspace@0__:other set", "pmessage __key*__:* __keyevent@0__:set other")
}
