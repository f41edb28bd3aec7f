package integration

import (
	"maps"
	"math/rand/v2"
	"testing"

	"coordd/resp"

	"github.com/anishathalye/porcupine"
)

// The pool of the workload, in the order of its sorted set: by weight, then by name.
var poolMembers = []struct {
	name   string
	weight int
}{{"small", 1}, {"tiny", 1}, {"medium", 3}, {"large", 5}}

const poolRound = 10 // picks: the sum of the weights

// smoothRound is one round of smooth weighted round robin: at each pick everybody
// rises by the own weight, and the highest, the first of equals, falls by the sum
// of all.
func smoothRound() []string {
	round := make([]string, poolRound)
	standing := make([]int, len(poolMembers))
	for i := range round {
		best := 0
		for m := range standing {
			standing[m] += poolMembers[m].weight
			if standing[m] > standing[best] {
				best = m
			}
		}
		standing[best] -= poolRound
		round[i] = poolMembers[best].name
	}
	return round
}

// pools are picked from in turns. Everybody is level again after a round, so
// the whole state of a pool is the number of picks so far, -1 when there is no
// pool; and every window of a round has each member exactly by its weight
// (promise P7).
func pools() kind {
	round := smoothRound()
	return linearizable("pool", "PICKINFO", -1, func(state any, args []string, out outcome) (bool, any) {
		n := state.(int)
		switch args[0] {
		case "ZADD": // the same by everybody: whoever is first makes the pool
			if n < 0 {
				return out.is(resp.Int(int64(len(poolMembers)))), 0
			}
			return out.is(resp.Int(0)), n
		case "PICK":
			if n < 0 {
				return out.is(resp.Null), n
			}
			return out.is(resp.Bulk(round[n%poolRound])), n + 1
		case "PICKINFO":
			return out.unknown || maps.Equal(pickCounts(out.reply), picksAfter(n, round)), n
		}
		panic(args[0])
	}, func(r *rand.Rand, key, _, _ string) []string {
		switch n := r.IntN(20); {
		case n < 1:
			return []string{"ZADD", key, "5", "large", "3", "medium", "1", "small", "1", "tiny"}
		case n < 4:
			return []string{"PICKINFO", key}
		case n < 10:
			return []string{"PICK", key, "RR"}
		}
		return []string{"PICK", key}
	})
}

// picksAfter is how often each was picked in the first n picks of a pool.
func picksAfter(n int, round []string) map[string]int64 {
	counts := map[string]int64{}
	if n < 0 {
		return counts
	}
	for _, m := range poolMembers {
		counts[m.name] = int64(n / poolRound * m.weight)
	}
	for _, name := range round[:n%poolRound] {
		counts[name]++
	}
	return counts
}

// pickCounts reads the picks of each member in the reply to PICKINFO.
func pickCounts(reply resp.Reply) map[string]int64 {
	counts := map[string]int64{}
	for i := 0; i+1 < len(reply.Elems); i += 2 {
		of := reply.Elems[i+1].Elems
		for f := 0; f+1 < len(of); f += 2 {
			if of[f].Str == "picks" {
				counts[reply.Elems[i].Str] = of[f+1].Int
			}
		}
	}
	return counts
}

func TestModelsBitePools(t *testing.T) {
	round := smoothRound()
	// picked is a new pool and picks from it, one after the other.
	picked := func(names ...string) []porcupine.Operation {
		ops := []porcupine.Operation{op(0, 1, "ZADD k", is(resp.Int(4)))}
		for i, name := range names {
			at := int64(2 * (i + 1))
			ops = append(ops, op(at, at+1, "PICK k", is(resp.Bulk(name))))
		}
		return ops
	}
	info := func(small, tiny, medium, large int64) porcupine.Operation {
		var elems []resp.Reply
		for i, n := range []int64{small, tiny, medium, large} {
			elems = append(elems, resp.Bulk(poolMembers[i].name), resp.Array(resp.Bulk("picks"), resp.Int(n)))
		}
		return op(100, 101, "PICKINFO k", is(resp.Array(elems...)))
	}
	twice := append(append([]string{}, round...), round...)
	bite(t, []biteCase{
		{"two rounds", pools(), true, append(picked(twice...), info(2, 2, 6, 10))},
		{"no pool yet", pools(), true, append([]porcupine.Operation{op(0, 1, "PICK k", is(resp.Null))},
			op(2, 3, "PICKINFO k", is(resp.Array())))},
		{"a pool that is forgotten", pools(), false, append(picked(round[0]), op(50, 51, "PICK k", is(resp.Null)))},
		{"one turn given twice", pools(), false, picked(append([]string{round[0]}, twice...)...)},
		{"a turn left out", pools(), false, picked(twice[1:]...)},
		{"rounds that begin anew after five picks", pools(), false, picked(append(append([]string{}, round[:5]...), round...)...)},
		{"exact shares that are not smooth", pools(), false, picked("large", "large", "large", "large", "large",
			"medium", "medium", "medium", "small", "tiny")},
		{"two at once who got one turn", pools(), false, append(picked(round[:8]...),
			op(30, 40, "PICK k", is(resp.Bulk(round[8]))), op(30, 40, "PICK k", is(resp.Bulk(round[8]))))},
		{"two at once in either order", pools(), true, append(picked(round[:8]...),
			op(30, 40, "PICK k", is(resp.Bulk(round[9]))), op(30, 40, "PICK k", is(resp.Bulk(round[8]))))},
		{"a pick of unknown outcome that counted", pools(), true, append(picked(round[0]),
			op(50, never, "PICK k", lost), op(52, 53, "PICK k", is(resp.Bulk(round[2]))))},
		{"a pick of unknown outcome that did not", pools(), true, append(picked(round[:4]...),
			op(50, never, "PICK k", lost), op(52, 53, "PICK k", is(resp.Bulk(round[4]))), info(1, 1, 1, 2))},
		{"a pick that counted twice", pools(), false, append(picked(round[:1]...), op(50, never, "PICK k", lost), info(0, 0, 1, 2))},
		{"a write of the same weights that levels the pool", pools(), false, append(picked(round[:3]...),
			op(50, 51, "ZADD k", is(resp.Int(0))), op(52, 53, "PICK k", is(resp.Bulk(round[0]))))},
	})
}
