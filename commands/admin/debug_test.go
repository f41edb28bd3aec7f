package admin

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"coordd/commands"
	"coordd/commands/transcript"
	"coordd/resp"
)

// Who may call DEBUG.
func TestDebugIsGuarded(t *testing.T) {
	for _, c := range []struct {
		setting, addr string
		may           bool
	}{
		{"no", "127.0.0.1:1", false}, {"", "127.0.0.1:1", false}, {"yes", "10.0.0.1:1", true},
		{"local", "127.0.0.1:1", true}, {"local", "[::1]:1", true}, {"local", "[::ffff:127.0.0.1]:1", true},
		{"local", "10.0.0.1:1", false}, {"local", "/tmp/socket", false},
	} {
		r := newRig(t)
		r.debug = c.setting
		client := commands.NewClient(commands.ClientConfig{Addr: c.addr})
		got := r.run(client, []string{"DEBUG", "SLEEP", "0"})
		if (got.Str == "OK") != c.may || !c.may && !strings.HasPrefix(got.Str, "ERR DEBUG command not allowed.") {
			t.Errorf("%s from %s: %s", c.setting, c.addr, got.Str)
		}
	}
}

// The words of DEBUG answer as Redis does, in both protocols.
func TestDebugAgainstRedis(t *testing.T) {
	addr, ok := transcript.StartRedis(t, "--enable-debug-command", "yes")
	if !ok {
		return
	}
	player := transcript.NewTCP(addr)
	t.Cleanup(player.Close)
	r := newRig(t)
	r.debug = "yes"
	for _, command := range []string{
		"DEBUG", "DEBUG nonsense", "DEBUG SLEEP", "DEBUG SLEEP 0", "DEBUG sleep 0.001", "DEBUG SLEEP x", "DEBUG SLEEP 1 2", "DEBUG ERROR", "DEBUG ERROR x", "DEBUG ERROR x y",
		"DEBUG ERROR WRONGTYPE", "DEBUG OBJECT nosuch", "DEBUG OBJECT", "DEBUG CHANGE-REPL-ID", "DEBUG CHANGE-REPL-ID x", "DEBUG SET-ACTIVE-EXPIRE 0", "DEBUG SET-ACTIVE-EXPIRE",
		"DEBUG QUICKLIST-PACKED-THRESHOLD 100b", "DEBUG LOG x", "DEBUG RELOAD", "DEBUG JMAP",
		"DEBUG PROTOCOL string", "DEBUG PROTOCOL integer", "DEBUG PROTOCOL double", "DEBUG PROTOCOL bignum", "DEBUG PROTOCOL null", "DEBUG PROTOCOL ARRAY",
		"DEBUG PROTOCOL set", "DEBUG PROTOCOL map", "DEBUG PROTOCOL verbatim", "DEBUG PROTOCOL true", "DEBUG PROTOCOL false", "DEBUG PROTOCOL",
	} {
		for _, proto := range []resp.Proto{resp.RESP2, resp.RESP3} {
			ours, err := r.Do("a", proto, strings.Fields(command))
			if err != nil {
				t.Fatal(err)
			}
			theirs, err := player.Do("a", proto, strings.Fields(command))
			if err != nil {
				t.Fatal(err)
			}
			if a, b := string(ours.Append(nil, resp.Wire)), string(theirs.Append(nil, resp.Wire)); a != b {
				t.Errorf("%s in RESP%d: %q, in Redis %q", command, proto, a, b)
			}
		}
	}
}

func TestDebugObject(t *testing.T) {
	r := newRig(t)
	r.debug = "yes"
	r.ask(t, "", "SELECT 3")
	r.ask(t, "", "SET a 123")
	if got := r.ask(t, "", "DEBUG OBJECT a"); !strings.HasPrefix(got, "Value at:0x0 refcount:1 encoding:int serializedlength:") {
		t.Error(got)
	}
	if got := r.ask(t, "", "DEBUG HELP"); !strings.Contains(got, "OBJECT <key>") {
		t.Error(got)
	}
	if got := r.ask(t, "", "DEBUG PROTOCOL nope"); got != errDebugType.Str {
		t.Error(got)
	}
}

// A sleep takes as long as it says, but no longer than a minute.
func TestDebugSleep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		r.debug = "yes"
		for seconds, want := range map[string]time.Duration{"0.25": 250 * time.Millisecond, "3600": time.Minute, "-1": 0} {
			began := time.Now()
			r.ask(t, "", "DEBUG SLEEP "+seconds)
			if took := time.Since(began); took != want {
				t.Errorf("SLEEP %s took %v", seconds, took)
			}
		}
	})
}
