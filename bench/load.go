package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"coordd/resp"
)

// redis-benchmark sends one command again and again. What takes several, each
// built from the reply to the one before, and what must not be done twice to one
// key, is sent by the loop here, the same for every server that speaks Redis's
// protocol.

// operation is one turn of one client.
type operation struct {
	client int // 0, 1, ...: no two clients use one name
	number int // 0, 1, ... over all clients
}

// step makes one command of an operation. last is the reply to the step before.
type step func(op operation, last resp.Reply) []string

// load is what is sent: requests operations by some clients, each of which has
// depth of them under way at once, in step.
type load struct {
	clients, depth, requests int
	steps                    []step
}

// run connects, sends everything and returns how fast it went. A latency is that
// of depth operations together, as redis-benchmark measures it with -P.
func (l load) run(ctx context.Context, addr string) (sample, error) {
	conns, closeAll, err := dialAll(ctx, addr, l.clients)
	defer closeAll()
	if err != nil {
		return sample{}, err
	}
	var taken atomic.Int64
	took := make([][]time.Duration, l.clients)
	began := time.Now()
	err = eachClient(conns, func(client int, c *resp.Client) (err error) {
		took[client], err = l.send(c, client, &taken)
		return err
	})
	elapsed := time.Since(began)
	switch {
	case ctx.Err() != nil:
		return sample{}, errors.New("took too long")
	case err != nil:
		return sample{}, err
	}
	return summarize(took, l.requests, elapsed), nil
}

// dialAll opens connections that end with ctx, or when closeAll is called.
func dialAll(ctx context.Context, addr string, n int) (conns []*resp.Client, closeAll func(), err error) {
	closeAll = func() {
		for _, c := range conns {
			c.Close()
		}
	}
	for range n {
		c, err := resp.Dial(ctx, addr)
		if err != nil {
			return conns, closeAll, err
		}
		context.AfterFunc(ctx, func() { c.Close() })
		conns = append(conns, c)
	}
	return conns, closeAll, nil
}

// eachClient runs f for all connections at once and returns the first error.
func eachClient(conns []*resp.Client, f func(client int, c *resp.Client) error) error {
	errs := make(chan error, len(conns))
	for client, c := range conns {
		go func() { errs <- f(client, c) }() // f ends by itself, or with its connection
	}
	var first error
	for range conns {
		if err := <-errs; err != nil && first == nil {
			first = err
			for _, c := range conns {
				c.Close() // the others may be waiting for this one
			}
		}
	}
	return first
}

// send is one client: it takes operations until there are none left.
func (l load) send(c *resp.Client, client int, taken *atomic.Int64) (took []time.Duration, err error) {
	replies := make([]resp.Reply, l.depth)
	for {
		first := int(taken.Add(int64(l.depth))) - l.depth
		n := min(l.depth, l.requests-first)
		if n <= 0 {
			return took, nil
		}
		began := time.Now()
		for _, step := range l.steps {
			for i := range n {
				if err := c.Send(step(operation{client, first + i}, replies[i])...); err != nil {
					return nil, err
				}
			}
			for i := range n {
				if replies[i], err = receive(c); err != nil {
					return nil, err
				}
			}
		}
		took = append(took, time.Since(began))
	}
}

// receive takes a reply that says that something was done. An error, nil or 0
// would be a command that only looks fast.
func receive(c *resp.Client) (resp.Reply, error) {
	r, err := c.Receive()
	switch {
	case err != nil:
		return r, err
	case r.IsError():
		return r, errors.New(r.Str)
	case r.Kind == resp.NullKind, r.Kind == resp.NullArrayKind, r.Kind == resp.IntKind && r.Int == 0:
		return r, fmt.Errorf("nothing was done: the reply is nil or 0")
	}
	return r, nil
}

// summarize makes a sample of single times.
func summarize(took [][]time.Duration, operations int, elapsed time.Duration) sample {
	var all []time.Duration
	for _, one := range took {
		all = append(all, one...)
	}
	return sample{
		perSecond: float64(operations) / elapsed.Seconds(),
		p50Millis: millis(percentile(all, 0.5)),
		p99Millis: millis(percentile(all, 0.99)),
	}
}

func millis(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
