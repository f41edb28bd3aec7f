package integration

import (
	"fmt"
	"strings"
	"testing"

	"coordd/integration/cluster"
)

// turnScript is round robin as a recipe, in one script so that nothing can come
// between its steps: the members sorted, a counter, and the remainder.
const turnScript = `
local members = redis.call('SMEMBERS', KEYS[1])
table.sort(members)
return members[redis.call('INCR', KEYS[2]) % #members + 1]`

// A pool of four servers that stay, and a fifth that comes and goes between
// picks, as one that is restarted by its supervisor over and over does.
func compareChangingPool(t *testing.T) table {
	const picks = 40
	redis := cluster.StartRedis(t)
	node := cluster.Start(t, cluster.Options{Binary: binary(t)}).Nodes[0].Addr
	recipe := pickWhilePoolChanges(t, redis, picks, "EVAL", turnScript, "2", "pool", "turn")
	ours := pickWhilePoolChanges(t, node, picks, "PICK", "pool")

	rows := table{{fmt.Sprintf("of %d picks", picks), "`INCR` and remainder", "coordd `PICK`"}}
	for _, member := range strings.Fields("a b c d e") {
		rows = append(rows, []string{"server " + member, fmt.Sprint(recipe[member]), fmt.Sprint(ours[member])})
	}
	if most, least := spreadOf(recipe); most < 3*least {
		t.Errorf("the recipe gave those who stayed %d to %d picks: it has not gone wrong", least, most)
	}
	// Everybody's turn comes at most one pick earlier or later for each change, and
	// here each change is undone by the next.
	if most, least := spreadOf(ours); most-least > 1 {
		t.Errorf("PICK gave those who stayed %d to %d picks", least, most)
	}
	return rows
}

func pickWhilePoolChanges(t *testing.T, addr string, picks int, pick ...string) map[string]int {
	t.Helper()
	ask(t, addr, "SADD", "pool", "a", "b", "c", "d")
	picked := map[string]int{}
	for i := range picks {
		change := "SADD"
		if i%2 == 1 {
			change = "SREM"
		}
		expect(t, change, ask(t, addr, change, "pool", "e"), "1")
		picked[ask(t, addr, pick...)]++
	}
	return picked
}

// spreadOf gives the most and the fewest picks of those who stayed.
func spreadOf(picked map[string]int) (most, least int) {
	most, least = picked["a"], picked["a"]
	for _, member := range []string{"b", "c", "d"} {
		most, least = max(most, picked[member]), min(least, picked[member])
	}
	return most, least
}
