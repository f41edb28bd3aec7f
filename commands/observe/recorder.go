package observe

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"coordd/commands"
)

// Recorder counts what the sessions of a node do; it fits session.Observer.
type Recorder struct {
	table func() *commands.Table
	now   func() time.Time

	once  sync.Once // guards the making of stats
	stats map[*commands.Spec]*stat

	tracking    atomic.Bool // whether histograms are filled
	percentiles atomic.Pointer[[]float64]

	failed   failures
	slow     slowLog
	latency  latencyMonitor
	monitors monitors
}

// stat is what is counted of one command.
type stat struct {
	calls, nanos, rejected, failed atomic.Uint64

	histogram atomic.Pointer[histogram] // nil until the command is called
}

// New makes a Recorder that knows the settings' standard values. table returns
// the node's table of commands, now is its clock.
func New(table func() *commands.Table, now func() time.Time) *Recorder {
	r := &Recorder{table: table, now: now}
	for _, name := range Settings {
		r.Set(name, standard[name])
	}
	r.monitors.show = r.monitors.tell
	r.monitors.now = now
	return r
}

// Settings are the names of the settings that a Recorder follows.
var Settings = []string{
	"latency-monitor-threshold", "latency-tracking", "latency-tracking-info-percentiles", "slowlog-log-slower-than", "slowlog-max-len",
}

var standard = map[string]string{
	"latency-monitor-threshold": "0", "latency-tracking": "yes", "latency-tracking-info-percentiles": "50 99 99.9",
	"slowlog-log-slower-than": "10000", "slowlog-max-len": "128",
}

// Set follows a setting; the value has been judged. Safe for many goroutines.
func (r *Recorder) Set(name, value string) {
	number, _ := strconv.ParseInt(value, 10, 64)
	switch name {
	case "latency-monitor-threshold":
		r.latency.threshold.Store(number)
	case "latency-tracking":
		r.tracking.Store(value == "yes")
	case "latency-tracking-info-percentiles":
		list := []float64{}
		for _, word := range strings.Fields(value) {
			p, _ := strconv.ParseFloat(word, 64)
			list = append(list, p)
		}
		r.percentiles.Store(&list)
	case "slowlog-log-slower-than":
		r.slow.slowerThan.Store(number)
	case "slowlog-max-len":
		r.slow.setLength(number)
	}
}

// statOf finds the counters of a command. The map is made once, when the table
// is known, and only read afterwards.
func (r *Recorder) statOf(spec *commands.Spec) *stat {
	r.once.Do(func() {
		r.stats = map[*commands.Spec]*stat{}
		t := r.table()
		for _, s := range t.All() {
			for _, each := range append([]*commands.Spec{s}, t.Subs(s.Name)...) {
				r.stats[each] = &stat{}
			}
		}
	})
	if s := r.stats[spec]; s != nil || spec == nil {
		return s
	}
	// A row that may read has a second one, which is not the table's own.
	return r.stats[r.table().Lookup(spec.Name)]
}

// Ran implements session.Observer.
func (r *Recorder) Ran(done []commands.Tally, share time.Duration) (slow bool) {
	nanos := uint64(max(share, 0))
	for i := range done {
		s := r.statOf(done[i].Spec)
		if s == nil { // of no table
			continue
		}
		s.calls.Add(done[i].Calls)
		s.nanos.Add(done[i].Calls * nanos)
		if done[i].Failed > 0 {
			s.failed.Add(done[i].Failed)
		}
		if r.tracking.Load() {
			s.times().add(nanos, done[i].Calls)
		}
	}
	return r.slow.isSlow(share) || r.latency.isSlow(share)
}

// times is the histogram, which is made when it is first needed.
func (s *stat) times() *histogram {
	if h := s.histogram.Load(); h != nil {
		return h
	}
	s.histogram.CompareAndSwap(nil, &histogram{})
	if h := s.histogram.Load(); h != nil {
		return h
	}
	return &histogram{} // taken away by Reset meanwhile
}

// Slow implements session.Observer.
func (r *Recorder) Slow(c *commands.Client, spec *commands.Spec, args []string, share time.Duration) {
	r.slow.add(r.now(), c, redacted(spec, args), share)
	r.latency.add(r.now(), spec, share)
}

// Rejected implements session.Observer.
func (r *Recorder) Rejected(spec *commands.Spec) {
	if s := r.statOf(spec); s != nil {
		s.rejected.Add(1)
	}
}

// Failed implements session.Observer.
func (r *Recorder) Failed(code string) { r.failed.add(code) }

// Reset is CONFIG RESETSTAT: all counters begin anew. SLOWLOG and LATENCY have
// words of their own for that.
func (r *Recorder) Reset() {
	r.failed.reset()
	r.statOf(nil)
	for _, s := range r.stats {
		s.calls.Store(0)
		s.nanos.Store(0)
		s.rejected.Store(0)
		s.failed.Store(0)
		s.histogram.Store(nil)
	}
}

// each calls f for the counters of every command, by name.
func (r *Recorder) each(f func(name string, s *stat)) {
	r.statOf(nil)
	specs := make([]*commands.Spec, 0, len(r.stats))
	for spec := range r.stats {
		specs = append(specs, spec)
	}
	slices.SortFunc(specs, func(a, b *commands.Spec) int { return cmp.Compare(a.Name, b.Name) })
	for _, spec := range specs {
		f(spec.Name, r.stats[spec])
	}
}

// Commands lists what was counted of the commands that were sent at least once.
func (r *Recorder) Commands() (list []commands.CommandStat) {
	r.each(func(name string, s *stat) {
		row := commands.CommandStat{
			Name: name, Calls: s.calls.Load(), Micros: s.nanos.Load() / 1000, Rejected: s.rejected.Load(), Failed: s.failed.Load(),
		}
		if row.Calls+row.Rejected > 0 {
			list = append(list, row)
		}
	})
	return list
}

// Errors lists how often each kind of error was answered.
func (r *Recorder) Errors() []commands.ErrorStat { return r.failed.list() }

// Latencies lists percentiles of the commands that were called at least once.
func (r *Recorder) Latencies() (list []commands.LatencyStat) {
	if !r.tracking.Load() {
		return nil
	}
	percentiles := *r.percentiles.Load()
	r.each(func(name string, s *stat) {
		h := s.histogram.Load()
		if h == nil {
			return
		}
		row := commands.LatencyStat{Name: name}
		for _, p := range percentiles {
			row.Points = append(row.Points, commands.LatencyPoint{Percentile: p, Micros: h.percentile(p)})
		}
		list = append(list, row)
	})
	return list
}

// maxCodes bounds the kinds of errors: scripts may make any number of them.
const maxCodes = 128

// failures counts errors by their code.
type failures struct {
	mu     sync.Mutex // guards counts
	counts map[string]uint64
}

func (f *failures) add(code string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if _, known := f.counts[code]; !known {
		if len(f.counts) >= maxCodes {
			return
		}
		if f.counts == nil {
			f.counts = map[string]uint64{}
		}
		code = strings.Clone(code)
	}
	f.counts[code]++
}

func (f *failures) reset() {
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.counts)
}

func (f *failures) list() (list []commands.ErrorStat) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for code, n := range f.counts {
		list = append(list, commands.ErrorStat{Code: code, Count: n})
	}
	slices.SortFunc(list, func(a, b commands.ErrorStat) int { return cmp.Compare(a.Code, b.Code) })
	return list
}
