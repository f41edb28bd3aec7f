package main

import (
	"strings"
	"sync/atomic"
	"testing"

	"coordd/resp"
)

// Every way that needs no server of a certain kind is tried on a lock of our
// own: a channel that holds one thing.
func TestHandoverCountsEachChange(t *testing.T) {
	const requests = 250
	for _, way := range lockWays {
		free := make(chan string, 1)
		free <- "token"
		var grants, refused atomic.Int64
		grant := resp.Int(7)
		addr := serve(t, func(cmd []string) resp.Reply {
			switch cmd[0] {
			case "DEL":
				return resp.Int(0)
			case "LOCK", "BLPOP":
				<-free
			case "SET":
				select {
				case <-free:
					grants.Add(1)
					return resp.Simple("OK")
				default:
					refused.Add(1)
					return resp.Null
				}
			default: // a release, or the token that is there at first
				select {
				case free <- "token":
				default:
				}
				return resp.Int(1)
			}
			grants.Add(1)
			return grant
		})
		got, err := way.measure(t.Context(), addr, requests)
		if err != nil {
			t.Fatalf("%s: %v", way.name, err)
		}
		if got.perSecond <= 0 || got.p50Millis <= 0 {
			t.Errorf("%s: %+v", way.name, got)
		}
		// Those who wait when it is over get the lock once more.
		if n := grants.Load(); n < handoverWaiters+requests || n > 2*handoverWaiters+requests {
			t.Errorf("%s: %d grants", way.name, n)
		}
		if polls := refused.Load() > 0; polls != strings.Contains(way.name, "again") {
			t.Errorf("%s: %d times refused", way.name, refused.Load())
		}
	}
}

func TestHandoverTellsOfRefusal(t *testing.T) {
	addr := serve(t, func(cmd []string) resp.Reply {
		if cmd[0] == "LOCK" || cmd[0] == "SET" || cmd[0] == "BLPOP" {
			return resp.Error("ERR syntax error")
		}
		return resp.Int(1)
	})
	for _, way := range lockWays {
		if _, err := way.measure(t.Context(), addr, 10); err == nil || !strings.Contains(err.Error(), "syntax") {
			t.Errorf("%s: error %v", way.name, err)
		}
	}
}
