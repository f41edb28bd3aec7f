package admin

import (
	"flag"
	"path/filepath"
	"strings"
	"testing"

	"coordd/commands"
	"coordd/commands/transcript"
)

var update = flag.Bool("update", false, "write the replies into testdata; read the diff before you keep it")

func TestTranscriptsInProcess(t *testing.T) {
	transcript.PlayAll(t, newRig(t), "testdata", transcript.Rules{Update: *update})
}

func TestTranscriptsAgainstRedis(t *testing.T) {
	addr, ok := transcript.StartRedis(t)
	if !ok {
		return
	}
	player := transcript.NewTCP(addr)
	t.Cleanup(player.Close)
	transcript.PlayAll(t, player, "testdata", transcript.Rules{Redis: true, WallClock: true})
}

// Every local command has a transcript named after it (or after its
// container) in which it is called.
func TestEveryRowHasATranscript(t *testing.T) {
	table := newRig(t).table
	called := map[*commands.Spec]bool{}
	for _, path := range transcript.Files(t, "testdata") {
		file, err := transcript.Parse(path)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(path), ".txt")
		for _, step := range file.Steps {
			if step.Args == nil {
				continue
			}
			if spec, _ := table.Resolve(step.Args); spec != nil {
				if container, _, _ := strings.Cut(spec.Name, "|"); container == name {
					called[spec] = true
				}
			}
		}
	}
	for _, s := range table.All() {
		for _, spec := range append([]*commands.Spec{s}, table.Subs(s.Name)...) {
			if spec.Conn != nil && !called[spec] && spec.Name != "command" && !isElsewhere(spec) {
				t.Errorf("no transcript calls %s", spec.Name)
			}
		}
	}
}
