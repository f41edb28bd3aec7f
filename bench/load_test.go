package main

import (
	"context"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"coordd/resp"
)

// serve answers commands on a port of its own until the test ends.
func serve(t *testing.T, answer func(cmd []string) resp.Reply) (addr string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	go func() { // ends when the listener is closed
		for {
			nc, err := ln.Accept()
			if err != nil {
				return
			}
			go answerAll(resp.NewClient(nc), answer) // ends with the connection
		}
	}()
	return ln.Addr().String()
}

// answerAll reads commands as if they were replies: both are arrays.
func answerAll(c *resp.Client, answer func([]string) resp.Reply) {
	defer c.Close()
	for {
		r, err := c.Receive()
		if err != nil {
			return
		}
		var cmd []string
		for _, elem := range r.Elems {
			cmd = append(cmd, elem.Str)
		}
		if c.Write(answer(cmd).Append(nil, resp.RESP2)) != nil || c.Flush() != nil {
			return
		}
	}
}

func TestLoadDoesEachOperationOnce(t *testing.T) {
	var firsts, seconds atomic.Int64
	addr := serve(t, func(cmd []string) resp.Reply {
		if cmd[0] == "TAKE" {
			firsts.Add(1)
			return resp.Bulk("ticket of " + cmd[1])
		}
		if cmd[1] != "ticket of "+cmd[2] {
			return resp.Error("ERR the ticket is " + cmd[1])
		}
		seconds.Add(1)
		return resp.Int(1)
	})
	name := func(op operation) string { return fmt.Sprintf("%d-%d", op.client, op.number) }
	steps := []step{
		func(op operation, _ resp.Reply) []string { return []string{"TAKE", name(op)} },
		func(op operation, taken resp.Reply) []string { return []string{"GIVE", taken.Str, name(op)} },
	}
	for _, depth := range []int{1, 16} {
		firsts.Store(0)
		seconds.Store(0)
		const requests = 1003 // no multiple of anything
		got, err := load{clients: 7, depth: depth, requests: requests, steps: steps}.run(t.Context(), addr)
		if err != nil {
			t.Fatal(err)
		}
		if firsts.Load() != requests || seconds.Load() != requests {
			t.Errorf("depth %d: %d and %d commands, want %d of each", depth, firsts.Load(), seconds.Load(), requests)
		}
		if got.perSecond <= 0 || got.p50Millis <= 0 || got.p99Millis < got.p50Millis {
			t.Errorf("depth %d: %+v", depth, got)
		}
	}
}

// A server that does nothing must not look fast.
func TestLoadRefusesWhatDoesNothing(t *testing.T) {
	for _, reply := range []resp.Reply{resp.Null, resp.NullArray, resp.Int(0), resp.Error("ERR no")} {
		addr := serve(t, func([]string) resp.Reply { return reply })
		if got, err := (load{clients: 3, depth: 1, requests: 10, steps: set}).run(t.Context(), addr); err == nil {
			t.Errorf("%v %q: %+v, no error", reply.Kind, reply.Str, got)
		}
	}
}

func TestLoadEndsWithItsContext(t *testing.T) {
	never := make(chan struct{})
	t.Cleanup(func() { close(never) })
	addr := serve(t, func([]string) resp.Reply { <-never; return resp.Null })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := load{clients: 3, depth: 1, requests: 10, steps: set}.run(ctx, addr)
	if err == nil || !strings.Contains(err.Error(), "took too long") {
		t.Errorf("error %v", err)
	}
}

func TestMeasureRoundTrip(t *testing.T) {
	times, err := measureRoundTrip(20)
	if err != nil || len(times) != 20 {
		t.Fatalf("%d times, %v", len(times), err)
	}
}
