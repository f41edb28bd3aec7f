package resp

import (
	"io"
	"strings"
	"testing"
	"time"
)

// Limits may change while connections are open.
func TestSetLimits(t *testing.T) {
	s, _ := serving(t, Limits{MaxClients: 1, MaxBulk: 100}, authenticated)
	c := connect(t, s)
	ask(t, c, "PING")
	if heard := hears(t, connect(t, s)); !strings.HasPrefix(heard, "-ERR max number of clients") {
		t.Errorf("one too many hears %q", heard)
	}
	s.SetLimits(Limits{MaxClients: 2, MaxBulk: 200})
	ask(t, c, strings.Repeat("x", 150))
	ask(t, connect(t, s), "PING")
	s.SetLimits(Limits{MaxClients: 1, MaxBulk: 100})
	ask(t, c, "PING")
	if r, err := c.Do(strings.Repeat("x", 150)); err != nil || !strings.HasPrefix(r.Str, "ERR Protocol error: invalid bulk length") {
		t.Errorf("an argument that is too large now: %v %v", r, err)
	}
}

// The idle timeout may come and go.
func TestSetIdleTimeout(t *testing.T) {
	s, _ := serving(t, Limits{IdleTimeout: 50 * time.Millisecond}, echo)
	c := connect(t, s)
	ask(t, c, "PING")
	s.SetLimits(Limits{})
	ask(t, c, "PING")
	late := connect(t, s)
	ask(t, late, "PING")
	time.AfterFunc(150*time.Millisecond, func() { _ = c.nc.SetReadDeadline(time.Now()) })
	if n, err := c.nc.Read(make([]byte, 1)); n > 0 || err == io.EOF {
		t.Errorf("it was ended: %d %v", n, err)
	}
	s.SetLimits(Limits{IdleTimeout: 50 * time.Millisecond})
	ask(t, late, "PING")
	if heard := hears(t, late); heard != "" {
		t.Errorf("heard %q", heard)
	}
}
