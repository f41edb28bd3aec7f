package client

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// Doer is what this package needs of a connection. The clients of go-redis have
// it: *redis.Client (also one for Sentinel), *redis.ClusterClient, *redis.Ring.
type Doer interface {
	Do(ctx context.Context, args ...any) *redis.Cmd
}

// Errors that callers can tell apart with errors.Is. What a server answers
// otherwise is passed on as go-redis has it.
var (
	// ErrHeld is TryAcquire's: somebody else has the lock.
	ErrHeld = errors.New("client: the lock is held by another")
	// ErrNotHeld is of an Unlock or a Resign that comes too late: it was lost before.
	ErrNotHeld = errors.New("client: not held any more")
	// ErrLost is why a context ends before its work: what the work relied on was
	// lost, or could not be renewed in time.
	ErrLost = errors.New("client: lost")
	// ErrReleased is why a context ends when what it relied on was given back.
	ErrReleased = errors.New("client: released")
	// ErrFenced is of a write that came too late: a newer token has been seen.
	ErrFenced = errors.New("client: a newer token has been seen")
	// ErrDeadlock is of an Acquire that would wait for somebody who waits for it.
	ErrDeadlock = errors.New("client: deadlock")
	// ErrNoLeader is Election.Leader's when nobody leads.
	ErrNoLeader = errors.New("client: nobody leads")
	// ErrNoMember is of a pool that is empty, or has nobody in rotation.
	ErrNoMember = errors.New("client: no member to pick")
)

// typed gives an error of the server that has a meaning here its own kind.
func typed(err error) error {
	switch {
	case redis.HasErrorPrefix(err, "FENCED"):
		return fmt.Errorf("%w: %w", ErrFenced, err)
	case redis.HasErrorPrefix(err, "DEADLOCK"):
		return fmt.Errorf("%w: %w", ErrDeadlock, err)
	}
	return err
}

// passing are the codes of errors that go away by themselves. Any other error
// reply is an answer to the request, and would be the same again.
var passing = []string{"UNKNOWN", "CLUSTERDOWN", "LOADING", "MOVED", "ASK", "TRYAGAIN", "READONLY", "MASTERDOWN"}

// isFinal tells whether to ask again would be of no use.
func isFinal(err error) bool {
	var reply redis.Error
	if !errors.As(err, &reply) || errors.Is(err, redis.Nil) {
		return false
	}
	for _, code := range passing {
		if strings.HasPrefix(reply.Error(), code+" ") {
			return false
		}
	}
	return true
}

// mayHaveDone tells whether a request with this error may yet have been carried
// out.
func mayHaveDone(err error) bool { return !errors.Is(err, redis.Nil) && !isFinal(err) }

// The longest that one request waits at the server. A client that goes away is
// noticed there at once in any case; this bounds how late this side notices that
// its caller has given up.
const longestWait = 5 * time.Second

// waitOf is for how long one request may wait at the server: well below the time
// after which the connection gives up a reply.
func waitOf(db Doer) time.Duration {
	const usual = 3 * time.Second
	timeout := usual
	switch db := db.(type) {
	case *redis.Client:
		timeout = db.Options().ReadTimeout
	case *redis.ClusterClient:
		timeout = db.Options().ReadTimeout
	case *redis.Ring:
		if timeout = db.Options().ReadTimeout; timeout == 0 { // it keeps what it was given
			timeout = usual
		}
	}
	if timeout <= 0 { // none
		return longestWait
	}
	return min(longestWait, timeout/2)
}

// millis is a duration as the server takes it: rounded up, at least 1.
func millis(d time.Duration) int64 {
	return max(1, int64((d+time.Millisecond-1)/time.Millisecond))
}

// sleep waits, and tells whether ctx let it.
func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// scan reads an array of texts and integers.
func scan(reply []any, into ...any) error {
	if len(reply) != len(into) {
		return fmt.Errorf("client: a reply of %d elements, where %d belong", len(reply), len(into))
	}
	for i, element := range reply {
		var ok bool
		switch p := into[i].(type) {
		case *string:
			*p, ok = element.(string)
		case *int64:
			*p, ok = element.(int64)
		}
		if !ok {
			return fmt.Errorf("client: element %d of a reply is a %T", i, element)
		}
	}
	return nil
}
