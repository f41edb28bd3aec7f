package client_test

import (
	"context"
	"errors"
	"testing"

	"github.com/redis/go-redis/v9"

	"coordd/client"
	"coordd/integration/cluster"
)

// Everything works over every kind of connection, in both protocols, also where
// keys are of several groups.
func TestKindsOfConnection(t *testing.T) {
	ctx := bounded(t)
	binary := must[string](t)(build())
	c := cluster.Start(t, cluster.Options{Binary: binary, Args: []string{"--groups", "3"}})
	var all []string
	for _, n := range c.Nodes {
		all = append(all, n.Addr)
	}
	for name, db := range map[string]redis.UniversalClient{
		"plain":   redis.NewClient(&redis.Options{Addr: all[0]}),
		"RESP2":   redis.NewClient(&redis.Options{Addr: all[1], Protocol: 2}),
		"cluster": redis.NewClusterClient(&redis.ClusterOptions{Addrs: all}),
		"master":  redis.NewFailoverClient(&redis.FailoverOptions{MasterName: "mymaster", SentinelAddrs: all}),
		"ring":    redis.NewRing(&redis.RingOptions{Addrs: map[string]string{"one": all[2]}}),
	} {
		t.Run(name, func(t *testing.T) {
			t.Cleanup(func() { db.Close() })
			useAll(ctx, t, db, name)
		})
	}
}

func useAll(ctx context.Context, t *testing.T, db client.Doer, prefix string) {
	t.Helper()
	lock := must[*client.Lock](t)(client.Acquire(ctx, db, prefix+"{lock}", client.LockConfig{}))
	if err := lock.Fence(ctx, "SET", prefix+"{lock}:x", 1).Err(); err != nil {
		t.Error(err)
	}
	if _, err := client.TryAcquire(ctx, db, prefix+"{lock}", client.LockConfig{}); !errors.Is(err, client.ErrHeld) {
		t.Error(err)
	}
	if err := lock.Unlock(); err != nil {
		t.Error(err)
	}
	e := client.NewElection(db, prefix+"chief", client.ElectionConfig{ID: "me"})
	term := must[*client.Lock](t)(e.Campaign(ctx))
	if leader := must[client.Leader](t)(e.Leader(ctx)); leader != (client.Leader{ID: "me", Token: term.Token()}) {
		t.Errorf("%+v leads", leader)
	}
	if err := e.Resign(); err != nil {
		t.Error(err)
	}
	pool := client.NewPool(db, prefix+"servers")
	member := must[*client.Member](t)(pool.Register(ctx, "one", client.MemberConfig{Weight: 1.5}))
	load := must[*client.Load](t)(pool.PickLeast(ctx, 0))
	if load.Member != "one" {
		t.Errorf("%q was picked", load.Member)
	}
	if err := errors.Join(load.Done(ctx), member.Leave(ctx)); err != nil {
		t.Error(err)
	}
	if _, err := pool.PickLeast(ctx, 0); !errors.Is(err, client.ErrNoMember) {
		t.Error(err)
	}
	q := client.NewQueue(db, prefix+"jobs", client.QueueConfig{})
	if err := q.Push(ctx, "job"); err != nil {
		t.Fatal(err)
	}
	working, stop := context.WithCancel(ctx)
	defer stop()
	err := q.Work(working, 2, func(_ context.Context, item client.Item) error {
		if item.Value != "job" || item.Tries != 1 {
			t.Errorf("%+v", item)
		}
		stop()
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
