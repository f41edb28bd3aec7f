package admin

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"coordd/commands"
	"coordd/resp"
)

// ask runs one command and shows the reply in one line.
func (r *rig) ask(t testing.TB, conn, command string) string {
	t.Helper()
	reply, err := r.Do(conn, resp.RESP2, strings.Fields(command))
	if err != nil {
		t.Fatal(err)
	}
	return flat(reply)
}

func flat(r resp.Reply) string {
	switch r.Kind {
	case resp.IntKind:
		return fmt.Sprint(r.Int)
	case resp.NullKind, resp.NullArrayKind:
		return "nil"
	case resp.ArrayKind, resp.MapKind, resp.SetKind:
		texts := make([]string, len(r.Elems))
		for i, e := range r.Elems {
			texts[i] = flat(e)
		}
		return "[" + strings.Join(texts, " ") + "]"
	}
	return r.Str
}

const (
	noAuth    = "NOAUTH Authentication required."
	wrongPass = "WRONGPASS invalid username-password pair or user is disabled."
	helloAuth = "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time"
)

// What a client may do before and after it has shown the password.
func TestPassword(t *testing.T) {
	for _, c := range []struct{ name, conversation string }{
		{"AUTH", "PING: " + noAuth + "\nAUTH wrong: " + wrongPass + "\nPING: " + noAuth + "\nAUTH sesame: OK\nPING: PONG"},
		{"AUTH with user", "AUTH default wrong: " + wrongPass + "\nAUTH eve sesame: " + wrongPass + "\nAUTH default sesame: OK\nPING: PONG"},
		{"a wrong one later", "AUTH sesame: OK\nAUTH wrong: " + wrongPass + "\nPING: PONG"},
		{"part of it", "AUTH sesam: " + wrongPass + "\nAUTH sesame1: " + wrongPass},
		{"HELLO without", "HELLO: " + helloAuth + "\nHELLO 3: " + helloAuth + "\nHELLO 2 SETNAME x: " + helloAuth},
		{"HELLO 4", "HELLO 4: NOPROTO unsupported protocol version"},
		{"HELLO wrong", "HELLO 3 AUTH default wrong: " + wrongPass + "\nPING: " + noAuth},
		// A name that cannot be taken is refused before anybody is let in, as in 7.2.
		{"HELLO bad name", "HELLO 2 AUTH default sesame SETNAME \xff: ERR Client names cannot contain spaces, newlines or special characters.\nPING: " + noAuth},
		{"QUIT", "QUIT: OK"},
		{"RESET", "AUTH sesame: OK\nRESET: RESET\nPING: " + noAuth},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t)
			r.password = "sesame"
			for line := range strings.Lines(c.conversation) {
				command, want, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ": ")
				if got := r.ask(t, "", command); got != want {
					t.Errorf("%s: %s, want %s", command, got, want)
				}
			}
		})
	}
	r := newRig(t)
	r.password = "sesame"
	r.ask(t, "", "HELLO 3 SETNAME me AUTH default sesame")
	c := r.open("", resp.RESP2)
	if s := c.State(); !s.Authenticated || s.Name != "me" || s.Proto != resp.RESP3 || s.User != "default" {
		t.Errorf("after HELLO: %+v", s)
	}
}

// HELLO says which of the nodes leads.
func TestHelloRole(t *testing.T) {
	r := newRig(t)
	if got := r.ask(t, "", "HELLO"); !strings.Contains(got, "role master") {
		t.Errorf("on the leader: %s", got)
	}
	r.status.Leads = false
	if got := r.ask(t, "", "HELLO"); !strings.Contains(got, "role replica") {
		t.Errorf("elsewhere: %s", got)
	}
}

// CLIENT LIST shows everybody, or those asked for in the order asked for.
func TestClientList(t *testing.T) {
	r := newRig(t)
	r.ask(t, "a", "CLIENT SETNAME first")
	r.ask(t, "b", "CLIENT SETNAME second")
	r.ask(t, "b", "CLIENT SETINFO lib-name redis-py")
	r.ask(t, "b", "SELECT 3")
	r.Advance(2500)
	for _, c := range []struct{ command, want string }{
		{"CLIENT LIST", "1:first 2:second "},
		{"CLIENT LIST TYPE NORMAL", "1:first 2:second "},
		{"CLIENT LIST ID 2 1 9", "2:second 1:first "},
		{"CLIENT LIST TYPE REPLICA", ""},
		{"CLIENT INFO", "1:first "},
	} {
		got := ""
		for line := range strings.Lines(r.ask(t, "a", c.command)) {
			got += field(line, "id") + ":" + field(line, "name") + " "
		}
		if got != c.want {
			t.Errorf("%s lists %q, want %q", c.command, got, c.want)
		}
	}
	line := r.ask(t, "b", "CLIENT INFO")
	for name, want := range map[string]string{"db": "3", "age": "2", "cmd": "client|info", "lib-name": "redis-py", "user": "default", "resp": "2"} {
		if got := field(line, name); got != want {
			t.Errorf("%s=%s, want %s", name, got, want)
		}
	}
}

// field picks name=value out of a line of CLIENT LIST.
func field(line, name string) string {
	for _, f := range strings.Fields(line) {
		if value, ok := strings.CutPrefix(f, name+"="); ok {
			return value
		}
	}
	return ""
}

// What a client keeps must not alias the buffer of its command.
func TestNamesAreCloned(t *testing.T) {
	r := newRig(t)
	for _, command := range []string{"CLIENT SETNAME me", "CLIENT SETINFO lib-name me", "CLIENT SETINFO lib-ver me", "HELLO 2 SETNAME me"} {
		buf := []byte(command)
		var args []string
		for _, f := range strings.Fields(command) {
			at := strings.Index(command, f)
			args = append(args, aliased(buf[at:at+len(f)]))
		}
		if reply, err := r.Do("", resp.RESP2, args); err != nil || reply.IsError() {
			t.Fatalf("%s: %v %s", command, err, reply.Str)
		}
		for i := range buf {
			buf[i] = 'x'
		}
		s := r.open("", resp.RESP2).State()
		if got := s.Name + s.LibName + s.LibVer; strings.Contains(got, "x") {
			t.Errorf("%s: the client holds %q", command, got)
		}
	}
}

func TestTime(t *testing.T) {
	r := newRig(t)
	r.now = time.Unix(1720000000, 123456789)
	if got, want := r.ask(t, "", "TIME"), "[1720000000 123456]"; got != want {
		t.Errorf("TIME: %s, want %s", got, want)
	}
}

func TestRole(t *testing.T) {
	for _, c := range []struct {
		name   string
		status Status
		want   string
	}{
		{"leader", Status{Leads: true, LeaderAddr: "a:1", Offset: 9, Replicas: []Replica{{"b:2", 8}, {"[::1]:3", 7}}}, "[master 9 [[b 2 8] [::1 3 7]]]"},
		{"follower", Status{LeaderAddr: "a:1", Offset: 9}, "[slave a 1 connected 9]"},
		{"nobody leads", Status{Offset: 9}, "[slave  0 connect 9]"},
	} {
		r := newRig(t)
		r.status = c.status
		if got := r.ask(t, "", "ROLE"); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// WAIT counts the other voters, whatever is asked for.
func TestWait(t *testing.T) {
	r := newRig(t)
	for voters, want := range map[int]string{0: "0", 1: "0", 3: "2", 5: "4"} {
		r.status.Voters = voters
		if got := r.ask(t, "", "WAIT 100 0"); got != want {
			t.Errorf("%d voters: WAIT answers %s, want %s", voters, got, want)
		}
	}
}

// A Config with a hole in it is refused.
func TestConfigIsChecked(t *testing.T) {
	if _, err := Groups(Config{Table: func() *commands.Table { return nil }}); err == nil {
		t.Error("an incomplete Config was accepted")
	}
}
