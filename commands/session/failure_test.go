package session

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

const (
	unavailableLine = "-CLUSTERDOWN no leader could be reached within 10 s; nothing was changed|"
	unknownLine     = "-" + unknownOutcome + "|"
	partlyLine      = "-" + partlyDone + "|"
)

// What a client is told when groups fail. The codes decide whether its library
// sends the command again.
func TestFailures(t *testing.T) {
	for _, c := range []struct {
		name     string
		pipeline string   // A, B, C: keys of three groups
		fail     [3]error // by group
		want     string
	}{
		{"write, nothing changed", "SET A 1", [3]error{errUnavailable}, unavailableLine},
		{"write, wrapped", "SET A 1", [3]error{fmt.Errorf("group 1: %w", errUnavailable)}, unavailableLine},
		{"write, unknown", "SET A 1", [3]error{errLost}, unknownLine},
		{"read, unavailable", "GET A", [3]error{errUnavailable}, unavailableLine},
		{"read, any other error", "GET A", [3]error{errLost}, unavailableLine},
		{"read beside a write", "SET A 1\nGET A", [3]error{errLost}, unknownLine + unavailableLine},
		{"other groups go on", "SET A 1\nSET B 2\nGET C", [3]error{errLost}, unknownLine + "+OK|$-1|"},
		{"split read", "MGET A B C", [3]error{nil, errUnavailable}, unavailableLine},
		{"split write, nowhere", "DEL A B C", [3]error{errUnavailable, errUnavailable, errUnavailable}, unavailableLine},
		{"split write, in part", "DEL A B C", [3]error{nil, errUnavailable}, partlyLine},
		{"split write, unknown", "DEL A B C", [3]error{errUnavailable, errLost, errUnavailable}, unknownLine},
		{"split write, unknown later", "DEL A B C", [3]error{nil, errUnavailable, errLost}, unknownLine},
		{"flush, in part", "FLUSHALL", [3]error{nil, nil, errUnavailable}, partlyLine},
		{"size", "DBSIZE", [3]error{nil, nil, errUnavailable}, unavailableLine},
		{"scan", "SCAN 0", [3]error{errLost, errLost, errLost}, unavailableLine},
		{"random key", "RANDOMKEY", [3]error{nil, errLost}, unavailableLine},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := newRig(t, 3)
			for g := range r.logs {
				r.logs[g].fail = c.fail[g]
			}
			keys := strings.NewReplacer("A ", keyIn(r, 0, 0)+" ", "B ", keyIn(r, 1, 0)+" ", "C ", keyIn(r, 2, 0)+" ", " \n", "\n")
			r.expect(t, keys.Replace(strings.ReplaceAll(c.pipeline, "\n", " \n")+" "), c.want)
		})
	}
}

// An error reply of a handler is the reply of a split command.
func TestSplitWithAnErrorReply(t *testing.T) {
	r := newRig(t, 3)
	r.expect(t, "FLUSHDB nonsense\nPING", "-ERR syntax error|+PONG|")
}

// READONLY reads what is here, and asks nobody.
func TestStaleReads(t *testing.T) {
	r := newRig(t, 1)
	r.expect(t, "SET a 1\nreadonly x", "+OK|+OK|")
	r.logs[0].fail = errUnavailable
	r.expect(t, "GET a", "$1|1|")
	if r.logs[0].reads != 0 {
		t.Error("a stale read asked for a read index")
	}
	r.expect(t, "SET a 2", unavailableLine)
}

// Requests end in time, and reads end when their client goes; the clock is
// synctest's.
func TestTimeouts(t *testing.T) {
	for _, c := range []struct {
		name    string
		command string
		goes    time.Duration // when the client goes; 0: it stays
		want    time.Duration // when the session stops waiting
	}{
		{"read", "GET a", 0, 10 * time.Second},
		{"write", "SET a 1", 0, 10 * time.Second},
		{"read without its client", "GET a", 3 * time.Second, 3 * time.Second},
		{"read whose client goes at once", "GET a", time.Millisecond, watchAfter},
		{"write without its client", "SET a 1", 3 * time.Second, 10 * time.Second},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newRig(t, 1)
				r.wire.gone = make(chan struct{})
				r.logs[0].hang = true
				if c.goes > 0 {
					time.AfterFunc(c.goes, func() { close(r.wire.gone) })
				}
				begin := time.Now()
				out := r.serve(c.command)
				if took := time.Since(begin); took != c.want {
					t.Errorf("waited %v, want %v", took, c.want)
				}
				if !strings.HasPrefix(out, "-") {
					t.Errorf("replied %q, want an error", out)
				}
			})
		})
	}
}

// Groups are asked side by side: three that hang take as long as one.
func TestGroupsSideBySide(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, 3)
		for _, log := range r.logs {
			log.hang = true
		}
		begin := time.Now()
		out := r.serve("MGET " + keyIn(r, 0, 0) + " " + keyIn(r, 1, 0) + " " + keyIn(r, 2, 0))
		if took := time.Since(begin); took != 10*time.Second || out != unavailableLine {
			t.Errorf("%q after %v, want an error after 10s", out, took)
		}
	})
}

// The Config is checked before anything is served.
func TestConfigIsChecked(t *testing.T) {
	good := newRig(t, 3).handler.cfg
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for name, spoil := range map[string]func(c *Config){
		"table":    func(c *Config) { c.Table = nil },
		"clients":  func(c *Config) { c.Clients = nil },
		"groups":   func(c *Config) { c.Groups = nil },
		"owner":    func(c *Config) { c.Owner = nil },
		"error":    func(c *Config) { c.Unavailable = nil },
		"timeout":  func(c *Config) { c.RequestTimeout = 0 },
		"size":     func(c *Config) { c.MaxCommand = 0 },
		"password": func(c *Config) { c.Password = nil },
		"ready":    func(c *Config) { c.Ready = nil },
	} {
		bad := good
		spoil(&bad)
		if _, err := New(bad); err == nil {
			t.Errorf("%s: a Config without it was accepted", name)
		}
	}
}

// faultyLog panics, as a handler with a fault would.
type faultyLog struct{ *memoryLog }

func (faultyLog) ReadIndex(context.Context) (int64, error) { panic("fault of group 1") }

// A fault comes out on the connection's own goroutine, also when a group was
// asked beside it; there the server ends the connection alone.
func TestPanicOfAGroup(t *testing.T) {
	r := newRig(t, 3)
	r.cfg.Groups[1].Log = faultyLog{}
	defer func() {
		if got := recover(); got != "fault of group 1" {
			t.Errorf("the panic came out as %v", got)
		}
	}()
	r.serve("MGET " + keyIn(r, 0, 0) + " " + keyIn(r, 1, 0))
}
