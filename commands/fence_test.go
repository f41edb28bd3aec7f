package commands

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"coordd/resp"
	"coordd/store"
)

// Tokens of what was written never go down, whatever becomes of locks and keys,
// also after a restore; and FENCE refuses exactly what a naive model refuses.
func TestFenceModel(t *testing.T) {
	type held struct{ token, until int64 }
	rapid.Check(t, func(t *rapid.T) {
		log, now := newTestLog(t), int64(1_720_000_000_000)
		locks, seen, written := map[string]held{}, map[string]int64{}, map[string]int64{}
		granted := []int64{1, 30} // nobody checks where a token comes from
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			now += rapid.SampledFrom([]int64{0, 1, 9, 30}).Draw(t, "ms")
			name := rapid.SampledFrom([]string{"a", "b"}).Draw(t, "name")
			owner := rapid.SampledFrom([]string{"x", "y"}).Draw(t, "owner")
			if locks[name].until <= now {
				delete(locks, name)
			}
			switch rapid.SampledFrom([]string{"fence", "fence", "fence", "lock", "lock", "unlock", "del", "flush", "swap", "restore"}).Draw(t, "what") {
			case "fence":
				token := rapid.SampledFrom(granted).Draw(t, "token")
				reply := log.do(now, "FENCE", name, strconv.FormatInt(token, 10), "SET", "guarded:"+name, strconv.FormatInt(token, 10))
				newest := max(seen[name], locks[name].token)
				if want := fmt.Sprintf("FENCED token %d is older than %d, the newest seen for '%s'", token, newest, name); token < newest && reply.Str != want {
					t.Fatalf("%q, want %q", reply.Str, want)
				}
				if token >= newest && reply.Str != "OK" {
					t.Fatalf("token %d after %d: %q", token, newest, reply.Str)
				}
				if token < newest {
					break
				}
				if token < written[name] {
					t.Fatalf("token %d has written after %d", token, written[name])
				}
				seen[name], written[name] = token, token
			case "lock":
				ttl := rapid.Int64Range(1, 40).Draw(t, "ttl")
				reply := log.do(now, "LOCK", name, owner, strconv.FormatInt(ttl, 10))
				if reply.Int == 0 { // another has it
					break
				}
				if reply.Int != locks[name].token && seen[name] != 0 {
					seen[name] = max(seen[name], reply.Int)
				}
				locks[name] = held{reply.Int, now + ttl}
				granted = append(granted, reply.Int)
			case "unlock":
				if log.do(now, "UNLOCK", name, owner).Int == 1 {
					delete(locks, name)
				}
			case "del":
				log.do(now, "DEL", name)
				delete(locks, name)
			case "flush":
				log.do(now, "FLUSHALL")
				clear(locks)
			case "swap":
				log.do(now, "SWAPDB", "0", "1")
				log.do(now, "FLUSHDB") // what was in the other database is none of this model's
				clear(locks)
			case "restore":
				log = log.restored()
			}
			if value := log.do(now, "GET", "guarded:"+name).Str; value != "" && value != strconv.FormatInt(written[name], 10) {
				t.Fatalf("%q is written, want %d", value, written[name])
			}
		}
	})
}

// What FENCE carries out does and answers as it does alone, in the same state.
func TestFenceCarriesOut(t *testing.T) {
	table := NewTable(DataGroups()...)
	writes := slices.DeleteFunc(dataSpecs(table), func(s *Spec) bool { return s.Flags&Write == 0 || s.Flags&AllShards != 0 || s.Name == "fence" })
	rapid.Check(t, func(t *rapid.T) {
		alone, fenced := newTestLog(t), newTestLog(t)
		now := int64(1_720_000_000_000)
		for _, log := range []*testLog{alone, fenced} { // the fence itself is part of the state
			log.do(now, "FENCE", "the fence", "1", "DEL", "nothing")
		}
		for range rapid.IntRange(1, 40).Draw(t, "commands") {
			now += rapid.SampledFrom([]int64{0, 1, 400}).Draw(t, "ms")
			spec := oneOf(t, writes)
			args := drawArgs(t, table, spec)
			if spec.Flags&Blocking != 0 {
				if _, waits := BlockTimeout(spec, args); waits {
					continue
				}
			}
			a := alone.do(now, args...)
			b := fenced.do(now, append([]string{"FENCE", "the fence", "1"}, args...)...)
			if x, y := string(a.Append(nil, resp.Wire)), string(b.Append(nil, resp.Wire)); x != y {
				t.Fatalf("%q answers %q, fenced %q", args, x, y)
			}
			if alone.engine.Hash() != fenced.engine.Hash() {
				t.Fatalf("%q leaves another state when it is fenced", args)
			}
		}
	})
}

// The keys are the name's and those of the command, wherever it has them.
func TestFenceKeys(t *testing.T) {
	table := NewTable(DataGroups()...)
	spec := table.Lookup("fence")
	for line, want := range map[string][]int{
		"FENCE n 1 SET a b":                          {1, 4},
		"FENCE n 1 MSET a 1 b 2":                     {1, 4, 6},
		"FENCE n 1 LMPOP 2 a b LEFT":                 {1, 5, 6},
		"FENCE n 1 XREADGROUP GROUP g c STREAMS s 0": {1, 8},
		"FENCE n 1 LMPOP x a b LEFT":                 {1},
		"FENCE n 1 GET a":                            {1},
		"FENCE n 1 FENCE a 1 SET b c":                {1},
		"FENCE n 1 NOSUCH a":                         {1},
		"FENCE n 1":                                  {1},
	} {
		if got := slices.Collect(spec.Keys.In(strings.Fields(line))); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", line, got, want)
		}
	}
}

// Nothing is kept for a lock that nobody has fenced with.
func TestFencesCostNothingUnused(t *testing.T) {
	log := newTestLog(t)
	for i := range 100 {
		log.do(1, "LOCK", strconv.Itoa(i), "me", "10")
	}
	if n := log.engine.store.View(1).On(store.Fences).Len(); n != 0 {
		t.Errorf("%d names are kept", n)
	}
	log.do(2, "FENCE", "7", "1000000", "SET", "k", "v")
	if n := log.engine.store.View(2).On(store.Fences).Len(); n != 1 {
		t.Errorf("%d names are kept, want 1", n)
	}
}
