package main

import (
	"bytes"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// stopWait is how long a server has to end by itself after SIGTERM.
const stopWait = 10 * time.Second

// process is one server that this run has started and will end.
type process struct {
	name string // as the page calls it, such as "coordd, 3 nodes: node 2"
	addr string // its client port
	dir  string // its data; its output is in dir/output

	cmd  *exec.Cmd
	done chan struct{} // closed when the process has ended
}

// start runs a server with its data folder as working folder.
func start(name, addr, dir, binary string, args ...string) (*process, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	output, err := os.Create(filepath.Join(dir, "output"))
	if err != nil {
		return nil, err
	}
	defer output.Close() // the child has its own descriptor
	p := &process{name: name, addr: addr, dir: dir, done: make(chan struct{})}
	p.cmd = exec.Command(binary, args...)
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = dir, output, output
	// Its own process group: Ctrl-C reaches bench only, which then stops its
	// servers in order.
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting %s: %w", name, err)
	}
	go func() { // ends with the process
		_ = p.cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

// ended reports a process that should be running and is not, with the last of
// what it said.
func (p *process) ended() error {
	select {
	case <-p.done:
	default:
		return nil
	}
	said, err := os.ReadFile(filepath.Join(p.dir, "output"))
	if err != nil {
		return err
	}
	return fmt.Errorf("%s has ended (%s): %s", p.name, p.cmd.ProcessState, bytes.TrimSpace(said[max(0, len(said)-2000):]))
}

// stop ends the process: SIGTERM first, SIGKILL when that does not help.
func (p *process) stop() {
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
	case <-time.After(stopWait):
		_ = p.cmd.Process.Kill()
		<-p.done
	}
}

// peakBytes is the most memory the process has had in use at once. Zero where
// the system does not tell.
func (p *process) peakBytes() int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	return parsePeak(string(status))
}

// parsePeak finds the line "VmHWM:   12345 kB" of /proc/PID/status.
func parsePeak(status string) int64 {
	for line := range strings.Lines(status) {
		rest, found := strings.CutPrefix(line, "VmHWM:")
		if !found {
			continue
		}
		kilobytes, err := strconv.ParseInt(strings.TrimSuffix(strings.TrimSpace(rest), " kB"), 10, 64)
		if err != nil {
			return 0
		}
		return kilobytes << 10
	}
	return 0
}

// freeAddrs returns n loopback addresses that nobody listens on. All are taken
// before the first is given back, so they differ.
func freeAddrs(n int) ([]string, error) {
	addrs := make([]string, n)
	for i := range addrs {
		ln, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer ln.Close()
		addrs[i] = ln.Addr().String()
	}
	return addrs, nil
}
