// Rueidis drives github.com/redis/rueidis: its client-side caching, blocking,
// pub/sub, transactions, and its locks.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"github.com/redis/rueidis"
	"github.com/redis/rueidis/rueidislock"

	"coordd/integration/clients/go/rig"
)

func open(addr string) (rueidis.Client, error) {
	return rueidis.NewClient(rueidis.ClientOption{InitAddress: []string{addr}, ForceSingleClient: true})
}

// caching: a value read from the client's own cache follows every change.
func caching(ctx context.Context) error {
	// doc: rueidis
	client, err := rueidis.NewClient(rueidis.ClientOption{InitAddress: rig.Addrs[:1], ForceSingleClient: true})
	if err != nil {
		return err
	}
	defer client.Close()
	if err := client.Do(ctx, client.B().Set().Key("ru:greeting").Value("hello").Build()).Error(); err != nil {
		return err
	}
	value, err := client.DoCache(ctx, client.B().Get().Key("ru:greeting").Cache(), time.Minute).ToString()
	fmt.Println(value, err)
	// end
	other, err := open(rig.Addrs[1])
	if err != nil {
		return err
	}
	defer other.Close()
	hits := 0
	for i := range 100 {
		want := fmt.Sprint(i)
		if err := other.Do(ctx, other.B().Set().Key("ru:cached").Value(want).Build()).Error(); err != nil {
			return err
		}
		err := rig.Eventually(ctx, "the new value", func() bool {
			got := client.DoCache(ctx, client.B().Get().Key("ru:cached").Cache(), time.Minute)
			text, err := got.ToString()
			return err == nil && text == want
		})
		if err != nil {
			return err
		}
		if client.DoCache(ctx, client.B().Get().Key("ru:cached").Cache(), time.Minute).IsCacheHit() {
			hits++
		}
	}
	if hits < 90 {
		return fmt.Errorf("%d of 100 reads came from the cache", hits)
	}
	return nil
}

// modes: through Sentinel and as a cluster.
func modes(ctx context.Context) error {
	for name, option := range map[string]rueidis.ClientOption{
		"sentinel": {InitAddress: rig.Addrs, Sentinel: rueidis.SentinelOption{MasterSet: rig.MasterName}, DisableCache: true},
		"cluster":  {InitAddress: rig.Addrs},
	} {
		client, err := rueidis.NewClient(option)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		for i := range 200 {
			key, value := fmt.Sprintf("ru:%s:%d", name, i), fmt.Sprint(i)
			if err := client.Do(ctx, client.B().Set().Key(key).Value(value).Build()).Error(); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
			if got, err := client.Do(ctx, client.B().Get().Key(key).Build()).ToString(); err != nil || got != value {
				return fmt.Errorf("%s: %s was read as %q, %v", name, key, got, err)
			}
		}
		client.Close()
	}
	return nil
}

// messages: a subscriber on one node, a publisher on another, and a pop that
// waits on a third.
func messages(ctx context.Context) error {
	var clients [3]rueidis.Client
	for i := range clients {
		client, err := open(rig.Addrs[i])
		if err != nil {
			return err
		}
		defer client.Close()
		clients[i] = client
	}
	dedicated, release := clients[0].Dedicate()
	defer release()
	heard := make(chan string, 1)
	dedicated.SetPubSubHooks(rueidis.PubSubHooks{OnMessage: func(m rueidis.PubSubMessage) { heard <- m.Message }})
	if err := dedicated.Do(ctx, dedicated.B().Subscribe().Channel("ru:news").Build()).Error(); err != nil {
		return err
	}
	receivers, err := clients[1].Do(ctx, clients[1].B().Publish().Channel("ru:news").Message("hello").Build()).AsInt64()
	if err != nil || receivers != 1 {
		return fmt.Errorf("%d receivers, %v", receivers, err)
	}
	if got := <-heard; got != "hello" {
		return fmt.Errorf("heard %q", got)
	}
	popped := make(chan error, 1)
	go func() {
		got, err := clients[2].Do(ctx, clients[2].B().Blpop().Key("ru:queue").Timeout(30).Build()).AsStrSlice()
		if err == nil && (len(got) != 2 || got[1] != "task") {
			err = fmt.Errorf("popped %q", got)
		}
		popped <- err
	}()
	push := clients[1].B().Rpush().Key("ru:queue").Element("task").Build()
	return errors.Join(clients[1].Do(ctx, push).Error(), <-popped)
}

// locks: rueidis's own, which live on client-side caching.
func locks(ctx context.Context) error {
	var inside, entered atomic.Int32
	done := make(chan error, len(rig.Addrs))
	for _, addr := range rig.Addrs {
		locker, err := rueidislock.NewLocker(rueidislock.LockerOption{
			ClientOption: rueidis.ClientOption{InitAddress: []string{addr}, ForceSingleClient: true}, KeyMajority: 1, NoLoopTracking: true,
		})
		if err != nil {
			return err
		}
		defer locker.Close()
		go func() {
			for range 10 {
				_, cancel, err := locker.WithContext(ctx, "ru:lock")
				if err == nil && inside.Add(1) != 1 {
					err = errors.New("two are inside")
				}
				if err != nil {
					done <- err
					return
				}
				entered.Add(1)
				inside.Add(-1)
				cancel()
			}
			done <- nil
		}()
	}
	for range rig.Addrs {
		if err := <-done; err != nil {
			return err
		}
	}
	if entered.Load() != int32(10*len(rig.Addrs)) {
		return fmt.Errorf("entered %d times", entered.Load())
	}
	return nil
}

func main() {
	os.Exit(rig.Main(rig.Part{Name: "caching", Do: caching}, rig.Part{Name: "modes", Do: modes},
		rig.Part{Name: "messages", Do: messages}, rig.Part{Name: "locks", Do: locks}))
}
