package transcript

import (
	"path/filepath"
	"strings"
	"testing"

	"coordd/resp"
)

func do(t *testing.T, p *TCP, conn string, proto resp.Proto, line string) string {
	t.Helper()
	r, err := p.Do(conn, proto, strings.Split(line, " "))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(Render(r), "\n")
}

func TestTCP(t *testing.T) {
	addr, ok := StartRedis(t)
	if !ok {
		return
	}
	p := NewTCP(addr, addr)
	t.Cleanup(p.Close)
	if err := p.Reset(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		conn  string
		proto resp.Proto
		line  string
		want  string
	}{
		{"", resp.RESP2, "SELECT 3", "OK"},
		{"", resp.RESP2, "SET k v", "OK"},
		{"", resp.RESP3, "GET k", "(nil)"}, // another connection, database 0
		{"other", resp.RESP2, "GET k", "(nil)"},
		{"", resp.RESP2, "GET k", `"v"`},
		{"", resp.RESP2, "CONFIG GET port-none", "(empty array)"},
		{"", resp.RESP3, "CONFIG GET port-none", "(empty hash)"},
		{"", resp.RESP2, "PSETEX k 50 v", "OK"},
	} {
		if got := do(t, p, c.conn, c.proto, c.line); got != c.want {
			t.Errorf("%q, protocol %d, %s: %s", c.conn, c.proto, c.line, got)
		}
	}
	p.Advance(50)
	if got := do(t, p, "", resp.RESP2, "EXISTS k"); got != "(integer) 0" {
		t.Errorf("after its deadline: %s", got)
	}
	do(t, p, "", resp.RESP2, "SET k v")
	if err := p.Reset(); err != nil {
		t.Fatal(err)
	}
	if got := do(t, p, "", resp.RESP2, "SELECT 3") + do(t, p, "", resp.RESP2, "EXISTS k"); got != "OK(integer) 0" {
		t.Errorf("after a reset: %s", got)
	}
}

func TestNobodyListens(t *testing.T) {
	p := NewTCP(freeAddr(t))
	if err := p.Reset(); err == nil {
		t.Error("Reset says nothing")
	}
	if _, err := p.Do("", resp.RESP3, []string{"PING"}); err == nil {
		t.Error("Do says nothing")
	}
}

// A server that refuses is not taken for one that has done what it was told.
func TestRefusalsAreErrors(t *testing.T) {
	addr, ok := StartRedis(t)
	if !ok {
		return
	}
	p := NewTCP(addr)
	t.Cleanup(p.Close)
	do(t, p, "", resp.RESP2, "CONFIG SET requirepass secret")
	if err := p.Reset(); err == nil || !strings.Contains(err.Error(), "NOAUTH") {
		t.Errorf("Reset: %v", err)
	}
	if _, err := p.Do("", resp.RESP3, []string{"PING"}); err == nil || !strings.Contains(err.Error(), "NOAUTH") {
		t.Errorf("HELLO 3: %v", err)
	}
}

func TestKnownAbsenceOfRedis(t *testing.T) {
	t.Setenv("PATH", filepath.Join(t.TempDir(), "empty"))
	t.Setenv("COORDD_NO_REDIS", "1")
	if addr, ok := StartRedis(t); ok {
		t.Errorf("found one at %s", addr)
	}
}
