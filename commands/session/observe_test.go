package session

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"coordd/commands"
)

// watcher is an Observer that remembers what it was told.
type watcher struct {
	slow  bool
	ran   []string
	told  []string
	codes []string
	shown []string
	watch bool
}

func (w *watcher) Ran(done []commands.Tally, share time.Duration) bool {
	var words []string
	for _, d := range done {
		words = append(words, fmt.Sprintf("%s*%d-%d", d.Spec.Name, d.Calls, d.Failed))
	}
	if share < 0 {
		words = append(words, "negative")
	}
	w.ran = append(w.ran, strings.Join(words, " "))
	return w.slow
}

func (w *watcher) Slow(_ *commands.Client, _ *commands.Spec, args []string, _ time.Duration) {
	w.told = append(w.told, strings.Join(args, " "))
}

func (w *watcher) Failed(code string)           { w.codes = append(w.codes, code) }
func (w *watcher) Rejected(spec *commands.Spec) { w.codes = append(w.codes, "rejected "+spec.Name) }

func (w *watcher) Monitor() func(*commands.Client, int, *commands.Spec, []string) {
	if !w.watch {
		return nil
	}
	return func(_ *commands.Client, db int, _ *commands.Spec, args []string) {
		w.shown = append(w.shown, fmt.Sprint(db, " ", strings.Join(args, " ")))
	}
}

func newWatched(t *testing.T, groups int) (*rig, *watcher) {
	t.Helper()
	r, w := newRig(t, groups), &watcher{}
	r.cfg.Observer = w
	return r, w
}

// A pipeline is told of in as few pieces as its nature allows, every command of
// it once.
func TestObserverIsToldOfRuns(t *testing.T) {
	for _, c := range []struct {
		name, pipeline string
		groups         int
		ran, codes     string
	}{
		{"a run", "SET a 1\n SET b 2\n GET a\n SET c 3", 1, "set*3-0 get*1-0", ""},
		{"failures", "SET a x\n INCR a\n INCR a\n GET a", 1, "set*1-0 incr*2-2 get*1-0", "ERR ERR"},
		{"quick local ones", "PING\n PING\n SELECT 3", 1, "ping*2-0 select*1-0", ""},
		{"a slow local one is alone", "PING\n FAILS\n PING", 1, "ping*1-0 fails*1-1; ping*1-0", "ERR"},
		{"local ones have their own time", "PING\n SET a 1\n PING\n SET b 1", 1, "ping*1-0; set*1-0; ping*1-0; set*1-0", ""},
		{"subcommands", "CLIENT ID", 1, "client|id*1-0", ""},
		{"refused", "NOSUCH\n GET\n SET a 1", 1, "set*1-0", "rejected get ERR ERR"},
		{"over groups", "MGET a b c d e f\n DBSIZE", 3, "mget*1-0 dbsize*1-0", ""},
		{"a transaction", "SET x 1\n MULTI\n SET a 1\n GET a\n EXEC\n SET y 1", 1, "exec*1-0 set*3-0 get*1-0 multi*1-0", ""},
		{"a mixed transaction", "MULTI\n SET a 1\n PING\n EXEC", 1, "multi*1-0; exec*1-0 set*1-0 ping*1-0", ""},
		{"a spoiled one", "MULTI\n SET a\n EXEC", 1, "multi*1-0 exec*1-1", "rejected set ERR EXECABORT"},
		{"failures in one", "SET a x\n MULTI\n INCR a\n GET a\n INCR a\n EXEC", 1, "exec*1-0 incr*2-2 get*1-0 set*1-0 multi*1-0", "ERR ERR"},
		{"failures in one that reads", "LOCK a me 100000\n MULTI\n GET a\n EXISTS a\n EXEC", 1, "lock*1-0 multi*1-0; exec*1-0 get*1-1 exists*1-0", "WRONGTYPE"},
		{"failures of local ones in one", "MULTI\n FAILS\n SET a 1\n INCR a\n INCRBY a x\n EXEC", 1, "multi*1-0; exec*1-0 set*1-0 incr*1-0 incrby*1-1 fails*1-1", "ERR ERR"},
		{"one over several groups", "MULTI\n SET a 1\n SET b 1\n SET c 1\n EXEC", 8, "multi*1-0 exec*1-1", "CROSSSLOT"},
		{"none", "EXEC\n DISCARD\n MULTI\n MULTI\n WATCH a", 1, "exec*1-1 discard*1-1 multi*2-1 watch*1-1", "ERR ERR ERR ERR"},
		{"keys of several groups", "MSET a 1 b 1 c 1", 8, "", "rejected mset CROSSSLOT"},
		{"a discarded one", "MULTI\n SET a 1\n DISCARD", 1, "multi*1-0 discard*1-0", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, w := newWatched(t, c.groups)
			r.serve(c.pipeline)
			if got := strings.Join(w.ran, "; "); got != c.ran {
				t.Errorf("told of %s, want %s", got, c.ran)
			}
			if got := strings.Join(w.codes, " "); got != c.codes {
				t.Errorf("told of the errors %s, want %s", got, c.codes)
			}
		})
	}
}

// The commands of a slow stretch are told one by one.
func TestSlowCommandsAreTold(t *testing.T) {
	r, w := newWatched(t, 3)
	w.slow = true
	r.serve("SET a 1\n MGET a b c\n PING\n MULTI\n GET a\n EXEC\n SCAN 0")
	want := "SET a 1; MGET a b c; PING; MULTI; SCAN 0; EXEC; GET a"
	if got := strings.Join(w.told, "; "); got != want {
		t.Errorf("told of %s, want %s", got, want)
	}
}

// Who monitors sees what is carried out, in order, and nothing of what is not.
func TestMonitorSeesCommands(t *testing.T) {
	r, w := newWatched(t, 1)
	r.serve("SET unseen 1")
	w.watch = true
	r.serve("SET a 1\n SELECT 3\n GET a\n NOSUCH\n GET\n MULTI\n SET b 2\n EXEC\n MULTI\n SET c 3\n DISCARD\n MULTI\n SET\n EXEC")
	want := "0 SET a 1; 0 SELECT 3; 3 GET a; 3 MULTI; 3 SET b 2; 3 EXEC; 3 MULTI; 3 DISCARD; 3 MULTI; 3 EXEC"
	if got := strings.Join(w.shown, "; "); got != want {
		t.Errorf("saw\n%s, want\n%s", got, want)
	}
}

// CLIENT REPLY: what the client does not want to hear it does not hear.
func TestQuiet(t *testing.T) {
	quiet := func(q commands.Quiet) func(s *commands.ClientState, arg string) {
		return func(s *commands.ClientState, _ string) { s.Quiet = q }
	}
	hush := commands.Group{Name: "connection", Specs: []commands.Spec{
		{Name: "on", Arity: 2, Flags: commands.Fast, Since: "1.0.0", Summary: "Replies.", Conn: change(quiet(commands.Loud))},
		{Name: "off", Arity: 2, Flags: commands.Fast, Since: "1.0.0", Summary: "No replies.", Conn: change(quiet(commands.QuietOff))},
		{Name: "skip", Arity: 2, Flags: commands.Fast, Since: "1.0.0", Summary: "Skips one.", Conn: change(quiet(commands.QuietForTwo))},
	}}
	for _, c := range []struct{ pipeline, want string }{
		{"OFF x\n PING\n SET a 1\n GET a\n NOSUCH\n ON x\n PING", "+OK|+PONG|"},
		{"SKIP x\n SET a 1\n GET a\n PING", "$1|1|+PONG|"},
		{"SKIP x\n PING\n SKIP x\n NOSUCH\n PING", "+PONG|"},
		{"SKIP x\n SKIP x\n PING\n PING", "+PONG|"},
		{"SET a 1\n SKIP x\n SET b 1\n SET c 1", "+OK|+OK|"},
		{"SKIP x\n MGET a b\n MGET a b", "*2|$-1|$-1|"},
	} {
		r := newRigOf(t, 1, "", hush)
		r.expect(t, c.pipeline, c.want)
	}
}
