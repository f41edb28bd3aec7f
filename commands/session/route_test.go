package session

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"coordd/commands"
	"coordd/resp"
)

func newClient(id uint64) *commands.Client {
	return commands.NewClient(commands.ClientConfig{ID: id, Authenticated: true})
}

func ids(r *rig) []uint64 {
	var out []uint64
	for _, c := range r.cfg.Clients.All() {
		out = append(out, c.ID())
	}
	return out
}

// keyIn returns the i-th key that belongs to a group.
func keyIn(r *rig, group, i int) string {
	for n := 0; ; n++ {
		key := "k" + strconv.Itoa(n)
		if r.owner(key) != group {
			continue
		}
		if i == 0 {
			return key
		}
		i--
	}
}

func TestRouting(t *testing.T) {
	r := newRig(t, 3)
	a0, a1, b, c := keyIn(r, 0, 0), keyIn(r, 0, 1), keyIn(r, 1, 0), keyIn(r, 2, 0)
	names := strings.NewReplacer("A0", a0, "A1", a1, " B", " "+b, " C", " "+c)
	for _, step := range []struct{ pipeline, want string }{
		// One group is enough for several keys, though they are of different slots.
		{"MSET A0 1 A1 2", "+OK|"},
		{"RENAME A0 A1", "+OK|"},
		{"MSET A0 1 B 2", "-CROSSSLOT Keys in request don't hash to the same slot|"},
		{"RENAME A1 B", "-CROSSSLOT Keys in request don't hash to the same slot|"},
		{"COPY A1 C", "-CROSSSLOT Keys in request don't hash to the same slot|"},
		// What is promised for each key alone is split, and the order is kept.
		{"SET B b\nSET C c", "+OK|+OK|"},
		{"MGET C A0 B C A1", "*5|$1|c|$-1|$1|b|$1|c|$1|1|"},
		{"EXISTS C A0 B C A1", ":4|"},
		{"SET A0 x\nMGET C A0\nEXISTS A0 B", "+OK|*2|$1|c|$1|x|:2|"},
		{"TOUCH A0 C", ":2|"},
		{"DEL A0 B nosuch", ":2|"},
		{"UNLINK A1 C", ":2|"},
		{"DBSIZE", ":0|"},
	} {
		r.expect(t, names.Replace(step.pipeline), step.want)
	}
}

// Commands on whole databases go to all groups.
func TestAllGroups(t *testing.T) {
	r := newRig(t, 3)
	var want []string
	for i := range 30 {
		r.serve(fmt.Sprintf("SET key%d x\nselect 1\nSET other x\nselect 0", i))
		want = append(want, fmt.Sprintf("key%d", i))
	}
	for g, log := range r.logs {
		if n, _ := log.engine.Keys(0); n == 0 {
			t.Fatalf("group %d has no keys: the test shows nothing", g)
		}
	}
	r.expect(t, "DBSIZE", ":30|")
	keys := strings.FieldsFunc(r.serve("KEYS key*"), func(c rune) bool { return c == '|' })
	var got []string
	for i := 2; i < len(keys); i += 2 {
		got = append(got, keys[i])
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("KEYS found %v", got)
	}
	r.expect(t, "FLUSHDB\nDBSIZE\nselect 1\nDBSIZE\nFLUSHALL\nDBSIZE", "+OK|:0|+OK|:1|+OK|:0|")
	r.expect(t, "FLUSHALL nonsense", "-ERR syntax error|")
}

// scanAll walks with SCAN until the cursor is 0 again.
func scanAll(t *testing.T, r *rig, options string) []string {
	t.Helper()
	var found []string
	cursor := "0"
	for range 10_000 {
		out := r.serve("SCAN " + cursor + " " + options)
		reply, _, err := resp.Parse([]byte(strings.ReplaceAll(out, "|", "\r\n")))
		if err != nil || reply.IsError() {
			t.Fatalf("SCAN %s: %q, %v", cursor, out, err)
		}
		for _, key := range reply.Elems[1].Elems {
			found = append(found, key.Str)
		}
		if cursor = reply.Elems[0].Str; cursor == "0" {
			slices.Sort(found)
			return found
		}
	}
	t.Fatal("SCAN does not end")
	return nil
}

// Nobody writes meanwhile, so every key is seen exactly once.
func TestScanOverGroups(t *testing.T) {
	for _, groups := range []int{1, 3, 8} {
		r := newRig(t, groups)
		if got := scanAll(t, r, ""); len(got) > 0 {
			t.Errorf("%d groups: an empty database holds %v", groups, got)
		}
		var want []string
		for i := range 200 {
			key := fmt.Sprintf("key%03d", i)
			r.serve("SET " + key + " x")
			want = append(want, key)
		}
		for _, options := range []string{"", "COUNT 1", "COUNT 7", "COUNT 1000", "MATCH key*", "TYPE string"} {
			if got := scanAll(t, r, options); !slices.Equal(got, want) {
				t.Errorf("%d groups, SCAN %s: %d keys, want %d", groups, options, len(got), len(want))
			}
		}
		if got := scanAll(t, r, "MATCH key00* COUNT 3"); !slices.Equal(got, want[:10]) {
			t.Errorf("%d groups, MATCH: %v", groups, got)
		}
		r.expect(t, "SCAN x", "-ERR invalid cursor|")
		r.expect(t, "SCAN 0 COUNT x", "-ERR value is not an integer or out of range|")
	}
}

// A key that is there from beginning to end is seen, whatever others do.
func TestScanBesideWrites(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		r := newRig(t, 3)
		for i := range 40 {
			r.serve(fmt.Sprintf("SET stays%d x\nSET goes%d x", i, i))
		}
		seen := map[string]bool{}
		cursor := "0"
		for {
			out := r.serve("SCAN " + cursor + " COUNT " + strconv.Itoa(rapid.IntRange(1, 20).Draw(rt, "count")))
			reply, _, err := resp.Parse([]byte(strings.ReplaceAll(out, "|", "\r\n")))
			if err != nil {
				rt.Fatal(err)
			}
			for _, key := range reply.Elems[1].Elems {
				seen[key.Str] = true
			}
			if cursor = reply.Elems[0].Str; cursor == "0" {
				break
			}
			i := rapid.IntRange(0, 60).Draw(rt, "other")
			r.serve(fmt.Sprintf("DEL goes%d\nSET comes%d x", i, i))
		}
		for i := range 40 {
			if key := fmt.Sprintf("stays%d", i); !seen[key] {
				rt.Errorf("%s was not seen", key)
			}
		}
	})
}

// Groups follow one another in the order of their first slots. A cursor behind
// the last key of a group's slot, in a slot of another, is not taken for that
// other group's.
func TestCursorAfter(t *testing.T) {
	r := newRig(t, 3)
	r.cfg.Owner = func(slot uint16) int {
		switch {
		case slot < 10, 20 <= slot && slot < 30:
			return 0
		case slot < 20:
			return 1
		}
		return 2
	}
	const shift = slotShift
	for _, c := range []struct {
		group      int
		next, want uint64
	}{
		{0, 5<<shift + 7, 5<<shift + 7},
		{0, 10 << shift, 20 << shift},
		{0, 10<<shift + 7, 20 << shift},
		{0, 30 << shift, 10 << shift},
		{0, 0, 10 << shift},
		{1, 20 << shift, 30 << shift},
		{1, 0, 30 << shift},
		{2, 16383<<shift + 7, 16383<<shift + 7},
		{2, 16384 << shift, 0},
		{2, 0, 0},
	} {
		if got := r.cursorAfter(c.group, c.next); got != c.want {
			t.Errorf("group %d returned %x: the walk goes on at %x, want %x", c.group, c.next, got, c.want)
		}
	}
}

// Groups without keys cost no round trip.
func TestScanPassesEmptyGroups(t *testing.T) {
	for group := range 3 {
		r := newRig(t, 3)
		key := keyIn(r, group, 0)
		r.serve("SET " + key + " x")
		if out := r.serve("SCAN 0"); !strings.Contains(out, key) {
			t.Errorf("only group %d has a key: the first page is %s", group, out)
		}
	}
}

// Every key of every group can be drawn, and nothing else.
func TestRandomKeyOverGroups(t *testing.T) {
	r := newRig(t, 3)
	r.expect(t, "RANDOMKEY", "$-1|")
	for _, key := range []string{keyIn(r, 0, 0), keyIn(r, 1, 0), keyIn(r, 2, 0), keyIn(r, 2, 1)} {
		r.serve("SET " + key + " x")
	}
	drawn := map[string]int{}
	for range 4000 {
		drawn[r.serve("RANDOMKEY")]++
	}
	if len(drawn) != 4 {
		t.Errorf("drew %v, want four keys", drawn)
	}
	for key, n := range drawn {
		if n < 800 || n > 1200 { // seven standard deviations from 1000
			t.Errorf("%s was drawn %d times of 4000", key, n)
		}
	}
}

// Three groups answer as one does, if each command is alone on its keys.
func TestGroupsAgreeWithOne(t *testing.T) {
	commandsOf := rapid.Custom(func(rt *rapid.T) string {
		key := func() string { return "k" + strconv.Itoa(rapid.IntRange(0, 9).Draw(rt, "key")) }
		switch rapid.IntRange(0, 9).Draw(rt, "kind") {
		case 0:
			return "SET " + key() + " " + strconv.Itoa(rapid.IntRange(0, 99).Draw(rt, "value"))
		case 1:
			return "GET " + key()
		case 2:
			return "INCR " + key()
		case 3:
			return "APPEND " + key() + " x"
		case 4:
			return "MGET " + key() + " " + key() + " " + key()
		case 5:
			return "DEL " + key() + " " + key()
		case 6:
			return "EXISTS " + key() + " " + key()
		case 7:
			return "PING"
		case 8:
			return "DBSIZE"
		}
		return rapid.SampledFrom([]string{"nosuch a", "GET", "select 1", "select 0", "proto 3", "proto 2"}).Draw(rt, "odd")
	})
	rapid.Check(t, func(rt *rapid.T) {
		three, one := newRig(t, 3), newRig(t, 1)
		for range rapid.IntRange(1, 4).Draw(rt, "pipelines") {
			pipeline := rapid.SliceOfN(commandsOf, 1, 30).Draw(rt, "pipeline")
			got := three.serve(strings.Join(pipeline, "\n"))
			want := ""
			for _, command := range pipeline {
				want += one.serve(command)
			}
			if got != want {
				rt.Fatalf("%q:\n got %s\nwant %s", pipeline, got, want)
			}
		}
	})
}
