package integration

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"coordd/integration/cluster"
	"coordd/resp"
)

// The comparisons of docs/WHY.md: one job done by a Redis recipe on a real
// redis-server and by coordd on three nodes, under the same fault. A comparison
// fails when the recipe does not go wrong, as well as when coordd does; and what
// it saw is the table that the page shows under its name.
var comparisons = []struct {
	name string
	run  func(t *testing.T) table
}{
	{"paused", comparePausedHolder},
	{"failover", compareFailover},
	{"worker", compareKilledWorker},
	{"pool", compareChangingPool},
}

// A table is what was seen: a header, and rows that begin with what was done.
type table [][]string

func (rows table) String() string {
	var out strings.Builder
	for i, row := range rows {
		fmt.Fprintf(&out, "| %s |\n", strings.Join(row, " | "))
		if i == 0 {
			out.WriteString("|" + strings.Repeat(" --- |", len(row)) + "\n")
		}
	}
	return out.String()
}

// What a comparison saw stands in the page behind its name.
var seenTable = regexp.MustCompile(`(?m)^<!-- seen: (\S+) -->\n((?:\|.*\n)*)`)

// COORDD_NO_REDIS=1 leaves it out.
func TestWhy(t *testing.T) {
	if os.Getenv("COORDD_NO_REDIS") == "1" {
		t.Log("NOT COMPARED with a real redis-server: COORDD_NO_REDIS=1")
		return
	}
	for _, c := range comparisons {
		t.Run(c.name, func(t *testing.T) {
			seen := c.run(t).String()
			if !t.Failed() {
				requireShown(t, c.name, seen)
			}
		})
	}
}

// Each comparison has its table in the page, and no table is without one.
func TestWhyPageIsWhole(t *testing.T) {
	var shown, made []string
	for _, m := range seenTable.FindAllStringSubmatch(readWhy(t), -1) {
		shown = append(shown, m[1])
	}
	for _, c := range comparisons {
		made = append(made, c.name)
	}
	if !slices.Equal(shown, made) {
		t.Errorf("docs/WHY.md shows %q, but what is compared is %q", shown, made)
	}
	if tables := strings.Count(readWhy(t), "\n| --- |"); tables != len(shown) {
		t.Errorf("docs/WHY.md has %d tables, of which %d are what a test has seen", tables, len(shown))
	}
}

func whyPage(t *testing.T) string { return filepath.Join(moduleRoot(t), "docs", "WHY.md") }

func readWhy(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(whyPage(t))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// requireShown holds what was seen against the page, or with -update writes it
// there.
func requireShown(t *testing.T, name, seen string) {
	t.Helper()
	page := readWhy(t)
	fresh := seenTable.ReplaceAllStringFunc(page, func(old string) string {
		if m := seenTable.FindStringSubmatch(old); m[1] != name {
			return old
		}
		return "<!-- seen: " + name + " -->\n" + seen
	})
	switch {
	case fresh == page:
		return
	case !*update:
		t.Fatalf("docs/WHY.md shows something else (go test ./integration -run TestWhy -update) than what was seen:\n%s", seen)
	}
	if err := os.WriteFile(whyPage(t), []byte(fresh), 0o644); err != nil {
		t.Fatal(err)
	}
}

// ask sends one command over a connection of its own and returns the reply as
// the page shows it. A server that does not answer ends the test.
func ask(t *testing.T, addr string, args ...string) string {
	t.Helper()
	reply, err := cluster.Do(addr, args...)
	if err != nil {
		t.Fatalf("%s: %s: %v", addr, strings.Join(args, " "), err)
	}
	return shown(reply)
}

// shown is a reply in a few characters.
func shown(r resp.Reply) string {
	switch r.Kind {
	case resp.NullKind, resp.NullArrayKind:
		return "nil"
	case resp.IntKind:
		return fmt.Sprint(r.Int)
	case resp.ArrayKind:
		var elems []string
		for _, e := range r.Elems {
			elems = append(elems, shown(e))
		}
		return strings.Join(elems, " ")
	}
	return r.Str
}

// expect fails the test when something that was seen is not what it should be.
func expect(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: %q, want %q", what, got, want)
	}
}
