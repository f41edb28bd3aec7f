package cluster

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"coordd/commands"
	"coordd/commands/transcript"
	"coordd/resp"
	"coordd/ring"
)

// requirePage compares a page with what it should be, line by line; the ids of
// nodes are shortened to their first letter.
func requirePage(t *testing.T, what, got, want string) {
	t.Helper()
	for _, id := range []string{idA, idB, idC} {
		got = strings.ReplaceAll(got, id, id[:1])
	}
	if want = strings.TrimPrefix(want, "\n"); got != want {
		t.Errorf("%s:\n%s\nwant:\n%s", what, got, want)
	}
}

func TestNodes(t *testing.T) {
	const pongA, pongC = "1720000059800", "1720000059700"
	down := three(idA)
	down.Nodes[2].Silent = ring.DownAfter + time.Millisecond
	lost := three("")
	lost.Nodes[0].Silent, lost.Nodes[2].Silent = 10*time.Second, 10*time.Second
	named := alone()
	named.Nodes[0].ClientAddr = "db.example:6379"
	six := alone()
	six.Nodes[0].ClientAddr = "[::1]:6379"
	for _, c := range []struct {
		what     string
		topology ring.Topology
		want     string
	}{
		{"one group", three(idA), `
a 10.0.0.1:6379@16379 master - 0 ` + pongA + ` 9 connected 0-16383
b 10.0.0.2:6380@16380 myself,slave a 0 0 9 connected
c 10.0.0.3:6381@16381 slave a 0 ` + pongC + ` 9 connected
`},
		{"one leads all", three(idB, idB, idB), `
a 10.0.0.1:6379@16379 slave b 0 ` + pongA + ` 9 connected
b 10.0.0.2:6380@16380 myself,master - 0 0 9 connected 0-16383
c 10.0.0.3:6381@16381 slave b 0 ` + pongC + ` 9 connected
`},
		{"no leader is known", three(""), `
a 10.0.0.1:6379@16379 slave b 0 ` + pongA + ` 9 connected
b 10.0.0.2:6380@16380 myself,master - 0 0 9 connected 0-16383
c 10.0.0.3:6381@16381 slave b 0 ` + pongC + ` 9 connected
`},
		{"one is down", down, `
a 10.0.0.1:6379@16379 master - 0 ` + pongA + ` 9 connected 0-16383
b 10.0.0.2:6380@16380 myself,slave a 0 0 9 connected
c 10.0.0.3:6381@16381 slave,fail a 0 1720000054999 9 disconnected
`},
		{"all others are down", lost, `
a 10.0.0.1:6379@16379 slave,fail? b 0 1720000050000 9 disconnected
b 10.0.0.2:6380@16380 myself,master - 0 0 9 connected 0-16383
c 10.0.0.3:6381@16381 slave,fail? b 0 1720000050000 9 disconnected
`},
		{"a host name", named, "a db.example:6379@16379,db.example myself,master - 0 0 7 connected 0-16383\n"},
		{"IPv6", six, "a ::1:6379@16379 myself,master - 0 0 7 connected 0-16383\n"},
	} {
		requirePage(t, c.what, newRig(t, c.topology).ask(t, "NODES").Str, c.want)
	}
	each := three(idC, idA, idB)
	requireOwners(t, each, newRig(t, each).ask(t, "NODES").Str)
}

// requireOwners checks that the ranges in a NODES page are those of the ring,
// each slot once, at the leader of its group.
func requireOwners(t *testing.T, topology ring.Topology, page string) {
	t.Helper()
	owner := map[int]string{}
	for _, line := range strings.Split(strings.TrimSuffix(page, "\n"), "\n") {
		words := strings.Fields(line)
		for _, word := range words[8:] {
			var from, to int
			if n, _ := fmt.Sscanf(word, "%d-%d", &from, &to); n == 1 {
				to = from
			}
			for slot := from; slot <= to; slot++ {
				if owner[slot] != "" {
					t.Fatalf("slot %d has two owners", slot)
				}
				owner[slot] = words[0]
			}
		}
	}
	for slot := range uint16(ring.Slots) {
		if want := topology.Group(topology.Ring.Owner(slot)).LeaderID; owner[int(slot)] != want {
			t.Fatalf("slot %d belongs to %q, want %q", slot, owner[int(slot)], want)
		}
	}
}

// SLOTS holds every slot once, each range with its leader first.
func TestSlots(t *testing.T) {
	topology := three(idC, idA, idB)
	next := 0
	for _, row := range newRig(t, topology).ask(t, "SLOTS").Elems {
		from, to := int(row.Elems[0].Int), int(row.Elems[1].Int)
		if from != next || to < from {
			t.Fatalf("range %d-%d follows slot %d", from, to, next-1)
		}
		next = to + 1
		var ids []string
		for _, n := range row.Elems[2:] {
			ids = append(ids, n.Elems[2].Str[:1])
		}
		leader := topology.Group(topology.Ring.Owner(uint16(from))).LeaderID
		if ids[0] != leader[:1] || len(ids) != 3 || ids[1] == ids[2] || ids[1] >= ids[2] {
			t.Errorf("slots %d-%d are served by %v, want %s and then the other two", from, to, ids, leader[:1])
		}
	}
	if next != ring.Slots {
		t.Errorf("the last slot is %d", next-1)
	}

	topology = three(idA)
	topology.Nodes[1].ClientAddr = "db.example:6380"
	topology.Nodes[2].Silent = time.Hour
	lines := strings.Join(transcript.Render(newRig(t, topology).ask(t, "SLOTS")), "\n")
	requirePage(t, "a node is down", lines, `
1) 1) (integer) 0
   2) (integer) 16383
   3) 1) "10.0.0.1"
      2) (integer) 6379
      3) "a"
      4) (empty hash)
   4) 1) "db.example"
      2) (integer) 6380
      3) "b"
      4) (empty hash)`)
}

// In SHARDS each node is in one shard, whichever groups it leads.
func TestShards(t *testing.T) {
	topology := three(idC, idA)
	topology.Groups[0].Voters = []string{idA, idC} // b has only just joined
	topology.Nodes[1].ClientAddr = "db.example:6380"
	r := newRig(t, topology)
	var got []string
	for _, shard := range r.ask(t, "SHARDS").Elems {
		line := fmt.Sprintf("%d ranges:", len(shard.Elems[1].Elems)/2)
		for _, n := range shard.Elems[3].Elems {
			for i := 0; i < len(n.Elems); i += 2 {
				if word := n.Elems[i].Str; word == "id" || word == "hostname" || word == "role" || word == "health" {
					line += " " + n.Elems[i+1].Str
				}
			}
		}
		got = append(got, line)
	}
	requirePage(t, "SHARDS", strings.Join(got, "\n"), "1 ranges: a master online\n1 ranges: c master online b db.example replica loading")

	topology.Nodes[2].Silent = time.Hour
	r.topology = topology
	if page := strings.Join(transcript.Render(r.ask(t, "SHARDS")), "\n"); strings.Count(page, `"health" => "fail"`) != 1 {
		t.Errorf("one node is down:\n%s", page)
	}
}

// A shard keeps its id when it gets another leader, and its replicas share it.
func TestShardIDs(t *testing.T) {
	of := func(topology ring.Topology, self string) string {
		topology.Self = self
		return newRig(t, topology).ask(t, "MYSHARDID").Str
	}
	first, second := of(three(idA, idB), idA), of(three(idA, idB), idB)
	if first == second || len(first) != 40 {
		t.Errorf("two shards: %s and %s", first, second)
	}
	if got := of(three(idA, idB), idC); got != first {
		t.Errorf("a node that leads nothing is in shard %s, want the first, %s", got, first)
	}
	if got := of(three(idC, idB), idC); got != first {
		t.Errorf("under another leader the first shard is %s, was %s", got, first)
	}
}

func TestInfo(t *testing.T) {
	for _, c := range []struct {
		topology ring.Topology
		want     []string
	}{
		{three(idA), []string{"cluster_state:ok", "cluster_slots_ok:16384", "cluster_known_nodes:3", "cluster_size:1", "cluster_current_epoch:9"}},
		{three(idA, idB, idC), []string{"cluster_state:ok", "cluster_slots_fail:0", "cluster_size:3"}},
		{three(""), []string{"cluster_state:fail", "cluster_slots_assigned:16384", "cluster_slots_ok:0", "cluster_slots_fail:16384"}},
	} {
		page := newRig(t, c.topology).ask(t, "INFO").Str
		for _, line := range c.want {
			if !strings.Contains(page, line+"\r\n") {
				t.Errorf("no line %q in\n%s", line, page)
			}
		}
	}
}

func TestReplicas(t *testing.T) {
	r := newRig(t, three(idA))
	for _, word := range []string{"REPLICAS", "SLAVES"} {
		reply := r.ask(t, word, idA)
		if len(reply.Elems) != 2 || !strings.HasPrefix(reply.Elems[0].Str, idB+" 10.0.0.2:6380@16380 myself,slave "+idA) {
			t.Errorf("%s: %v", word, transcript.Render(reply))
		}
	}
	if reply := r.ask(t, "REPLICAS", idB); reply.Str != "ERR The specified node is not a master" {
		t.Errorf("replicas of a replica: %v", reply)
	}
	r.topology = three(idA, idB, idC)
	if reply := r.ask(t, "REPLICAS", idA); reply.Kind != resp.ArrayKind || len(reply.Elems) != 0 {
		t.Errorf("replicas where all lead: %v", transcript.Render(reply))
	}
	if reply := r.ask(t, "COUNT-FAILURE-REPORTS", idA); reply.Kind != resp.IntKind || reply.Int != 0 {
		t.Errorf("failure reports: %v", reply)
	}
}

func TestLinks(t *testing.T) {
	topology := three(idA)
	topology.Nodes[2].Silent = time.Hour
	links := newRig(t, topology).ask(t, "LINKS").Elems
	if len(links) != 2 {
		t.Fatalf("%d links, want two, to and from the one that answers", len(links))
	}
	requirePage(t, "the first link", strings.Join(transcript.Render(links[0]), "\n"), `
1# "direction" => "to"
2# "node" => "a"
3# "create-time" => (integer) 1720000000000
4# "events" => "r"
5# "send-buffer-allocated" => (integer) 0
6# "send-buffer-used" => (integer) 0`)
}

func TestForget(t *testing.T) {
	r := newRig(t, three(idA))
	var asked string
	for _, c := range []struct {
		id   string
		err  error
		want string
	}{
		{idC, nil, "OK"},
		{idB, nil, "ERR I tried hard but I can't forget myself..."},
		{"x\ny", ErrUnknownNode, "ERR Unknown node x y"},
		{idC, errors.New("no leader"), "ERR the node may not have been forgotten, and the command may be repeated: no leader"},
	} {
		asked = ""
		r.forget = func(id string) error {
			asked = id
			return c.err
		}
		if reply := r.ask(t, "FORGET", c.id); reply.Str != c.want {
			t.Errorf("FORGET %q: %q, want %q", c.id, reply.Str, c.want)
		}
		if wanted := c.id != idB; (asked == c.id) != wanted {
			t.Errorf("FORGET %q: was asked to remove %q", c.id, asked)
		}
	}
}

func TestKeysWithoutALeader(t *testing.T) {
	r := newRig(t, three(""))
	r.noLeader = true
	for _, words := range [][]string{{"COUNTKEYSINSLOT", "1"}, {"GETKEYSINSLOT", "1", "10"}} {
		if reply := r.ask(t, words...); !strings.HasPrefix(reply.Str, "CLUSTERDOWN ") {
			t.Errorf("%v: %v", words, reply)
		}
	}
}

// A store may pass on more keys than it was asked for; the client must not see them.
func TestGetKeysInSlotKeepsToItsCount(t *testing.T) {
	c := cluster{Config{ScanSlot: func(_ int, _ uint16, _ int, f func(key string)) error {
		f("a")
		f("b")
		f("c")
		return nil
	}}}
	reply := c.getKeys(commands.NewClient(commands.ClientConfig{}), []string{"CLUSTER", "GETKEYSINSLOT", "1", "2"})
	if len(reply.Elems) != 2 {
		t.Errorf("%d keys, asked for 2", len(reply.Elems))
	}
}

func TestConfigMustBeWhole(t *testing.T) {
	if _, err := Groups(Config{}); err == nil {
		t.Error("an empty Config was taken")
	}
}
