package integration

import (
	"fmt"
	"testing"

	"coordd/integration/cluster"
	"coordd/resp"
	"coordd/ring"
)

// Scripts that were loaded and functions are known in every group and on every
// node, and still are when all nodes were killed: also what is replayed from
// the log before a node answers runs them as it did the first time.
func TestScriptsOutliveTheirNodes(t *testing.T) {
	const groups = 2
	c := cluster.Start(t, cluster.Options{Binary: binary(t), Args: []string{"--groups", fmt.Sprint(groups)}})
	keys := keysOfGroups(groups)
	do := func(n *cluster.Node, args ...string) resp.Reply {
		t.Helper()
		reply, err := cluster.Do(n.Addr, args...)
		if err != nil || reply.IsError() {
			t.Fatalf("%q: %v %s", args, err, reply.Str)
		}
		return reply
	}
	script := "redis.call('SET', KEYS[1] .. ':rand', math.random(1e9)) return redis.call('INCRBY', KEYS[1], ARGV[1])"
	sha := do(c.Nodes[0], "SCRIPT", "LOAD", script).Str
	do(c.Nodes[1], "FUNCTION", "LOAD", "#!lua name=l\nredis.register_function('bump', function(keys) return redis.call('INCR', keys[1]) end)")
	bump := func(want int64) {
		t.Helper()
		for i, key := range keys {
			n := c.Nodes[(i+1)%len(c.Nodes)]
			do(n, "EVALSHA", sha, "1", key, "9")
			if got := do(n, "FCALL", "bump", "1", key).Int; got != want {
				t.Errorf("%s is %d, want %d", key, got, want)
			}
		}
	}
	bump(10)
	foreign := fmt.Sprintf("return redis.call('GET', '%s')", keys[1])
	if reply, err := cluster.Do(c.Nodes[0].Addr, "EVAL", foreign, "1", keys[0]); err != nil || !reply.IsError() {
		t.Errorf("a key of another group: %v, %+v", err, reply)
	}
	c.KillAll(t)
	c.StartAll(t)
	bump(20)
	for group := 1; group <= groups; group++ {
		c.RequireEqual(t, group)
	}
}

// keysOfGroups is a hash tag's key for each group.
func keysOfGroups(groups int) []string {
	r := ring.New(groups)
	keys := make([]string, groups)
	for i, found := 0, 0; found < groups; i++ {
		key := fmt.Sprintf("{k%d}", i)
		if g := r.Owner(ring.SlotOf(key)) - 1; keys[g] == "" {
			keys[g] = key
			found++
		}
	}
	return keys
}
