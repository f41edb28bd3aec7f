package cluster

import (
	"fmt"
	"io"
	"os/exec"
	"sync"
	"syscall"
)

// guardScript reads "+ pid" and "- pid" lines, and when its input ends, kills
// the process groups that are left. Its input ends when the test binary ends,
// however that comes about: a panic, go test's timeout, kill -9.
const guardScript = `
live=
while read -r op pid; do
  case $op in
  +) live="$live $pid" ;;
  -) rest=
     for p in $live; do [ "$p" = "$pid" ] || rest="$rest $p"; done
     live=$rest ;;
  esac
done
for p in $live; do kill -s KILL -- "-$p" 2>/dev/null; done
`

// A watch is the pipe to the guard; the mutex keeps its lines whole.
type watch struct {
	mu    sync.Mutex
	lines io.Writer
}

// guard is started with the first process, and stays until the test binary
// ends. It is a process of its own group, so that a Ctrl-C on the terminal
// ends the tests and leaves the guard to clean up.
var guard = sync.OnceValues(func() (*watch, error) {
	cmd := exec.Command("/bin/sh", "-c", guardScript)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	return &watch{lines: stdin}, cmd.Start()
})

// tell adds ("+") a process group to those that die with the test binary, or
// takes one out ("-").
func (w *watch) tell(op string, pid int) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	_, err := fmt.Fprintf(w.lines, "%s %d\n", op, pid)
	return err
}
