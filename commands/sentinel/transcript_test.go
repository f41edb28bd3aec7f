package sentinel

import (
	"flag"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"coordd/commands"
	"coordd/commands/transcript"
	"coordd/resp"
)

var update = flag.Bool("update", false, "write the replies into testdata; read the diff before you keep it")

func TestTranscriptsInProcess(t *testing.T) {
	transcript.PlayAll(t, newRig(t, alone()), "testdata", transcript.Rules{Update: *update})
}

// realSentinel is a real Redis Sentinel that watches one real Redis. It knows
// no FLUSHALL.
type realSentinel struct{ *transcript.TCP }

// Reset implements transcript.Player.
func (p realSentinel) Reset() error {
	p.Close()
	return nil
}

func startSentinel(t *testing.T) (player realSentinel, ok bool) {
	t.Helper()
	master, ok := transcript.StartRedis(t)
	if !ok {
		return realSentinel{}, false
	}
	host, port, err := net.SplitHostPort(master)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "sentinel.conf")
	if err := os.WriteFile(file, fmt.Appendf(nil, "sentinel monitor mymaster %s %s 1\n", host, port), 0o644); err != nil {
		t.Fatal(err)
	}
	addr, _ := transcript.StartRedis(t, file, "--sentinel")
	player = realSentinel{transcript.NewTCP(addr)}
	t.Cleanup(player.Close)
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		reply, err := player.Do("", resp.RESP2, []string{"SENTINEL", "MASTER", "mymaster"})
		if err == nil && len(reply.Elems) > 9 && reply.Elems[7].Str != "" && reply.Elems[9].Str == "master" {
			return player, true
		}
	}
	t.Fatal("the real Sentinel has not found its master")
	return player, false
}

func TestTranscriptsAgainstSentinel(t *testing.T) {
	if player, ok := startSentinel(t); ok {
		transcript.PlayAll(t, player, "testdata", transcript.Rules{Redis: true, WallClock: true})
	}
}

// Every row is called by a transcript.
func TestEveryRowHasATranscript(t *testing.T) {
	r := newRig(t, alone())
	called := map[*commands.Spec]bool{}
	for _, path := range transcript.Files(t, "testdata") {
		file, err := transcript.Parse(path)
		if err != nil {
			t.Fatal(err)
		}
		name := strings.TrimSuffix(filepath.Base(path), ".txt")
		for _, step := range file.Steps {
			if spec, _ := r.table.Resolve(step.Args); spec != nil && strings.Replace(spec.Name, "|", "-", 1) == name {
				called[spec] = true
			}
		}
	}
	for _, s := range r.table.Subs("sentinel") {
		if !called[s] {
			t.Errorf("no transcript named after %s calls it", s.Name)
		}
	}
}

// Every row has the arity and the flags that Redis gives it, but for one that
// takes more arguments since 7.2.
func TestRowsAgainstSentinel(t *testing.T) {
	player, ok := startSentinel(t)
	if !ok {
		return
	}
	r := newRig(t, alone())
	for _, s := range append(r.table.Subs("sentinel"), r.table.Lookup("sentinel")) {
		reply, err := player.Do("", resp.RESP2, []string{"COMMAND", "INFO", s.Name})
		if err != nil || len(reply.Elems) != 1 || len(reply.Elems[0].Elems) < 10 {
			t.Fatalf("COMMAND INFO %s: %v, %v", s.Name, reply, err)
		}
		theirs := reply.Elems[0].Elems
		if theirs[1].Int != int64(s.Arity) && s.Name != "sentinel|config" {
			t.Errorf("%s: arity %d, Redis says %d", s.Name, s.Arity, theirs[1].Int)
		}
		said := map[string]bool{}
		for _, e := range append(theirs[2].Elems, theirs[7].Elems...) {
			said[e.Str] = true
		}
		for word, flag := range map[string]commands.Flags{
			"admin": commands.Admin, "stale": commands.Stale, "loading": commands.Loading, "noscript": commands.NoScript,
			"fast": commands.Fast, "nondeterministic_output": commands.NonDeterministic,
		} {
			if has := s.Flags&flag != 0; has != said[word] {
				t.Errorf("%s: %s is %v, Redis says %v", s.Name, word, has, said[word])
			}
		}
	}
}
