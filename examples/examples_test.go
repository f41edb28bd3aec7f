package examples

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"coordd/integration/cluster"
)

// exampleWithin is how long one example may take.
const exampleWithin = time.Minute

// said is what each example prints, as a regular expression over all lines.
var said = map[string]string{
	"roundrobin-recipe": `turns: map\[app-1:10 app-2:10 app-3:10\]`,
	"roundrobin-pick":   `picks: map\[app-1:10 app-2:10 app-3:10\]\npicks without app-2: map\[app-1:15 app-3:15\]`,
	"weighted-pick":     `(7 picks: \[.*\]\n){10}large is drained: \[(small-[12] ?){8}\]`,
	"lock-recipe":       `balance: 40`,
	"lock": `slow has token \d+ and after renewing \d+\nquick has token \d+\n` +
		`slow wakes up and writes: token \d+ is older than \d+\nunlocked by slow: 0\nunlocked by quick: 1`,
	"election": `first leads with token \d+\nfirst is killed, second leads with token \d+\n` +
		`a late write of first: FENCED token \d+ is older than \d+, the newest seen for 'example:\{election\}'\nwhat counts is the plan of second`,
	"cache":               `100 reads, loads: \d+\nafter it has expired: \d+ EUR`,
	"counter":             `different numbers: 1000`,
	"taskqueue":           `done: 20 left: 0`,
	"least-pick":          `under way: map\[large:9 small:3\]\nafter two are done: map\[small:2\]\nafter a while: small has 1 under way`,
	"registration":        `registered: \[app-1 app-2 app-3\]\napp-3 is silent: \[app-1 app-2\]`,
	"registration-recipe": `registered: \[node-a node-b node-c\]\nnode-b has left: \[node-a node-c\]\nnode-c is silent: \[node-a\]`,
}

// Every example keeps its promise on three nodes, through each of them, which
// also means: again on the data that an earlier run left behind. None calls a
// server that is not there a success.
func TestExamplesKeepTheirPromise(t *testing.T) {
	bin := buildAll(t)
	port := cluster.FreePorts(t, 3)
	eachExample(t, "without a server", func(t *testing.T, name string) {
		addr := fmt.Sprintf("127.0.0.1:%d", port)
		if out, problems, code := runExample(t, filepath.Join(bin, name), addr, ""); code != 1 {
			t.Errorf("exit code %d, want 1\n%s%s", code, out, problems)
		}
	})
	startCluster(t, filepath.Join(bin, "coordd"), port)
	eachExample(t, "on three nodes", func(t *testing.T, name string) {
		want := regexp.MustCompile(`^(?:` + said[name] + `)\n$`)
		for node := range 3 {
			addr, variable := fmt.Sprintf("127.0.0.1:%d", port+node), ""
			if node == 2 { // the address may be given in either way
				addr, variable = "", addr
			}
			out, problems, code := runExample(t, filepath.Join(bin, name), addr, variable)
			if code != 0 || !want.MatchString(out) {
				t.Errorf("node %d: exit code %d, printed\n%s%s\nand should have printed\n%s", node+1, code, out, problems, said[name])
			}
		}
	})
}

// eachExample runs f for all examples at once, and returns when all have ended.
func eachExample(t *testing.T, when string, f func(t *testing.T, name string)) {
	t.Helper()
	t.Run(when, func(t *testing.T) {
		for _, name := range folders(t) {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				f(t, name)
			})
		}
	})
}

func TestEveryExampleIsListed(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	names := folders(t)
	for _, name := range names {
		if !strings.Contains(string(readme), "["+name+"]("+name+"/main.go)") {
			t.Errorf("README.md lacks %s", name)
		}
		if said[name] == "" {
			t.Errorf("nothing is expected of %s", name)
		}
	}
	if len(names) != len(said) {
		t.Errorf("%d examples, %d expectations", len(names), len(said))
	}
}

func folders(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		if entry.IsDir() {
			names = append(names, entry.Name())
		}
	}
	return names
}

// buildAll builds the server and every example into one folder.
func buildAll(t *testing.T) string {
	t.Helper()
	bin := t.TempDir()
	build := exec.Command("go", "build", "-o", bin+string(os.PathSeparator), "./cmd/coordd", "./examples/...")
	build.Dir = ".."
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return bin
}

// startCluster starts three nodes as a user would, and interrupts them at the end
// of the test.
func startCluster(t *testing.T, coordd string, port int) {
	t.Helper()
	local := cluster.Spawn(t, cluster.Spec{
		Name: "local",
		Path: coordd,
		Args: []string{"local", "--nodes", "3", "--port", fmt.Sprint(port), "--dir", filepath.Join(t.TempDir(), "data")},
	}, filepath.Join(t.TempDir(), "output"))
	cluster.Poll(t, cluster.ReadyWithin, "the cluster to be ready", func() error {
		if !local.Running() || strings.Contains("\n"+local.Output(), "\nready\n") {
			return nil
		}
		return errors.New(local.Output())
	})
	if !local.Running() {
		t.Fatalf("the cluster has ended:\n%s", local.Output())
	}
	t.Cleanup(func() {
		if err := local.Signal(syscall.SIGINT); err != nil {
			t.Errorf("interrupting the cluster: %v", err)
		}
		if code, err := local.ExitCode(2 * cluster.StopWithin); code != 0 || err != nil {
			t.Errorf("the cluster ended with exit code %d, %v:\n%s", code, err, local.Output())
		}
	})
}

// runExample gives the server's address as argument, as COORDD_ADDR, or both.
func runExample(t *testing.T, program, argument, variable string) (out, problems string, code int) {
	t.Helper()
	spec := cluster.Spec{Name: filepath.Base(program), Path: program, Dir: t.TempDir()}
	if argument != "" {
		spec.Args = []string{argument}
	}
	if variable != "" {
		spec.Env = []string{"COORDD_ADDR=" + variable}
	}
	out, problems, code, err := cluster.Run(spec, "", exampleWithin)
	if err != nil {
		t.Fatal(err)
	}
	return out, problems, code
}
