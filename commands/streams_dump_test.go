package commands

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"coordd/commands/transcript"
	"coordd/resp"
	"coordd/store/rdb"
)

// A stream goes to a Redis and comes back with all that its groups know. What the
// two say otherwise is how the entries are kept, and active-time, which a dump of
// Redis 7.0 does not have.
func TestStreamDumpsGoBothWays(t *testing.T) {
	addr, ok := transcript.StartRedis(t)
	if !ok {
		return
	}
	redis, here := transcript.NewTCP(addr), &enginePlayer{}
	t.Cleanup(redis.Close)
	if err := redis.Reset(); err != nil {
		t.Fatal(err)
	}
	_ = here.Reset()
	do := func(p transcript.Player, args ...string) resp.Reply {
		t.Helper()
		reply, err := p.Do("", resp.RESP2, args)
		if err != nil || reply.IsError() {
			t.Fatalf("%.100q: %v %s", args, err, reply.Str)
		}
		return reply
	}
	all := func(p transcript.Player, key string) string {
		t.Helper()
		lines := transcript.Render(do(p, "XINFO", "STREAM", key, "FULL", "COUNT", "0"))
		var told []string
		for i := 0; i < len(lines); i++ {
			word := lines[i][strings.LastIndex(lines[i], ") ")+2:]
			if slices.Contains([]string{`"radix-tree-keys"`, `"radix-tree-nodes"`, `"active-time"`}, word) {
				i++
				continue
			}
			told = append(told, word)
		}
		return strings.Join(told, "\n")
	}
	for i := range 350 {
		do(redis, "XADD", "s", strconv.Itoa(1000+i/3)+"-"+strconv.Itoa(i), "f", strconv.Itoa(i*i*i), "g", strings.Repeat("v", i%70))
	}
	do(redis, "XADD", "s", "9999-1", "other", "", "field", "-1")
	do(redis, "XGROUP", "CREATE", "s", "g", "0", "ENTRIESREAD", "0")
	do(redis, "XGROUP", "CREATE", "s", "idle", "$")
	do(redis, "XREADGROUP", "GROUP", "g", "a", "COUNT", "150", "STREAMS", "s", ">")
	do(redis, "XREADGROUP", "GROUP", "g", "b", "COUNT", "7", "STREAMS", "s", ">")
	do(redis, "XCLAIM", "s", "g", "c", "0", "1000-1", "1000-2", "RETRYCOUNT", "9")
	do(redis, "XGROUP", "CREATECONSUMER", "s", "g", "new")
	do(redis, "XDEL", "s", "1000-1", "1040-120", "1050-150")
	do(redis, "XTRIM", "s", "MINID", "1010")
	do(redis, "XADD", "e", "5-5", "f", "v")
	do(redis, "XGROUP", "CREATE", "e", "g", "0")
	do(redis, "XTRIM", "e", "MAXLEN", "0")
	for _, key := range []string{"s", "e"} {
		want := all(redis, key)
		do(here, "RESTORE", key, "0", do(redis, "DUMP", key).Str)
		if got := all(here, key); got != want {
			t.Errorf("loaded here:\n%s\nwant:\n%s", got, want)
		}
		do(redis, "RESTORE", key, "0", do(here, "DUMP", key).Str, "REPLACE")
		if got := all(redis, key); got != want {
			t.Errorf("loaded by Redis:\n%s\nwant:\n%s", got, want)
		}
	}
	here.checkRestore(t)
}

// A copy by DUMP and RESTORE knows when consumers were seen and when they last got
// something.
func TestStreamDumpsKeepTimes(t *testing.T) {
	p := &enginePlayer{}
	_ = p.Reset()
	do := func(line ...string) resp.Reply {
		t.Helper()
		reply, err := p.Do("", resp.RESP2, line)
		if err != nil || reply.IsError() {
			t.Fatalf("%q: %v %s", line, err, reply.Str)
		}
		return reply
	}
	do("XADD", "s", "1-1", "f", "v")
	do("XGROUP", "CREATE", "s", "g", "0")
	do("XREADGROUP", "GROUP", "g", "busy", "STREAMS", "s", ">")
	do("XGROUP", "CREATECONSUMER", "s", "g", "new")
	p.Advance(5000)
	do("XREADGROUP", "GROUP", "g", "busy", "STREAMS", "s", ">") // in vain
	p.Advance(300)
	do("RESTORE", "copy", "0", do("DUMP", "s").Str)
	got, want := do("XINFO", "CONSUMERS", "copy", "g"), do("XINFO", "CONSUMERS", "s", "g")
	if lines := transcript.Render(got); !slices.Equal(lines, transcript.Render(want)) || got.Elems[0].Elems[7].Int != 5300 || got.Elems[1].Elems[7].Int != -1 {
		t.Errorf("%q", lines)
	}
}

// What Decode lets pass and no XADD would have made is refused.
func TestRestoreRefusesUnsoundStreams(t *testing.T) {
	for name, v := range map[string]rdb.Stream{
		"an entry without fields": {Entries: []rdb.Entry{{ID: rdb.ID{Millis: 1}}}, Last: rdb.ID{Millis: 1}, Added: 1},
		"an entry at 0-0":         {Entries: []rdb.Entry{{Fields: []string{"f", "v"}}}, Added: 1},
	} {
		p := &enginePlayer{}
		_ = p.Reset()
		payload := string(rdb.Append(nil, &rdb.Value{Kind: rdb.StreamKind, Stream: &v}))
		reply, err := p.Do("", resp.RESP2, []string{"RESTORE", "s", "0", payload})
		if err != nil || reply.Str != errDumpFormat.Str {
			t.Errorf("%s: %q, %v", name, reply.Str, err)
		}
	}
}
