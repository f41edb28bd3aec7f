package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"
)

// family is the child processes of coordd local. All of it but the processes
// themselves belongs to the goroutine that started them.
type family struct {
	alive   map[*child]struct{}
	size    int
	ended   chan *child // each child once; it has room for all
	console *console
}

// child is one node's process.
type child struct {
	name string
	cmd  *exec.Cmd
	how  string // how it ended; set before it is sent on family.ended
}

// outputDelay bounds the wait for output that a process which has ended may
// have left in its pipe.
const outputDelay = time.Second

// startFamily starts this same program once for each node, with the arguments
// that args names. What the processes write goes to stderr, line by line, behind
// the node's name. The calling goroutine must keep its thread while they run.
func startFamily(nodes []localNode, args func(localNode) []string, stderr io.Writer) (*family, error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	f := &family{
		alive:   map[*child]struct{}{},
		size:    len(nodes),
		ended:   make(chan *child, len(nodes)),
		console: &console{out: stderr},
	}
	for _, n := range nodes {
		if err := f.start(n.name, program, args(n)); err != nil {
			f.stop(0)
			return nil, fmt.Errorf("starting %s: %w", n.name, err)
		}
	}
	return f, nil
}

// start adds one child, and a goroutine that waits for its end.
func (f *family) start(name, program string, args []string) error {
	output := &prefixed{console: f.console, name: name}
	c := &child{name: name, cmd: exec.Command(program, args...)}
	c.cmd.Stdout, c.cmd.Stderr = output, output
	c.cmd.SysProcAttr = childAttributes()
	c.cmd.WaitDelay = outputDelay
	if err := c.cmd.Start(); err != nil {
		return err
	}
	f.alive[c] = struct{}{}
	go func() {
		// The error tells of the exit code or signal, or of output that was cut
		// off: the state says the former better.
		_ = c.cmd.Wait()
		output.end()
		c.how = c.cmd.ProcessState.String()
		f.ended <- c
	}()
	return nil
}

// during runs task beside the children, for at most within, and returns what it
// answers. A child that ends meanwhile is an error. The task must return soon
// after its context has ended.
func (f *family) during(ctx context.Context, within time.Duration, task func(context.Context) ([]string, error)) (result []string, err error) {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	done := make(chan struct{})
	go func() {
		defer close(done)
		result, err = task(ctx)
	}()
	select {
	case <-done:
		return result, err
	case c := <-f.ended:
		delete(f.alive, c)
		cancel()
		<-done
		return nil, fmt.Errorf("%s ended before the cluster was ready: %s", c.name, c.how)
	}
}

// watch reports children that end, until ctx ends or none is left.
func (f *family) watch(ctx context.Context) error {
	for len(f.alive) > 0 {
		select {
		case <-ctx.Done():
			return nil
		case c := <-f.ended:
			delete(f.alive, c)
			f.console.line("coordd local", fmt.Sprintf("%s ended: %s; %d of %d nodes run", c.name, c.how, len(f.alive), f.size))
		}
	}
	return errors.New("no node is left")
}

// stop asks every child to end, kills those that have not done so within the
// time given, and returns when none runs any more.
func (f *family) stop(within time.Duration) {
	for c := range f.alive {
		// An error means that the process has ended already.
		_ = c.cmd.Process.Signal(syscall.SIGTERM)
	}
	late := time.NewTimer(within)
	defer late.Stop()
	for len(f.alive) > 0 {
		select {
		case c := <-f.ended:
			delete(f.alive, c)
		case <-late.C:
			for c := range f.alive {
				f.console.line("coordd local", fmt.Sprintf("%s did not stop within %v and is killed", c.name, within))
				_ = c.cmd.Process.Kill()
			}
		}
	}
}
