package integration

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"coordd/integration/cluster"
)

// Where the programs are that drive clients of other languages. What each
// requires stands in it; docs/CLIENTS.md shows parts of them.
const (
	goPrograms     = "clients/go"
	nodePrograms   = "clients/node"
	pythonPrograms = "clients/python"
)

// scriptWithin is the longest that one of them may take.
const scriptWithin = 3 * time.Minute

// nodeModules installs what the programs for Node need, once per run of the
// tests, as the lock file says.
var nodeModules = sync.OnceValue(func() (diag string) {
	if _, err := os.Stat(filepath.Join(nodePrograms, "node_modules", ".package-lock.json")); err == nil {
		return ""
	}
	npm := cluster.Spec{Name: "npm", Path: "npm", Args: []string{"install", "--no-save", "--ignore-scripts", "--no-audit", "--no-fund"}, Dir: nodePrograms}
	out, diag, code, err := cluster.Run(npm, "", 5*time.Minute)
	if err != nil || code != 0 {
		return "npm install failed: " + out + diag
	}
	return ""
})

// runScript has a program drive three nodes. It is given the leader last, and
// may ask for its death; the node is started again when the program has ended.
func runScript(t *testing.T, c *cluster.Cluster, dir string, command ...string) {
	t.Helper()
	program := filepath.Base(command[len(command)-1])
	args := append(command[1:len(command):len(command)], masterName)
	leader := c.Leader(t)
	for _, n := range append(c.Others(leader), leader) {
		args = append(args, n.Addr)
	}
	killed := false
	out := cluster.Converse(t, cluster.Spec{Name: program, Path: command[0], Args: args, Dir: dir}, scriptWithin, func(request string) string {
		if request != "kill-leader" {
			return "what?"
		}
		killed = true
		leader.Kill(t)
		return "killed"
	})
	if !strings.HasSuffix(out, "all is well\n") {
		t.Errorf("%s printed\n%s", program, out)
	}
	if killed {
		for _, n := range c.Nodes {
			if !n.Running() {
				n.Start(t)
				n.WaitReady(t)
			}
		}
	}
	c.RequireEqual(t, 1)
}

// The clients for Node that know all three kinds of endpoint.
func TestNodeClients(t *testing.T) {
	node := cluster.Require(t, "node", "nodejs")
	cluster.Require(t, "npm", "npm")
	if diag := nodeModules(); diag != "" {
		t.Fatal(diag)
	}
	eachGrouping(t, func(t *testing.T, c *cluster.Cluster) {
		for _, program := range []string{"ioredis.mjs", "noderedis.mjs"} {
			t.Run(program, func(t *testing.T) { runScript(t, c, nodePrograms, node, program) })
		}
	})
}

// The libraries on top of them, whose keys are all of one group.
func TestNodeLibraries(t *testing.T) {
	node := cluster.Require(t, "node", "nodejs")
	cluster.Require(t, "npm", "npm")
	if diag := nodeModules(); diag != "" {
		t.Fatal(diag)
	}
	c := cluster.Start(t, cluster.Options{Binary: binary(t)})
	waitKnown(t, c, 1)
	for _, program := range []string{"redlock.mjs", "bullmq.mjs", "socketio.mjs"} {
		t.Run(program, func(t *testing.T) { runScript(t, c, nodePrograms, node, program) })
	}
}

// Debian's redis-py.
func TestRedisPy(t *testing.T) {
	python := requirePython(t)
	eachGrouping(t, func(t *testing.T, c *cluster.Cluster) {
		for _, program := range []string{"modes.py", "recipes.py", "election.py"} {
			t.Run(program, func(t *testing.T) { runScript(t, c, pythonPrograms, python, program) })
		}
	})
}

// The libraries for Go that stand on a client of their own choice, built from
// their module. Their keys are all of one group.
func TestGoLibraries(t *testing.T) {
	dir := t.TempDir()
	build := cluster.Spec{Name: "go build", Path: "go", Args: []string{"build", "-o", dir, "./..."}, Dir: goPrograms}
	if out, diag, code, err := cluster.Run(build, "", 5*time.Minute); err != nil || code != 0 {
		t.Fatalf("go build: %v\n%s%s", err, out, diag)
	}
	c := cluster.Start(t, cluster.Options{Binary: binary(t)})
	waitKnown(t, c, 1)
	for _, program := range []string{"rueidis", "redsync", "redislock", "asynq"} {
		t.Run(program, func(t *testing.T) { runScript(t, c, goPrograms, filepath.Join(dir, program)) })
	}
}
