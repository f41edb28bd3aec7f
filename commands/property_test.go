package commands

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"coordd/store"
	"coordd/store/rdb"
)

// The generator of this file knows nothing of any command but its row: it
// fills key positions with keys and all others with words that some command
// takes, those that the row's own syntax mentions more often. So a new row
// takes part by itself.

var (
	// Each group of commands likes keys of its own best, or values of the
	// right type would be rare.
	someKeys = []string{"string1", "string2", "list1", "list2", "set1", "set2", "sorted-set1", "sorted-set2",
		"hash1", "hash2", "bitmap1", "bitmap2", "coordination1", "coordination2", "stream1", "geo1", "geo2", "hyperloglog1", "hyperloglog2", "{a}1", ""}
	someValues  = []string{"", "x", "y", "z", "hello", "\x00\xff", "7", strings.Repeat("long", 20)}
	someNumbers = []string{"0", "1", "1", "1", "2", "2", "-1", "3", "10", "100", "600", "1.5", "-2", "1e3",
		"9223372036854775807", "-9223372036854775808", "1720000000500"}
	someWords = []string{
		"NX", "XX", "GT", "LT", "CH", "INCR", "GET", "KEEPTTL", "PERSIST", "EX", "PX", "EXAT", "PXAT",
		"LEFT", "RIGHT", "BEFORE", "AFTER", "COUNT", "RANK", "MAXLEN", "BYSCORE", "BYLEX", "REV", "LIMIT",
		"WITHSCORES", "WITHSCORE", "REPLACE", "DB", "MATCH", "TYPE", "LEN", "IDX", "SYNC", "ASYNC",
		"RR", "RANDOM", "HASH", "EXCLUDE", "i8", "u4", "#1",
	}
	someBounds  = []string{"[x", "-", "+", "(y", "(1", "-inf", "+inf", "inf", "*", "string"}
	someIDs     = []string{"0", "0", "1-1", "2-*", "3", "*", "$", ">", "-", "+", "9-9", "1720000060500"}
	someAmounts = []string{"count", "ms", "milliseconds", "min-idle-time", "entries-read", "entries-added",
		"unix-time-milliseconds", "start", "end"}
	someNames = []string{"x", "x", "x", "x", "x", "x", "x", "y"} // of groups and consumers, which must meet
)

// somePayloads are what RESTORE takes: a value of each type, and one that is
// damaged.
func somePayloads() []string {
	var payloads []string
	for _, v := range []rdb.Value{
		{Kind: rdb.String, Text: "7"},
		{Kind: rdb.List, Elems: []string{"x", "y"}},
		{Kind: rdb.Set, Elems: []string{"x", "7"}},
		{Kind: rdb.Hash, Elems: []string{"x", "7"}},
		{Kind: rdb.ZSet, Elems: []string{"x", "y"}, Scores: []float64{1, -2}},
		{Kind: rdb.StreamKind, Stream: &rdb.Stream{Last: rdb.ID{Millis: 9}, Added: 2, Entries: []rdb.Entry{{ID: rdb.ID{Seq: 1}, Fields: []string{"x", "y"}}},
			Groups: []rdb.Group{{Name: "x", Pending: []rdb.Pending{{ID: rdb.ID{Seq: 1}}}, Consumers: []rdb.Consumer{{Name: "x", Pending: []rdb.ID{{Seq: 1}}}}}}}},
	} {
		payloads = append(payloads, string(rdb.Append(nil, &v)))
	}
	return append(payloads, payloads[0][1:])
}

// anEntry is what Apply takes.
type anEntry struct {
	index uint64
	now   int64
	cmds  [][]byte
	text  string
}

var (
	capitals = regexp.MustCompile(`[A-Z]{2,}`)
	bounds   = regexp.MustCompile(`min max|max min`)
)

// drawArgs makes one command out of a row.
func drawArgs(t *rapid.T, table *Table, spec *Spec) []string {
	name, sub, isSub := strings.Cut(spec.Name, "|")
	start := []string{name}
	if isSub {
		start = append(start, sub)
	}
	if spec.Name == "fence" { // the command in it must make sense, too
		inner := oneOf(t, dataSpecs(table))
		return append([]string{name, drawKey(t, "coordination"), oneOf(t, someNumbers)}, drawArgs(t, table, inner)...)
	}
	kinds := [][]string{someNumbers, someNumbers, someValues}
	if bounds.MatchString(spec.Syntax) {
		kinds = append(kinds, someBounds, someBounds, someBounds, someBounds)
	} else {
		kinds = append(kinds, someValues, someWords, someBounds, someKeys)
	}
	if strings.Contains(spec.Syntax, "serialized-value") {
		kinds = append(kinds, somePayloads(), somePayloads(), somePayloads())
	}
	if own := capitals.FindAllString(spec.Syntax, -1); len(own) > 0 {
		kinds = append(kinds, own, own)
	}
	for tries := 0; ; tries++ {
		if oneOf(t, []bool{true, true, false}) {
			written, _ := drawSyntax(t, syntaxWords(spec.Syntax))
			args := append(slices.Clone(start), written...)
			for i := range spec.Keys.In(args) {
				args[i] = drawKey(t, table.GroupOf(spec))
			}
			return args
		}
		size := spec.Arity
		if size < 0 {
			size = -size + oneOf(t, []int{0, 0, 0, 0, 0, 0, 1, 1, 1, 2, 2, 3, 4, 200})
		}
		args := slices.Clone(start)
		for len(args) < size {
			if size-len(args) > 20 { // enough for any collection to outgrow its small form
				args = append(args, strconv.Itoa(len(args)))
				continue
			}
			args = append(args, oneOf(t, oneOf(t, kinds)))
		}
		found := spec.Keys.Find == nil
		for i := range spec.Keys.In(args) {
			args[i] = drawKey(t, table.GroupOf(spec))
			found = true
		}
		if found || tries == 10 { // keys that must be counted right are rarely so by chance
			return args
		}
	}
}

func syntaxWords(syntax string) []string {
	return strings.Fields(strings.NewReplacer("[", " [ ", "]", " ] ", "<", " < ", ">", " > ", "|", " | ").Replace(syntax))
}

// drawSyntax writes what a row's syntax says, up to the bracket that closes it:
// one of the alternatives, with or without what may be left out.
func drawSyntax(t *rapid.T, words []string) (args, rest []string) {
	choices := [][]string{nil}
	for len(words) > 0 {
		word, inner := words[0], []string(nil)
		words = words[1:]
		last := &choices[len(choices)-1]
		switch {
		case word == "]" || word == ">":
			return oneOf(t, choices), words
		case word == "|":
			choices = append(choices, nil)
		case word == "[":
			if inner, words = drawSyntax(t, words); oneOf(t, []bool{true, false, false}) {
				*last = append(*last, inner...)
			}
		case word == "<":
			inner, words = drawSyntax(t, words)
			*last = append(*last, inner...)
		case word == "...":
		case 'a' <= word[0] && word[0] <= 'z':
			*last = append(*last, drawValue(t, word))
		default:
			*last = append(*last, word)
		}
	}
	return oneOf(t, choices), nil
}

// drawValue draws what a word in lower case stands for.
func drawValue(t *rapid.T, word string) string {
	kinds := [][]string{someNumbers, someNumbers, someValues, someBounds}
	switch {
	case word == "group" || word == "consumer":
		kinds = [][]string{someNames}
	case word == "id" || word == "lastid" || strings.HasSuffix(word, "-id"):
		kinds = [][]string{someIDs}
	case slices.Contains(someAmounts, word):
		kinds = [][]string{someNumbers}
	}
	return oneOf(t, oneOf(t, kinds))
}

// oneOf draws evenly. SampledFrom prefers what comes first in a list, so that
// of a hundred commands many would hardly ever be drawn.
func oneOf[T any](t *rapid.T, list []T) T {
	const bits = 10 // no list is near as long
	at := 0
	for _, bit := range rapid.SliceOfN(rapid.Bool(), bits, bits).Draw(t, "which") {
		at *= 2
		if bit {
			at++
		}
	}
	return list[at*len(list)>>bits]
}

func drawKey(t *rapid.T, group string) string {
	liked := slices.DeleteFunc(slices.Clone(someKeys), func(key string) bool { return !strings.HasPrefix(key, group) })
	if len(liked) > 0 && oneOf(t, []bool{true, true, true, false}) {
		return oneOf(t, liked)
	}
	return oneOf(t, someKeys)
}

func dataSpecs(table *Table) []*Spec {
	var specs []*Spec
	for _, s := range table.All() {
		for _, sub := range append(table.Subs(s.Name), s) {
			if sub.Data != nil {
				specs = append(specs, sub)
			}
		}
	}
	return specs
}

// drawEntries makes a log. Half of its commands are of one group, so that some
// meet what others have made; FLUSHALL and FLUSHDB are rare, or nothing would ever
// grow.
func drawEntries(t *rapid.T, table *Table, atLeast int) []anEntry {
	specs := dataSpecs(table)
	keeps := slices.DeleteFunc(slices.Clone(specs), func(s *Spec) bool { return strings.HasPrefix(s.Name, "flush") })
	liked := table.GroupOf(oneOf(t, keeps))
	home := slices.DeleteFunc(slices.Clone(keeps), func(s *Spec) bool { return table.GroupOf(s) != liked })
	entries := make([]anEntry, rapid.IntRange(atLeast, 60).Draw(t, "entries"))
	now := int64(1_720_000_000_000)
	for i := range entries {
		now += oneOf(t, []int64{0, 0, 1, 10, 400, -50})
		e := anEntry{index: uint64(i) + 1, now: now}
		for range rapid.IntRange(1, 5).Draw(t, "commands") {
			from := oneOf(t, [][]*Spec{keeps, home})
			if i%40 == 39 {
				from = specs
			}
			args := drawArgs(t, table, oneOf(t, from))
			db := oneOf(t, []int{0, 0, 0, 1})
			e.cmds = append(e.cmds, EncodeCommand(nil, db, args))
			e.text += fmt.Sprintf("%d: %q\n", db, args)
		}
		entries[i] = e
	}
	return entries
}

func frozenSnapshot(t *rapid.T, e *Engine) []byte {
	frozen := e.Freeze()
	defer frozen.Release()
	return frozenBytes(t, frozen)
}

func frozenBytes(t *rapid.T, frozen *store.Frozen) []byte {
	var b bytes.Buffer
	if _, err := frozen.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// The same log applied twice, and one that is restored from a snapshot after
// any entry and goes on from there, answer the same and end in the same state.
func TestEnginesAgree(t *testing.T) {
	table := NewTable(DataGroups()...)
	rapid.Check(t, func(t *rapid.T) {
		entries := drawEntries(t, table, 1)
		restoreAt := rapid.IntRange(0, len(entries)-1).Draw(t, "restore at")
		first, second := NewEngine(table, store.New(testSlot)), NewEngine(table, store.New(testSlot))
		restored := NewEngine(table, store.New(testSlot))
		for i, e := range entries {
			replies := first.Apply(e.index, e.now, e.cmds)
			compare(t, e, replies, second.Apply(e.index, e.now, e.cmds), "applied again")
			if i > restoreAt {
				compare(t, e, replies, restored.Apply(e.index, e.now, e.cmds), "restored")
			}
			if i == restoreAt {
				if err := restored.Restore(bytes.NewReader(frozenSnapshot(t, first))); err != nil {
					t.Fatal(err)
				}
			}
			if i >= restoreAt && first.Hash() != restored.Hash() {
				t.Fatalf("after entry %d the restored state differs; its commands:\n%s", e.index, e.text)
			}
			if first.Hash() != second.Hash() {
				t.Fatalf("after entry %d the states differ; its commands:\n%s", e.index, e.text)
			}
		}
		if a, b := frozenSnapshot(t, first), frozenSnapshot(t, restored); !bytes.Equal(a, b) {
			t.Fatal("snapshots of equal states differ")
		}
		if first.NextDeadline() != restored.NextDeadline() || first.LogTime() != restored.LogTime() {
			t.Fatal("the clocks differ")
		}
	})
}

func compare(t *rapid.T, e anEntry, want, got [][]byte, how string) {
	for i := range want {
		if !bytes.Equal(want[i], got[i]) {
			t.Fatalf("entry %d, %s:\n%s\ncommand %d answered %q, then %q", e.index, how, e.text, i, want[i], got[i])
		}
	}
}

// A frozen view stays what it was while the log goes on.
func TestFrozenStays(t *testing.T) {
	table := NewTable(DataGroups()...)
	rapid.Check(t, func(t *rapid.T) {
		entries := drawEntries(t, table, 2)
		freezeAt := rapid.IntRange(0, len(entries)-2).Draw(t, "freeze at")
		engine := NewEngine(table, store.New(testSlot))
		var frozen *store.Frozen
		var before []byte
		for i, e := range entries {
			engine.Apply(e.index, e.now, e.cmds)
			if i == freezeAt {
				before = frozenSnapshot(t, engine)
				frozen = engine.Freeze()
			}
		}
		if !bytes.Equal(before, frozenBytes(t, frozen)) {
			t.Fatal("the frozen view has changed")
		}
		frozen.Release()
	})
}

// A read changes nothing and answers the same on a view as in the log.
func TestReadsOnlyRead(t *testing.T) {
	table := NewTable(DataGroups()...)
	reads := slices.DeleteFunc(dataSpecs(table), func(s *Spec) bool { return s.Flags&Read == 0 })
	rapid.Check(t, func(t *rapid.T) {
		engine := NewEngine(table, store.New(testSlot))
		last := anEntry{}
		for _, e := range drawEntries(t, table, 1) {
			engine.Apply(e.index, e.now, e.cmds)
			last = e
		}
		now := engine.LogTime()
		for range 20 {
			spec := oneOf(t, reads)
			args := drawArgs(t, table, spec)
			before := engine.Hash()
			view := engine.View(now, mix(last.index, 0), 0, spec, args).Append(nil, 0)
			if engine.Hash() != before {
				t.Fatalf("%q changed the state", args)
			}
			wire := engine.Apply(last.index, now, [][]byte{EncodeCommand(nil, 0, args)})[0]
			if !bytes.Equal(view, wire) {
				t.Fatalf("%q answers %q on a view, %q in the log", args, view, wire)
			}
		}
	})
}

// The generator is worth something only if it gets past the parsers: over a
// fixed number of commands each row must have answered more than errors.
func TestGeneratorReachesEveryRow(t *testing.T) {
	table := NewTable(DataGroups()...)
	specs := dataSpecs(table)
	good := make(map[string]int)
	entries := rapid.Custom(func(t *rapid.T) []anEntry { return drawEntries(t, table, 60) })
	for seed := range 600 {
		engine := NewEngine(table, store.New(testSlot))
		for _, e := range entries.Example(seed + 1) {
			for i, reply := range engine.Apply(e.index, e.now, e.cmds) {
				if reply[0] == '-' {
					continue
				}
				_, args, err := DecodeCommand(e.cmds[i])
				if err != nil {
					t.Fatal(err)
				}
				if spec, _ := table.Resolve(args); spec != nil {
					good[spec.Name]++
				}
			}
		}
	}
	for _, s := range specs {
		if good[s.Name] == 0 {
			t.Errorf("%s has never answered anything but an error", s.Name)
		}
	}
}
