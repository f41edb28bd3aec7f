package cluster

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Process is a program that a test has started, in a process group of its
// own. What it prints, on both outputs, goes to a file.
type Process struct {
	Name   string
	cmd    *exec.Cmd
	output string
	exited chan struct{} // closed when the program has ended and been waited for
}

// Spec says what Spawn starts.
type Spec struct {
	Name string   // how logs call it
	Path string   // the program
	Args []string // its arguments
	Dir  string   // its working folder; "" means the test's
	Env  []string // variables added to a clean copy of the environment
}

// Spawn starts a program and takes care that it ends with the test at the
// latest. output is the file that its outputs are appended to.
func Spawn(t testing.TB, s Spec, output string) *Process {
	t.Helper()
	p, err := spawn(s, output)
	if err != nil {
		t.Fatalf("start %s: %v", s.Name, err)
	}
	t.Cleanup(func() {
		p.Kill()
		report(t, s.Name, output)
	})
	return p
}

// report prints the end of what a program has printed when the test has
// failed, and keeps the whole of it among the artifacts.
func report(t testing.TB, name, output string) {
	if !t.Failed() {
		return
	}
	text, err := os.ReadFile(output)
	if err != nil {
		t.Log(err)
		return
	}
	kept := filepath.Join(Artifacts(t), filepath.Base(output))
	if err := os.WriteFile(kept, text, 0o644); err != nil {
		t.Log(err)
	}
	lines := strings.Split(strings.TrimRight(string(text), "\n"), "\n")
	t.Logf("%s, whole log in %s, its end:\n%s", name, kept, strings.Join(lines[max(0, len(lines)-40):], "\n"))
}

func spawn(s Spec, output string) (*Process, error) {
	w, err := guard()
	if err != nil {
		return nil, err
	}
	file, err := os.OpenFile(output, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	cmd := exec.Command(s.Path, s.Args...)
	cmd.Dir, cmd.Env = s.Dir, append(CleanEnv(), s.Env...)
	cmd.Stdout, cmd.Stderr = file, file
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &Process{Name: s.Name, cmd: cmd, output: output, exited: make(chan struct{})}
	err = w.tell("+", cmd.Process.Pid)
	go func() { // ends with the process
		cmd.Wait()
		close(p.exited)
	}()
	return p, err
}

// CleanEnv is the environment without the variables that are settings of the
// server or of these tests.
func CleanEnv() []string {
	var env []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "COORDD_") {
			env = append(env, v)
		}
	}
	return env
}

// PID is the process's id.
func (p *Process) PID() int { return p.cmd.Process.Pid }

// Running tells whether the program has not ended yet.
func (p *Process) Running() bool {
	select {
	case <-p.exited:
		return false
	default:
		return true
	}
}

// Exited is closed when the program has ended.
func (p *Process) Exited() <-chan struct{} { return p.exited }

// Signal sends one to the program alone, not to its children.
func (p *Process) Signal(sig syscall.Signal) error { return p.cmd.Process.Signal(sig) }

// Kill ends the program and all its children with SIGKILL and waits for it.
func (p *Process) Kill() {
	p.killGroup()
	<-p.exited
	if w, err := guard(); err == nil {
		w.tell("-", p.PID())
	}
}

// killGroup does not wait. A group that has gone already is no fault.
func (p *Process) killGroup() {
	syscall.Kill(-p.PID(), syscall.SIGKILL)
}

// ExitCode waits until the program has ended by itself and returns its exit
// code, -1 when a signal ended it.
func (p *Process) ExitCode(within time.Duration) (int, error) {
	select {
	case <-p.exited:
		return p.cmd.ProcessState.ExitCode(), nil
	case <-time.After(within):
		return 0, fmt.Errorf("%s still runs after %v", p.Name, within)
	}
}

// Output is everything printed so far.
func (p *Process) Output() string {
	text, err := os.ReadFile(p.output)
	if err != nil {
		return err.Error()
	}
	return string(text)
}

// Run starts a program, waits until it ends, and returns what it printed on
// either output and its exit code. It is killed, and an error returned, when
// it takes longer than limit.
func Run(s Spec, stdin string, limit time.Duration) (stdout, stderr string, code int, err error) {
	var out, diag strings.Builder
	cmd := exec.Command(s.Path, s.Args...)
	cmd.Dir, cmd.Env = s.Dir, append(CleanEnv(), s.Env...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &diag
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = time.Second
	if err := cmd.Start(); err != nil {
		return "", "", 0, err
	}
	w, err := guard()
	if err == nil {
		err = w.tell("+", cmd.Process.Pid)
		defer w.tell("-", cmd.Process.Pid)
	}
	timer := time.AfterFunc(limit, func() { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	waitErr := cmd.Wait()
	var exit *exec.ExitError
	switch {
	case !timer.Stop():
		err = errors.Join(err, fmt.Errorf("%s %s: still running after %v", s.Path, strings.Join(s.Args, " "), limit))
	case waitErr != nil && !errors.As(waitErr, &exit):
		err = errors.Join(err, waitErr)
	}
	return out.String(), diag.String(), cmd.ProcessState.ExitCode(), err
}

// Artifacts is the folder for what remains of a failed test, below
// $COORDD_ARTIFACTS or, where that is not set, below the system's temporary
// folder. It is made when first asked for.
func Artifacts(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("COORDD_ARTIFACTS")
	if dir == "" {
		dir = filepath.Join(os.TempDir(), fmt.Sprintf("coordd-artifacts-%d", os.Getpid()))
	}
	dir = filepath.Join(dir, strings.ReplaceAll(t.Name(), "/", "_"))
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}
