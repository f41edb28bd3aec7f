package raftfsm

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"time"

	"github.com/hashicorp/go-hclog"
)

// logPause is how long the same message of raft's is kept quiet after it was
// logged: raft repeats itself at every attempt to reach a node that is down.
const logPause = 10 * time.Second

// firstElection marks the line about an election that no leader was lost for:
// that of a node which has only started.
const firstElection = "last-leader-addr= "

// newRaftLogger sends raft's warnings and errors to the node's log, until
// closing: a raft that is shut down complains of every connection it loses.
func newRaftLogger(log *slog.Logger, closing <-chan struct{}) hclog.Logger {
	return hclog.New(&hclog.LoggerOptions{
		Level: hclog.Warn, DisableTime: true,
		Output: &slogWriter{log: log, closing: closing, last: map[string]time.Time{}},
	})
}

// slogWriter takes raft's lines, "[WARN]  text: name=value", one a write.
type slogWriter struct {
	log     *slog.Logger
	closing <-chan struct{}

	mu   sync.Mutex // guards last
	last map[string]time.Time
}

// Write implements io.Writer.
func (w *slogWriter) Write(b []byte) (int, error) {
	select {
	case <-w.closing:
		return len(b), nil
	default:
	}
	line := strings.TrimSpace(string(b))
	level := slog.LevelWarn
	if text, ok := strings.CutPrefix(line, "[ERROR]"); ok {
		line, level = text, slog.LevelError
	}
	line = strings.TrimSpace(strings.TrimPrefix(line, "[WARN]"))
	usual := strings.Contains(line, firstElection) || strings.Contains(line, errBehind.Error())
	if !usual && w.fresh(line) {
		w.log.Log(context.Background(), level, line, "from", "raft")
	}
	return len(b), nil
}

// fresh tells whether the message, its values aside, has not been logged lately.
func (w *slogWriter) fresh(line string) bool {
	text, _, _ := strings.Cut(line, ":")
	w.mu.Lock()
	defer w.mu.Unlock()
	if time.Since(w.last[text]) < logPause {
		return false
	}
	w.last[text] = time.Now()
	return true
}
