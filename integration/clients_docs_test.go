package integration

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// update has the test write what it would otherwise compare.
var update = flag.Bool("update", false, "rewrite the snippets of the pages in docs/")

// A snippet in the page is a comment that says where it comes from, and a
// fenced block.
var snippet = regexp.MustCompile("(?m)^<!-- (\\S+) (\\S+) -->\n```(\\w*)\n((?s:.*?))```$")

// The pages of docs/ show parts of programs that the tests run, and nothing else.
func TestPagesShowWhatIsTested(t *testing.T) {
	root := moduleRoot(t)
	for _, name := range []string{"CLIENTS.md", "ELECTION.md"} {
		page := filepath.Join(root, "docs", name)
		text, err := os.ReadFile(page)
		if err != nil {
			t.Fatal(err)
		}
		if fences, found := strings.Count(string(text), "\n```"), len(snippet.FindAll(text, -1)); fences != 2*found || found == 0 {
			t.Errorf("%s: %d fences, but %d snippets that say where they come from", name, fences, found)
		}
		fresh := snippet.ReplaceAllFunc(text, func(old []byte) []byte {
			m := snippet.FindSubmatch(old)
			file, part := string(m[1]), string(m[2])
			return []byte("<!-- " + file + " " + part + " -->\n```" + string(m[3]) + "\n" + excerpt(t, filepath.Join(root, file), part) + "```")
		})
		if string(fresh) == string(text) {
			continue
		}
		if !*update {
			t.Errorf("docs/%s differs from the programs it shows: go test ./integration -run TestPagesShow -update", name)
			continue
		}
		if err := os.WriteFile(page, fresh, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// excerpt is what stands between "doc: <name>" and "end" in a program, moved to
// the left.
func excerpt(t *testing.T, file, name string) string {
	t.Helper()
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	mark := regexp.MustCompile(`(?m)^([ \t]*)(?:#|//) doc: ` + regexp.QuoteMeta(name) + "\n((?s:.*?))^[ \\t]*(?:#|//) end$")
	m := mark.FindSubmatch(source)
	if m == nil {
		t.Fatalf("%s has no part called %s", file, name)
	}
	var out strings.Builder
	for line := range strings.Lines(string(m[2])) {
		out.WriteString(strings.TrimPrefix(line, string(m[1])))
	}
	return out.String()
}
