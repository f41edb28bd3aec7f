package integration

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"coordd/integration/cluster"
	"coordd/resp"
)

// cachingClient is a client of RESP3 that keeps what it has read until it is told
// otherwise.
type cachingClient struct {
	*cluster.Client
	cache map[string]string
	told  int
}

func dialCaching(t testing.TB, n *cluster.Node, options ...string) *cachingClient {
	t.Helper()
	c := &cachingClient{Client: n.Dial(t), cache: map[string]string{}}
	for _, args := range [][]string{{"HELLO", "3"}, append([]string{"CLIENT", "TRACKING", "ON"}, options...)} {
		if reply, err := c.Do(args...); err != nil || reply.IsError() {
			t.Fatalf("%v: %+v %v", args, reply, err)
		}
	}
	return c
}

// receive takes what comes up to the next reply.
func (c *cachingClient) receive() (resp.Reply, error) {
	for {
		r, err := c.Receive()
		if err != nil || r.Kind != resp.PushKind {
			return r, err
		}
		c.told++
		if r.Elems[1].Kind == resp.NullKind {
			clear(c.cache)
		}
		for _, key := range r.Elems[1].Elems {
			delete(c.cache, key.Str)
		}
	}
}

func (c *cachingClient) get(key string) (string, error) {
	if v, ok := c.cache[key]; ok {
		return v, nil
	}
	if err := c.Send("GET", key); err != nil {
		return "", err
	}
	r, err := c.receive()
	if err == nil && r.IsError() {
		err = errors.New(r.Str)
	}
	if err == nil {
		c.cache[key] = r.Str
	}
	return r.Str, err
}

// catchUp takes in everything that was sent before now.
func (c *cachingClient) catchUp() error {
	if err := c.Send("PING"); err != nil {
		return err
	}
	_, err := c.receive()
	return err
}

// A client that caches on one node never keeps what was changed on another, in
// whichever order values and invalidations are on their way; and when it reads
// one key, what it has of others is no older.
func TestCachesAreNeverStale(t *testing.T) {
	for _, options := range [][]string{nil, {"BCAST"}} {
		t.Run(fmt.Sprint(options), func(t *testing.T) { neverStale(t, options) })
	}
}

func neverStale(t *testing.T, options []string) {
	c := cluster.Start(t, cluster.Options{Binary: binary(t)})
	leader := c.Leader(t)
	const keys, rounds = 4, 150
	var last atomic.Int64 // all keys were set to this, one after the other
	var work sync.WaitGroup
	stop := make(chan struct{})
	work.Go(func() {
		defer close(stop)
		writer, err := cluster.Dial(leader.Addr)
		if err != nil {
			t.Error(err)
			return
		}
		defer writer.Close()
		for i := 1; i <= rounds; i++ {
			for k := range keys {
				if reply, err := writer.Do("SET", fmt.Sprint("k", k), strconv.Itoa(i)); err != nil || reply.IsError() {
					t.Errorf("SET: %+v %v", reply, err)
					return
				}
			}
			last.Store(int64(i))
		}
	})
	for _, n := range c.Nodes {
		client := dialCaching(t, n, options...)
		work.Go(func() {
			for over := false; !over; {
				select {
				case <-stop:
					over = true // one more look, at the end
				default:
				}
				done := last.Load()
				if over {
					if err := client.catchUp(); err != nil {
						t.Error(err)
					}
				}
				newest := int64(0)
				for k := keys - 1; k >= 0; k-- { // against the order of writing: what is read later is newer
					delete(client.cache, fmt.Sprint("k", keys-1)) // this one is always read
					v, err := client.get(fmt.Sprint("k", k))
					value, _ := strconv.ParseInt("0"+v, 10, 64)
					if err != nil || value < newest {
						t.Errorf("%s: k%d is %q (%v), though a later key was %d already; %d invalidations so far", n.Name, k, v, err, newest, client.told)
						return
					}
					newest = max(newest, value)
					if over && value < done {
						t.Errorf("%s: k%d stays %d in the cache, but is %d", n.Name, k, value, done)
					}
				}
			}
		})
	}
	work.Wait()
	c.RequireEqual(t, 1)
}

// A client of RESP2 is told on another connection, which it names.
func TestTrackingRedirected(t *testing.T) {
	c := cluster.Start(t, cluster.Options{Binary: binary(t)})
	n, writer := c.Nodes[0], c.Nodes[1]
	listener := n.Dial(t)
	id, err := listener.Do("CLIENT", "ID")
	if err != nil {
		t.Fatal(err)
	}
	if reply, err := listener.Do("SUBSCRIBE", "__redis__:invalidate"); err != nil || len(reply.Elems) != 3 {
		t.Fatalf("SUBSCRIBE: %+v %v", reply, err)
	}
	reader := n.Dial(t)
	for _, args := range [][]string{{"CLIENT", "TRACKING", "ON", "REDIRECT", fmt.Sprint(id.Int)}, {"GET", "k"}} {
		if reply, err := reader.Do(args...); err != nil || reply.IsError() {
			t.Fatalf("%v: %+v %v", args, reply, err)
		}
	}
	writer.Do(t, "SET", "k", "v")
	listener.Timeout = messageWithin
	if m, err := listener.Receive(); err != nil || len(m.Elems) != 3 || m.Elems[1].Str != "__redis__:invalidate" || m.Elems[2].Elems[0].Str != "k" {
		t.Errorf("%+v %v", m, err)
	}
	if reply, err := reader.Do("GET", "k"); err != nil || reply.Str != "v" { // nothing else has come to it
		t.Errorf("%+v %v", reply, err)
	}
}

// next is what comes next, which tells of told keys before it.
func (c *cachingClient) next(t *testing.T, told int, what string) {
	t.Helper()
	c.told = 0
	if reply, err := c.receive(); err != nil || reply.IsError() || c.told != told {
		t.Errorf("%s: told %d times before it, want %d: %+v %v", what, c.told, told, reply, err)
	}
}

// quiet sees that nothing has come but what was taken.
func (c *cachingClient) quiet(t *testing.T, after string) {
	t.Helper()
	if err := c.Send("PING"); err != nil {
		t.Fatal(err)
	}
	c.next(t, 0, "PING after "+after)
}

// waits sends a command and returns when its client waits.
func (c *cachingClient) waits(t *testing.T, n *cluster.Node, args ...string) {
	t.Helper()
	if err := c.Send(args...); err != nil {
		t.Fatal(err)
	}
	cluster.Poll(t, messageWithin, "a client that waits", func() error {
		if info := n.Do(t, "INFO", "clients").Str; !strings.Contains(info, "blocked_clients:1") {
			return fmt.Errorf("nobody waits: %s", info)
		}
		return nil
	})
}

// What a client reads when it wakes it has read then: it is told of later changes,
// and once of those that woke it.
func TestTrackingAWaitingReader(t *testing.T) {
	n := cluster.Start(t, cluster.Options{Binary: binary(t), Nodes: 1}).Nodes[0]
	c := dialCaching(t, n)
	c.Timeout = messageWithin
	for i := range 3 {
		c.waits(t, n, "XREAD", "BLOCK", "0", "STREAMS", "s", "$")
		n.Do(t, "XADD", "s", fmt.Sprint(2*i+1, "-1"), "f", "v")
		c.next(t, 1, "XREAD")
		c.quiet(t, "XREAD")
		n.Do(t, "XADD", "s", fmt.Sprint(2*i+2, "-1"), "f", "v")
		if err := c.Send("PING"); err != nil {
			t.Fatal(err)
		}
		c.next(t, 1, "PING after the stream has changed once more")
	}
}

// What is popped for a client that waited is its own doing: NOLOOP spares it
// that, and others are told.
func TestNoLoopOfAWaitingClient(t *testing.T) {
	n := cluster.Start(t, cluster.Options{Binary: binary(t), Nodes: 1}).Nodes[0]
	c, other := dialCaching(t, n, "BCAST", "NOLOOP"), dialCaching(t, n, "BCAST")
	c.Timeout, other.Timeout = messageWithin, messageWithin
	c.waits(t, n, "BLPOP", "l", "0")
	n.Do(t, "RPUSH", "l", "a")
	c.next(t, 1, "BLPOP, behind the push")
	c.quiet(t, "BLPOP")
	n.Do(t, "RPUSH", "l", "b")
	if err := c.Send("BLMOVE", "l", "m", "LEFT", "RIGHT", "0"); err != nil {
		t.Fatal(err)
	}
	c.next(t, 1, "BLMOVE, behind the push")
	c.quiet(t, "BLMOVE")
	if err := other.Send("PING"); err != nil {
		t.Fatal(err)
	}
	other.told = 0
	if _, err := other.receive(); err != nil || other.told < 4 {
		t.Errorf("the other client was told %d times of two pushes and two pops: %v", other.told, err)
	}
}

// CONFIG SET tracking-table-max-keys has keys that have no room go at once, which
// their readers are told.
func TestTrackingTableIsLimited(t *testing.T) {
	n := cluster.Start(t, cluster.Options{Binary: binary(t), Nodes: 1}).Nodes[0]
	if got := n.Do(t, "CONFIG", "GET", "tracking-table-max-keys"); got.Elems[1].Str != "1000000" {
		t.Errorf("%+v", got)
	}
	c := dialCaching(t, n)
	c.Timeout = messageWithin
	const keys, room = 250, 7
	for i := range keys {
		if _, err := c.get(fmt.Sprint("k", i)); err != nil {
			t.Fatal(err)
		}
	}
	n.Do(t, "CONFIG", "SET", "tracking-table-max-keys", fmt.Sprint(room))
	if err := c.catchUp(); err != nil || c.told != keys-room || len(c.cache) != room {
		t.Errorf("told of %d keys, %d are left: %v", c.told, len(c.cache), err)
	}
	if info := n.Do(t, "INFO", "stats").Str; !strings.Contains(info, fmt.Sprintf("tracking_total_keys:%d\r\n", room)) {
		t.Errorf("INFO: %s", info)
	}
}
