package admin

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"coordd/commands"
	"coordd/commands/transcript"
	"coordd/resp"
)

// differences are all there may be between COMMAND here and in Redis 7.0.15:
// "+x" is said here only, "-x" there only. Rows that Redis 7.0 has not at all
// are newer or coordd's own.
var differences = []struct{ commands, difference, why string }{
	{"auth hello quit reset shutdown", "-allow_busy", "no script keeps a node busy"},
	{"bgrewriteaof bgsave save", "-no_async_loading", "nothing is ever loaded beside serving"},
	{"blmove blpop brpop brpoplpush bzpopmax bzpopmin", "-noscript", "7.2 lets scripts try what would wait"},
	{"client|no-touch client|setinfo waitaof", "+row", "came with Redis 7.2"},
	{"command|getkeys command|getkeysandflags", "arity -3 not -4", "7.2 asks for one argument less"},
	{"mset", "-tip request_policy:multi_shard", "what is promised to be atomic is not split"},
	{"mset", "-tip response_policy:all_succeeded", "the same"},
	{"msetnx", "-tip request_policy:multi_shard", "the same"},
	{"msetnx", "-tip response_policy:agg_min", "the same"},
	{"object|help xgroup|help xinfo|help", "+readonly", "a row with a data handler is a read or a write"},
	{"object|help xgroup|help xinfo|help", "+@read", "the same"},
	{"randomkey scan", "+tip response_policy:special", "said since 7.2"},
	{"persist pttl ttl", "arity -2 not 2", "a member may be named, as in KeyDB"},
	{"zrank zrevrank", "arity -3 not 3", "7.2 takes WITHSCORE"},
	{"swapdb", "+tip request_policy:all_shards", "every group swaps its part of the databases"},
	{"swapdb", "+tip response_policy:all_succeeded", "the same"},
	{"wait", "+blocking", "7.2 lets scripts wait, and says that it blocks"},
	{"wait", "+@blocking", "the same"},
	{"wait", "-noscript", "the same"},
}

// Every row must look to a client as Redis's does, but for what the table
// above explains; and the table must not explain what is not so.
func TestCommandRowsAgainstRedis(t *testing.T) {
	addr, ok := transcript.StartRedis(t)
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	redis, err := resp.Dial(ctx, addr)
	if err != nil {
		t.Fatal(err)
	}
	defer redis.Close()
	expected := map[string]bool{}
	for _, d := range differences {
		for _, name := range strings.Fields(d.commands) {
			expected[name+" "+d.difference] = true
		}
	}
	table := newRig(t).table
	for _, s := range table.All() {
		for _, spec := range append([]*commands.Spec{s}, table.Subs(s.Name)...) {
			theirs, err := redis.Do("COMMAND", "INFO", spec.Name)
			if err != nil || len(theirs.Elems) != 1 {
				t.Fatalf("COMMAND INFO %s: %v %v", spec.Name, theirs, err)
			}
			if spec.Since == "coordd" && theirs.Elems[0].Kind == resp.NullKind {
				continue
			}
			for _, d := range compareRows(row(table, spec), theirs.Elems[0]) {
				if key := spec.Name + " " + d; !expected[key] {
					t.Errorf("%s: %s", spec.Name, d)
				} else {
					delete(expected, key)
				}
			}
		}
	}
	for key := range expected {
		t.Errorf("%s: is explained, but is not so", key)
	}
}

// compareRows lists what two rows of COMMAND do not share.
func compareRows(ours, theirs resp.Reply) []string {
	if theirs.Kind == resp.NullKind || theirs.Kind == resp.NullArrayKind {
		return []string{"+row"}
	}
	var out []string
	for i, field := range []string{"name", "arity", "", "first", "last", "step"} {
		if a, b := ours.Elems[i], theirs.Elems[i]; field != "" && (a.Int != b.Int || a.Str != b.Str) {
			out = append(out, fmt.Sprintf("%s %d not %d", field, a.Int, b.Int))
		}
	}
	for i, prefix := range map[int]string{2: "", 6: "", 7: "tip "} {
		a, b := texts(ours.Elems[i]), texts(theirs.Elems[i])
		for _, x := range a {
			if !slices.Contains(b, x) {
				out = append(out, "+"+prefix+x)
			}
		}
		for _, x := range b {
			if !slices.Contains(a, x) {
				out = append(out, "-"+prefix+x)
			}
		}
	}
	return out
}

func texts(r resp.Reply) []string {
	out := make([]string, len(r.Elems))
	for i, e := range r.Elems {
		out[i] = e.Str
	}
	return out
}
