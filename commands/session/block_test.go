package session

import (
	"strings"
	"testing"

	"coordd/commands"
	"coordd/resp"
	"coordd/store"
)

// testBlocker has WAITFOR wait, unless a key of it is "now".
type testBlocker struct {
	t     *testing.T
	wire  *memoryWire
	calls []string
	err   error
}

func (b *testBlocker) Blocks(_ *commands.Spec, args []string) bool { return args[1] != "now" }

func (b *testBlocker) Block(c *commands.Client, group, db int, spec *commands.Spec, args []string, gone func() <-chan struct{}, again func()) (resp.Reply, error) {
	if b.wire.waiting != 0 {
		b.t.Errorf("%d bytes of replies are kept back while %v waits", b.wire.waiting, args)
	}
	b.calls = append(b.calls, strings.Join(args, " "))
	return resp.Simple("waited"), b.err
}

var waitFor = commands.Group{Name: "list", Specs: []commands.Spec{{
	Name: "waitfor", Arity: -2, Flags: commands.Write | commands.Blocking, Keys: commands.Keys{First: 1, Last: -1, Step: 1},
	Since: "1.0.0", Summary: "Waits.", Data: func(*store.Tx, []string) resp.Reply { return resp.Simple("attempted") },
}}}

func newBlockingRig(t *testing.T, groups int) (*rig, *testBlocker) {
	r := newRigWith(t, groups, "", waitFor)
	b := &testBlocker{t: t, wire: r.wire}
	r.cfg.Blocker = b
	return r, b
}

// A command that waits stands between what comes before and behind it.
func TestBlockInPipeline(t *testing.T) {
	r, b := newBlockingRig(t, 1)
	r.expect(t, "SET a 1\nWAITFOR k l\nGET a\nWAITFOR now", "+OK|+waited|$1|1|+attempted|")
	if got := strings.Join(b.calls, ","); got != "WAITFOR k l" {
		t.Errorf("waited: %s", got)
	}
	if got := r.logs[0].proposed; len(got) != 2 {
		t.Errorf("proposals of %v commands", got)
	}
}

// In MULTI nothing waits.
func TestBlockInMulti(t *testing.T) {
	r, b := newBlockingRig(t, 1)
	r.expect(t, "MULTI\nWAITFOR k\nEXEC", "+OK|+QUEUED|*1|+attempted|")
	if b.calls != nil {
		t.Errorf("waited: %q", b.calls)
	}
}

// Its keys are in one group, and an error of the log is told as for any write.
func TestBlockFailures(t *testing.T) {
	r, b := newBlockingRig(t, 4)
	r.expect(t, "WAITFOR a b c d e f", "-"+crossSlot+"|")
	b.err = errUnavailable
	r.expect(t, "WAITFOR k", "-CLUSTERDOWN no leader could be reached within 10 s; nothing was changed|")
	b.err = errLost
	r.expect(t, "WAITFOR k", "-"+unknownOutcome+"|")
}

// What the waiting has caused (a client that caches is told) comes before its reply.
func TestBlockedReplyComesLast(t *testing.T) {
	r, _ := newBlockingRig(t, 1)
	delivered := 0
	r.cfg.Delivered = func() { delivered++ }
	r.expect(t, "WAITFOR k", "+waited|")
	if delivered != 0 || r.logs[0].reads != 0 {
		t.Error("a client that is told nothing was held up")
	}
	r.client.Change(func(s *commands.ClientState) { s.Tracking.On = true })
	r.learn()
	r.expect(t, "WAITFOR k", "+waited|")
	if delivered != 1 || r.logs[0].reads != 1 {
		t.Errorf("%d deliveries were waited for, %d reads", delivered, r.logs[0].reads)
	}
}
