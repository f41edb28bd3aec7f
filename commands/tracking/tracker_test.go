package tracking

import (
	"fmt"
	"strings"
	"testing"

	"coordd/commands"
	"coordd/resp"
)

// on has a client track, and read keys as its session would tell.
func (r *rig) on(t *testing.T, name string, options string, keys ...string) *conn {
	t.Helper()
	reply, err := r.Do(name, resp.RESP3, strings.Fields("CLIENT TRACKING ON "+options))
	if err != nil || reply.Str != "OK" {
		t.Fatalf("%v %v", reply, err)
	}
	c := r.open(name, resp.RESP3)
	r.tracker.Reading(c.Client, keys, true)
	r.tracker.Sent(c.Client)
	return c
}

func requireReceived(t *testing.T, c *conn, want string) {
	t.Helper()
	if got := c.received(); got != want {
		t.Errorf("received %q, want %q", got, want)
	}
}

const aboutK = `1>> "invalidate" 2>> 1) "k"`

// What changes between the reading of a value and its sending is told twice: the
// first time might come before the value.
func TestNothingIsLostWhileValuesAreOnTheirWay(t *testing.T) {
	r := newRig(t)
	for _, options := range []string{"", "BCAST"} {
		c := r.on(t, "c"+options, options)
		r.tracker.Reading(c.Client, []string{"k", "j"}, options == "")
		r.write("", "SET k 1")
		requireReceived(t, c, aboutK)
		r.tracker.Sent(c.Client)
		requireReceived(t, c, aboutK)
		r.tracker.Sent(c.Client)
		requireReceived(t, c, "")
	}
	c := r.on(t, "flushed", "")
	r.tracker.Reading(c.Client, []string{"k"}, true)
	r.write("", "FLUSHALL")
	c.inbox = nil
	r.tracker.Sent(c.Client)
	if got := c.received(); !strings.Contains(got, `"k"`) {
		t.Errorf("after a flush in between: %q", got)
	}
}

// What changes before the client has its OK comes after it.
func TestNothingComesBeforeTheReply(t *testing.T) {
	r := newRig(t)
	c := r.open("early", resp.RESP3)
	spec, _ := r.table.Resolve(strings.Fields("CLIENT TRACKING ON BCAST"))
	if reply := spec.Conn(c.Client, strings.Fields("CLIENT TRACKING ON BCAST")); reply.Str != "OK" {
		t.Fatal(reply)
	}
	r.write("", "SET k 1")
	requireReceived(t, c, "")
	c.Release()
	requireReceived(t, c, aboutK)
}

func TestNoLoop(t *testing.T) {
	r := newRig(t)
	mine, other := r.on(t, "mine", "NOLOOP", "k", "j"), r.on(t, "other", "", "k", "j")
	author := mine.State().Tracking.Author
	r.write(author, "SET k 1")
	requireReceived(t, mine, "")
	requireReceived(t, other, aboutK)
	r.write(author, "INCR k") // nobody has read it since
	requireReceived(t, other, "")
	r.write("", "SET j 1")
	if mine.received() == "" || other.received() == "" {
		t.Error("a change of somebody else was not told")
	}
	all := r.on(t, "all", "BCAST NOLOOP")
	author = all.State().Tracking.Author
	r.write(author, "SADD s a")
	requireReceived(t, all, "")
	r.write("node/999", "SET k 1")
	requireReceived(t, all, aboutK)
}

// A key that one command changes several times is told of once.
func TestBroadcastIsGathered(t *testing.T) {
	r := newRig(t)
	c := r.on(t, "c", "BCAST PREFIX a PREFIX b")
	r.write("", "MSET a1 x b1 y c1 z")
	requireReceived(t, c, `1>> "invalidate" 2>> 1) "a1"     2) "b1"`)
	r.write("", "SET a1 x PX 5")
	requireReceived(t, c, `1>> "invalidate" 2>> 1) "a1"`)
}

// RESP2 clients can be told on another connection, which must be subscribed; and
// whoever redirects to one that has ended hears of that.
func TestRedirect(t *testing.T) {
	r := newRig(t)
	target := r.open("target", resp.RESP2)
	c := r.on(t, "c", fmt.Sprint("REDIRECT ", target.ID()), "k")
	plain := r.open("plain", resp.RESP2)
	if reply, _ := r.Do("plain", resp.RESP2, []string{"CLIENT", "TRACKING", "ON", "REDIRECT", fmt.Sprint(target.ID())}); reply.Str != "OK" {
		t.Fatal(reply)
	}
	r.tracker.Reading(plain.Client, []string{"j"}, true)
	r.tracker.Sent(plain.Client)
	r.write("", "SET k 1")
	requireReceived(t, target, "") // it has no subscriptions
	target.Change(func(s *commands.ClientState) { s.Channels = 1 })
	r.write("", "SET j 1")
	requireReceived(t, target, `1) "message" 2) "__redis__:invalidate" 3) 1) "j"`)
	r.write("", "FLUSHALL")
	if got := target.received(); got != strings.Repeat(`; 1) "message" 2) "__redis__:invalidate" 3) (nil)`, 2)[2:] {
		t.Errorf("a flush, for two that redirect: %q", got)
	}
	requireReceived(t, c, "")
	r.end("target", resp.RESP2)
	r.tracker.Reading(c.Client, []string{"k"}, true)
	r.tracker.Sent(c.Client)
	r.write("", "SET k 2")
	requireReceived(t, c, fmt.Sprintf(`1>> "tracking-redir-broken" 2>> (integer) %d`, target.ID()))
	if !c.State().Tracking.Broken {
		t.Error("the client does not know")
	}
	requireReceived(t, plain, "")
}

// The table is bounded: a key that has no room is invalidated.
func TestBoundedTable(t *testing.T) {
	r := newRig(t)
	r.mostKey = 10
	c := r.on(t, "c", "")
	for i := range 50 {
		r.tracker.Reading(c.Client, []string{fmt.Sprint("key", i)}, true)
		r.tracker.Sent(c.Client)
	}
	if s := r.tracker.Stats(); s.Keys != 10 || s.Items != 10 || s.Clients != 1 || s.Prefixes != 0 {
		t.Errorf("%+v", s)
	}
	if n := strings.Count(c.received(), "invalidate"); n < 40 {
		t.Errorf("%d of 40 keys that went were told", n)
	}
	for _, limit := range [][2]int{{0, 0}, {10, 0}, {3, 7}, {4, 0}} {
		most, told := limit[0], limit[1]
		r.mostKey = most
		r.tracker.Limit()
		if n := strings.Count(c.received(), "invalidate"); n != told {
			t.Errorf("a limit of %d told of %d keys that went, want %d", most, n, told)
		}
	}
	if s := r.tracker.Stats(); s.Keys != 3 {
		t.Errorf("%+v", s)
	}
}

// Clients that go are told nothing, and leave nothing behind in the end.
func TestLeave(t *testing.T) {
	r := newRig(t)
	c, b := r.on(t, "c", "", "k"), r.on(t, "b", "BCAST")
	r.end("c", resp.RESP3)
	r.end("b", resp.RESP3)
	r.write("", "SET k 1")
	requireReceived(t, c, "")
	requireReceived(t, b, "")
	d := r.on(t, "d", "", "j")
	r.write("", "DEL k")
	r.write("", "SET j 1")
	d.inbox = nil
	if s := r.tracker.Stats(); s.Keys != 0 || s.Prefixes != 0 || s.Clients != 1 {
		t.Errorf("%+v", s)
	}
	r.tracker.Effects(0, &commands.Effects{Restored: true})
	requireReceived(t, d, `1>> "invalidate" 2>> (nil)`)
	if s := r.tracker.Stats(); s.Keys != 0 {
		t.Errorf("after the state was replaced: %+v", s)
	}
	r.tracker.Reading(c.Client, []string{"k"}, true)
	r.tracker.Sent(c.Client)
	if s := r.tracker.Stats(); s.Keys != 0 {
		t.Errorf("a client that does not track has read: %+v", s)
	}
}

func TestConfig(t *testing.T) {
	if _, err := New(Config{}); err == nil {
		t.Error("a Config without anything is taken")
	}
}
