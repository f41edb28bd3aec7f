package script

import (
	"bytes"
	"flag"
	"path/filepath"
	"strings"
	"testing"

	"coordd/commands"
	"coordd/commands/transcript"
	"coordd/resp"
	"coordd/ring"
	"coordd/store"
)

// After an update the replies are those of a real Redis wherever that is
// asked, else of the engine: run the tests once more to see where they differ.
var update = flag.Bool("update", false, "write the replies into testdata; read the diff before you keep it")

// The rig applies each command to two engines. What is left of a transcript
// must also survive a snapshot.
func TestTranscriptsInProcess(t *testing.T) {
	r := newRig(t)
	for _, path := range transcript.Files(t, "testdata") {
		t.Run(fileName(path), func(t *testing.T) {
			r.t = t
			transcript.Play(t, r, path, transcript.Rules{Update: *update})
			r.requireRestore()
		})
	}
}

func fileName(path string) string { return strings.TrimSuffix(filepath.Base(path), ".txt") }

// requireRestore fails the test if a snapshot restores to another state.
func (r *rig) requireRestore() {
	r.t.Helper()
	frozen := r.twins[0].Freeze()
	defer frozen.Release()
	var snapshot bytes.Buffer
	if _, err := frozen.WriteTo(&snapshot); err != nil {
		r.t.Fatal(err)
	}
	restored := commands.NewEngine(r.table, store.New(ring.SlotOf))
	if err := restored.Restore(&snapshot); err != nil {
		r.t.Fatal(err)
	}
	if was, is := r.twins[0].Hash(), restored.Hash(); was != is {
		r.t.Errorf("state %x restores to %x", was, is)
	}
	r.twins[1] = restored // goes on in its place
}

// realRedis forgets scripts and functions too.
type realRedis struct{ *transcript.TCP }

func (p realRedis) Reset() error {
	if err := p.TCP.Reset(); err != nil {
		return err
	}
	for _, container := range []string{"SCRIPT", "FUNCTION"} {
		if _, err := p.Do("", resp.RESP2, []string{container, "FLUSH"}); err != nil {
			return err
		}
	}
	return nil
}

func TestTranscriptsAgainstRedis(t *testing.T) {
	addr, ok := transcript.StartRedis(t)
	if !ok {
		return
	}
	player := realRedis{transcript.NewTCP(addr)}
	t.Cleanup(player.Close)
	for _, path := range transcript.Files(t, "testdata") {
		t.Run(fileName(path), func(t *testing.T) {
			transcript.Play(t, player, path, transcript.Rules{Redis: true, WallClock: true, Update: *update})
		})
	}
}

// Every row has a transcript named after it, or after its container, in which
// it is called.
func TestEveryRowHasATranscript(t *testing.T) {
	r := newRig(t)
	called := map[string]bool{}
	for _, path := range transcript.Files(t, "testdata") {
		file, err := transcript.Parse(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, step := range file.Steps {
			if step.Args == nil {
				continue
			}
			if spec, _ := r.table.Resolve(step.Args); spec != nil {
				if container, _, _ := strings.Cut(spec.Name, "|"); container == fileName(path) {
					called[spec.Name] = true
				}
			}
		}
	}
	for _, s := range r.table.All() {
		if r.table.GroupOf(s) != "scripting" {
			continue
		}
		subs := r.table.Subs(s.Name)
		for _, sub := range subs {
			if !called[sub.Name] {
				t.Errorf("testdata/%s.txt does not call %s", s.Name, sub.Name)
			}
		}
		if len(subs) == 0 && !called[s.Name] {
			t.Errorf("testdata/%s.txt is missing or does not call it", s.Name)
		}
	}
}
