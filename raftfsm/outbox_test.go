package raftfsm

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// recorder is a sink that keeps what it gets.
type recorder struct {
	mu  sync.Mutex
	got []section
}

func (r *recorder) push(s section) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.got = append(r.got, s)
}

func (r *recorder) last(t *testing.T) section {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.got) == 0 {
		t.Fatal("the sink got nothing")
	}
	return r.got[len(r.got)-1]
}

func oneCmd(s string) [][]byte { return [][]byte{[]byte(s)} }

func TestOutboxSendsTheUnansweredToTheNextLeader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox("n", 1)
		first, second := &recorder{}, &recorder{}
		o.retarget(first)
		results := make(chan string, 3)
		for _, cmd := range []string{"a", "b", "c"} {
			go func() {
				replies, err := o.propose(t.Context(), oneCmd(cmd))
				if err != nil {
					results <- err.Error()
					return
				}
				results <- string(replies[0])
			}()
			synctest.Wait() // so that they are numbered in this order
		}
		o.resolve(1, 1, oneCmd("ra"))
		o.retarget(second)
		s := second.last(t)
		if s.first != 2 || s.acked != 2 || len(s.cmds) != 2 || string(s.cmds[0]) != "b" {
			t.Fatalf("sent to the next leader: %+v", s)
		}
		o.resolve(1, 2, [][]byte{[]byte("rb"), []byte("rc")})
		o.resolve(1, 2, [][]byte{[]byte("again"), []byte("again")})
		got := map[string]bool{<-results: true, <-results: true, <-results: true}
		for _, want := range []string{"ra", "rb", "rc"} {
			if !got[want] {
				t.Errorf("reply %q is missing: %v", want, got)
			}
		}
	})
}

func TestOutboxTellsUnknownFromUnavailable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox("n", 1)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := o.propose(ctx, oneCmd("a")); !errors.Is(err, ErrUnavailable) {
			t.Fatalf("no leader at all: %v", err)
		}
		sink := &recorder{}
		o.retarget(sink)
		if s := sink.last(t); len(s.cmds) != 1 || len(s.cmds[0]) != 0 {
			t.Fatalf("a command that was given up must be sent as an empty one: %+v", s)
		}
		ctx, cancel = context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := o.propose(ctx, oneCmd("b")); !errors.Is(err, ErrUnknownOutcome) {
			t.Fatalf("pushed and not answered: %v", err)
		}
	})
}

// TestOutboxAsksAgainForWhatASnapshotHid: an answer that comes out of turn must
// not be taken as one to the commands before it.
func TestOutboxAsksAgainForWhatASnapshotHid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox("n", 1)
		sink := &recorder{}
		o.retarget(sink)
		done := make(chan error, 2)
		for _, cmd := range []string{"a", "b"} {
			go func() {
				_, err := o.propose(t.Context(), oneCmd(cmd))
				done <- err
			}()
			synctest.Wait()
		}
		o.resolve(1, 2, oneCmd("rb"))
		time.Sleep(2 * resendAge) // virtual time
		o.resendAfter(resendAge)
		if s := sink.last(t); s.first != 1 || s.acked != 1 || string(s.cmds[0]) != "a" {
			t.Fatalf("the first command was not sent again: %+v", s)
		}
		o.resolve(1, 1, oneCmd("ra"))
		for range 2 {
			if err := <-done; err != nil {
				t.Fatal(err)
			}
		}
	})
}
