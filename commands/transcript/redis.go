package transcript

import (
	"context"
	"net"
	"os"
	"os/exec"
	"slices"
	"testing"
	"time"

	"coordd/resp"
)

// StartRedis starts a real redis-server on a free port of the loopback
// interface, without persistence, and returns its address. It ends with the
// test. Where none is installed the test fails, unless COORDD_NO_REDIS=1 says
// that this is known: then ok is false, and the log says what was left out.
// args come first on its command line, such as the name of a config file.
func StartRedis(t *testing.T, args ...string) (addr string, ok bool) {
	t.Helper()
	program, err := exec.LookPath("redis-server")
	if err != nil {
		if os.Getenv("COORDD_NO_REDIS") == "1" {
			t.Log("NOT COMPARED with a real Redis: COORDD_NO_REDIS=1")
			return "", false
		}
		t.Fatalf("%v: install redis-server, or set COORDD_NO_REDIS=1 to leave the comparison out", err)
	}
	const tries = 5 // somebody else may take the free port first
	for range tries {
		addr = freeAddr(t)
		if runRedis(t, program, addr, args) {
			return addr, true
		}
	}
	t.Fatalf("%s did not start on any of %d free ports", program, tries)
	return "", false
}

// runRedis starts the server and tells whether it has answered; if it has
// not, it has ended.
func runRedis(t *testing.T, program, addr string, args []string) bool {
	t.Helper()
	_, port, err := net.SplitHostPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(program, slices.Concat(args, []string{"--port", port, "--bind", "127.0.0.1",
		"--save", "", "--appendonly", "no", "--dir", t.TempDir()})...)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { // ends with the process
		cmd.Wait() // "signal: killed"
		close(ended)
	}()
	t.Cleanup(func() {
		cmd.Process.Kill() // an error means that it has ended already
		<-ended
	})
	return answers(t, addr, ended)
}

func freeAddr(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

// answers asks the server until it answers or has ended.
func answers(t *testing.T, addr string, ended <-chan struct{}) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	for {
		if c, err := resp.Dial(ctx, addr); err == nil {
			r, err := c.Do("PING")
			c.Close()
			if err == nil && r.Str == "PONG" {
				return true
			}
		}
		select {
		case <-ended:
			return false
		case <-ctx.Done():
			t.Fatalf("redis-server on %s did not answer in 10 s", addr)
		case <-time.After(10 * time.Millisecond):
		}
	}
}
