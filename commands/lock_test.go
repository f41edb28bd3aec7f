package commands

import (
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"coordd/resp"
)

// Two holders never hold a lock, whatever clients do and whenever it lapses,
// and every grant's token is larger than all before, also after a restore. The
// model knows nothing but the words of DESIGN: who holds what until when.
func TestLockModel(t *testing.T) {
	type held struct {
		owner string
		token int64
		until int64
	}
	rapid.Check(t, func(t *rapid.T) {
		log, now, last := newTestLog(t), int64(1_720_000_000_000), int64(0)
		model := map[string]held{}
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			now += rapid.SampledFrom([]int64{0, 1, 9, 10, 30}).Draw(t, "ms")
			name := rapid.SampledFrom([]string{"a", "b"}).Draw(t, "name")
			owner := rapid.SampledFrom([]string{"x", "y", "z"}).Draw(t, "owner")
			is := model[name]
			if is.until <= now {
				is = held{}
			}
			switch rapid.SampledFrom([]string{"lock", "lock", "lock", "unlock", "del", "info", "restore"}).Draw(t, "what") {
			case "lock":
				ttl := rapid.Int64Range(1, 40).Draw(t, "ttl")
				r := log.do(now, "LOCK", name, owner, strconv.FormatInt(ttl, 10))
				switch {
				case is.owner != "" && is.owner != owner:
					if r.Kind != resp.NullKind {
						t.Fatalf("%s holds %s, but %s got %+v", is.owner, name, owner, r)
					}
				case is.owner == owner && r.Int != is.token:
					t.Fatalf("renewed %+v with the token %d", is, r.Int)
				case is.owner == "" && r.Int <= last:
					t.Fatalf("token %d after %d", r.Int, last)
				default:
					last = max(last, r.Int)
					is = held{owner, r.Int, now + ttl}
				}
			case "unlock":
				if r := log.do(now, "UNLOCK", name, owner); (r.Int == 1) != (is.owner == owner) {
					t.Fatalf("%s unlocks %s of %q: %+v", owner, name, is.owner, r)
				}
				if is.owner == owner {
					is = held{}
				}
			case "del":
				log.do(now, "DEL", name)
				is = held{}
			case "info":
				r := log.do(now, "LOCKINFO", name)
				if is.owner == "" && r.Kind != resp.NullKind || is.owner != "" &&
					(r.Elems[1].Str != is.owner || r.Elems[3].Int != is.token || r.Elems[5].Int != is.until-now) {
					t.Fatalf("%+v shows as %+v", is, r)
				}
			case "restore":
				log = log.restored()
			}
			model[name] = is
		}
	})
}
