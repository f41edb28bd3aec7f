package pubsub

import (
	"flag"
	"fmt"
	"strings"
	"testing"

	"coordd/commands"
	"coordd/commands/transcript"
)

var update = flag.Bool("update", false, "write the replies into testdata; read the diff before you keep it")

// The words mean the same on one node and on several, with one group and with
// several.
func TestTranscriptsInProcess(t *testing.T) {
	for _, size := range []struct{ nodes, groups int }{{1, 1}, {3, 1}} {
		t.Run(fmt.Sprintf("%dnodes%dgroups", size.nodes, size.groups), func(t *testing.T) {
			transcript.PlayAll(t, newRig(t, size.nodes, size.groups), "testdata", transcript.Rules{Update: *update})
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
	transcript.PlayAll(t, player, "testdata", transcript.Rules{Redis: true, WallClock: true})
}

// Every row has a transcript named after it or its container in which it is
// called.
func TestEveryRowHasATranscript(t *testing.T) {
	table := newRig(t, 1, 1).nodes[0].table
	called := map[*commands.Spec]bool{}
	for _, path := range transcript.Files(t, "testdata") {
		file, err := transcript.Parse(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range file.Steps {
			if step.Args == nil {
				continue
			}
			if spec, _ := table.Resolve(step.Args); spec != nil && strings.Contains(path, strings.Split(spec.Name, "|")[0]) {
				called[spec] = true
			}
		}
	}
	for _, s := range table.All() {
		for _, spec := range append([]*commands.Spec{s}, table.Subs(s.Name)...) {
			if table.GroupOf(spec) == "pubsub" && !called[spec] && len(table.Subs(spec.Name)) == 0 {
				t.Errorf("no transcript calls %s", spec.Name)
			}
		}
	}
}
