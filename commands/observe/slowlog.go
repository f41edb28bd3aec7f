package observe

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"coordd/commands"
	"coordd/resp"
)

// How much of a command is kept, as in Redis.
const (
	keptArgs  = 32
	keptBytes = 128 // of each argument
)

// slowLog keeps the last commands that took long.
type slowLog struct {
	slowerThan atomic.Int64 // microseconds; 0 keeps all, less none

	mu      sync.Mutex // guards all below
	most    int64
	entries []slowEntry // the newest first
	next    int64       // id
}

type slowEntry struct {
	id     int64
	at     time.Time
	micros int64
	args   []string
	addr   string
	name   string
}

func (l *slowLog) isSlow(share time.Duration) bool {
	limit := l.slowerThan.Load()
	return limit >= 0 && share.Microseconds() >= limit
}

func (l *slowLog) add(now time.Time, c *commands.Client, args []string, share time.Duration) {
	if !l.isSlow(share) {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	e := slowEntry{l.next, now, share.Microseconds(), shortened(args), c.Addr(), c.State().Name}
	l.next++
	l.entries = slices.Insert(l.entries, 0, e)
	l.trim()
}

func (l *slowLog) setLength(most int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.most = most
	l.trim()
}

func (l *slowLog) trim() {
	if int64(len(l.entries)) > l.most {
		clear(l.entries[l.most:])
		l.entries = l.entries[:l.most]
	}
}

// shortened clones what is kept of a command's arguments.
func shortened(args []string) []string {
	kept := make([]string, 0, min(len(args), keptArgs))
	for i, arg := range args {
		if len(args) > keptArgs && i == keptArgs-1 {
			return append(kept, fmt.Sprintf("... (%d more arguments)", len(args)-i))
		}
		if more := len(arg) - keptBytes; more > 0 {
			kept = append(kept, fmt.Sprintf("%s... (%d more bytes)", arg[:keptBytes], more))
		} else {
			kept = append(kept, strings.Clone(arg))
		}
	}
	return kept
}

func (r *Recorder) slowGet(_ *commands.Client, args []string) resp.Reply {
	count := int64(10)
	if len(args) == 3 {
		n, err := strconv.ParseInt(args[2], 10, 64)
		if err != nil || n < -1 {
			return resp.Error("ERR count should be greater than or equal to -1")
		}
		count = n
	} else if len(args) > 3 {
		return resp.Error("ERR unknown subcommand or wrong number of arguments for '" + strings.NewReplacer("\r", " ", "\n", " ").Replace(args[1]) + "'. Try SLOWLOG HELP.")
	}
	l := &r.slow
	l.mu.Lock()
	defer l.mu.Unlock()
	if count < 0 || count > int64(len(l.entries)) {
		count = int64(len(l.entries))
	}
	rows := []resp.Reply{}
	for _, e := range l.entries[:count] {
		words := make([]resp.Reply, len(e.args))
		for i, arg := range e.args {
			words[i] = resp.Bulk(arg)
		}
		rows = append(rows, resp.Array(resp.Int(e.id), resp.Int(e.at.Unix()), resp.Int(e.micros), resp.Array(words...), resp.Bulk(e.addr), resp.Bulk(e.name)))
	}
	return resp.Array(rows...)
}

func (r *Recorder) slowLen(*commands.Client, []string) resp.Reply {
	r.slow.mu.Lock()
	defer r.slow.mu.Unlock()
	return resp.Int(int64(len(r.slow.entries)))
}

func (r *Recorder) slowReset(*commands.Client, []string) resp.Reply {
	r.slow.mu.Lock()
	defer r.slow.mu.Unlock()
	r.slow.entries = nil
	return resp.OK
}
