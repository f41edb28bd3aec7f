package main

import (
	"flag"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"coordd/cmd/coordd/internal/compat"
	"coordd/commands"
)

var updateDocs = flag.Bool("update", false, "write docs/COMPATIBILITY.md (make docs)")

const (
	compatibilityPage = "../../docs/COMPATIBILITY.md"
	awaitedList       = "internal/compat/awaited.txt"
)

// wholeTable is every command that a node has.
func wholeTable(t *testing.T) *commands.Table {
	t.Helper()
	srv, err := newServer(mustParse(t, []string{"--dir", t.TempDir()}), func() {}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	return srv.table
}

// The page says what is so.
func TestCompatibilityPage(t *testing.T) {
	page := compat.Page(wholeTable(t))
	if *updateDocs {
		writeDoc(t, compatibilityPage, page)
	}
	there, err := os.ReadFile(compatibilityPage)
	if err != nil {
		t.Fatal(err)
	}
	if string(there) != page {
		t.Errorf("%s is stale: run make docs", filepath.Clean(compatibilityPage))
	}
}

// Every command of Redis 7.2 is offered, or refused with a reason.
func TestNoCommandIsForgotten(t *testing.T) {
	missing := compat.Missing(wholeTable(t))
	awaited := compat.Awaited()
	if *updateDocs {
		awaited = slices.DeleteFunc(awaited, func(name string) bool { return !slices.Contains(missing, name) })
		head, _, _ := strings.Cut(string(readDoc(t, awaitedList)), "\n")
		writeDoc(t, awaitedList, strings.Join(append([]string{head}, awaited...), "\n")+"\n")
	}
	for _, name := range missing {
		if !slices.Contains(awaited, name) {
			t.Errorf("%s is neither in the table of commands nor in commands.Refusals", name)
		}
	}
	for _, name := range awaited {
		if !slices.Contains(missing, name) {
			t.Errorf("%s has come: run make docs", name)
		}
	}
}

// What is said of commands is said of commands that exist.
func TestNothingIsSaidOfNothing(t *testing.T) {
	for _, what := range compat.Stray(wholeTable(t)) {
		t.Errorf("%s: there is no such command", what)
	}
}

func readDoc(t *testing.T, path string) []byte {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func writeDoc(t *testing.T, path, content string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
}
