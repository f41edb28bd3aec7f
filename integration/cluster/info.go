package cluster

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"coordd/resp"
)

// Role asks the node for the first word of ROLE: "master" or "slave".
func (n *Node) Role() (string, error) {
	c, err := Dial(n.Addr)
	if err != nil {
		return "", err
	}
	defer c.Close()
	c.Timeout = LeaderWithin / 4
	reply, err := c.Do("ROLE")
	if err != nil {
		return "", err
	}
	if reply.Kind != resp.ArrayKind || len(reply.Elems) == 0 {
		return "", fmt.Errorf("ROLE answered %v %q", reply.Kind, reply.Str)
	}
	return reply.Elems[0].Str, nil
}

// Info asks for one section of INFO and returns its fields.
func (n *Node) Info(section string) (map[string]string, error) {
	reply, err := Do(n.Addr, "INFO", section)
	if err == nil && reply.IsError() {
		err = fmt.Errorf("INFO %s: %s", section, reply.Str)
	}
	if err != nil {
		return nil, err
	}
	return fields(reply.Str, "\n", ":"), nil
}

// fields cuts "a:1\nb:2" into a map, with any two separators.
func fields(text, between, inside string) map[string]string {
	m := map[string]string{}
	for _, part := range strings.Split(text, between) {
		if name, value, ok := strings.Cut(strings.TrimSpace(part), inside); ok {
			m[name] = value
		}
	}
	return m
}

// Raft is what a node says of one Raft group in INFO raft.
type Raft struct {
	Role      string // "leader", "follower", "candidate" or "nonvoter"
	Applied   uint64 // index that the state machine has reached
	FirstLog  uint64 // oldest entry still in the log
	Snapshot  uint64 // index of the newest snapshot; 0: none
	StateHash string // of everything applied
	Voters    []string
	Nonvoters []string
}

// Raft asks the node about group g (1 is the first that holds keys).
func (n *Node) Raft(g int) (Raft, error) {
	info, err := n.Info("raft")
	if err != nil {
		return Raft{}, err
	}
	f := fields(info[fmt.Sprintf("raft_group_%d", g)], ",", "=")
	r := Raft{
		Role: f["role"], StateHash: f["state_hash"],
		Voters: list(f["voters"]), Nonvoters: list(f["nonvoters"]),
	}
	for name, into := range map[string]*uint64{"applied": &r.Applied, "first_log": &r.FirstLog, "snapshot": &r.Snapshot} {
		if *into, err = strconv.ParseUint(f[name], 10, 64); err != nil {
			return Raft{}, fmt.Errorf("%s: INFO raft, group %d, %s: %w", n.Name, g, name, err)
		}
	}
	return r, nil
}

// list cuts "a|b|c"; nothing at all is no element.
func list(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, "|")
}

// RequireEqual waits until all running nodes stand still at one index of group
// g, and fails the test when their hashes differ there (promise P8). It
// returns the index and the hash. Nobody may write meanwhile.
func (c *Cluster) RequireEqual(t testing.TB, g int) (uint64, string) {
	t.Helper()
	var said []Raft
	Poll(t, EqualWithin, "all nodes to stand at one index", func() (err error) {
		before, err := c.raftOfAll(g)
		if err != nil {
			return err
		}
		// An index and a hash that are not read in one moment agree when
		// nothing has moved between two looks.
		if said, err = c.raftOfAll(g); err != nil {
			return err
		}
		for i := range said {
			if said[i].Applied != before[0].Applied || said[i].StateHash != before[i].StateHash {
				return fmt.Errorf("group %d: node %d is at index %d, node 1 was at %d", g, i+1, said[i].Applied, before[0].Applied)
			}
		}
		return nil
	})
	for i := range said {
		if said[i].StateHash != said[0].StateHash || said[i].StateHash == "" {
			t.Fatalf("group %d, index %d: replicas differ: %q and %q", g, said[0].Applied, said[0].StateHash, said[i].StateHash)
		}
	}
	return said[0].Applied, said[0].StateHash
}

func (c *Cluster) raftOfAll(g int) ([]Raft, error) {
	var all []Raft
	for _, n := range c.Nodes {
		if !n.Running() {
			continue
		}
		r, err := n.Raft(g)
		if err != nil {
			return nil, err
		}
		all = append(all, r)
	}
	return all, nil
}
