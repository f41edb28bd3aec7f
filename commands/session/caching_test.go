package session

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"

	"coordd/commands"
	"coordd/resp"
)

// memoryTracker writes down what it is told.
type memoryTracker struct{ told []string }

func (m *memoryTracker) Reading(_ *commands.Client, keys []string, cached bool) {
	m.told = append(m.told, fmt.Sprint(strings.Join(keys, ","), " ", cached))
}

func (m *memoryTracker) Sent(*commands.Client) { m.told = append(m.told, "sent") }

func (m *memoryTracker) Unsent(*commands.Client) { m.told = append(m.told, "unsent") }

// newTrackingRig is a rig whose client tracks.
func newTrackingRig(t *testing.T, groups int, as commands.Tracking) (*rig, *memoryTracker) {
	t.Helper()
	r, m := newRig(t, groups), &memoryTracker{}
	r.cfg.Tracker = m
	as.On = true
	r.client.Change(func(s *commands.ClientState) { s.Tracking = as })
	r.learn()
	return r, m
}

// Keys are announced before they are read, and what was sent after it.
func TestReadsAreAnnounced(t *testing.T) {
	for _, c := range []struct {
		as       commands.Tracking
		pipeline string
		want     string
	}{
		{commands.Tracking{}, "GET a", "a true|sent"},
		{commands.Tracking{}, "SET a 1", "sent"},
		{commands.Tracking{}, "SET a 1\nGET b\nMGET c d", "b true|c,d true|sent"},
		{commands.Tracking{}, "MULTI\nGET a\nSET b 1\nEXEC", "a true|sent"},
		{commands.Tracking{}, "MULTI\nGET a\nDISCARD", "sent"},
		{commands.Tracking{BCast: true}, "GET a", "a false|sent"},
		{commands.Tracking{OptIn: true}, "GET a", "a false|sent"},
		{commands.Tracking{OptIn: true, Caching: true}, "GET a\nGET b", "a true|b false|sent"},
		{commands.Tracking{OptIn: true, Caching: true}, "CLIENT ID\nGET a", "a true|sent"},
		{commands.Tracking{OptIn: true, Caching: true}, "PING\nGET a", "a false|sent"},
		{commands.Tracking{OptIn: true, Caching: true}, "MULTI\nGET a\nGET b\nEXEC\nGET c", "a true|b true|c false|sent"},
		{commands.Tracking{OptOut: true}, "GET a", "a true|sent"},
		{commands.Tracking{OptOut: true, Caching: true}, "GET a\nGET b", "a false|b true|sent"},
	} {
		for _, groups := range []int{1, 3} {
			r, m := newTrackingRig(t, groups, c.as)
			r.serve(c.pipeline)
			if got := strings.Join(m.told, "|"); got != c.want && !(groups > 1 && strings.Contains(c.pipeline, "MULTI")) {
				t.Errorf("%+v, %q with %d groups: %s, want %s", c.as, c.pipeline, groups, got, c.want)
			}
		}
	}
}

// What a client of NOLOOP changes bears its name in the log, and nothing else.
func TestSignedWrites(t *testing.T) {
	r, _ := newTrackingRig(t, 1, commands.Tracking{Author: "node/1"})
	var authors []string
	r.logs[0].engine.Observe(func(e *commands.Effects) {
		for _, touch := range e.Touched {
			authors = append(authors, touch.Key+":"+touch.Author)
		}
	})
	r.expect(t, "SET a 1\nGET a\nMULTI\nSET b 1\nEXEC", "+OK|$1|1|+OK|+QUEUED|*1|+OK|")
	if want := []string{"a:node/1", "b:node/1"}; !slices.Equal(authors, want) {
		t.Errorf("%v, want %v", authors, want)
	}
	other := newRig(t, 1)
	other.logs[0].engine.Observe(func(e *commands.Effects) { authors = []string{e.Touched[0].Author} })
	other.expect(t, "SET a 1", "+OK|")
	if authors[0] != "" {
		t.Errorf("a plain client signs: %v", authors)
	}
}

// A value is not sent before the effects of what led to it have been handed out:
// invalidations are among them.
func TestEffectsComeBeforeValues(t *testing.T) {
	r, _ := newTrackingRig(t, 1, commands.Tracking{})
	engine := r.logs[0].engine
	var mu sync.Mutex // guards order
	var order []string
	note := func(what string) {
		mu.Lock()
		defer mu.Unlock()
		order = append(order, what)
	}
	applied, release := make(chan struct{}), make(chan struct{})
	engine.Observe(func(*commands.Effects) {
		close(applied)
		<-release
		note("effects")
	})
	var work sync.WaitGroup
	work.Go(func() { engine.Apply(1, testNow, [][]byte{commands.EncodeCommand(nil, 0, []string{"SET", "a", "1"})}) })
	<-applied
	work.Go(func() {
		r.Serve([]resp.Command{{Args: []string{"GET", "a"}}})
		note("value")
	})
	for range 10000 {
		runtime.Gosched() // let the reader come as far as it gets
	}
	close(release)
	work.Wait()
	if want := []string{"effects", "value"}; !slices.Equal(order, want) {
		t.Errorf("%v, want %v", order, want)
	}
	if got := string(r.wire.out); got != "$1\r\n1\r\n" {
		t.Errorf("the reader saw %q", got)
	}
}
