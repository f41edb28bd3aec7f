package session

import (
	"testing"
	"testing/synctest"
	"time"
)

// elapsed serves a pipeline and says how long that took.
func (r *rig) elapsed(pipeline string) time.Duration {
	began := time.Now()
	r.serve(pipeline)
	return time.Since(began)
}

// A pause of writes lets reads pass; one of all commands lets nothing pass; both
// end by themselves.
func TestPause(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, c := range []struct {
			name, pipeline string
			all            bool
			want           time.Duration
		}{
			{"a read in a pause of writes", "GET a", false, 0},
			{"a local command in a pause of writes", "PING", false, 0},
			{"a write in a pause of writes", "SET a 1", false, time.Second},
			{"a queued write", "MULTI\n SET a 1\n EXEC", false, time.Second},
			{"a read in a pause of all", "GET a", true, time.Second},
			{"a local command in a pause of all", "PING", true, time.Second},
			{"a command that nobody knows", "NOSUCH", true, 0},
		} {
			r := newRig(t, 1)
			r.cfg.Pauses = NewPauses()
			r.cfg.Pauses.Pause(time.Second, c.all)
			if got := r.elapsed(c.pipeline); got != c.want {
				t.Errorf("%s took %v, want %v", c.name, got, c.want)
			}
			if got := r.elapsed("SET a 1\n GET a"); got != 0 && c.want > 0 {
				t.Errorf("%s: after the pause, %v", c.name, got)
			}
		}
	})
}

// What was answered before the pause is sent, a pause is never made shorter but
// may be ended, and who goes while waiting is let go.
func TestPauseIsEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t, 1)
		p := NewPauses()
		r.cfg.Pauses = p
		p.Pause(time.Minute, false)
		p.Pause(time.Second, false)
		took := make(chan time.Duration)
		go func() { took <- r.elapsed("GET a\n SET a 1") }()
		time.Sleep(10 * time.Second) // of the bubble's clock
		synctest.Wait()
		if string(r.wire.out) != "$-1\r\n" || r.wire.waiting != 0 {
			t.Errorf("sent by then: %q", r.wire.out)
		}
		p.Unpause()
		if got := <-took; got != 10*time.Second {
			t.Errorf("it took %v", got)
		}
		p.Pause(time.Hour, true)
		time.AfterFunc(time.Second, func() { close(r.wire.gone) })
		if got := r.elapsed("GET a"); got != time.Second {
			t.Errorf("the client had gone; it took %v", got)
		}
	})
}
