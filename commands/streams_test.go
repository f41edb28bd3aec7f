package commands

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"coordd/commands/transcript"
	"coordd/resp"
)

func TestParseXRead(t *testing.T) {
	for line, want := range map[string]xreadOptions{
		"xread streams a 0":                      {keys: []string{"a"}, ids: []string{"0"}},
		"XREAD COUNT 3 STREAMS a b $ 1-1":        {count: 3, keys: []string{"a", "b"}, ids: []string{"$", "1-1"}},
		"XREAD COUNT -3 STREAMS a 0":             {keys: []string{"a"}, ids: []string{"0"}},
		"XREAD BLOCK 0 STREAMS a $":              {blocks: true, keys: []string{"a"}, ids: []string{"$"}},
		"XREAD BLOCK 7 block 250 STREAMS a $":    {blocks: true, blockMillis: 250, keys: []string{"a"}, ids: []string{"$"}},
		"XREADGROUP GROUP g c STREAMS STREAMS >": {group: "g", consumer: "c", keys: []string{"STREAMS"}, ids: []string{">"}},
		"XREADGROUP NOACK BLOCK 5 COUNT 2 GROUP STREAMS c STREAMS a >": {
			group: "STREAMS", consumer: "c", noAck: true, count: 2, blocks: true, blockMillis: 5, keys: []string{"a"}, ids: []string{">"}},
	} {
		got, refusal := parseXRead(strings.Fields(line), 1000)
		if refusal.IsError() || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, %s, want %+v", line, got, refusal.Str, want)
		}
	}
	const most = 1<<63 - 1
	for _, c := range []struct {
		wait    int64
		refused bool
	}{{most - 1000, false}, {most - 999, true}} {
		_, refusal := parseXRead([]string{"XREAD", "BLOCK", fmt.Sprint(c.wait), "STREAMS", "a", "0"}, 1000)
		if refusal.IsError() != c.refused {
			t.Errorf("to wait %d ms: %q", c.wait, refusal.Str)
		}
	}
}

func TestKeysOfXRead(t *testing.T) {
	table := NewTable(DataGroups()...)
	for line, want := range map[string]string{
		"XREAD STREAMS a 0":                                "a",
		"XREAD COUNT 1 BLOCK 2 STREAMS a b 0 0":            "a b",
		"XREAD BLOCK STREAMS STREAMS a 0":                  "a",
		"XREADGROUP GROUP STREAMS c NOACK STREAMS a b > >": "a b",
		"XREADGROUP GROUP g c STREAMS a b >":               "a", // half of what is there, as in Redis
		"XREADGROUP GROUP g c what STREAMS a >":            "",
		"XREADGROUP GROUP g c STREAMS STREAMS STREAMS > >": "STREAMS STREAMS",
		"XREAD COUNT 1 COUNT":                              "",
	} {
		args := strings.Fields(line)
		var keys []string
		for i := range table.Lookup(args[0]).Keys.In(args) {
			keys = append(keys, args[i])
		}
		if got := strings.Join(keys, " "); got != want {
			t.Errorf("%s: keys %q, want %q", line, got, want)
		}
	}
}

// Events are sent where Redis sends them, and none where nothing happened.
func TestStreamEvents(t *testing.T) {
	e := newTestEngine()
	var seen seenEffects
	e.Observe(seen.take)
	e.Listen(StreamEvents | EventsByKey)
	for i, c := range []struct{ line, want string }{
		{"XADD s 1 f v", "xadd"},
		{"XADD s 1 f v", ""},
		{"XADD s NOMKSTREAM MAXLEN 1 2 f v", "xadd xtrim"},
		{"XADD none NOMKSTREAM * f v", ""},
		{"XADD s 3 f v", "xadd"},
		{"XTRIM s MAXLEN 2", ""},
		{"XTRIM s MINID 3", "xtrim"},
		{"XSETID s 5", "xsetid"},
		{"XSETID s 2", ""},
		{"XGROUP CREATE s g 0", "xgroup-create"},
		{"XGROUP CREATE s g 0", ""},
		{"XGROUP SETID s g 0", "xgroup-setid"},
		{"XREADGROUP GROUP g c STREAMS s >", "xgroup-createconsumer"},
		{"XREADGROUP GROUP g c STREAMS s >", ""},
		{"XREADGROUP GROUP g d STREAMS s >", "xgroup-createconsumer"},
		{"XGROUP CREATECONSUMER s g d", ""},
		{"XGROUP CREATECONSUMER s g e", "xgroup-createconsumer"},
		{"XCLAIM s g f 0 3", "xgroup-createconsumer"},
		{"XCLAIM s g e 0 3", ""},
		{"XAUTOCLAIM s g h 0 0", "xgroup-createconsumer"},
		{"XACK s g 3", ""},
		{"XGROUP DELCONSUMER s g c", "xgroup-delconsumer"},
		{"XGROUP DELCONSUMER s g c", ""},
		{"XDEL s 3 9", "xdel"},
		{"XDEL s 3", ""},
		{"XGROUP DESTROY s g", "xgroup-destroy"},
		{"XGROUP DESTROY s g", ""},
		{"XGROUP CREATE new g $ MKSTREAM", "xgroup-create"},
	} {
		seen.emitted = nil
		apply(e, uint64(i+1), c.line)
		var names []string
		for _, event := range seen.emitted {
			names = append(names, event.(Event).Name)
		}
		if got := strings.Join(names, " "); got != c.want {
			t.Errorf("%s: events %q, want %q", c.line, got, c.want)
		}
	}
}

// Who waits for entries, or watches the key, hears of what changes them and of
// the end of a group, but of nothing that happens in one.
func TestStreamsTouchedAsInRedis(t *testing.T) {
	e := newTestEngine()
	var seen seenEffects
	e.Observe(seen.take)
	for i, c := range []struct {
		line    string
		touches bool
	}{
		{"XGROUP CREATE s g $ MKSTREAM", true},
		{"XADD s 1 f v", true},
		{"XADD s 2 f v", true},
		{"XGROUP CREATE s h 0", false},
		{"XREADGROUP GROUP g c STREAMS s >", false},
		{"XACK s g 1", false},
		{"XCLAIM s g d 0 2", false},
		{"XAUTOCLAIM s g c 0 0", false},
		{"XGROUP SETID s g 0", false},
		{"XGROUP DESTROY s nobody", false},
		{"XGROUP DESTROY s g", true},
		{"XTRIM s MAXLEN 9", false},
		{"XTRIM s MAXLEN 1", true},
		{"XDEL s 1", false},
		{"XDEL s 2", true},
		{"XREAD STREAMS s 0", false},
	} {
		seen.touched = nil
		apply(e, uint64(i+1), c.line)
		if got := slices.Equal(seen.touched, []string{"0:s"}); got != c.touches {
			t.Errorf("%s touched %q", c.line, seen.touched)
		}
	}
}

// The nodes of a stream end where those of a Redis end, whatever is in them: a
// trim about a length leaves as much, and XINFO says the same of the tree.
func TestStreamNodesAgainstRedis(t *testing.T) {
	addr, ok := transcript.StartRedis(t)
	if !ok {
		return
	}
	redis := transcript.NewTCP(addr)
	t.Cleanup(redis.Close)
	ours := &enginePlayer{}
	for _, p := range []transcript.Player{redis, ours} {
		if err := p.Reset(); err != nil {
			t.Fatal(err)
		}
	}
	both := func(args ...string) {
		t.Helper()
		var replies [2]string
		for i, p := range []transcript.Player{redis, ours} {
			r, err := p.Do("", resp.RESP2, args)
			if err != nil {
				t.Fatal(err)
			}
			replies[i] = strings.Join(transcript.Render(r), "\n")
		}
		if replies[0] != replies[1] {
			t.Fatalf("%.100q\nRedis:\n%s\nhere:\n%s", args, replies[0], replies[1])
		}
	}
	rng := rand.New(rand.NewPCG(1, 2))
	millis, seq := uint64(1), uint64(1)
	for round := range 5000 {
		if rng.IntN(2) == 0 {
			seq += rng.Uint64N(1 << rng.IntN(40))
		} else {
			millis, seq = millis+rng.Uint64N(1<<rng.IntN(40))+1, rng.Uint64N(3)
		}
		args := []string{"XADD", "s", fmt.Sprintf("%d-%d", millis, seq)}
		fields := 1 + rng.IntN(1+rng.IntN(3))
		if rng.IntN(200) == 0 {
			fields = 60 + rng.IntN(8)
		}
		for range fields {
			value := strings.Repeat("x", rng.IntN(1<<rng.IntN(8)))
			if rng.IntN(50) == 0 {
				value = strings.Repeat(value, 40)
			}
			if rng.IntN(3) == 0 {
				value = fmt.Sprint(rng.Int64() >> rng.IntN(64))
			}
			args = append(args, []string{"f", "f", "f", "12", strings.Repeat("y", 70)}[rng.IntN(5)], value)
		}
		both(args...)
		seq++
		switch round % 40 {
		case 10:
			both("XDEL", "s", fmt.Sprintf("%d-%d", millis, seq-1))
		case 20:
			both("XTRIM", "s", "MAXLEN", "~", fmt.Sprint(rng.IntN(1000)), "LIMIT", fmt.Sprint(rng.IntN(300)))
		case 30:
			both("XTRIM", "s", "MINID", "~", fmt.Sprint(rng.Uint64N(millis)))
		case 39:
			both("XINFO", "STREAM", "s")
		}
	}
	for i := range 10_250 {
		both("XADD", "large", fmt.Sprint(i+1), "f", "")
	}
	both("COPY", "large", "s", "REPLACE")
	both("XTRIM", "large", "MAXLEN", "~", "0")
	both("XTRIM", "s", "MAXLEN", "~", "0", "LIMIT", "0")
}
