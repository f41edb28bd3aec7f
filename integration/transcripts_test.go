package integration

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coordd/commands/transcript"
	"coordd/integration/cluster"
	"coordd/resp"
)

// The corpus: what commands do to data, and what they say of the server.
const (
	dataTranscripts  = "../commands/testdata"
	adminTranscripts = "../commands/admin/testdata"
)

// wallClock are the rules for a server, whose time nobody can set.
var wallClock = transcript.Rules{WallClock: true}

func TestTranscriptsOnOneNode(t *testing.T) {
	n := cluster.Start(t, cluster.Options{Binary: binary(t), Nodes: 1}).Nodes[0]
	playBoth(t, transcript.NewTCP(n.Addr), transcript.NewTCP(n.Addr), wallClock)
}

// On three nodes, commands on data go to one node after the other, in the
// midst of a conversation; what a node knows of itself is asked of one.
func TestTranscriptsOnThreeNodes(t *testing.T) {
	c := cluster.Start(t, cluster.Options{Binary: binary(t)})
	var spread roundRobin
	for _, n := range c.Nodes {
		spread.players = append(spread.players, transcript.NewTCP(n.Addr))
	}
	// INFO and READONLY tell of the node itself, and the leader lacks nothing.
	admin := transcript.NewTCP(c.Leader(t).Addr)
	t.Cleanup(func() {
		spread.Close()
		admin.Close()
	})
	t.Run("data", func(t *testing.T) { transcript.PlayAll(t, &spread, dataTranscripts, wallClock) })
	for _, path := range transcript.Files(t, adminTranscripts) {
		if name := filepath.Base(path); name != "role.txt" { // that is about a node without others
			t.Run("admin/"+name, func(t *testing.T) { transcript.Play(t, admin, path, wallClock) })
		}
	}
	c.RequireEqual(t, 1)
}

// The corpus itself is held against a real redis-server. COORDD_NO_REDIS=1
// leaves that out, where nobody can install one.
func TestTranscriptsOnRedis(t *testing.T) {
	if os.Getenv("COORDD_NO_REDIS") == "1" {
		t.Log("NOT COMPARED with a real redis-server: COORDD_NO_REDIS=1")
		return
	}
	addr := cluster.StartRedis(t)
	rules := wallClock
	rules.Redis = true
	playBoth(t, transcript.NewTCP(addr), transcript.NewTCP(addr), rules)
}

func playBoth(t *testing.T, data, admin closingPlayer, rules transcript.Rules) {
	t.Cleanup(func() {
		data.Close()
		admin.Close()
	})
	t.Run("data", func(t *testing.T) { transcript.PlayAll(t, data, dataTranscripts, rules) })
	t.Run("admin", func(t *testing.T) { transcript.PlayAll(t, admin, adminTranscripts, rules) })
}

type closingPlayer interface {
	transcript.Player
	Close()
}

// roundRobin plays each command to the next of several nodes. What changes the
// connection itself (SELECT, HELLO, ...) is told to all of them.
type roundRobin struct {
	players []*transcript.TCP
	turn    int
}

// forConnection are the commands that change what the server knows of a
// connection.
var forConnection = map[string]bool{"select": true, "hello": true, "auth": true, "reset": true, "client": true, "readonly": true, "readwrite": true}

func (r *roundRobin) Do(conn string, proto resp.Proto, args []string) (resp.Reply, error) {
	if !forConnection[strings.ToLower(args[0])] {
		r.turn++
		return r.players[r.turn%len(r.players)].Do(conn, proto, args)
	}
	var reply resp.Reply
	for i, p := range r.players {
		got, err := p.Do(conn, proto, args)
		if err != nil {
			return got, fmt.Errorf("node %d: %w", i+1, err)
		}
		if i == 0 {
			reply = got
		}
	}
	return reply, nil
}

func (r *roundRobin) Advance(ms int64) { r.players[0].Advance(ms) }

func (r *roundRobin) Reset() error {
	for _, p := range r.players {
		if err := p.Reset(); err != nil {
			return err
		}
	}
	r.turn = 0
	return nil
}

func (r *roundRobin) Close() {
	for _, p := range r.players {
		p.Close()
	}
}
