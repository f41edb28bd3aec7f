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

// The corpus: what commands do to data, and what they say of the server or the
// connection.
const (
	dataTranscripts  = "../commands/testdata"
	adminTranscripts = "../commands/admin/testdata"
	// What programs do and say; each begins without scripts and functions.
	scriptTranscripts = "../commands/script/testdata"
	// SLOWLOG, LATENCY and MONITOR, which are about a node.
	observeTranscripts = "../commands/observe/testdata"
	// CONFIG, which is about a node and about all of them.
	configTranscripts = "../commands/config/testdata"
	// What a connection remembers between commands, so each is played on one node.
	sessionTranscripts = "../commands/session/testdata"
	// Conversations of several connections, each on another node.
	pubsubTranscripts = "../commands/pubsub/testdata"
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
	t.Run("data", func(t *testing.T) {
		defer spread.Close()
		transcript.PlayAll(t, &spread, dataTranscripts, wallClock)
	})
	t.Run("script", func(t *testing.T) { transcript.PlayAll(t, withoutScripts{&spread}, scriptTranscripts, wallClock) })
	for i, p := range spread.players {
		t.Run(fmt.Sprintf("session/node%d", i+1), func(t *testing.T) {
			defer p.Close()
			transcript.PlayAll(t, p, sessionTranscripts, wallClock)
		})
		t.Run(fmt.Sprintf("config/node%d", i+1), func(t *testing.T) {
			defer p.Close()
			transcript.PlayAll(t, p, configTranscripts, wallClock)
		})
	}
	t.Run("pubsub", func(t *testing.T) {
		apart := transcript.NewTCP(c.Nodes[0].Addr, c.Nodes[1].Addr, c.Nodes[2].Addr)
		defer apart.Close()
		transcript.PlayAll(t, apart, pubsubTranscripts, wallClock)
	})
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
	t.Run("script", func(t *testing.T) { transcript.PlayAll(t, withoutScripts{data}, scriptTranscripts, rules) })
	t.Run("admin", func(t *testing.T) { transcript.PlayAll(t, admin, adminTranscripts, rules) })
	t.Run("observe", func(t *testing.T) { transcript.PlayAll(t, admin, observeTranscripts, rules) })
	t.Run("config", func(t *testing.T) { transcript.PlayAll(t, admin, configTranscripts, rules) })
	t.Run("session", func(t *testing.T) { transcript.PlayAll(t, admin, sessionTranscripts, rules) })
	t.Run("pubsub", func(t *testing.T) { transcript.PlayAll(t, admin, pubsubTranscripts, rules) })
}

// withoutScripts forgets scripts and functions too when it is reset.
type withoutScripts struct{ transcript.Player }

func (p withoutScripts) Reset() error {
	if err := p.Player.Reset(); err != nil {
		return err
	}
	for _, container := range []string{"SCRIPT", "FUNCTION"} {
		if reply, err := p.Do("", resp.RESP2, []string{container, "FLUSH"}); err != nil || reply.IsError() {
			return fmt.Errorf("%s FLUSH: %v %s", container, err, reply.Str)
		}
	}
	return nil
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
