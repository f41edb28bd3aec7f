package pubsub

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"coordd/commands"
	"coordd/resp"
)

// words is a reply or message in one line.
func words(r resp.Reply) string {
	switch r.Kind {
	case resp.IntKind:
		return fmt.Sprint(r.Int)
	case resp.ArrayKind, resp.PushKind:
		var all []string
		for _, e := range r.Elems {
			all = append(all, words(e))
		}
		return strings.Join(all, " ")
	}
	return r.Str
}

// received is all that a connection has got since it was last looked at.
func (r *rig) received(c *conn) []string {
	r.delivered()
	var all []string
	for reply, ok := c.inbox.next(); ok; reply, ok = c.inbox.next() {
		all = append(all, words(reply))
	}
	return all
}

func requireReceived(t *testing.T, r *rig, c *conn, want ...string) {
	t.Helper()
	if got := r.received(c); !slices.Equal(got, want) {
		t.Errorf("received %q, want %q", got, want)
	}
}

// Channels belong to groups, patterns to all of them, and no message comes twice.
func TestSeveralGroups(t *testing.T) {
	r := newRig(t, 2, 4)
	a, b := r.dial(0, resp.RESP2), r.dial(1, resp.RESP2)
	r.do(a, "PSUBSCRIBE", "chan*")
	r.do(a, "SUBSCRIBE", "__keyspace@0__:k")
	r.received(a)
	var want, wantPattern []string
	for i := range 20 {
		name := fmt.Sprint("channel", i)
		r.do(b, "SUBSCRIBE", name)
		want = append(want, fmt.Sprintf("subscribe %s %d", name, i+1))
		r.carryOut(a, []string{"PUBLISH", name, "x"})
		r.delivered()
		want = append(want, "message "+name+" x")
		wantPattern = append(wantPattern, "pmessage chan* "+name+" x")
	}
	requireReceived(t, r, b, want...)
	requireReceived(t, r, a, wantPattern...)
	all := strings.Join(r.registered(), "\n")
	if n := strings.Count(all, "p chan* 1"); n != 4 {
		t.Errorf("the pattern is counted in %d groups, want 4:\n%s", n, all)
	}
	if n := strings.Count(all, "c __keyspace@0__:k 1"); n != 1 {
		t.Errorf("the channel of events is counted in %d groups, want 1:\n%s", n, all)
	}
	if got, want := r.node(0).hub.Stats(), (Stats{Channels: 1, Patterns: 1}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
	r.node(0).hub.Leave(a.Client, true)
	r.node(1).hub.Leave(b.Client, false)
	if err := r.await(func() bool { return len(r.registered()) == 0 }); err != nil {
		t.Errorf("%v; left: %q", err, r.registered())
	}
}

// A node that comes back has no subscribers, whatever it had told, and a new
// subscriber hears nothing of what an old log repeats.
func TestRestart(t *testing.T) {
	r := newRig(t, 2, 1)
	old, other := r.dial(0, resp.RESP2), r.dial(1, resp.RESP2)
	r.do(old, "SUBSCRIBE", "news")
	r.do(other, "SUBSCRIBE", "news")
	if got := words(r.carryOut(other, []string{"PUBLISH", "news", "x"})); got != "2" {
		t.Errorf("%s receivers, want 2", got)
	}
	r.restart(t, 0)
	if err := r.await(func() bool { return slices.Equal(r.registered(), []string{"0: c news 1"}) }); err != nil {
		t.Fatalf("%v; counted: %q", err, r.registered())
	}
	fresh := r.dial(0, resp.RESP2)
	r.node(0).hub.Effects(0, &commands.Effects{Emitted: []any{
		commands.Message{Channel: "news", Payload: "old"},
		registered{"node0", 1, 1000}, // of the earlier start: not ours any more
	}})
	r.do(fresh, "SUBSCRIBE", "news")
	requireReceived(t, r, fresh, "subscribe news 1")
	r.carryOut(other, []string{"PUBLISH", "news", "new"})
	requireReceived(t, r, fresh, "message news new")
}

// Messages of entries before the one that counts a subscriber are not its.
func TestNothingFromBefore(t *testing.T) {
	r := newRig(t, 1, 1)
	c := r.dial(0, resp.RESP2)
	r.setOffline(true)
	done := make(chan resp.Reply)
	go func() { done <- r.carryOut(c, []string{"SUBSCRIBE", "news"}) }()
	part := r.node(0).hub.place.Load().parts[0]
	if err := r.await(func() bool { return part.queue.wanted.Load() }); err != nil {
		t.Fatal(err)
	}
	part.effects(&commands.Effects{Emitted: []any{commands.Message{Channel: "news", Payload: "before"}}})
	r.setOffline(false)
	reply := <-done
	r.carryOut(c, []string{"PUBLISH", "news", "after"})
	r.delivered()
	c.inbox.add(reply.Append(nil, resp.RESP2)) // which the message must not overtake
	c.Release()
	requireReceived(t, r, c, "subscribe news 1", "message news after")
}

// Without a leader a client is subscribed in the end, and counted when there is
// one again.
func TestWithoutLeader(t *testing.T) {
	r := newRigWithin(t, 1, 1, 20*time.Millisecond)
	hub := r.node(0).hub
	c := r.dial(0, resp.RESP3)
	r.setOffline(true)
	r.do(c, "SUBSCRIBE", "news", ownChannel)
	r.do(c, "PSUBSCRIBE", "*master")
	requireReceived(t, r, c, "subscribe news 1", "subscribe +switch-master 2", "psubscribe *master 3")
	hub.PublishHere(ownChannel, "x")
	requireReceived(t, r, c, "message +switch-master x", "pmessage *master +switch-master x")
	r.setOffline(false)
	if err := r.await(func() bool { return len(r.registered()) == 2 }); err != nil {
		t.Fatalf("%v; counted: %q", err, r.registered())
	}
	r.setOffline(true)
	r.do(c, "UNSUBSCRIBE")
	requireReceived(t, r, c, "unsubscribe +switch-master 2", "unsubscribe news 1")
	r.setOffline(false)
	if err := r.await(func() bool { return slices.Equal(r.registered(), []string{"0: p *master 1"}) }); err != nil {
		t.Errorf("%v; counted: %q", err, r.registered())
	}
}

// The subscribers of a node that died are forgotten; one that was only taken for
// dead tells of its own again. So does one whose state was replaced.
func TestForget(t *testing.T) {
	r := newRig(t, 2, 1)
	a, b := r.dial(0, resp.RESP2), r.dial(1, resp.RESP2)
	r.do(a, "SUBSCRIBE", "news")
	r.do(b, "SUBSCRIBE", "news")
	r.node(0).hub.Close() // it can tell nothing any more
	r.run(r.node(1), 0, 0, []string{ForgetName, "node0", "1"})
	if got := r.registered(); !slices.Equal(got, []string{"0: c news 2"}) {
		t.Errorf("an earlier start was forgotten, but counted: %q", got)
	}
	r.run(r.node(1), 0, 0, []string{ForgetName, "node0", "0"})
	if got := r.registered(); !slices.Equal(got, []string{"0: c news 1"}) {
		t.Errorf("counted: %q", got)
	}
	r.run(r.node(0), 0, 0, []string{ForgetName, "node1", "0"})
	back := func() bool { return slices.Equal(r.registered(), []string{"0: c news 1"}) }
	if err := r.await(back); err != nil {
		t.Errorf("forgotten though alive: %v; counted: %q", err, r.registered())
	}
	r.run(r.node(0), 0, 0, []string{registerName, "node1", "1", "9", "cnews", "7"})
	r.node(1).hub.Effects(0, &commands.Effects{Restored: true})
	if err := r.await(back); err != nil {
		t.Errorf("state replaced: %v; counted: %q", err, r.registered())
	}
}

// Many come and go at once; in the end the counts are right and everybody who
// stayed gets each message once, in order.
func TestManySubscribers(t *testing.T) {
	const clients, messages = 300, 20
	r := newRig(t, 2, 2)
	var all [clients]*conn
	var joining sync.WaitGroup
	for i := range all {
		joining.Go(func() {
			c := r.dial(i%2, resp.Proto(2+i%3/2))
			r.do(c, "SUBSCRIBE", "a", "b")
			if i%5 == 0 {
				c.node.hub.Leave(c.Client, true)
			}
			all[i] = c
		})
	}
	joining.Wait()
	if err := r.await(func() bool {
		return len(r.registered()) == 2 && strings.HasSuffix(r.registered()[0], fmt.Sprint(clients*4/5))
	}); err != nil {
		t.Fatalf("%v; counted: %q", err, r.registered())
	}
	var want []string
	for m := range messages {
		got := words(r.carryOut(all[0], []string{"PUBLISH", "a", fmt.Sprint(m)}))
		if got != fmt.Sprint(clients*4/5) {
			t.Fatalf("%s receivers, want %d", got, clients*4/5)
		}
		want = append(want, fmt.Sprint("message a ", m))
	}
	for i, c := range all {
		got := r.received(c)[2:]
		if i%5 == 0 && len(got) > 0 || i%5 != 0 && !slices.Equal(got, want) {
			t.Fatalf("client %d received %q", i, got)
		}
	}
}

// What waits to be handed out is bounded: applying waits.
func TestQueueIsBounded(t *testing.T) {
	for name, old := range map[string]item{
		"size": {what: "first", size: queueBytes, at: time.Now().Add(time.Hour)},
		"age":  {what: "first", size: 1, at: time.Now().Add(-2 * queueAge)},
	} {
		t.Run(name, func(t *testing.T) {
			q := newQueue()
			q.items, q.bytes, q.put = []item{old}, old.size, 1
			added := make(chan struct{})
			go func() {
				q.add("second", 1)
				close(added)
			}()
			if items := q.take(); len(items) != 1 || items[0].what != "first" {
				t.Errorf("%v: the second must wait", items)
			}
			if items := q.take(); len(items) != 1 || items[0].what != "second" {
				t.Errorf("then %v", items)
			}
			<-added
			q.close()
			q.settle()
			if items := q.take(); items != nil {
				t.Errorf("after the end: %v", items)
			}
		})
	}
}

// A registration that makes no sense changes nothing.
func TestBadRegistrations(t *testing.T) {
	r := newRig(t, 1, 1)
	for _, args := range [][]string{
		{registerName, "n", "x", "1"}, {registerName, "n", "1", "x"}, {registerName, "n", "1", "1", "cnews"}, {ForgetName, "n", "x"},
	} {
		if reply := r.run(r.node(0), 0, 0, args); !reply.IsError() {
			t.Errorf("%q: %v", args, reply)
		}
	}
	r.run(r.node(0), 0, 0, []string{registerName, "n", "1", "1", "", "1", "xnews", "1", "cnews", "1"})
	r.run(r.node(0), 0, 0, []string{registerName, "n", "0", "1", "cnews", "5"})
	if got := r.registered(); !slices.Equal(got, []string{"0: c news 1"}) {
		t.Errorf("counted: %q", got)
	}
}

// Subscribing needs a node that is part of a cluster.
func TestBeforeStart(t *testing.T) {
	hub := newTestHub(t, time.Second)
	table := commands.NewTable(hub.Groups()...)
	c := commands.NewClient(commands.ClientConfig{})
	for _, name := range []string{"subscribe", "unsubscribe"} {
		if reply := table.Lookup(name).Conn(c, []string{name, "x"}); !strings.HasPrefix(reply.Str, "LOADING") {
			t.Errorf("%s: %v", name, reply)
		}
	}
	hub.Leave(c, true)
	hub.Effects(0, &commands.Effects{})
	hub.PublishHere("x", "y")
	hub.Delivered()
	hub.Close()
	if hub.Stats() != (Stats{}) {
		t.Error("nobody can listen to anything")
	}
	if _, err := NewHub(Config{}); err == nil {
		t.Error("a Config without anything is taken")
	}
}

var _ Log = groupLog{}

// node is one of the rig's nodes.
func (r *rig) node(i int) *node { return r.nodes[i] }
