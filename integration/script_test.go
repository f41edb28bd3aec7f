package integration

import (
	"crypto/sha1"
	"fmt"
	"strings"
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

// EVAL makes a script known to the group of its keys. SCRIPT EXISTS says so only
// when EVALSHA would find it whatever key it is given.
func TestScriptsAreKnownEverywhereOrNot(t *testing.T) {
	const groups = 2
	c := cluster.Start(t, cluster.Options{Binary: binary(t), Nodes: 1, Args: []string{"--groups", fmt.Sprint(groups)}})
	n, keys := c.Nodes[0], keysOfGroups(groups)
	script := "return redis.call('SET', KEYS[1], ARGV[1])"
	sha := fmt.Sprintf("%x", sha1.Sum([]byte(script)))
	exists := func(want string) {
		t.Helper()
		reply, err := cluster.Do(n.Addr, "SCRIPT", "EXISTS", sha, strings.Repeat("0", len(sha)))
		if err != nil || len(reply.Elems) != 2 {
			t.Fatalf("%v, %+v", err, reply)
		}
		if got := fmt.Sprint(reply.Elems[0].Int, reply.Elems[1].Int); got != want {
			t.Errorf("SCRIPT EXISTS: %s, want %s", got, want)
		}
	}
	exists("0 0")
	for i, key := range keys {
		if reply, err := cluster.Do(n.Addr, "EVALSHA", sha, "1", key, "v"); err != nil || !strings.HasPrefix(reply.Str, "NOSCRIPT ") {
			t.Errorf("EVALSHA before EVAL with a key of group %d: %v, %+v", i, err, reply)
		}
		for _, args := range [][]string{{"EVAL", script, "1", key, "v"}, {"EVALSHA", sha, "1", key, "v"}} {
			if reply, err := cluster.Do(n.Addr, args...); err != nil || reply.Str != "OK" {
				t.Errorf("%q: %v, %+v", args, err, reply)
			}
		}
		if i < groups-1 {
			exists("0 0")
		}
	}
	exists("1 0")
	n.Do(t, "SCRIPT", "FLUSH")
	exists("0 0")
	n.Do(t, "SCRIPT", "LOAD", script)
	exists("1 0")
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
