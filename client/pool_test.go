package client_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"coordd/client"
	"coordd/integration/cluster"
)

// A member that dies leaves by itself; one that lives stays, and one that was
// gone for too long comes back.
func TestMemberThatDiesLeaves(t *testing.T) {
	ctx, n := bounded(t), start(t, 1).Nodes[0]
	db := connect(t, n)
	pool := client.NewPool(db, "servers")
	if _, err := pool.Pick(ctx); !errors.Is(err, client.ErrNoMember) {
		t.Errorf("out of nobody: %v", err)
	}
	p := spawn(t, n, "member", "registered")
	living := must[*client.Member](t)(pool.Register(ctx, "living", client.MemberConfig{TTL: time.Second}))
	members := func(want ...string) func() error {
		return func() error {
			got, err := db.SMembers(ctx, "servers").Result()
			if slices.Sort(got); err == nil && !slices.Equal(got, want) {
				err = fmt.Errorf("members %q, want %q", got, want)
			}
			return err
		}
	}
	for until := time.Now().Add(3 * time.Second); time.Now().Before(until); time.Sleep(50 * time.Millisecond) {
		if err := members("dying", "living")(); err != nil {
			t.Fatal("both live:", err)
		}
	}
	p.Kill()
	cluster.Poll(t, within, "the dead one to leave", members("living"))
	if err := db.SRem(ctx, "servers", "living").Err(); err != nil {
		t.Fatal(err)
	}
	cluster.Poll(t, within, "the living one to come back", members("living"))
	if err := living.Err(); err != nil {
		t.Error(err)
	}
	if err := living.Leave(ctx); err != nil {
		t.Fatal(err)
	}
	if err := members()(); err != nil {
		t.Error(err)
	}
}

// Members are picked in turn by weight, or for a subject, or by what they have to
// do; a weight that was changed by hand stays.
func TestPoolPicks(t *testing.T) {
	ctx, n := bounded(t), start(t, 1).Nodes[0]
	db := connect(t, n)
	pool := client.NewPool(db, "servers")
	for member, weight := range map[string]float64{"large": 2, "small": 1} {
		must[*client.Member](t)(pool.Register(ctx, member, client.MemberConfig{Weight: weight, TTL: time.Second}))
	}
	turns := map[string]int{}
	for range 9 {
		turns[must[string](t)(pool.Pick(ctx))]++
	}
	if turns["large"] != 6 || turns["small"] != 3 {
		t.Errorf("turns %v", turns)
	}
	if other := must[string](t)(pool.Pick(ctx, "large")); other != "small" {
		t.Errorf("without large: %s", other)
	}
	if a, b := must[string](t)(pool.PickFor(ctx, "ann")), must[string](t)(pool.PickFor(ctx, "ann")); a != b {
		t.Errorf("ann is at %s and at %s", a, b)
	}
	loads := map[string]int{}
	var under []*client.Load
	for range 3 {
		load := must[*client.Load](t)(pool.PickLeast(ctx, 0))
		loads[load.Member]++
		under = append(under, load)
	}
	if loads["large"] != 2 || loads["small"] != 1 {
		t.Errorf("loads %v", loads)
	}
	for _, load := range under {
		if err := load.Done(ctx); err != nil {
			t.Error(err)
		}
	}
	if err := db.ZAdd(ctx, "servers", redisZ("small", 0)).Err(); err != nil {
		t.Fatal(err)
	}
	for until := time.Now().Add(time.Second); time.Now().Before(until); time.Sleep(50 * time.Millisecond) {
		if got := must[string](t)(pool.Pick(ctx)); got != "large" {
			t.Fatalf("%s was drained", got)
		}
	}
}
