package cluster

import (
	"bufio"
	"os/exec"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"coordd/resp"
)

// The client's parser knows every kind of reply of both protocols.
func TestReadReply(t *testing.T) {
	for wire, want := range map[string]resp.Reply{
		"+OK\r\n":                       resp.OK,
		"-ERR no\r\n":                   resp.Error("ERR no"),
		":-7\r\n":                       resp.Int(-7),
		"$3\r\na\rb\r\n":                resp.Bulk("a\rb"),
		"$0\r\n\r\n":                    resp.Bulk(""),
		"$-1\r\n":                       resp.Null,
		"*-1\r\n":                       resp.NullArray,
		"_\r\n":                         resp.Null,
		"#t\r\n":                        resp.Bool(true),
		",2.5\r\n":                      resp.Double(2.5),
		"=6\r\ntxt:ab\r\n":              resp.Verbatim("ab"),
		"*2\r\n:1\r\n*1\r\n$1\r\nx\r\n": resp.Array(resp.Int(1), resp.Array(resp.Bulk("x"))),
		"%1\r\n+k\r\n:1\r\n":            resp.Map(resp.Simple("k"), resp.Int(1)),
	} {
		got, err := readReply(bufio.NewReader(strings.NewReader(wire)))
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q: got %+v %v, want %+v", wire, got, err, want)
		}
	}
	for _, wire := range []string{"", "+OK", "+OK\n", "!x\r\n", "$3\r\nabcd\r\n", "$x\r\n", ":x\r\n", "*2\r\n:1\r\n"} {
		if got, err := readReply(bufio.NewReader(strings.NewReader(wire))); err == nil {
			t.Errorf("%q was read as %+v", wire, got)
		}
	}
}

// When the test binary goes, the guard ends what it has left, and nothing else.
func TestGuard(t *testing.T) {
	start := func() (*exec.Cmd, chan error) {
		cmd := exec.Command("sleep", "600")
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		t.Cleanup(func() { cmd.Process.Kill() })
		return cmd, ended
	}
	left, leftEnded := start()
	taken, takenEnded := start()
	lines := "+ " + strconv.Itoa(left.Process.Pid) + "\n+ " + strconv.Itoa(taken.Process.Pid) + "\n- " + strconv.Itoa(taken.Process.Pid) + "\n"
	if _, diag, code, err := Run(Spec{Path: "/bin/sh", Args: []string{"-c", guardScript}}, lines, StopWithin); err != nil || diag != "" {
		t.Fatalf("guard: exit code %d, %v %s", code, err, diag)
	}
	select {
	case <-leftEnded:
	case <-time.After(StopWithin):
		t.Error("the process that was left still runs")
	}
	select {
	case <-takenEnded:
		t.Error("the process that was taken out was killed")
	default:
	}
}

// Kill ends a program's children too.
func TestKillEndsTheGroup(t *testing.T) {
	p := Spawn(t, Spec{Name: "shell", Path: "/bin/sh", Args: []string{"-c", "sleep 600 & echo $!; wait"}}, filepath.Join(t.TempDir(), "log"))
	var child int
	Poll(t, StopWithin, "the child's id", func() (err error) {
		child, err = strconv.Atoi(strings.TrimSpace(p.Output()))
		return err
	})
	p.Kill()
	Poll(t, StopWithin, "the child to end", func() error {
		if err := syscall.Kill(child, 0); err == nil {
			return syscall.EEXIST
		}
		return nil
	})
}

// Run gives the outputs apart, the exit code, and up when it takes too long.
func TestRun(t *testing.T) {
	out, diag, code, err := Run(Spec{Path: "/bin/sh", Args: []string{"-c", "read x; echo $x; echo no >&2; exit 3"}}, "yes\n", StopWithin)
	if out != "yes\n" || diag != "no\n" || code != 3 || err != nil {
		t.Errorf("got %q %q %d %v", out, diag, code, err)
	}
	if _, _, _, err := Run(Spec{Path: "sleep", Args: []string{"600"}}, "", 50*time.Millisecond); err == nil {
		t.Error("a program that does not end is no error")
	}
}
