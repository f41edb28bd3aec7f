package client_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"coordd/client"
)

// The leader is killed, and the next in the row leads with a larger token; what
// the dead one had still to write is refused.
func TestElectionFailover(t *testing.T) {
	ctx, n := bounded(t), start(t, 1).Nodes[0]
	db := connect(t, n)
	p := spawn(t, n, "leader", "leads with")
	var token int64
	if _, err := fmt.Sscanf(p.Output(), "leads with %d", &token); err != nil {
		t.Fatal(err)
	}
	e := client.NewElection(db, "chief", client.ElectionConfig{ID: "second", TTL: 2 * time.Second})
	if leader := must[client.Leader](t)(e.Leader(ctx)); leader != (client.Leader{ID: "first", Token: token}) {
		t.Fatalf("%+v leads", leader)
	}
	watched, stop := context.WithCancel(ctx)
	leaders := e.Watch(watched)
	if leader := ends(t, "the first leader", leaders); leader.ID != "first" {
		t.Fatalf("%+v leads", leader)
	}
	p.Kill()
	term := must[*client.Lock](t)(e.Campaign(ctx))
	if term.Token() <= token {
		t.Errorf("token %d after %d", term.Token(), token)
	}
	if err := db.Do(ctx, "FENCE", "chief", token, "SET", "x", "late").Err(); err == nil {
		t.Error("the dead leader's write was taken")
	}
	if err := term.Fence(ctx, "SET", "x", "in time").Err(); err != nil {
		t.Error(err)
	}
	if leader := ends(t, "the second leader", leaders); leader != (client.Leader{ID: "second", Token: term.Token()}) {
		t.Errorf("%+v leads", leader)
	}
	if err := e.Resign(); err != nil {
		t.Error(err)
	}
	if _, err := e.Leader(ctx); !errors.Is(err, client.ErrNoLeader) {
		t.Errorf("after resigning: %v", err)
	}
	stop()
	for range leaders { // until it is closed
	}
}

// Terms follow one another; a candidate that was started again under its name
// has a term of its own.
func TestElectionRuns(t *testing.T) {
	ctx, n := bounded(t), start(t, 1).Nodes[0]
	db := connect(t, n)
	e := client.NewElection(db, "chief", client.ElectionConfig{ID: "me", TTL: 2 * time.Second})
	if err := e.Resign(); !errors.Is(err, client.ErrNotHeld) {
		t.Errorf("resigning without a term: %v", err)
	}
	enough := errors.New("enough")
	var tokens []int64
	err := e.Run(ctx, func(work context.Context, term *client.Lock) error {
		tokens = append(tokens, term.Token())
		if len(tokens) == 3 {
			return enough
		}
		if err := db.Del(ctx, "chief").Err(); err != nil { // somebody breaks it
			return err
		}
		<-work.Done()
		if cause := context.Cause(work); !errors.Is(cause, client.ErrLost) {
			t.Errorf("the term ended with %v", cause)
		}
		return work.Err()
	})
	if !errors.Is(err, enough) {
		t.Fatal(err)
	}
	for i := 1; i < len(tokens); i++ {
		if tokens[i] <= tokens[i-1] {
			t.Errorf("tokens %v", tokens)
		}
	}
	old := must[*client.Lock](t)(e.Campaign(ctx))
	again := client.NewElection(db, "chief", client.ElectionConfig{ID: "me"})
	short, cancel := context.WithTimeout(ctx, 300*time.Millisecond)
	defer cancel()
	if _, err := again.Campaign(short); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("it shares the term of its namesake: %v", err)
	}
	if err := old.Err(); err != nil {
		t.Error(err)
	}
}
