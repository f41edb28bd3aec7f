package pubsub

import (
	"strings"
	"testing"
	"time"

	"coordd/commands"
	"coordd/resp"
)

func missOf(key string) []any {
	return []any{commands.Event{Class: commands.MissEvents, Name: "keymiss", Key: key}}
}

// What a node's reads have missed is told by every node, and what waits for the log
// is bounded.
func TestMisses(t *testing.T) {
	r := newRig(t, 2, 1)
	c := r.dial(1, resp.RESP2)
	r.do(c, "SUBSCRIBE", "__keyevent@0__:keymiss")
	r.received(c)
	r.listen(commands.EventsByName | commands.MissEvents)
	part := r.nodes[0].hub.place.Load().parts[0]
	idle := func() {
		t.Helper()
		for began := time.Now(); ; time.Sleep(time.Millisecond) {
			part.misses.mu.Lock()
			running := part.misses.running
			part.misses.mu.Unlock()
			if !running {
				break
			}
			if time.Since(began) > 10*time.Second {
				t.Fatal("the misses are not told")
			}
		}
		r.delivered()
	}
	r.nodes[0].hub.Missed(0, missOf("k"))
	idle()
	requireReceived(t, r, c, "message __keyevent@0__:keymiss k")

	part.misses.mu.Lock()
	part.misses.running = true // as if a batch were under way for long
	part.misses.mu.Unlock()
	for range 100 {
		r.nodes[0].hub.Missed(0, missOf(strings.Repeat("x", missBytes/10)))
	}
	part.misses.mu.Lock()
	words, bytes := len(part.misses.words), part.misses.bytes
	part.misses.mu.Unlock()
	if words != 2*9 || bytes > missBytes {
		t.Errorf("%d words, %d bytes wait", words, bytes)
	}
	part.tellMisses()
	r.delivered()
	if got := r.received(c); len(got) != 9 {
		t.Errorf("%d of 9 were told", len(got))
	}
}
