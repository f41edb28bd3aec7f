package integration

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"coordd/commands/transcript"
	"coordd/integration/cluster"
	"coordd/resp"
)

// messageWithin is how long a message may be on its way while nothing is wrong.
const messageWithin = 5 * time.Second

// subscribe opens a connection of RESP2 that listens to channels.
func subscribe(t testing.TB, n *cluster.Node, channels ...string) *cluster.Client {
	t.Helper()
	c := n.Dial(t)
	for i, channel := range channels {
		reply, err := c.Do("SUBSCRIBE", channel)
		if err != nil || len(reply.Elems) != 3 || reply.Elems[2].Int != int64(i+1) {
			t.Fatalf("SUBSCRIBE %s: %+v %v", channel, reply, err)
		}
	}
	return c
}

// next is the next message of a subscriber: its payload.
func next(t testing.TB, c *cluster.Client, channel string) string {
	t.Helper()
	c.Timeout = messageWithin
	m, err := c.Receive()
	if err != nil || len(m.Elems) != 3 || m.Elems[0].Str != "message" || m.Elems[1].Str != channel {
		t.Fatalf("instead of a message on %s: %+v %v", channel, m, err)
	}
	return m.Elems[2].Str
}

// publish publishes and requires a number of receivers.
func publish(t testing.TB, n *cluster.Node, channel, payload string, receivers int64) {
	t.Helper()
	if reply := n.Do(t, "PUBLISH", channel, payload); reply.Kind != resp.IntKind || reply.Int != receivers {
		t.Errorf("PUBLISH %s on %s: %+v, want %d receivers", channel, n.Name, reply, receivers)
	}
}

// Subscribers of all nodes get each message once, in one order, and are counted
// wherever one asks.
func TestPubSubOverAllNodes(t *testing.T) {
	eachGrouping(t, func(t *testing.T, c *cluster.Cluster) {
		const each, messages = 30, 40
		var all []*cluster.Client
		for _, n := range c.Nodes {
			for range each {
				all = append(all, subscribe(t, n, "news"))
			}
		}
		receivers := int64(len(all))
		var publishing sync.WaitGroup
		for i, n := range c.Nodes {
			publishing.Go(func() {
				for m := range messages {
					reply, err := cluster.Do(n.Addr, "PUBLISH", "news", fmt.Sprintf("%d/%d", i, m))
					if err != nil || reply.Int != receivers {
						t.Errorf("PUBLISH: %+v %v", reply, err)
					}
				}
			})
		}
		publishing.Wait()
		var order []string
		for i, sub := range all {
			var got []string
			for range messages * len(c.Nodes) {
				got = append(got, next(t, sub, "news"))
			}
			if i == 0 {
				order = got
			}
			if !slices.Equal(got, order) {
				t.Fatalf("subscriber %d got another order than the first", i)
			}
		}
		for _, n := range c.Nodes {
			if reply := n.Do(t, "PUBSUB", "NUMSUB", "news", "nobody"); reply.Elems[1].Int != receivers || reply.Elems[3].Int != 0 {
				t.Errorf("NUMSUB on %s: %+v", n.Name, reply)
			}
		}
		for i := range each { // those of the first node go
			all[i].Close()
		}
		cluster.Poll(t, messageWithin, "those who left to be forgotten", func() error {
			if reply := c.Nodes[2].Do(t, "PUBSUB", "NUMSUB", "news"); reply.Elems[1].Int != receivers-each {
				return fmt.Errorf("%d are counted", reply.Elems[1].Int)
			}
			return nil
		})
		publish(t, c.Nodes[0], "news", "last", receivers-each)
		c.RequireEqual(t, 1)
	})
}

// go-redis listens on one node to what is published on another, in RESP2 and
// RESP3.
func TestGoRedisPubSub(t *testing.T) {
	c := cluster.Start(t, cluster.Options{Binary: binary(t)})
	ctx := context.Background()
	for _, protocol := range []int{2, 3} {
		listener := redis.NewClient(&redis.Options{Addr: c.Nodes[1].Addr, Protocol: protocol})
		publisher := redis.NewClient(&redis.Options{Addr: c.Nodes[2].Addr, Protocol: protocol})
		t.Cleanup(func() { listener.Close(); publisher.Close() })
		sub := listener.PSubscribe(ctx, "go*")
		if err := sub.Subscribe(ctx, "other"); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if _, err := sub.Receive(ctx); err != nil {
				t.Fatal(err)
			}
		}
		for i := range 100 {
			channel := []string{"gopher", "other"}[i%2]
			if n, err := publisher.Publish(ctx, channel, i).Result(); err != nil || n != 1 {
				t.Fatalf("%d receivers, %v", n, err)
			}
			if m, err := sub.ReceiveMessage(ctx); err != nil || m.Channel != channel || m.Payload != strconv.Itoa(i) {
				t.Fatalf("message %d: %+v %v", i, m, err)
			}
		}
		sub.Close()
	}
}

// The leader dies between messages: those that were acknowledged come once and in
// order, on every node that lives, and nothing comes twice.
func TestPublishAcrossTheLossOfTheLeader(t *testing.T) {
	c := cluster.Start(t, cluster.Options{Binary: binary(t)})
	leader := c.Leader(t)
	others := c.Others(leader)
	var subs []*cluster.Client
	for _, n := range others {
		subs = append(subs, subscribe(t, n, "numbers"))
	}
	gone := subscribe(t, leader, "numbers")
	const numbers, lossAt = 400, 150
	var acknowledged []string
	for i := range numbers {
		if i == lossAt {
			leader.Kill(t)
		}
		reply, err := cluster.Do(others[i%2].Addr, "PUBLISH", "numbers", strconv.Itoa(i))
		if err != nil || reply.IsError() {
			t.Fatalf("PUBLISH %d: %+v %v", i, reply, err)
		}
		acknowledged = append(acknowledged, strconv.Itoa(i))
	}
	for i, sub := range subs {
		for _, want := range acknowledged {
			if got := next(t, sub, "numbers"); got != want {
				t.Fatalf("subscriber %d: %s instead of %s", i, got, want)
			}
		}
	}
	gone.Close()
	leader.Start(t)
	leader.WaitReady(t)
	back := subscribe(t, leader, "numbers")
	publish(t, others[0], "numbers", "new", 3) // what the dead node had told is forgotten
	if got := next(t, back, "numbers"); got != "new" {
		t.Errorf("a node that came back sent %q to a new subscriber", got)
	}
	c.RequireEqual(t, 1)
}

// A subscriber that does not read is cut off, and nobody else notices.
func TestSlowSubscriber(t *testing.T) {
	n := cluster.Start(t, cluster.Options{Binary: binary(t), Nodes: 1}).Nodes[0]
	slow, quick := subscribe(t, n, "flood"), subscribe(t, n, "flood")
	before, err := cluster.ResidentBytes(n.Process().PID())
	if err != nil {
		t.Fatal(err)
	}
	const size, messages = 1 << 20, 64 // twice what may wait for a subscriber
	payload := strings.Repeat("x", size)
	read := make(chan error, 1)
	go func() { // ends with the messages, or when one is missing
		for range messages {
			if m, err := quick.Receive(); err != nil || len(m.Elems[2].Str) != size {
				read <- fmt.Errorf("the quick subscriber: %v", err)
				return
			}
		}
		read <- nil
	}()
	publisher := n.Dial(t)
	for range messages {
		if reply, err := publisher.Do("PUBLISH", "flood", payload); err != nil || reply.IsError() {
			t.Fatalf("PUBLISH: %+v %v", reply, err)
		}
	}
	if err := <-read; err != nil {
		t.Error(err)
	}
	cluster.Poll(t, messageWithin, "the slow subscriber to be cut off", func() error {
		if reply := n.Do(t, "PUBSUB", "NUMSUB", "flood"); reply.Elems[1].Int != 1 {
			return fmt.Errorf("%d subscribers", reply.Elems[1].Int)
		}
		return nil
	})
	slow.Timeout = messageWithin
	for {
		if _, err := slow.Receive(); err != nil {
			break // what the kernel held, then the end
		}
	}
	if held, err := cluster.ResidentBytes(n.Process().PID()); err != nil || held > before+400<<20 {
		t.Errorf("the server holds %d MB more than before (%v)", (held-before)>>20, err)
	}
}

// A thousand subscribers, and how long a message takes to reach all of them.
func TestManySubscribers(t *testing.T) {
	c := cluster.Start(t, cluster.Options{Binary: binary(t)})
	const many = 1000
	subs := make([]*cluster.Client, many)
	var joining sync.WaitGroup
	for i := range subs {
		subs[i] = c.Nodes[i%3].Dial(t)
		joining.Go(func() {
			if reply, err := subs[i].Do("SUBSCRIBE", "all"); err != nil || len(reply.Elems) != 3 {
				t.Errorf("SUBSCRIBE: %+v %v", reply, err)
			}
		})
	}
	joining.Wait()
	began := time.Now()
	const messages = 20
	for m := range messages {
		publish(t, c.Nodes[m%3], "all", strconv.Itoa(m), many)
	}
	published := time.Since(began)
	for _, sub := range subs {
		for m := range messages {
			if got := next(t, sub, "all"); got != strconv.Itoa(m) {
				t.Fatalf("%s instead of %d", got, m)
			}
		}
	}
	t.Logf("%d messages to %d subscribers: published in %v, received in %v", messages, many, published, time.Since(began))
}

// What COMMAND says of these words is what Redis says.
func TestPubSubRowsAreRedis(t *testing.T) {
	theirs, ok := transcript.StartRedis(t)
	if !ok {
		return
	}
	ours := cluster.Start(t, cluster.Options{Binary: binary(t), Nodes: 1}).Nodes[0].Addr
	for _, name := range []string{
		"publish", "spublish", "subscribe", "psubscribe", "ssubscribe", "unsubscribe", "punsubscribe", "sunsubscribe",
		"pubsub|channels", "pubsub|numsub", "pubsub|numpat", "pubsub|shardchannels", "pubsub|shardnumsub", "pubsub|help",
	} {
		var rows [2]string
		for i, addr := range []string{ours, theirs} {
			reply, err := cluster.Do(addr, "COMMAND", "INFO", name)
			if err != nil || len(reply.Elems) != 1 || len(reply.Elems[0].Elems) != 10 {
				t.Fatalf("%s: %+v %v", name, reply, err)
			}
			row := reply.Elems[0].Elems
			for _, unordered := range []int{2, 6} {
				slices.SortFunc(row[unordered].Elems, func(a, b resp.Reply) int { return strings.Compare(a.Str, b.Str) })
			}
			var b bytes.Buffer
			for at, e := range row {
				if at != 7 { // tips, which differ: here they speak of the whole cluster
					fmt.Fprintln(&b, strings.Join(transcript.Render(e), " "))
				}
			}
			rows[i] = b.String()
		}
		if rows[0] != rows[1] {
			t.Errorf("%s:\n%s\nRedis:\n%s", name, rows[0], rows[1])
		}
	}
}

// When the master is lost every node that lives says so on Sentinel's channels,
// once each, and SENTINEL agrees.
func TestSentinelEvents(t *testing.T) {
	c := cluster.Start(t, cluster.Options{Binary: binary(t)})
	old := c.Leader(t)
	var subs []*cluster.Client
	for _, n := range c.Others(old) {
		cluster.Poll(t, cluster.LeaderWithin, n.Name+" to know the master", func() error {
			if reply, err := cluster.Do(n.Addr, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", masterName); err != nil || len(reply.Elems) != 2 {
				return fmt.Errorf("%+v %v", reply, err)
			}
			return nil
		})
		subs = append(subs, subscribe(t, n, "+switch-master", "+slave"))
	}
	old.Kill(t)
	master := c.Leader(t)
	words := func(n *cluster.Node) string { return strings.Replace(n.Addr, ":", " ", 1) }
	for i, sub := range subs {
		sub.Timeout = cluster.LeaderWithin
		m, err := sub.Receive()
		if want := masterName + " " + words(old) + " " + words(master); err != nil || m.Elems[1].Str != "+switch-master" || m.Elems[2].Str != want {
			t.Fatalf("subscriber %d: %+v %v, want +switch-master %s", i, m, err, want)
		}
		for range 2 { // the two others are its slaves now
			if got := next(t, sub, "+slave"); !strings.HasSuffix(got, " @ "+masterName+" "+words(master)) {
				t.Errorf("+slave said %q", got)
			}
		}
	}
	if reply, err := cluster.Do(master.Addr, "PUBLISH", "+switch-master", "lie"); err != nil || !reply.IsError() {
		t.Errorf("anybody may publish on Sentinel's channels: %+v", reply)
	}
	down := subscribe(t, master, "+sdown", "-sdown")
	down.Timeout = cluster.LeaderWithin
	for _, channel := range []string{"+sdown", "-sdown"} {
		for range 2 { // as a slave and as a Sentinel
			m, err := down.Receive()
			if err != nil || m.Elems[1].Str != channel || !strings.Contains(m.Elems[2].Str, words(old)) {
				t.Fatalf("instead of %s of the old master: %+v %v", channel, m, err)
			}
		}
		if !old.Running() {
			old.Start(t)
		}
	}
}
