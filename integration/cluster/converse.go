package cluster

import (
	"bufio"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Converse runs a program that may ask for something on the way: a line that
// begins with "@" is given to answer, whose reply the program gets as a line on
// its standard input. It returns what the program printed on both outputs. The
// test fails when the program does, or takes longer than limit.
func Converse(t testing.TB, s Spec, limit time.Duration, answer func(request string) string) (printed string) {
	t.Helper()
	cmd := exec.Command(s.Path, s.Args...)
	cmd.Dir, cmd.Env = s.Dir, append(CleanEnv(), s.Env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = time.Second
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, w := io.Pipe()
	cmd.Stdout, cmd.Stderr = w, w
	guards, err := guard()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if err := guards.tell("+", cmd.Process.Pid); err != nil {
		t.Fatal(err)
	}
	defer guards.tell("-", cmd.Process.Pid)
	timer := time.AfterFunc(limit, func() { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	ended := make(chan error, 1)
	go func() { // ends with the program
		err := cmd.Wait()
		w.Close()
		ended <- err
	}()
	var all strings.Builder
	for lines := bufio.NewScanner(out); lines.Scan(); {
		line := lines.Text()
		all.WriteString(line + "\n")
		if strings.HasPrefix(line, "@") {
			// An error means that the program has ended, which Wait tells.
			_, _ = fmt.Fprintln(in, answer(strings.TrimPrefix(line, "@")))
		}
	}
	err = <-ended
	if !timer.Stop() {
		t.Errorf("%s: still running after %v\n%s", s.Name, limit, all.String())
	} else if err != nil {
		t.Errorf("%s: %v\n%s", s.Name, err, all.String())
	}
	return all.String()
}
