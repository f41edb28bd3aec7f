package observe

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"coordd/commands"
	"coordd/resp"
)

// do runs one command and shows the reply in one line.
func (r *rig) do(conn, command string) string {
	reply, err := r.Do(conn, resp.RESP2, strings.Fields(command))
	if err != nil {
		r.t.Fatal(err)
	}
	return flat(reply)
}

func flat(r resp.Reply) string {
	switch r.Kind {
	case resp.IntKind:
		return fmt.Sprint(r.Int)
	case resp.ArrayKind:
		texts := make([]string, len(r.Elems))
		for i, e := range r.Elems {
			texts[i] = flat(e)
		}
		return "[" + strings.Join(texts, " ") + "]"
	}
	return r.Str
}

// What INFO tells of commands and errors, and that RESETSTAT takes it back.
func TestCounters(t *testing.T) {
	r := newRig(t)
	r.takes = 3 * time.Microsecond
	for _, command := range []string{"SET a x", "SET b 1", "INCR a", "INCR b", "GET a", "NOSUCH", "PICK pool RANDOM", "PICK pool"} {
		r.do("1", command)
	}
	r.Rejected(r.table.Lookup("get"))
	r.Rejected(r.table.Lookup("del"))
	r.Ran([]commands.Tally{{Spec: &commands.Spec{Name: "of another table"}, Calls: 1}}, 0)
	want := []commands.CommandStat{
		{Name: "del", Rejected: 1},
		{Name: "get", Calls: 1, Micros: 3, Rejected: 1},
		{Name: "incr", Calls: 2, Micros: 6, Failed: 1},
		{Name: "pick", Calls: 2, Micros: 6},
		{Name: "set", Calls: 2, Micros: 6},
	}
	if got := r.Commands(); !slices.Equal(got, want) {
		t.Errorf("commands\n%+v, want\n%+v", got, want)
	}
	if got := r.Errors(); !slices.Equal(got, []commands.ErrorStat{{Code: "ERR", Count: 2}}) {
		t.Errorf("errors %+v", got)
	}
	if got := r.Latencies(); len(got) != 4 || got[0].Name != "get" || len(got[0].Points) != 3 {
		t.Errorf("latencies %+v", got)
	}
	r.Recorder.Reset()
	if c, e, l := r.Commands(), r.Errors(), r.Latencies(); len(c)+len(e)+len(l) != 0 {
		t.Errorf("after a reset: %v %v %v", c, e, l)
	}
	r.do("1", "GET a")
	if got := r.Commands(); len(got) != 1 || got[0].Calls != 1 {
		t.Errorf("counting anew: %v", got)
	}
}

// There may be any number of error codes, since scripts make them up.
func TestErrorCodesAreBounded(t *testing.T) {
	r := newRig(t)
	for i := range 1000 {
		r.Failed(fmt.Sprint("CODE", i))
	}
	r.Failed("CODE0")
	got := r.Errors()
	if len(got) != maxCodes || got[0] != (commands.ErrorStat{Code: "CODE0", Count: 2}) {
		t.Errorf("%d codes, the first %+v", len(got), got[0])
	}
}

// Every time lies in the bucket that says so, and buckets follow one another.
func TestBuckets(t *testing.T) {
	for b := range buckets - 1 {
		if end := endOf(b); bucketOf(end-1) != b || bucketOf(end) != b+1 {
			t.Fatalf("bucket %d ends at %d, which is in %d, and what is before it in %d", b, end, bucketOf(end), bucketOf(end-1))
		}
	}
	if b := bucketOf(math.MaxUint64); b != buckets-1 {
		t.Errorf("for ever is bucket %d", b)
	}
}

// Percentiles are those of the times themselves, an eighth too large at most.
func TestPercentiles(t *testing.T) {
	var h histogram
	if got := h.percentile(50); got != 0 {
		t.Errorf("of nothing: %v", got)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	var times []uint64
	for range 10_000 {
		ns := uint64(math.Exp(rng.Float64()*18)) + 1024
		times = append(times, ns)
		h.add(ns, 1)
	}
	slices.Sort(times)
	for _, p := range []float64{0, 1, 50, 90, 99, 99.9, 100} {
		exact := float64(times[max(0, int(math.Ceil(p/100*float64(len(times))))-1)]) / 1000
		if got := h.percentile(p); got < exact-0.001 || got > exact*1.13 {
			t.Errorf("p%v is %v, exactly %v", p, got, exact)
		}
	}
	last := point{}
	for _, at := range h.distribution() {
		if at.count <= last.count || at.micros <= last.micros {
			t.Errorf("%+v after %+v", at, last)
		}
		last = at
	}
	if last.count != 10_000 {
		t.Errorf("the distribution ends with %d", last.count)
	}
}

// LATENCY HISTOGRAM answers for what was asked and called, in steps that
// double.
func TestLatencyHistogram(t *testing.T) {
	r := newRig(t)
	for _, takes := range []time.Duration{500 * time.Nanosecond, 3 * time.Microsecond, 3 * time.Microsecond, 100 * time.Microsecond} {
		r.takes = takes
		r.do("1", "SET a 1")
	}
	r.do("1", "SLOWLOG LEN")
	for command, want := range map[string]string{
		"LATENCY HISTOGRAM set":     "[set [calls 4 histogram_usec [1 1 4 3 131 4]]]",
		"LATENCY HISTOGRAM get":     "[]",
		"LATENCY HISTOGRAM SLOWLOG": "[slowlog|len [calls 1 histogram_usec [131 1]]]",
		"LATENCY HISTOGRAM":         "[set [calls 4 histogram_usec [1 1 4 3 131 4]] slowlog|len [calls 1 histogram_usec [131 1]]]",
	} {
		fresh := r.Recorder.latencyHistogram(nil, strings.Fields(command))
		if got := flat(resp.Reply{Kind: resp.ArrayKind, Elems: flatMaps(fresh).Elems}); got != want {
			t.Errorf("%s: %s, want %s", command, got, want)
		}
	}
	r.Set("latency-tracking", "no")
	r.Recorder.Reset()
	r.do("1", "GET a")
	if got := r.do("1", "LATENCY HISTOGRAM"); got != "[]" || r.Latencies() != nil {
		t.Errorf("without tracking: %s", got)
	}
}

// flatMaps shows maps as RESP2 clients see them.
func flatMaps(r resp.Reply) resp.Reply {
	if r.Kind == resp.MapKind {
		r.Kind = resp.ArrayKind
	}
	for i := range r.Elems {
		r.Elems[i] = flatMaps(r.Elems[i])
	}
	return r
}

// SLOWLOG keeps what took long enough, shortened, the newest first.
func TestSlowLog(t *testing.T) {
	r := newRig(t)
	r.client("1").Change(func(s *commands.ClientState) { s.Name = "me" })
	r.do("1", "SET a 1")
	if got := r.do("1", "SLOWLOG GET"); got != "[]" {
		t.Errorf("quick commands are kept: %s", got)
	}
	r.takes = 12 * time.Millisecond
	r.do("1", "SET a "+strings.Repeat("x", 200))
	r.Advance(1000)
	r.do("2", "MGET"+strings.Repeat(" k", 39))
	r.takes = time.Microsecond
	want := "[[1 1720000001 12000 [MGET" + strings.Repeat(" k", 30) + " ... (9 more arguments)] 127.0.0.1:50002 ] " +
		"[0 1720000000 12000 [SET a " + strings.Repeat("x", 128) + "... (72 more bytes)] 127.0.0.1:50001 me]]"
	if got := r.do("1", "SLOWLOG GET"); got != want {
		t.Errorf("kept\n%s, want\n%s", got, want)
	}
	if got := r.do("1", "SLOWLOG GET 1"); !strings.HasPrefix(got, "[[1 ") || strings.Contains(got, "[0 ") {
		t.Errorf("the newest: %s", got)
	}
	r.Set("slowlog-max-len", "1")
	if got := r.do("1", "SLOWLOG LEN"); got != "1" {
		t.Errorf("a shorter log has %s", got)
	}
	if got := r.do("1", "SLOWLOG RESET") + r.do("1", "SLOWLOG LEN"); got != "OK0" {
		t.Error(got)
	}
	r.Set("slowlog-log-slower-than", "0")
	r.do("1", "GET a")
	r.do("1", "GET b")
	r.Set("slowlog-log-slower-than", "-1")
	r.do("1", "GET c")
	if got := r.do("1", "SLOWLOG GET"); !strings.HasPrefix(got, "[[3 ") || !strings.Contains(got, "[GET b]") {
		t.Errorf("of everything, the last: %s", got)
	}
}

// LATENCY keeps a sample a second, for quick and for other commands.
func TestLatencyEvents(t *testing.T) {
	r := newRig(t)
	r.takes = 200 * time.Millisecond
	r.do("1", "GET a")
	if got := r.do("1", "LATENCY LATEST"); got != "[]" {
		t.Errorf("nothing is watched: %s", got)
	}
	r.Set("latency-monitor-threshold", "100")
	for _, millis := range []int{150, 300, 200} {
		r.takes = time.Duration(millis) * time.Millisecond
		r.do("1", "GET a")
	}
	r.Advance(2000)
	r.do("1", "GET a")
	r.takes = 100 * time.Millisecond
	r.do("1", "KEYS *")
	r.takes = time.Microsecond
	for _, c := range []struct{ command, want string }{
		{"LATENCY LATEST", "[[command 1720000002 100 100] [fast-command 1720000002 200 300]]"},
		{"LATENCY HISTORY fast-command", "[[1720000000 300] [1720000002 200]]"},
		{"LATENCY HISTORY nosuch", "[]"},
		{"LATENCY RESET nosuch command", "1"},
		{"LATENCY RESET", "1"},
		{"LATENCY LATEST", "[]"},
	} {
		if c.command == "LATENCY RESET nosuch command" {
			if doctor := r.do("1", "LATENCY DOCTOR"); !strings.Contains(doctor, "fast-command: 2 samples, 250 ms on average, 300 ms at most.") {
				t.Error(doctor)
			}
		}
		if got := r.do("1", c.command); got != c.want {
			t.Errorf("%s: %s, want %s", c.command, got, c.want)
		}
	}
	r.takes = time.Second
	for range 2 * keptSamples {
		r.Advance(1000)
		r.do("1", "GET a")
	}
	r.takes = time.Microsecond
	if got := strings.Count(r.do("1", "LATENCY HISTORY fast-command"), " 1000]"); got != keptSamples {
		t.Errorf("%d samples are kept", got)
	}
}

// MONITOR shows commands as Redis writes them, no secrets, and nothing to those
// who have left.
func TestMonitor(t *testing.T) {
	r := newRig(t)
	r.do("1", "SET a 1")
	if r.Monitor() != nil {
		t.Error("somebody is shown commands before MONITOR")
	}
	if got := r.do("2", "MONITOR"); got != "OK" || !r.client("2").State().Monitoring {
		t.Error(got)
	}
	r.do("2", "MONITOR")
	r.Advance(5)
	if _, err := r.Do("1", resp.RESP2, []string{"SET", "a", "\x00\"\\\n\xff\a b"}); err != nil {
		t.Fatal(err)
	}
	r.do("1", "SLOWLOG LEN")
	want := `+1720000000.005000 [0 127.0.0.1:50001] "SET" "a" "\x00\"\\\n\xff\a b"` + "\r\n"
	if got := r.pushed["2"]; got != want {
		t.Errorf("shown\n%q, want\n%q", got, want)
	}
	r.client("2").Reset(true)
	r.do("1", "SET a 1")
	if r.do("1", "SET a 1"); r.pushed["2"] != want || r.Monitor() != nil {
		t.Errorf("after RESET: %q", r.pushed["2"])
	}
	r.do("3", "MONITOR")
	r.client("3").End()
	if r.do("1", "SET a 1"); r.pushed["3"] != "" || r.Monitor() != nil {
		t.Errorf("after its end: %q", r.pushed["3"])
	}
}

// Secrets are taken out, of a copy.
func TestRedacted(t *testing.T) {
	for _, c := range []struct{ name, line, want string }{
		{"auth", "AUTH u p", "AUTH (redacted) (redacted)"},
		{"hello", "HELLO 3 AUTH u p SETNAME x", "HELLO 3 AUTH (redacted) (redacted) SETNAME x"},
		{"hello", "HELLO 3", "HELLO 3"},
		{"hello", "HELLO 3 AUTH", "HELLO 3 AUTH"},
		{"acl|setuser", "ACL SETUSER bob on >p", "ACL SETUSER bob (redacted) (redacted)"},
		{"config|set", "CONFIG SET timeout 1 RequirePass p", "CONFIG SET timeout 1 RequirePass (redacted)"},
		{"set", "SET auth p", "SET auth p"},
	} {
		args := strings.Fields(c.line)
		if got := strings.Join(redacted(&commands.Spec{Name: c.name}, args), " "); got != c.want {
			t.Errorf("%s is shown as %s, want %s", c.line, got, c.want)
		}
		if strings.Join(args, " ") != c.line {
			t.Errorf("%s was changed", c.line)
		}
	}
}
