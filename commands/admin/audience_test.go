package admin

import (
	"strings"
	"testing"

	"coordd/commands"
	"coordd/resp"
)

// CLIENT LIST tells subscribers from others, and shows who listens and who caches;
// INFO counts them.
func TestAudienceIsShown(t *testing.T) {
	r := newRig(t)
	r.open("listener", resp.RESP2).Change(func(s *commands.ClientState) { s.Channels, s.Patterns, s.Shards = 1, 2, 3 })
	r.open("cache", resp.RESP3).Change(func(s *commands.ClientState) {
		s.Tracking = commands.Tracking{On: true, Broken: true, BCast: true, Redirect: 7}
	})
	list := func(kind string) string {
		t.Helper()
		reply, err := r.Do("cache", resp.RESP3, []string{"CLIENT", "LIST", "TYPE", kind})
		if err != nil {
			t.Fatal(err)
		}
		return reply.Str
	}
	for kind, want := range map[string][]string{
		"pubsub": {"flags=P", "sub=1 psub=2 ssub=3", "redir=-1"},
		"normal": {"flags=tRB", "sub=0 psub=0 ssub=0", "redir=7"},
	} {
		got := list(kind)
		if strings.Count(got, "\n") != 1 {
			t.Errorf("TYPE %s: %q", kind, got)
		}
		for _, w := range want {
			if !strings.Contains(got, " "+w+" ") {
				t.Errorf("TYPE %s: %q, want %q in it", kind, got, w)
			}
		}
	}
	r.node.Audience = Audience{Channels: 1, Patterns: 2, ShardChannels: 3, Tracking: 4, TrackedKeys: 5, TrackedItems: 6, TrackedPrefixes: 7}
	reply, err := r.Do("cache", resp.RESP3, []string{"INFO"})
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range []string{
		"pubsub_channels:1", "pubsub_patterns:2", "pubsubshard_channels:3",
		"tracking_clients:4", "tracking_total_keys:5", "tracking_total_items:6", "tracking_total_prefixes:7",
	} {
		if !strings.Contains(reply.Str, line+"\r\n") {
			t.Errorf("INFO has no %s", line)
		}
	}
}
