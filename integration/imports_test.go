package integration

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "coordd"

// top gives the first folder of a path: "raftfsm/peer" belongs to "raftfsm".
func top(dir string) string {
	first, _, _ := strings.Cut(dir, "/")
	return first
}

// within tells whether dir is pkg or lies below it.
func within(dir, pkg string) bool { return dir == pkg || strings.HasPrefix(dir, pkg+"/") }

// A unit is what the law of imports speaks of: a leaf with all below it, the
// package commands, the session, one feature, and so on.
func unit(dir string) string {
	if within(dir, "commands") && dir != "commands" {
		parts := strings.SplitN(dir, "/", 3)
		return parts[0] + "/" + parts[1]
	}
	return top(dir)
}

// mayImport says what of ours each unit may import, itself apart. Features
// (commands/<anything else>) and programs are judged in ownImport.
var mayImport = map[string][]string{
	"resp":             nil,
	"store":            nil,
	"ring":             nil,
	"raftfsm":          nil,
	"commands":         {"resp", "store"},
	"commands/session": {"commands", "resp", "ring"},
	"client":           nil,
	"examples":         {"client"},
}

// ownImport judges an import of one of our packages; "" means it is lawful.
func ownImport(from, to string, test bool) string {
	a, b := unit(from), unit(to)
	if a == b || top(from) == "cmd" || top(from) == "bench" || top(from) == "integration" {
		if top(to) == "bench" && a != b {
			return "bench is never imported"
		}
		return ""
	}
	if b == "integration" || b == "bench" || b == "cmd" {
		if test && (a == "examples" || a == "client") && within(to, "integration/cluster") {
			return ""
		}
		return "programs and proofs are never imported"
	}
	allowed, named := mayImport[a]
	if !named && within(a, "commands") {
		allowed = []string{"commands", "resp", "store", "ring"}
	}
	if test && within(a, "commands") {
		// Tests of commands run whole tables over real stores, and play transcripts.
		allowed = append(slices.Clone(allowed), "commands", "resp", "store", "ring", "commands/transcript")
	}
	if slices.Contains(allowed, b) {
		return ""
	}
	if len(allowed) == 0 {
		return a + " imports nothing of ours"
	}
	return fmt.Sprintf("%s may import only %s", a, strings.Join(allowed, ", "))
}

// owners names, for each library from outside, the only packages that may know it.
var owners = []struct {
	library string
	in      []string
	why     string
}{
	{"github.com/tidwall/redcon", []string{"resp"}, "the wire has one owner, and its guard stands before redcon"},
	{"github.com/tidwall/btree", []string{"store"}, "the shape of the data is the store's secret"},
	{"github.com/hashicorp", []string{"raftfsm"}, "nobody else may know which Raft runs"},
	{"go.etcd.io/bbolt", []string{"raftfsm"}, "the log's files have one owner"},
	{"github.com/cespare/xxhash", []string{"ring", "store", "raftfsm"}, "hashes that nodes must agree on are made in three places"},
	{"github.com/redis/go-redis", append(slices.Clone(proofs), "client"), "a client library is for programs and proofs, not for the server"},
	{"github.com/anishathalye/porcupine", proofs, "a checker is for proofs"},
	{"pgregory.net/rapid", proofs, "a generator is for proofs"},
	{"go.etcd.io/etcd", []string{"bench/etcd"}, "etcd's client stays in a module of its own"},
}

// proofs may use test libraries outside of _test files; everybody may inside.
var proofs = []string{"bench", "integration", "examples"}

// outsideImport judges an import of somebody else's package; "" means it is lawful.
func outsideImport(from, library string, test bool) string {
	if external, _, _ := strings.Cut(library, "/"); !test && within(from, "client") && strings.Contains(external, ".") && !within(library, "github.com/redis/go-redis") {
		return "client asks nothing of those who use it but go-redis"
	}
	for _, o := range owners {
		if !within(library, o.library) {
			continue
		}
		if test && slices.Contains(o.in, "integration") {
			return ""
		}
		for _, in := range o.in {
			if within(from, in) {
				return ""
			}
		}
		return fmt.Sprintf("%s belongs to %s: %s", o.library, strings.Join(o.in, ", "), o.why)
	}
	return ""
}

// judgeImport is the whole law of STYLE.md 3.1.
func judgeImport(from, imported string, test bool) string {
	if within(imported, module) {
		return ownImport(from, strings.TrimPrefix(imported, module+"/"), test)
	}
	return outsideImport(from, imported, test)
}

// The packages know one another in one direction only.
func TestImports(t *testing.T) {
	for _, f := range sourceTree(t) {
		for _, spec := range f.tree.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				t.Fatal(err)
			}
			if why := judgeImport(f.dir(), imported, f.isTest()); why != "" {
				t.Errorf("%s:%d imports %s, but %s", f.path, f.line(spec), imported, why)
			}
		}
	}
}

// The law must bite: a law that forbids nothing would pass every tree.
func TestImportsLawBites(t *testing.T) {
	for _, c := range []struct {
		from, imported string
		test, lawful   bool
	}{
		{"store", "coordd/resp", false, false},
		{"store", "coordd/resp", true, false},
		{"raftfsm/peer", "coordd/resp", false, false},
		{"raftfsm", "coordd/raftfsm/peer", false, true},
		{"commands", "coordd/store", false, true},
		{"commands", "coordd/store/rdb", false, true},
		{"commands", "coordd/ring", false, false},
		{"commands", "coordd/raftfsm", true, false},
		{"commands", "coordd/commands/transcript", false, false},
		{"commands", "coordd/commands/transcript", true, true},
		{"commands/session", "coordd/ring", false, true},
		{"commands/session", "coordd/store", false, false},
		{"commands/session", "coordd/commands/admin", false, false},
		{"commands/admin", "coordd/store", false, true},
		{"commands/admin", "coordd/commands/session", false, false},
		{"commands/admin", "coordd/commands/block", true, false},
		{"raftfsm", "coordd/commands", false, false},
		{"cmd/coordd", "coordd/commands/session", false, true},
		{"ring", "coordd/integration/cluster", true, false},
		{"examples/counter", "coordd/integration/cluster", true, true},
		{"examples/counter", "coordd/integration/cluster", false, false},
		{"integration", "coordd/bench", true, false},
		{"cmd/coordd", "github.com/tidwall/redcon", false, false},
		{"resp", "github.com/tidwall/redcon", false, true},
		{"commands", "github.com/tidwall/btree", false, false},
		{"cmd/coordd", "github.com/hashicorp/raft", false, false},
		{"cmd/coordd", "github.com/hashicorp/go-hclog", false, false},
		{"raftfsm/log", "go.etcd.io/bbolt", false, true},
		{"commands", "github.com/cespare/xxhash/v2", false, false},
		{"ring", "github.com/cespare/xxhash/v2", false, true},
		{"resp", "pgregory.net/rapid", false, false},
		{"bench", "go.etcd.io/etcd/client/v3", false, false},
		{"bench/etcd", "go.etcd.io/etcd/client/v3", false, true},
		{"resp", "pgregory.net/rapid", true, true},
		{"examples/lock", "github.com/redis/go-redis/v9", false, true},
		{"examples/election", "coordd/client", false, true},
		{"examples/election", "coordd/resp", false, false},
		{"client", "github.com/redis/go-redis/v9", false, true},
		{"client", "golang.org/x/sys/unix", false, false},
		{"client", "coordd/resp", false, false},
		{"client", "coordd/integration/cluster", true, true},
		{"client", "coordd/integration/cluster", false, false},
		{"commands", "github.com/redis/go-redis/v9", false, false},
		{"commands", "coordd/client", false, false},
		{"store", "github.com/redis/go-redis/v9", true, true},
	} {
		why := judgeImport(c.from, c.imported, c.test)
		if (why == "") != c.lawful {
			t.Errorf("%s imports %s (test: %v): lawful should be %v, the law says %q", c.from, c.imported, c.test, c.lawful, why)
		}
	}
}
