package session

import (
	"strconv"
	"strings"
	"testing"

	"coordd/commands"
	"coordd/ring"
)

// The texts are Redis's, and so is the order: the earlier gate speaks.
func TestGates(t *testing.T) {
	big := strings.Repeat("x", 1000)
	for _, c := range []struct {
		name    string
		lacks   string // "" nothing, "password" or "state"
		command string
		want    string
	}{
		{"known", "", "GET a", "$-1|"},
		{"unknown", "", "nosuch a b", "-ERR unknown command 'nosuch', with args beginning with: 'a' 'b' |"},
		{"unknown alone", "", "nosuch", "-ERR unknown command 'nosuch', with args beginning with: |"},
		{"unknown before password", "password", "nosuch", "-ERR unknown command 'nosuch', with args beginning with: |"},
		{"subcommand", "", "CLIENT ID", ":1000|"},
		{"unknown subcommand", "", "client nosuch", "-ERR unknown subcommand 'nosuch'. Try CLIENT HELP.|"},
		{"container alone", "", "client", "-ERR wrong number of arguments for 'client' command|"},
		{"arity", "", "GET", "-ERR wrong number of arguments for 'get' command|"},
		{"arity of subcommand", "", "CLIENT ID x", "-ERR wrong number of arguments for 'client|id' command|"},
		{"arity before password", "password", "GET", "-ERR wrong number of arguments for 'get' command|"},
		{"password", "password", "GET a", "-NOAUTH Authentication required.|"},
		{"password, local", "password", "PING", "-NOAUTH Authentication required.|"},
		{"allowed without", "password", "AUTH x", "+OK|"},
		{"password before room", "password", "SET a " + big, "-NOAUTH Authentication required.|"},
		{"room", "", "SET a " + big, "-ERR command is larger than a log entry may be (1000 bytes)|"},
		{"room for a local one", "", "PING " + big, "+PONG|"},
		{"ready", "state", "GET a", "-LOADING Redis is loading the dataset in memory|"},
		{"room before ready", "state", "SET a " + big, "-ERR command is larger than a log entry may be (1000 bytes)|"},
		{"local ones need no state", "state", "PING", "+PONG|"},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, 1)
			if c.lacks == "password" {
				r = newRigWith(t, 1, "sesame")
			}
			r.notReady = c.lacks == "state"
			r.expect(t, c.command, c.want)
		})
	}
}

// The wire is told when the client has shown the password, and commands behind
// AUTH in the same pipeline are let through.
func TestAuthenticationInsideAPipeline(t *testing.T) {
	r := newRigWith(t, 1, "sesame")
	if r.wire.authenticated {
		t.Error("the wire must keep its tight limits before AUTH")
	}
	r.expect(t, "SET a 1\n AUTH x\n SET a 2\n GET a", "-NOAUTH Authentication required.|+OK|+OK|$1|2|")
	if !r.wire.authenticated {
		t.Error("the wire was not told of AUTH")
	}
}

// A password that has been taken away is not asked for any more.
func TestPasswordTakenAway(t *testing.T) {
	r := newRigWith(t, 1, "sesame")
	r.password = ""
	r.expect(t, "PING", "+PONG|")
}

// With redirection, commands on keys that others lead are sent there; a
// connection that reads only, and commands without keys, are served.
func TestRedirect(t *testing.T) {
	r := newRig(t, 3)
	names := strings.NewReplacer("MINE", keyIn(r, 0, 0), "OTHER", keyIn(r, 1, 0))
	r.cfg.Redirect = func(slot uint16) string {
		if r.cfg.Owner(slot) == 0 {
			return ""
		}
		return "10.0.0.9:7002"
	}
	slot := strconv.Itoa(int(ring.SlotOf(keyIn(r, 1, 0))))
	moved := "-MOVED " + slot + " 10.0.0.9:7002|"
	for _, step := range []struct{ command, want string }{
		{"SET MINE 1", "+OK|"},
		{"SET OTHER 1", moved},
		{"GET OTHER", moved},
		{"WATCH OTHER", moved},
		{"MULTI\n SET OTHER 1\n EXEC", "+OK|" + moved + "-EXECABORT Transaction discarded because of previous errors.|"},
		{"DBSIZE", ":1|"},
		{"PING", "+PONG|"},
	} {
		r.expect(t, names.Replace(step.command), step.want)
	}
	r.client.Change(func(s *commands.ClientState) { s.ReadOnly = true })
	r.learn()
	r.expect(t, names.Replace("GET OTHER\n SET OTHER 1"), "$-1|"+moved)
}
