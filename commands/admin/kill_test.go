package admin

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"coordd/commands"
	"coordd/resp"
)

// CLIENT KILL ends those whom all filters fit; the caller only when he says so.
func TestClientKill(t *testing.T) {
	for _, c := range []struct{ command, reply, killed string }{
		{"CLIENT KILL ID 2", "1", "[2]"},
		{"CLIENT KILL ID 1", "0", "[]"},
		{"CLIENT KILL ID 1 SKIPME no", "1", "[]"}, // its reply comes first
		{"CLIENT KILL ID 2 ID 3", "0", "[]"},
		{"CLIENT KILL TYPE normal", "2", "[2 3]"},
		{"CLIENT KILL TYPE pubsub", "0", "[]"},
		{"CLIENT KILL TYPE pubsub SKIPME no", "0", "[]"},
		{"CLIENT KILL USER default", "2", "[2 3]"},
		{"CLIENT KILL USER eve", "ERR No such user 'eve'", "[]"},
		{"CLIENT KILL ADDR 127.0.0.1:50000 SKIPME yes", "2", "[2 3]"},
		{"CLIENT KILL LADDR 127.0.0.1:6379 ID 3", "1", "[3]"},
		{"CLIENT KILL LADDR 127.0.0.1:9", "0", "[]"},
		{"CLIENT KILL MAXAGE 10", "1", "[2]"},
		{"CLIENT KILL MAXAGE 60", "0", "[]"},
	} {
		r := newRig(t)
		r.ask(t, "a", "PING")
		r.ask(t, "b", "PING")
		r.Advance(30_000)
		r.ask(t, "c", "PING")
		if got := r.ask(t, "a", c.command); got != c.reply {
			t.Errorf("%s: %s, want %s", c.command, got, c.reply)
		}
		if got := fmt.Sprint(r.killed); got != c.killed {
			t.Errorf("%s: ended %s, want %s", c.command, got, c.killed)
		}
	}
	r := newRig(t)
	r.ask(t, "a", "PING")
	r.ask(t, "b", "PING")
	r.open("b", resp.RESP2).Change(func(s *commands.ClientState) { s.Channels = 1 })
	if got := r.ask(t, "a", "CLIENT KILL TYPE pubsub"); got != "1" || fmt.Sprint(r.killed) != "[2]" {
		t.Errorf("subscribers: %s, %v", got, r.killed)
	}
	if got := r.ask(t, "a", "CLIENT LIST TYPE normal"); !strings.HasPrefix(got, "id=1 ") || strings.Contains(got, "id=2 ") {
		t.Errorf("the others: %s", got)
	}
	r = newRig(t)
	r.ask(t, "a", "PING")
	if got := r.ask(t, "a", "CLIENT KILL 127.0.0.1:50000"); got != "OK" || len(r.clients) != 0 {
		t.Errorf("the old form, on itself: %s, %d connections left", got, len(r.clients))
	}
}

// CLIENT PAUSE and UNPAUSE pass on what they are told.
func TestClientPause(t *testing.T) {
	r := newRig(t)
	for _, command := range []string{
		"CLIENT PAUSE 250", "CLIENT PAUSE 250 all", "CLIENT PAUSE 10 write", "CLIENT UNPAUSE", "CLIENT PAUSE 9223372036854775807",
		"CLIENT PAUSE -1", "CLIENT PAUSE 1 WRITE x",
	} {
		r.ask(t, "", command)
	}
	longest := time.Duration(1<<40) * time.Millisecond
	if got, want := fmt.Sprint(r.pauses), fmt.Sprintf("[250ms true 250ms true 10ms false over %v true]", longest); got != want {
		t.Errorf("asked for %s, want %s", got, want)
	}
}

// CLIENT REPLY is remembered for the session to act on.
func TestClientReply(t *testing.T) {
	r := newRig(t)
	for _, c := range []struct {
		word string
		want commands.Quiet
	}{{"OFF", commands.QuietOff}, {"skip", commands.QuietOff}, {"on", commands.Loud}, {"SKIP", commands.QuietForTwo}, {"nonsense", commands.QuietForTwo}} {
		r.ask(t, "", "CLIENT REPLY "+c.word)
		if got := r.open("", 2).State().Quiet; got != c.want {
			t.Errorf("after %s: %d, want %d", c.word, got, c.want)
		}
	}
}
