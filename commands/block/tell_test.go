package block

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"coordd/commands"
	"coordd/resp"
)

// scriptedLog answers each proposal as a test says, and writes down what was
// proposed.
type scriptedLog struct {
	answer func(l *scriptedLog, args []string) (resp.Reply, error)
	mu     sync.Mutex // guards told
	told   []string
}

func (l *scriptedLog) Propose(_ context.Context, cmds [][]byte) (replies [][]byte, err error) {
	for _, cmd := range cmds {
		_, args, err := commands.DecodeCommand(cmd)
		if err != nil {
			return nil, err
		}
		l.mu.Lock()
		l.told = append(l.told, strings.TrimPrefix(strings.Join(slices.Delete(slices.Clone(args), 1, 3), " "), "coordd."))
		l.mu.Unlock()
		reply, err := l.answer(l, args)
		if err != nil {
			return nil, err
		}
		replies = append(replies, reply.Append(nil, resp.Wire))
	}
	return replies, nil
}

func (l *scriptedLog) all() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.told)
}

func (l *scriptedLog) ReadIndex(context.Context) (int64, error) { return 0, nil }

// usually answers as the log does where nothing ever comes.
func usually(args []string) resp.Reply {
	switch args[0] {
	case waitName:
		return enrolled
	case unwaitName:
		return resp.Array(slices.Repeat([]resp.Reply{resp.Null}, len(args)-3)...)
	}
	return resp.OK
}

// onScript runs a test with a node whose log is scripted.
func onScript(t *testing.T, answer func(l *scriptedLog, args []string) (resp.Reply, error), f func(b *Blocker, l *scriptedLog)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l := &scriptedLog{answer: answer}
		b, e := newNodeEngine()
		b.Start(Node{ID: "n1", Start: 7, Groups: []Group{{Log: l, Engine: e}}, RequestTimeout: time.Second})
		defer b.Close()
		synctest.Wait()
		f(b, l)
	})
}

func (b *Blocker) try(line string) (resp.Reply, error) {
	args := strings.Fields(line)
	c := commands.NewClient(commands.ClientConfig{ID: 1})
	return b.Block(c, 0, 0, b.table().Lookup(args[0]), args, func() <-chan struct{} { return nil }, func() {})
}

// The time is over, but the log says that it was served before: that counts.
func TestServedAtTheLastMoment(t *testing.T) {
	served := resp.Array(resp.Bulk("k"), resp.Bulk("x"))
	answer := func(_ *scriptedLog, args []string) (resp.Reply, error) {
		if args[0] == unwaitName {
			return resp.Array(resp.Bulk(string(served.Append(nil, resp.Wire)))), nil
		}
		return usually(args), nil
	}
	onScript(t, answer, func(b *Blocker, l *scriptedLog) {
		if r, err := b.try("BLPOP k 0.1"); err != nil || lines(r) != "k x" {
			t.Errorf("%v %v", r, err)
		}
		time.Sleep(2 * heardAfter)
		if want := []string{"forget", "wait 1 BLPOP k 0.1", "unwait 1", "heard 1"}; !slices.Equal(l.all(), want) {
			t.Errorf("told %q, want %q", l.all(), want)
		}
	})
}

// It is not known whether a client was enrolled: it must not stay so.
func TestUnknownEnrollmentIsUndone(t *testing.T) {
	answer := func(_ *scriptedLog, args []string) (resp.Reply, error) {
		if args[0] == waitName {
			return resp.Reply{}, errLost
		}
		return usually(args), nil
	}
	onScript(t, answer, func(b *Blocker, l *scriptedLog) {
		if r, err := b.try("BLPOP k 0"); err != errLost {
			t.Errorf("%v %v", r, err)
		}
		synctest.Wait()
		if all := l.all(); all[len(all)-1] != "unwait 1" {
			t.Errorf("told %q", all)
		}
	})
}

// While a client's enrollment is on its way, the node is taken for absent, or
// gets a snapshot: when it knows that the client is enrolled it looks whether it
// still is, and enrolls it again.
func TestEnrollmentInDoubt(t *testing.T) {
	for name, meanwhile := range map[string]func(b *Blocker){
		"absent": func(b *Blocker) {
			b.Observe(0, &commands.Effects{Emitted: []any{absent{"n1"}}})
		},
		"snapshot": func(b *Blocker) { b.Observe(0, &commands.Effects{Restored: true}) },
	} {
		t.Run(name, func(t *testing.T) {
			var b *Blocker
			answer := func(_ *scriptedLog, args []string) (resp.Reply, error) {
				if args[0] == waitName {
					meanwhile(b)
					time.Sleep(time.Millisecond) // it has been looked at before the answer comes
				}
				return usually(args), nil
			}
			onScript(t, answer, func(its *Blocker, l *scriptedLog) {
				b = its
				if r, err := b.try("BLPOP k 0.5"); err != nil || r.Kind != resp.NullArrayKind {
					t.Errorf("%v %v", r, err)
				}
				if want := []string{"forget", "wait 1 BLPOP k 0.5", "rejoin 1 BLPOP k 0.5", "unwait 1"}; !slices.Equal(l.all(), want) {
					t.Errorf("told %q, want %q", l.all(), want)
				}
			})
		})
	}
}

// Nobody is enrolled again who leaves in the same breath.
func TestLeavingIsNotEnrolledAgain(t *testing.T) {
	g := newGroup("n1", 1, Group{Log: &scriptedLog{answer: func(_ *scriptedLog, args []string) (resp.Reply, error) {
		return usually(args), nil
	}}})
	w, _, err := g.enroll(context.Background(), 0, []string{"BLPOP", "k", "0"})
	if err != nil {
		t.Fatal(err)
	}
	g.taken("n1")
	g.leave(w)
	r := g.report()
	for _, cmd := range r.cmds {
		if _, args, _ := commands.DecodeCommand(cmd); args[0] == rejoinName {
			t.Errorf("told %q", args)
		}
	}
	if len(r.leaves) != 1 || len(r.cmds) != 2 {
		t.Errorf("%d leave, %d commands", len(r.leaves), len(r.cmds))
	}
}
