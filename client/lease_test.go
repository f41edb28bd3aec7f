package client

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// script stands in for a server: it answers requests as a test says.
type script struct {
	answer func(n int, request string) (any, error) // n counts from 1

	mu    sync.Mutex
	calls []string
	times []time.Time // when each arrived
	news  chan struct{}
}

func play(answer func(n int, request string) (any, error)) *script {
	return &script{answer: answer, news: make(chan struct{}, 1)}
}

// Do implements Doer.
func (s *script) Do(_ context.Context, args ...any) *redis.Cmd {
	words := make([]string, len(args))
	for i, a := range args {
		words[i] = fmt.Sprint(a)
	}
	request := strings.Join(words, " ")
	s.mu.Lock()
	s.calls, s.times = append(s.calls, request), append(s.times, time.Now())
	n := len(s.calls)
	s.mu.Unlock()
	select {
	case s.news <- struct{}{}:
	default:
	}
	return redis.NewCmdResult(s.answer(n, request))
}

func (s *script) asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.calls)
}

// await waits until a request has come.
func (s *script) await(t *testing.T, request string) {
	t.Helper()
	timeout := time.After(20 * time.Second)
	for !slices.Contains(s.asked(), request) {
		select {
		case <-s.news:
		case <-timeout:
			t.Fatalf("%q did not come, only %q", request, s.asked())
		}
	}
}

// isLost waits until a lock is.
func isLost(t *testing.T, l *Lock) {
	t.Helper()
	select {
	case <-l.Done():
	case <-time.After(20 * time.Second):
		t.Fatal("the lock was not lost")
	}
	if err := l.Err(); !errors.Is(err, ErrLost) {
		t.Fatal(err)
	}
}

// A grant is counted from before its request came to the server, and less than its
// whole time; one that was waited for is renewed first.
func TestTimeIsCountedFromTheRequest(t *testing.T) {
	const ttl = 2 * time.Second
	for name, held := range map[string]time.Duration{"at once": 0, "waited for": ttl/3 + ttl/10} {
		t.Run(name, func(t *testing.T) {
			s := play(func(n int, _ string) (any, error) {
				if n == 1 {
					time.Sleep(held)
				}
				return int64(7), nil
			})
			lock, err := Acquire(t.Context(), s, "door", LockConfig{TTL: ttl, Owner: "me"})
			if err != nil {
				t.Fatal(err)
			}
			defer lock.Unlock()
			s.mu.Lock()
			granted := s.times[len(s.times)-1]
			calls := slices.Clone(s.calls)
			s.mu.Unlock()
			if until := lock.lease.until; !until.Before(granted.Add(ttl)) || lock.Token() != 7 {
				t.Errorf("token %d, lost %v after the request came", lock.Token(), until.Sub(granted))
			}
			want := []string{"LOCK door me 2000 WAIT 1500"}
			if held > 0 {
				want = append(want, "LOCK door me 2000")
			}
			if !slices.Equal(calls, want) {
				t.Errorf("requests %q", calls)
			}
		})
	}
}

// A renewal that is granted when the lock counts as lost is given up; so is a lock
// that comes back with another token, which was somebody else's in between.
func TestLateGrantIsGivenUp(t *testing.T) {
	lost := make(chan struct{})
	s := play(func(n int, request string) (any, error) {
		switch {
		case n == 1:
			return int64(7), nil
		case strings.HasPrefix(request, "LOCK"):
			<-lost
			return int64(8), nil
		}
		return int64(1), nil
	})
	lock, err := Acquire(t.Context(), s, "door", LockConfig{TTL: 300 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	isLost(t, lock)
	close(lost)
	s.await(t, "UNLOCK door "+lock.Owner())

	s = play(func(n int, _ string) (any, error) { return int64(n), nil })
	if lock, err = Acquire(t.Context(), s, "door", LockConfig{TTL: 300 * time.Millisecond}); err != nil {
		t.Fatal(err)
	}
	isLost(t, lock)
	s.await(t, "UNLOCK door "+lock.Owner())
}

// What is granted to an Acquire that has given up is given back, unless its
// owner's name may be somebody's who wants it.
func TestAbandonedGrantIsGivenUp(t *testing.T) {
	for _, owner := range []string{"", "me"} {
		given, asked := make(chan struct{}), make(chan string, 10)
		s := play(func(_ int, request string) (any, error) {
			if strings.HasPrefix(request, "LOCK") {
				asked <- request
				<-given
			}
			return int64(1), nil
		})
		ctx, cancel := context.WithCancel(t.Context())
		l := newLock(s, "door", LockConfig{Owner: owner})
		failed := make(chan error)
		go func() { failed <- l.acquire(ctx) }()
		<-asked
		cancel()
		if err := <-failed; !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		close(given)
		l.lease.attempts.Wait()
		unlocks := slices.DeleteFunc(s.asked(), func(request string) bool { return strings.HasPrefix(request, "LOCK") })
		if (len(unlocks) > 0) != (owner == "") {
			t.Errorf("owner %q: %q", owner, s.asked())
		}
	}
}

// A renewal that is on its way when the lock is given back comes before its
// UNLOCK, or is followed by another.
func TestUnlockComesLast(t *testing.T) {
	renewing, goOn := make(chan struct{}), make(chan struct{})
	s := play(func(n int, request string) (any, error) {
		if n == 2 {
			close(renewing)
			<-goOn
		}
		return int64(7), nil
	})
	lock, err := Acquire(t.Context(), s, "door", LockConfig{TTL: time.Second})
	if err != nil {
		t.Fatal(err)
	}
	<-renewing
	ended := make(chan error)
	go func() { ended <- lock.Unlock() }()
	s.await(t, "UNLOCK door "+lock.Owner()) // the renewal takes longer than Unlock waits
	before := len(s.asked())
	close(goOn)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	lock.lease.attempts.Wait()
	if all := s.asked(); len(all) != before+1 || all[before] != "UNLOCK door "+lock.Owner() {
		t.Errorf("requests %q", all)
	}
}

// A request that has no answer is asked again beside it.
func TestRenewalThatHangs(t *testing.T) {
	hanging := make(chan struct{})
	defer close(hanging)
	s := play(func(n int, _ string) (any, error) {
		if n == 2 {
			<-hanging
		}
		return int64(7), nil
	})
	lock, err := Acquire(t.Context(), s, "door", LockConfig{TTL: time.Second, Owner: "me"})
	if err != nil {
		t.Fatal(err)
	}
	for until := time.Now().Add(2 * time.Second); time.Now().Before(until); time.Sleep(10 * time.Millisecond) {
		if err := lock.Err(); err != nil {
			t.Fatal(err)
		}
	}
}
