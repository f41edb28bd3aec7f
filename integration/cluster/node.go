package cluster

import (
	"errors"
	"fmt"
	"strings"
	"syscall"
	"testing"

	"coordd/resp"
)

// Node is one coordd process with its ports and its folder. It can be ended
// and started again as often as a test likes; the folder stays.
type Node struct {
	Name     string
	Addr     string   // host:port of clients
	PeerAddr string   // host:port of peers
	Dir      string   // data folder
	Args     []string // flags beside --addr, --peer-addr and --dir

	binary string
	proc   *Process
	paused bool
}

// Start runs the process and does not wait until it answers.
func (n *Node) Start(t testing.TB) {
	t.Helper()
	if n.Running() {
		t.Fatalf("%s runs already", n.Name)
	}
	args := append([]string{"serve", "--addr", n.Addr, "--peer-addr", n.PeerAddr, "--dir", n.Dir}, n.Args...)
	p, err := spawn(Spec{Name: n.Name, Path: n.binary, Args: args}, n.logFile())
	if err != nil {
		t.Fatalf("start %s: %v", n.Name, err)
	}
	if n.proc == nil {
		t.Cleanup(func() {
			n.proc.Kill()
			report(t, n.Name+" ("+n.Addr+")", n.logFile())
		})
	}
	n.proc, n.paused = p, false
}

func (n *Node) logFile() string { return n.Dir + ".log" }

// Log is all that the node has printed, over all its lives.
func (n *Node) Log() string {
	if n.proc == nil {
		return ""
	}
	return n.proc.Output()
}

// Process is the node's present or last process.
func (n *Node) Process() *Process { return n.proc }

// Running tells whether the process lives, paused or not.
func (n *Node) Running() bool { return n.proc != nil && n.proc.Running() }

// WaitReady waits until the node answers a linearizable read, which it can
// only when a leader is known and its own state has caught up.
func (n *Node) WaitReady(t testing.TB) {
	t.Helper()
	Poll(t, ReadyWithin, n.Name+" to answer", func() error {
		if !n.Running() {
			t.Fatalf("%s ended while it was waited for:\n%s", n.Name, n.Log())
		}
		reply, err := Do(n.Addr, "DBSIZE")
		if err == nil && reply.Kind != resp.IntKind {
			err = fmt.Errorf("DBSIZE answered %q", reply.Str)
		}
		return err
	})
}

// Kill ends the process with SIGKILL and waits until it is gone.
func (n *Node) Kill(t testing.TB) {
	t.Helper()
	n.proc.Kill()
	n.paused = false
}

func (n *Node) signalKill() { n.proc.killGroup() }

// Stop ends the process with SIGTERM, and fails the test when it does not
// leave by itself with exit code 0.
func (n *Node) Stop(t testing.TB) {
	t.Helper()
	if err := n.proc.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	code, err := n.proc.ExitCode(StopWithin)
	if err != nil || code != 0 {
		t.Fatalf("%s after SIGTERM: exit code %d, %v", n.Name, code, err)
	}
}

// Restart kills the process and starts it again on the same folder.
func (n *Node) Restart(t testing.TB) {
	t.Helper()
	n.Kill(t)
	n.Start(t)
	n.WaitReady(t)
}

// Pause stops the process with SIGSTOP: it holds its ports and connections,
// and does nothing.
func (n *Node) Pause(t testing.TB) {
	t.Helper()
	if err := n.proc.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	n.paused = true
}

// Resume lets a paused process go on.
func (n *Node) Resume(t testing.TB) {
	t.Helper()
	if err := n.proc.Signal(syscall.SIGCONT); err != nil {
		t.Fatal(err)
	}
	n.paused = false
}

// Dial connects to the node, and closes the connection with the test.
func (n *Node) Dial(t testing.TB) *Client {
	t.Helper()
	c, err := Dial(n.Addr)
	if err != nil {
		t.Fatalf("%s: %v", n.Name, err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// Do sends one command over a connection of its own and returns a reply that
// is no error.
func (n *Node) Do(t testing.TB, args ...string) resp.Reply {
	t.Helper()
	reply, err := Do(n.Addr, args...)
	if err == nil && reply.IsError() {
		err = errors.New(reply.Str)
	}
	if err != nil {
		t.Fatalf("%s: %s: %v", n.Name, strings.Join(args, " "), err)
	}
	return reply
}
