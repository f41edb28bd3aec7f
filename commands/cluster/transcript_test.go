package cluster

import (
	"errors"
	"flag"
	"fmt"
	"net"
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

// realCluster is a real Redis that is a cluster of its own, with all slots.
type realCluster struct{ *transcript.TCP }

func startRedis(t *testing.T) (player realCluster, ok bool) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	busPort := ln.Addr().(*net.TCPAddr).Port
	ln.Close()
	addr, ok := transcript.StartRedis(t, "--cluster-enabled", "yes", "--cluster-port", fmt.Sprint(busPort), "--cluster-node-timeout", "100")
	if ok {
		player = realCluster{transcript.NewTCP(addr)}
		t.Cleanup(player.Close)
	}
	return player, ok
}

// Reset gives it all slots back, if a transcript has taken any from it.
func (p realCluster) Reset() error {
	if err := p.TCP.Reset(); err != nil {
		return err
	}
	if whole, err := p.isWhole(); err != nil || whole {
		return err
	}
	for _, words := range []string{"CLUSTER RESET HARD", "CLUSTER ADDSLOTSRANGE 0 16383"} {
		if reply, err := p.Do("", resp.RESP2, strings.Fields(words)); err != nil || reply.IsError() {
			return fmt.Errorf("%s: %v %s", words, err, reply.Str)
		}
	}
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(10 * time.Millisecond) {
		if whole, err := p.isWhole(); err != nil || whole {
			return err
		}
	}
	return errors.New("it does not serve")
}

// isWhole tells whether it is alone and serves all slots.
func (p realCluster) isWhole() (bool, error) {
	reply, err := p.Do("", resp.RESP2, []string{"CLUSTER", "INFO"})
	whole := strings.Contains(reply.Str, "cluster_state:ok") && strings.Contains(reply.Str, "cluster_known_nodes:1\r") &&
		strings.Contains(reply.Str, "cluster_slots_assigned:16384")
	return whole, err
}

func TestTranscriptsAgainstRedis(t *testing.T) {
	if player, ok := startRedis(t); ok {
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
			if step.Args == nil {
				continue
			}
			if spec, _ := r.table.Resolve(step.Args); spec != nil && strings.Replace(spec.Name, "|", "-", 1) == name {
				called[spec] = true
			}
		}
	}
	for _, s := range append(r.table.Subs("cluster"), r.table.Lookup("asking")) {
		if !called[s] {
			t.Errorf("no transcript named after %s calls it", s.Name)
		}
	}
}

// newer is what Redis 7.2 says of a row and 7.0, which tests run, does not.
var newer = map[string]string{"cluster|shards": "loading", "cluster|slots": "loading"}

// Every row has the arity, the flags and the tips that Redis gives it.
func TestRowsAgainstRedis(t *testing.T) {
	player, ok := startRedis(t)
	if !ok {
		return
	}
	r := newRig(t, alone())
	for _, s := range append(r.table.Subs("cluster"), r.table.Lookup("asking")) {
		if s.Since == "7.2.0" {
			continue
		}
		reply, err := player.Do("", resp.RESP2, []string{"COMMAND", "INFO", s.Name})
		if err != nil || len(reply.Elems) != 1 || len(reply.Elems[0].Elems) < 10 {
			t.Fatalf("COMMAND INFO %s: %v, %v", s.Name, reply, err)
		}
		theirs := reply.Elems[0].Elems
		if theirs[1].Int != int64(s.Arity) {
			t.Errorf("%s: arity %d, Redis says %d", s.Name, s.Arity, theirs[1].Int)
		}
		said := map[string]bool{newer[s.Name]: true}
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
