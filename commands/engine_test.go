package commands

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"

	"coordd/resp"
	"coordd/store"
)

func apply(e *Engine, index uint64, lines ...string) []string {
	var cmds [][]byte
	for _, line := range lines {
		cmds = append(cmds, EncodeCommand(nil, 0, strings.Split(line, " ")))
	}
	var replies []string
	for _, r := range e.Apply(index, int64(index)*1000, cmds) {
		replies = append(replies, string(r))
	}
	return replies
}

func mustPanic(t *testing.T, what string, f func()) {
	t.Helper()
	defer func() {
		if recover() == nil {
			t.Errorf("%s did not panic", what)
		}
	}()
	f()
}

func TestApplyAnswersInOrder(t *testing.T) {
	e := newTestEngine()
	got := apply(e, 1, "SET k "+strings.Repeat("v", 100), "INCR n", "GET k", "NONSENSE a b", "GET", "OBJECT what", "GET n", "GET missing")
	want := []string{
		"+OK\r\n", ":1\r\n", "$100\r\n" + strings.Repeat("v", 100) + "\r\n",
		"-ERR unknown command 'NONSENSE', with args beginning with: 'a' 'b' \r\n",
		"-ERR wrong number of arguments for 'get' command\r\n",
		"-ERR unknown subcommand 'what'. Try OBJECT HELP.\r\n",
		"$1\r\n1\r\n", "$-1\r\n",
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("reply %d is %q, want %q", i, got[i], want[i])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d replies", len(got))
	}
}

// A reply must stay whole when a neighbour's owner appends to his.
func TestRepliesDoNotOverlap(t *testing.T) {
	e := newTestEngine()
	replies := e.Apply(1, 1000, [][]byte{EncodeCommand(nil, 0, []string{"INCR", "n"}), EncodeCommand(nil, 0, []string{"INCR", "n"})})
	_ = append(replies[0], "xxxx"...)
	if string(replies[1]) != ":2\r\n" {
		t.Errorf("the second reply became %q", replies[1])
	}
}

// What the store keeps must not be the log's bytes.
func TestStateOutlivesTheEntry(t *testing.T) {
	for _, spec := range dataSpecs(newTestEngine().table) {
		if spec.Flags&Write == 0 {
			continue
		}
		e := newTestEngine()
		apply(e, 1, "SET s 1", "SADD set a b", "ZADD zset 1 a 2 b", "RPUSH list a b c")
		for i, key := range []string{"s", "set", "zset", "list", "new"} {
			args := []string{}
			name, sub, isSub := strings.Cut(spec.Name, "|")
			if args = append(args, name); isSub {
				args = append(args, sub)
			}
			for len(args) < max(spec.Arity, -spec.Arity) {
				args = append(args, strconv.Itoa(len(args)))
			}
			for at := range spec.Keys.In(args) {
				args[at] = key
			}
			cmd := EncodeCommand(nil, 0, args)
			e.Apply(uint64(i)+2, 3000, [][]byte{cmd})
			before := e.Hash()
			clear(cmd)
			if e.Hash() != before {
				t.Errorf("%q keeps bytes of the log", args)
			}
		}
	}
}

func TestUndecodableCommandPanics(t *testing.T) {
	e := newTestEngine()
	mustPanic(t, "an undecodable command", func() { e.Apply(1, 1000, [][]byte{{0, 9}}) })
}

func TestHandlersPanicIsNotSwallowed(t *testing.T) {
	boom := row("boom", func(s *Spec) { s.Data = func(*store.Tx, []string) resp.Reply { panic("boom") } })
	e := NewEngine(NewTable(Group{"test", []Spec{boom}}), store.New(testSlot))
	mustPanic(t, "a handler that panics", func() { apply(e, 1, "BOOM") })
}

// A session command in the log, from another version perhaps, is refused.
func TestLocalCommandIsUnknownInTheLog(t *testing.T) {
	local := row("local", func(s *Spec) {
		s.Data, s.Flags = nil, 0
		s.Conn = func(*Client, []string) resp.Reply { return resp.OK }
	})
	e := NewEngine(NewTable(Group{"test", []Spec{local}}), store.New(testSlot))
	if got := apply(e, 1, "LOCAL")[0]; !strings.HasPrefix(got, "-ERR unknown command 'LOCAL'") {
		t.Error(got)
	}
	mustPanic(t, "View of a local command", func() { e.View(0, 0, 0, e.table.Lookup("local"), []string{"local"}) })
}

func TestViewRefusesWrites(t *testing.T) {
	e := newTestEngine()
	mustPanic(t, "View of SET", func() { e.View(0, 0, 0, e.table.Lookup("set"), []string{"SET", "a", "b"}) })
}

func TestStoreErrorsThatAreNotTheClients(t *testing.T) {
	if r := failed(store.ErrWrongType); r.Str != errWrongType.Str {
		t.Error(r)
	}
	mustPanic(t, "an unknown error of the store", func() { failed(fmt.Errorf("disk on fire")) })
}

func TestBadSnapshotChangesNothing(t *testing.T) {
	e := newTestEngine()
	apply(e, 1, "SET k v")
	before := e.Hash()
	if err := e.Restore(strings.NewReader("not a snapshot")); err == nil {
		t.Error("restored")
	}
	if e.Hash() != before {
		t.Error("the state has changed")
	}
}

func TestEngineCountsAndClock(t *testing.T) {
	e := newTestEngine()
	apply(e, 5, "SET a 1", "SET b 1 PX 700", "SET c 1 PX 300")
	if keys, expires := e.Keys(0); keys != 3 || expires != 2 {
		t.Errorf("%d keys, %d with a deadline", keys, expires)
	}
	if e.LogTime() != 5000 || e.NextDeadline() != 5300 {
		t.Errorf("log time %d, next deadline %d", e.LogTime(), e.NextDeadline())
	}
	apply(e, 6)
	if keys, expires := e.Keys(0); keys != 1 || expires != 0 {
		t.Errorf("after the deadlines: %d keys, %d with a deadline", keys, expires)
	}
	if keys, _ := e.Keys(1); keys != 0 || e.NextDeadline() != 0 {
		t.Errorf("%d keys in database 1, next deadline %d", keys, e.NextDeadline())
	}
}

// Neighbouring commands and entries get seeds far apart.
func TestSeeds(t *testing.T) {
	seen := make(map[uint64]bool)
	for index := range uint64(200) {
		for i := range uint64(200) {
			seen[mix(index, i)>>20] = true
		}
	}
	if len(seen) != 200*200 {
		t.Errorf("%d of %d seeds differ in their upper bits", len(seen), 200*200)
	}
}

// Views, freezes and entries side by side; the race detector watches.
func TestEngineConcurrently(t *testing.T) {
	e := newTestEngine()
	apply(e, 1, "SET n 0")
	done := make(chan struct{})
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			get, keys := e.table.Lookup("get"), e.table.Lookup("keys")
			for {
				select {
				case <-done:
					return
				default:
					e.View(1, 1, 0, get, []string{"GET", "n"})
					e.View(1, 1, 0, keys, []string{"KEYS", "*"})
					e.NextDeadline()
					e.Keys(0)
				}
			}
		})
	}
	wg.Go(func() {
		for range 20 {
			f := e.Freeze()
			var b bytes.Buffer
			if _, err := f.WriteTo(&b); err != nil {
				t.Error(err)
			}
			f.Release()
			e.Hash()
		}
	})
	for i := range uint64(500) {
		apply(e, i+2, "INCR n", "SET k"+strconv.Itoa(int(i%50))+" v PX 100")
	}
	close(done)
	wg.Wait()
	if got := apply(e, 502, "GET n")[0]; got != "$3\r\n500\r\n" {
		t.Error(got)
	}
}

func BenchmarkApply(b *testing.B) {
	for _, c := range []struct{ name, line string }{
		{"SET", "SET key:%d value-of-some-length"}, {"INCR", "INCR key:%d"}, {"GET", "GET key:%d"},
		{"LPUSH", "LPUSH key:%d v"}, {"SADD", "SADD key:%d v"}, {"MSET", "MSET key:%d a b c d e"},
	} {
		b.Run(c.name, func(b *testing.B) {
			e := newTestEngine()
			const batch, keys = 100, 10_000
			entries := make([][][]byte, keys/batch)
			for i := range entries {
				for k := range batch {
					line := fmt.Sprintf(c.line, i*batch+k)
					entries[i] = append(entries[i], EncodeCommand(nil, 0, strings.Split(line, " ")))
				}
				e.Apply(uint64(i+1), 1, entries[i])
			}
			b.ReportAllocs()
			b.ResetTimer()
			for i := range b.N/batch + 1 { // one operation is one command
				e.Apply(uint64(i+1000), 1, entries[i%len(entries)])
			}
		})
	}
}

func BenchmarkView(b *testing.B) {
	e := newTestEngine()
	apply(e, 1, "SET k value-of-some-length")
	get, args := e.table.Lookup("get"), []string{"GET", "k"}
	b.ReportAllocs()
	b.ResetTimer()
	for range b.N {
		e.View(1, 1, 0, get, args)
	}
}
