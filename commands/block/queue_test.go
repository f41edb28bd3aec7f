package block

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"coordd/commands"
	"coordd/ring"
	"coordd/store"
)

func testTable(b func() *Blocker) *commands.Table {
	groups := slices.Concat(commands.DataGroups(), b().Groups())
	return commands.NewTable(groups...)
}

func newTestEngine() *commands.Engine {
	var table *commands.Table
	b := New(func() *commands.Table { return table })
	table = testTable(func() *Blocker { return b })
	e := commands.NewEngine(table, store.New(ring.SlotOf))
	e.Wake(b.Wake)
	return e
}

// script runs the language of the log on one engine, one command an entry, and
// writes down what is answered and emitted. A line is a command, with a client
// "a", "b", ... for origin, start and number: "a wait BLPOP k 0" is a's command
// coordd.wait. "+50" lets 50 ms pass, in an entry of its own.
type script struct {
	t      *testing.T
	engine *commands.Engine
	index  uint64
	passed int64 // ms
	asked  map[string]uint64
	out    []string
}

func newScript(t *testing.T) *script {
	s := &script{t: t, engine: newTestEngine(), asked: map[string]uint64{}}
	s.engine.Observe(s.observe)
	return s
}

func clientName(id waiterID) string { return string(rune('a' + id.number - 1)) }

func (s *script) observe(done *commands.Effects) {
	for _, e := range done.Emitted {
		switch e := e.(type) {
		case ready:
			var names []string
			for _, id := range e.ids {
				names = append(names, clientName(id))
				s.asked[clientName(id)] = done.Index
			}
			s.out = append(s.out, "ask "+strings.Join(names, ","))
		case served:
			s.out = append(s.out, clientName(e.id)+" gets "+show(e.wire))
		case absent:
			s.out = append(s.out, e.origin+" is absent")
		}
	}
}

func show(wire string) string {
	return strings.TrimRight(strings.NewReplacer("\r\n", " ", "$-1", "nil").Replace(wire), " ")
}

// run applies lines, and returns what was answered to the language of the
// queue, and emitted.
func (s *script) run(lines ...string) string {
	s.t.Helper()
	s.out = nil
	for _, line := range lines {
		args := strings.Fields(line)
		verb := ""
		if ms, passes := strings.CutPrefix(line, "+"); passes {
			n, _ := strconv.Atoi(ms)
			s.index, s.passed = s.index+1, s.passed+int64(n)
			s.engine.Apply(s.index, logTime+s.passed, nil)
			continue
		}
		if len(args[0]) == 1 && len(args) > 1 {
			n := fmt.Sprint(args[0][0] - 'a' + 1)
			verb = args[1]
			head := []string{"coordd." + verb, "n1", "1", n}
			switch verb {
			case "claim":
				head = append(head, fmt.Sprint(s.asked[args[0]]))
			}
			args = append(head, args[2:]...)
		}
		s.index++
		wire := string(s.engine.Apply(s.index, logTime+s.passed, [][]byte{commands.EncodeCommand(nil, 0, args)})[0])
		if verb == "wait" || verb == "unwait" || strings.HasPrefix(wire, "-") {
			name, _, _ := strings.Cut(line, " ")
			switch reply := show(wire); reply {
			case ">0":
				reply = "waits"
				fallthrough
			default:
				s.out = append(s.out, name+" "+reply)
			}
		}
	}
	return strings.Join(s.out, "; ")
}

func (s *script) expect(want string, lines ...string) {
	s.t.Helper()
	if got := s.run(lines...); got != want {
		s.t.Errorf("%q:\n got %s\nwant %s", lines, got, want)
	}
}

func TestQueue(t *testing.T) {
	for _, c := range []struct {
		name  string
		steps [][2]string // lines, what they give
	}{
		{"what is there is taken at once", [][2]string{
			{"RPUSH k x|a wait BLPOP k 0", "a *2 $1 k $1 x"},
		}},
		{"an element waits for the word of the first", [][2]string{
			{"a wait BLPOP k 0|b wait BLPOP k 0", "a waits; b waits"},
			{"RPUSH k x", "ask a"},
			{"b claim", ""},
			{"a claim", "a gets *2 $1 k $1 x"},
		}},
		{"as many are asked as there is something for", [][2]string{
			{"a wait BLPOP k 0|b wait BLPOP k 0|c wait BLPOP k 0", "a waits; b waits; c waits"},
			{"RPUSH k x y", "ask a,b"},
			{"b claim", ""},
			{"a claim", "a gets *2 $1 k $1 x; b gets *2 $1 k $1 y"},
			{"RPUSH k z", "ask c"},
		}},
		{"nobody is asked twice for the same", [][2]string{
			{"a wait BLPOP k 0|b wait BLPOP k 0", "a waits; b waits"},
			{"RPUSH k x|RPUSH k y|RPUSH k z", "ask a; ask b"},
		}},
		{"an old word does not count for what came later", [][2]string{
			{"a wait BLPOP k 0|b wait BLPOP k 0", "a waits; b waits"},
			{"RPUSH k x y", "ask a,b"},
			{"b claim|DEL k", ""},
			{"RPUSH k z", "ask a"},
			{"a unwait", "ask b; a *1 nil"},
			{"b claim", "b gets *2 $1 k $1 z"},
		}},
		{"a word counts for as many as there were", [][2]string{
			{"a wait BLPOP k 0|b wait BLPOP k 0", "a waits; b waits"},
			{"RPUSH k x y|b claim|LPOP k", "ask a,b; ask a"},
			{"RPUSH k z", "ask b"},
			{"a claim", "a gets *2 $1 k $1 y"},
			{"b claim", "b gets *2 $1 k $1 z"},
		}},
		{"who has left takes nothing, and the next is asked", [][2]string{
			{"a wait BLPOP k 0|b wait BLPOP k 0", "a waits; b waits"},
			{"RPUSH k x", "ask a"},
			{"a unwait", "ask b; a *1 nil"},
			{"a claim", ""},
			{"b claim", "b gets *2 $1 k $1 x"},
		}},
		{"who leaves too late is told what it was served", [][2]string{
			{"a wait BLPOP k 0|RPUSH k x", "a waits; ask a"},
			{"a claim", "a gets *2 $1 k $1 x"},
			{"a unwait", "a *1 $18 *2 $1 k $1 x"},
			{"a heard", ""},
			{"a unwait", "a *1 nil"},
		}},
		{"who comes later does not overtake", [][2]string{
			{"a wait BLPOP k 0|RPUSH k x", "a waits; ask a"},
			{"b wait BLPOP k 0", "b waits"},
			{"RPUSH k y", "ask b"},
			{"b claim|a claim", "a gets *2 $1 k $1 x; b gets *2 $1 k $1 y"},
		}},
		{"a command that does not wait takes what it finds", [][2]string{
			{"a wait BLPOP k 0|RPUSH k x|LPOP k", "a waits; ask a"},
			{"a claim", ""},
			{"RPUSH k y", "ask a"},
			{"a claim", "a gets *2 $1 k $1 y"},
		}},
		{"keys are looked at in their order", [][2]string{
			{"a wait BLPOP k l 0|RPUSH l y|RPUSH k x", "a waits; ask a; ask a"},
			{"a claim", "a gets *2 $1 k $1 x"},
			{"b wait BLPOP l 0", "b *2 $1 l $1 y"},
		}},
		{"nobody takes at one key what another came first for", [][2]string{
			{"a wait BLPOP k 0|b wait BLPOP k l 0", "a waits; b waits"},
			{"RPUSH k x|RPUSH l y", "ask a; ask b"},
			{"b claim", ""},
			{"a claim", "a gets *2 $1 k $1 x; b gets *2 $1 l $1 y"},
		}},
		{"a newcomer takes where nobody else waits", [][2]string{
			{"RPUSH l y|a wait BLPOP k 0|RPUSH k x", "a waits; ask a"},
			{"b wait BLPOP l k 0", "b *2 $1 l $1 y"},
			{"c wait BLPOP l k 0", "c waits"},
			{"a unwait", "ask c; a *1 nil"},
			{"c claim", "c gets *2 $1 k $1 x"},
		}},
		{"another type leaves it waiting", [][2]string{
			{"a wait BLPOP k 0|SET k v|DEL k|ZADD k 1 m|DEL k", "a waits"},
			{"RPUSH k x", "ask a"},
		}},
		{"commands of another type wait beside", [][2]string{
			{"a wait BLPOP k 0|b wait BZPOPMIN k 0|ZADD k 1 m", "a waits; b waits; ask b"},
			{"b claim", "b gets *3 $1 k $1 m ,1"},
			{"RPUSH k x", "ask a"},
		}},
		{"what a client moves wakes others", [][2]string{
			{"a wait BLMOVE k l LEFT RIGHT 0|b wait BLPOP l 0|RPUSH k x", "a waits; b waits; ask a"},
			{"a claim", "a gets $1 x; ask b"},
			{"b claim", "b gets *2 $1 l $1 x"},
		}},
		{"who waits to move is not woken by where to", [][2]string{
			{"a wait BLMOVE k l LEFT RIGHT 0|b wait BLPOP l 0|RPUSH l x", "a waits; b waits; ask b"},
		}},
		{"a move to another type is an error when its turn comes", [][2]string{
			{"SET l v|a wait BLMOVE k l LEFT RIGHT 0|b wait BLPOP k 0|RPUSH k x", "a waits; b waits; ask a"},
			{"a claim", "a gets -WRONGTYPE Operation against a key holding the wrong kind of value; ask b"},
			{"b claim", "b gets *2 $1 k $1 x"},
		}},
		{"a wrong command does not wait", [][2]string{
			{"SET k v|a wait BLPOP k 0", "a -WRONGTYPE Operation against a key holding the wrong kind of value"},
			{"a wait BLPOP l nothing", "a -ERR timeout is not a float or out of range"},
			{"a wait GET nosuch", "a nil"},
		}},
		{"reservations wait among those who pop", [][2]string{
			{"a wait BLPOP k 0|b wait RESERVE k me PX 1000 BLOCK 0|c wait BRPOP k 0", "a waits; b waits; c waits"},
			{"RPUSH k x y z", "ask a,b,c"},
			{"c claim|b claim|a claim", "a gets *2 $1 k $1 x; b gets *3 :4 $1 z :1; c gets *2 $1 k $1 y"},
			{"d wait RESERVE k me PX 1000 BLOCK 0|NACK k 4", "d waits; ask d"},
			{"d claim", "d gets *3 :6 $1 z :2"},
		}},
		{"readers of two groups wait beside one another", [][2]string{
			{"XGROUP CREATE s g $ MKSTREAM|XGROUP CREATE s h $", ""},
			{"a wait XREADGROUP GROUP g me BLOCK 0 STREAMS s >|b wait XREADGROUP GROUP g you COUNT 1 BLOCK 0 STREAMS s >", "a waits; b waits"},
			{"c wait XREADGROUP GROUP h me NOACK BLOCK 0 STREAMS s >|XADD s 1-1 f v", "c waits; ask a; ask c"},
			{"c claim", "c gets @1 `2 $1 s *1 *2 $3 1-1 *2 $1 f $1 v"},
			{"b claim|a claim", "a gets @1 `2 $1 s *1 *2 $3 1-1 *2 $1 f $1 v"},
			{"XADD s 2-1 f v|XADD s 3-1 f v", "ask b"},
			{"a wait XREADGROUP GROUP g me BLOCK 0 STREAMS s >", "a waits"},
			{"b claim", "b gets @1 `2 $1 s *1 *2 $3 2-1 *2 $1 f $1 v; ask a"},
		}},
		{"a group that is gone is an error for those who wait", [][2]string{
			{"XGROUP CREATE s g $ MKSTREAM|a wait XREADGROUP GROUP g me BLOCK 0 STREAMS s >|b wait XREADGROUP GROUP g me BLOCK 0 STREAMS s >", "a waits; b waits"},
			{"XGROUP DESTROY s g", "ask a,b"},
			{"a claim", "a gets -NOGROUP No such key 's' or consumer group 'g' in XREADGROUP with GROUP option"},
			{"b claim", "b gets -NOGROUP No such key 's' or consumer group 'g' in XREADGROUP with GROUP option"},
			{"XGROUP CREATE s g $|c wait XREADGROUP GROUP g me BLOCK 0 STREAMS s >|DEL s", "c waits; ask c"},
			{"c claim", "c gets -NOGROUP No such key 's' or consumer group 'g' in XREADGROUP with GROUP option"},
		}},
		{"a history does not wait", [][2]string{
			{"XGROUP CREATE s g $ MKSTREAM|a wait XREADGROUP GROUP g me BLOCK 0 STREAMS s 0", "a @1 `2 $1 s *0"},
		}},
		{"a renamed list serves", [][2]string{
			{"a wait BLPOP k 0|RPUSH l x|RENAME l k", "a waits; ask a"},
			{"a claim", "a gets *2 $1 k $1 x"},
		}},
		{"an absent node's clients leave, and may come again", [][2]string{
			{"a wait BLPOP k 0|b wait BLPOP k 0|RPUSH k x", "a waits; b waits; ask a"},
			{"coordd.forget n1 0", "n1 is absent"},
			{"b claim|a claim", ""},
			{"b rejoin BLPOP k 0", "b gets *2 $1 k $1 x"},
			{"b rejoin BLPOP k 0", ""},
			{"a rejoin BLPOP k 0|a rejoin BLPOP k 0|RPUSH k y", "ask a"},
		}},
		{"an absent node's replies are kept, those of an earlier start are not", [][2]string{
			{"a wait BLPOP k 0|RPUSH k x|a claim", "a waits; ask a; a gets *2 $1 k $1 x"},
			{"coordd.forget n1 0|a unwait", "n1 is absent; a *1 $18 *2 $1 k $1 x"},
			{"coordd.forget n1 1|a unwait", "a *1 $18 *2 $1 k $1 x"},
			{"coordd.forget n1 2|a unwait", "a *1 nil"},
		}},
		{"a whole database that is emptied or filled", [][2]string{
			{"a wait BLPOP k 0|RPUSH k x|FLUSHALL|RPUSH k y", "a waits; ask a; ask a"},
			{"a claim", "a gets *2 $1 k $1 y"},
			{"RPUSH k z|MOVE k 1|b wait BLPOP k 0|SWAPDB 0 1", "b waits; ask b"},
			{"b claim", "b gets *2 $1 k $1 z"},
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			newScript(t).play(c.steps)
		})
	}
}

// play runs steps: lines, and what they give.
func (s *script) play(steps [][2]string) {
	s.t.Helper()
	for _, step := range steps {
		s.expect(step[1], strings.Split(step[0], "|")...)
	}
	s.checkEmpty()
}

// checkEmpty has everybody leave, after which nothing may be left behind; and
// a snapshot on the way gives the same state.
func (s *script) checkEmpty() {
	s.t.Helper()
	var buf bytes.Buffer
	frozen := s.engine.Freeze()
	if _, err := frozen.WriteTo(&buf); err != nil {
		s.t.Fatal(err)
	}
	frozen.Release()
	restored := newTestEngine()
	if err := restored.Restore(&buf); err != nil {
		s.t.Fatal(err)
	}
	if restored.Hash() != s.engine.Hash() {
		s.t.Error("a restored state differs")
	}
	s.run("coordd.forget n1 99")
	if keys, _ := s.engine.Keys(store.Waiting); keys != 0 {
		s.t.Errorf("%d records are left behind", keys)
	}
}

// A push to a key with very many clients asks one, and looks at few.
func TestOnePushAsksOne(t *testing.T) {
	s := newScript(t)
	const clients = 10_000
	for n := range clients {
		s.index++
		s.engine.Apply(s.index, 1, [][]byte{commands.EncodeCommand(nil, 0, []string{waitName, "n1", "1", fmt.Sprint(n + 1), "BLPOP", "k", "0"})})
	}
	var asked int
	s.engine.Observe(func(done *commands.Effects) {
		for _, e := range done.Emitted {
			if e, ok := e.(ready); ok {
				asked += len(e.ids)
			}
		}
	})
	push := func(elements int) {
		s.index++
		args := append([]string{"RPUSH", "k"}, slices.Repeat([]string{"x"}, elements)...)
		s.engine.Apply(s.index, 1, [][]byte{commands.EncodeCommand(nil, 0, args)})
	}
	if push(1); asked != 1 {
		t.Errorf("one element: %d were asked", asked)
	}
	if push(clients); asked != mostAsked {
		t.Errorf("an element for everybody: %d were asked at a time", asked)
	}
	if allocs := testing.AllocsPerRun(100, func() { push(1) }); allocs > 100 {
		t.Errorf("a push allocates %v times", allocs)
	}
}

// Nothing but the log decides: the same entries give the same state.
func TestReplayGivesTheSameState(t *testing.T) {
	run := func() uint64 {
		s := newScript(t)
		s.run("a wait BLPOP k l 0", "b wait BLPOP l 0", "c wait BZPOPMIN k 0", "RPUSH l x", "b claim", "RPUSH k y", "a claim", "ZADD z 1 m", "c unwait")
		return s.engine.Hash()
	}
	if a, b := run(), run(); a != b {
		t.Errorf("%x and %x", a, b)
	}
}
