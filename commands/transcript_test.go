package commands

import (
	"flag"
	"path/filepath"
	"strings"
	"testing"

	"coordd/commands/transcript"
)

// After an update the replies are those of a real Redis wherever that is
// asked, else of the engine: run the tests once more to see where they differ.
var update = flag.Bool("update", false, "write the replies into testdata; read the diff before you keep it")

// dataTranscripts are the files named after a row of the table. They use
// nothing but data commands and SELECT; the others need a session and are
// played by the integration tests.
func dataTranscripts(t *testing.T, table *Table) []string {
	t.Helper()
	var paths []string
	for _, path := range transcript.Files(t, "testdata") {
		if table.Lookup(fileName(path)) != nil {
			paths = append(paths, path)
		}
	}
	return paths
}

func fileName(path string) string { return strings.TrimSuffix(filepath.Base(path), ".txt") }

func parse(t *testing.T, path string) *transcript.File {
	t.Helper()
	f, err := transcript.Parse(path)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestTranscriptsInProcess(t *testing.T) {
	player := &enginePlayer{}
	table := NewTable(DataGroups()...)
	for _, path := range dataTranscripts(t, table) {
		t.Run(fileName(path), func(t *testing.T) {
			transcript.Play(t, player, path, transcript.Rules{Update: *update})
			player.checkRestore(t)
		})
	}
}

func TestTranscriptsAgainstRedis(t *testing.T) {
	addr, ok := transcript.StartRedis(t)
	if !ok {
		return
	}
	player := transcript.NewTCP(addr)
	t.Cleanup(player.Close)
	table := NewTable(DataGroups()...)
	for _, path := range dataTranscripts(t, table) {
		t.Run(fileName(path), func(t *testing.T) {
			transcript.Play(t, player, path, transcript.Rules{Redis: true, WallClock: true, Update: *update})
		})
	}
}

// Every row has a transcript named after it (or after its container) in which
// it is called.
func TestEveryRowHasATranscript(t *testing.T) {
	table := NewTable(DataGroups()...)
	called := make(map[string]bool)
	for _, path := range transcript.Files(t, "testdata") {
		name := fileName(path)
		for _, s := range parse(t, path).Steps {
			if s.Args == nil {
				continue
			}
			if spec, _ := table.Resolve(s.Args); spec != nil {
				container, _, _ := strings.Cut(spec.Name, "|")
				if container == name {
					called[spec.Name] = true
				}
			}
		}
	}
	for _, spec := range table.All() {
		subs := table.Subs(spec.Name)
		for _, sub := range subs {
			if !called[sub.Name] {
				t.Errorf("testdata/%s.txt does not call %s", spec.Name, strings.ReplaceAll(sub.Name, "|", " "))
			}
		}
		if len(subs) == 0 && !called[spec.Name] {
			t.Errorf("testdata/%s.txt is missing or does not call %s", spec.Name, spec.Name)
		}
	}
}
