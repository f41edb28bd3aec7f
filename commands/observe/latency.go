package observe

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"coordd/commands"
	"coordd/resp"
)

// keptSamples is how many samples of an event LATENCY keeps, as in Redis.
const keptSamples = 160

// latencyMonitor keeps when events took longer than a threshold. There are two
// kinds: "fast-command" (O(1) or O(log n) by its flags) and "command" (any other).
type latencyMonitor struct {
	threshold atomic.Int64 // milliseconds; 0: nothing is kept

	mu     sync.Mutex // guards events
	events map[string]*latencyEvent
}

type latencyEvent struct {
	samples []sample // the oldest first, one for a second
	max     int64
}

type sample struct{ second, millis int64 }

func (m *latencyMonitor) isSlow(share time.Duration) bool {
	limit := m.threshold.Load()
	return limit > 0 && share.Milliseconds() >= limit
}

func (m *latencyMonitor) add(now time.Time, spec *commands.Spec, share time.Duration) {
	if !m.isSlow(share) {
		return
	}
	name := "command"
	if spec.Flags&commands.Fast != 0 {
		name = "fast-command"
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	e := m.events[name]
	if e == nil {
		if m.events == nil {
			m.events = map[string]*latencyEvent{}
		}
		e = &latencyEvent{}
		m.events[name] = e
	}
	s := sample{now.Unix(), share.Milliseconds()}
	e.max = max(e.max, s.millis)
	if n := len(e.samples); n > 0 && e.samples[n-1].second == s.second {
		e.samples[n-1].millis = max(e.samples[n-1].millis, s.millis)
		return
	}
	if e.samples = append(e.samples, s); len(e.samples) > keptSamples {
		e.samples = slices.Delete(e.samples, 0, 1)
	}
}

func (r *Recorder) latencyHistory(_ *commands.Client, args []string) resp.Reply {
	m := &r.latency
	m.mu.Lock()
	defer m.mu.Unlock()
	rows := []resp.Reply{}
	if e := m.events[args[2]]; e != nil {
		for _, s := range e.samples {
			rows = append(rows, resp.Array(resp.Int(s.second), resp.Int(s.millis)))
		}
	}
	return resp.Array(rows...)
}

func (r *Recorder) latencyLatest(*commands.Client, []string) resp.Reply {
	m := &r.latency
	m.mu.Lock()
	defer m.mu.Unlock()
	rows := []resp.Reply{}
	for _, name := range slices.Sorted(maps.Keys(m.events)) {
		e := m.events[name]
		last := e.samples[len(e.samples)-1]
		rows = append(rows, resp.Array(resp.Bulk(name), resp.Int(last.second), resp.Int(last.millis), resp.Int(e.max)))
	}
	return resp.Array(rows...)
}

// latencyReset forgets the events that are named, or all, and counts them.
func (r *Recorder) latencyReset(_ *commands.Client, args []string) resp.Reply {
	m := &r.latency
	m.mu.Lock()
	defer m.mu.Unlock()
	before := len(m.events)
	if len(args) == 2 {
		clear(m.events)
	}
	for _, name := range args[2:] {
		delete(m.events, name)
	}
	return resp.Int(int64(before - len(m.events)))
}

func (r *Recorder) latencyDoctor(*commands.Client, []string) resp.Reply {
	m := &r.latency
	if m.threshold.Load() == 0 {
		return resp.Verbatim("Nothing is watched: latency-monitor-threshold is 0. CONFIG SET gives it the milliseconds from which on an event is kept.\n")
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.events) == 0 {
		return resp.Verbatim("No command took as long as latency-monitor-threshold says.\n")
	}
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(m.events)) {
		e := m.events[name]
		sum := int64(0)
		for _, s := range e.samples {
			sum += s.millis
		}
		fmt.Fprintf(&b, "%s: %d samples, %d ms on average, %d ms at most.\n", name, len(e.samples), sum/int64(len(e.samples)), e.max)
	}
	b.WriteString("A command's time includes its way through the log: look at the disks (fsync), at the network between the nodes, " +
		"and at SLOWLOG GET. A slow fast-command points at those, a slow command also at its own size.\n")
	return resp.Verbatim(b.String())
}

// latencyHistogram answers for the commands that are named, or for all, in as
// far as they were called. A container stands for its subcommands.
func (r *Recorder) latencyHistogram(_ *commands.Client, args []string) resp.Reply {
	wanted := map[string]bool{}
	for _, arg := range args[2:] {
		name := strings.ToLower(arg)
		wanted[name] = true
		for _, sub := range r.table().Subs(name) {
			wanted[sub.Name] = true
		}
	}
	rows := []resp.Reply{}
	r.each(func(name string, s *stat) {
		h := s.histogram.Load()
		if h == nil || len(args) > 2 && !wanted[name] {
			return
		}
		points := []resp.Reply{}
		for _, p := range h.distribution() {
			points = append(points, resp.Int(int64(p.micros)), resp.Int(int64(p.count)))
		}
		rows = append(rows, resp.Bulk(name), resp.Map(
			resp.Bulk("calls"), resp.Int(int64(h.total())), resp.Bulk("histogram_usec"), resp.Map(points...)))
	})
	return resp.Map(rows...)
}
