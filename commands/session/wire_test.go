package session

import (
	"context"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"coordd/resp"
)

var (
	_ resp.Handler = (*Handler)(nil)
	_ resp.Session = (*Session)(nil)
)

// dial opens a connection to a server that uses the rig's handler.
func (r *rig) dial(t *testing.T) *resp.Client {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := resp.NewServer(ln, resp.Limits{}, r.handler)
	served := make(chan error, 1)
	go func() { served <- server.Serve() }()
	t.Cleanup(func() {
		server.Close()
		if err := <-served; err != nil {
			t.Errorf("Serve: %v", err)
		}
	})
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	c, err := resp.Dial(ctx, ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	c.Timeout = 5 * time.Second
	t.Cleanup(func() { c.Close() })
	return c
}

// A pipeline over a real connection.
func TestOverTheNetwork(t *testing.T) {
	r := newRig(t, 3)
	c := r.dial(t)
	const n = 1000
	for i := range n {
		if err := c.Send("SET", fmt.Sprint("k", i), fmt.Sprint(i)); err != nil {
			t.Fatal(err)
		}
		if err := c.Send("GET", fmt.Sprint("k", i)); err != nil {
			t.Fatal(err)
		}
	}
	for i := range n {
		for _, want := range []string{"OK", fmt.Sprint(i)} {
			if reply, err := c.Receive(); err != nil || reply.Str != want {
				t.Fatalf("command pair %d: %v %v, want %s", i, reply, err, want)
			}
		}
	}
	if got := len(r.cfg.Clients.All()); got != 2 { // the rig's own session is the other
		t.Errorf("%d clients are registered, want 2", got)
	}
	if reply, err := c.Do("quit", "now"); err != nil || reply.Str != "OK" {
		t.Errorf("QUIT: %v %v", reply, err)
	}
	if _, err := c.Do("PING"); err == nil {
		t.Error("the connection is open after QUIT")
	}
}

// Without a password the tight limits that hold before AUTH are lifted at
// once; with one, by AUTH.
func TestLimitsBeforeAuthentication(t *testing.T) {
	args := append([]string{"PING"}, strings.Fields(strings.Repeat("x ", 100))...)
	if reply, err := newRig(t, 1).dial(t).Do(args...); err != nil || reply.Str != "PONG" {
		t.Errorf("no password: %v %v", reply, err)
	}
	c := newRigWith(t, 1, "sesame").dial(t)
	if reply, err := c.Do("auth", "sesame"); err != nil || reply.Str != "OK" {
		t.Fatalf("AUTH: %v %v", reply, err)
	}
	if reply, err := c.Do(args...); err != nil || reply.Str != "PONG" {
		t.Errorf("after AUTH: %v %v", reply, err)
	}
	c = newRigWith(t, 1, "sesame").dial(t)
	if reply, err := c.Do(args...); err == nil && !strings.Contains(reply.Str, "unauthenticated") {
		t.Errorf("before AUTH: %v %v", reply, err)
	}
}

// A read whose client has gone is given up, though the log hangs.
func TestGoneClientIsNoticed(t *testing.T) {
	r := newRig(t, 1)
	r.cfg.RequestTimeout = time.Hour
	r.logs[0].hang = true
	c := r.dial(t)
	if err := c.Send("GET", "a"); err != nil {
		t.Fatal(err)
	}
	if err := c.Flush(); err != nil {
		t.Fatal(err)
	}
	r.awaitClients(t, 2)
	c.Close()
	r.awaitClients(t, 1)
}

// awaitClients waits until so many connections are registered.
func (r *rig) awaitClients(t *testing.T, n int) {
	t.Helper()
	for begin := time.Now(); len(r.cfg.Clients.All()) != n; time.Sleep(time.Millisecond) {
		if time.Since(begin) > 5*time.Second {
			t.Fatalf("%d connections are registered, want %d", len(r.cfg.Clients.All()), n)
		}
	}
}
