package script

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"

	"coordd/commands"
	"coordd/resp"
	"coordd/ring"
	"coordd/store"
	"coordd/store/rdb"
)

func TestConfigIsChecked(t *testing.T) {
	if _, err := Groups(Config{}); err == nil {
		t.Error("an empty Config was taken")
	}
}

func TestRoutingFindsTheKeys(t *testing.T) {
	r := newRig(t)
	for line, want := range map[string]string{
		"EVAL x 2 a b c":    "[3 4]",
		"EVALSHA x 0 a":     "[]",
		"FCALL f 1 a":       "[3]",
		"EVAL_RO x 3 a b":   "[]",
		"EVAL x -1 a":       "[]",
		"EVALSHA_RO x y a":  "[]",
		"FCALL_RO f 2 a b":  "[3 4]",
		"EVAL x 01 a":       "[]",
		"EVAL x 99999999 a": "[]",
	} {
		args := strings.Fields(line)
		got := []int{}
		for i := range r.table.Lookup(args[0]).Keys.In(args) {
			got = append(got, i)
		}
		if fmt.Sprint(got) != want {
			t.Errorf("%s: keys at %v, want %s", line, got, want)
		}
	}
}

// A program sees the entry's time and chance, and the same walk through a table
// on every node: the rig compares two of them.
func TestWhatCouldDifferDoesNot(t *testing.T) {
	r := newRig(t)
	r.now = summer2024 + 123
	r.expect("return redis.call('time')", "1) \"1720000000\"\n2) \"123000\"")
	first := text(r.do("EVAL", "return {math.random(1e9), math.random(1e9)}", "0"))
	if second := text(r.do("EVAL", "return {math.random(1e9), math.random(1e9)}", "0")); second == first {
		t.Errorf("two entries draw the same: %q", first)
	}
	seeded := "math.randomseed(7) return {math.random(1e9), math.random(1e9)}"
	if a, b := text(r.do("EVAL", seeded, "0")), text(r.do("EVAL", seeded, "0")); a != b {
		t.Errorf("one seed gives %q and %q", a, b)
	}
	r.expect(`local t = {} for i = 1, 50 do t['k' .. i * 7 % 50] = i t[i * 1000] = i end
		for i = 1, 50, 3 do t['k' .. i] = nil end
		local s = '' for k in pairs(t) do s = s .. k .. ' ' end
		local u = '' for k in pairs(t) do u = u .. k .. ' ' end return s == u and #s`, "(integer) 416")
	r.expect("return {tostring({}), tostring({}), tostring(print == nil), tostring(function() end), tostring(string.rep)}",
		"(error) ERR user_script:1: Script attempted to access nonexistent global variable 'print' script: "+digest("return {tostring({}), tostring({}), tostring(print == nil), tostring(function() end), tostring(string.rep)}")+", on @user_script:1.")
	r.expect("return {tostring({}), tostring({}), tostring(function() end), tostring(string.rep)}",
		"1) \"table: 0x00000001\"\n2) \"table: 0x00000002\"\n3) \"function: 0x00000003\"\n4) \"builtin: 0x00000000\"")
}

// Nothing of a program is left for the next one.
func TestProgramsLeaveNothing(t *testing.T) {
	r := newRig(t)
	r.do("EVAL", "redis.setresp(3) cjson.encode_sparse_array(true) math.randomseed(1) tostring({}) KEYS.x = 1 error('x')", "0")
	r.expect("return {KEYS.x == nil, #KEYS, redis.call('get', 'nothing')}", "1) (integer) 1\n2) (integer) 0\n3) (nil)")
	r.expect("return tostring({})", `"table: 0x00000001"`)
	if got := text(r.do("EVAL", "return cjson.encode({[1000] = 1})", "0")); !strings.Contains(got, "excessively sparse") {
		t.Errorf("a setting of another script is at work: %q", got)
	}
	r.do("FUNCTION", "LOAD", "#!lua name=l\nlocal n = 0 redis.register_function('count', function() n = n + 1 return n end)")
	for range 2 { // what lasts belongs into keys: nodes restart at different times
		if got := r.do("FCALL", "count", "0"); got.Int != 1 {
			t.Errorf("a library has kept a variable: %d", got.Int)
		}
	}
}

// A machine that was never used holds what one that was used does: which of them a
// node has at hand differs.
func TestANewMachineIsLikeAUsedOne(t *testing.T) {
	m := newMachine()
	for _, name := range []string{"KEYS", "ARGV"} {
		if v := m.Globals.Get(name); v != nil {
			t.Errorf("%s is %v before the first program, and nil after it", name, v)
		}
	}
}

// Each command of a program is ended before the next.
func TestCommandsAreEnded(t *testing.T) {
	r := newRig(t)
	r.expect("redis.call('lpush', 'l', 'a') redis.call('lpop', 'l') return {redis.call('exists', 'l'), redis.call('sadd', 'l', 'm'), redis.call('type', 'l')}",
		"1) (integer) 0\n2) (integer) 1\n3) set")
	r.expect("pcall(redis.call, 'rpush', 'q') redis.call('rpush', 'q', 'a') redis.call('del', 'q') redis.call('incr', 'q') return redis.call('get', 'q')", `"1"`)
}

// The text of an entry lies in memory that is used again.
func TestProgramsOutliveTheirEntry(t *testing.T) {
	r := newRig(t)
	script := "return redis.sha1hex('a')"
	entry := commands.EncodeCommand(nil, 0, []string{"EVAL", script, "0"})
	r.twins[0].Apply(1, summer2024, [][]byte{entry})
	clear(entry)
	reply := r.twins[0].Apply(2, summer2024, [][]byte{commands.EncodeCommand(nil, 0, []string{"EVALSHA", digest(script), "0"})})[0]
	if !strings.Contains(string(reply), digest("a")) {
		t.Errorf("the reply is %q", reply)
	}
}

// Scripts and functions are there after a snapshot, and on a node that has
// compiled none of them.
func TestScriptsSurviveASnapshot(t *testing.T) {
	r := newRig(t)
	loaded, evaluated := "return 'loaded'", "return 'evaluated'"
	r.do("SCRIPT", "LOAD", loaded)
	r.do("EVAL", evaluated, "0")
	r.do("FUNCTION", "LOAD", "#!lua name=l\nredis.register_function('f', function() return 'called' end)")
	frozen := r.twins[0].Freeze()
	defer frozen.Release()
	var snapshot bytes.Buffer
	if _, err := frozen.WriteTo(&snapshot); err != nil {
		t.Fatal(err)
	}
	other := newRig(t)
	for _, e := range other.twins {
		if err := e.Restore(bytes.NewReader(snapshot.Bytes())); err != nil {
			t.Fatal(err)
		}
	}
	for want, args := range map[string][]string{
		"loaded":    {"EVALSHA", digest(loaded), "0"},
		"evaluated": {"EVALSHA", digest(evaluated), "0"},
		"called":    {"FCALL", "f", "0"},
	} {
		if got := other.do(args...); got.Str != want {
			t.Errorf("%v: %q", args, got.Str)
		}
	}
	other.do("FLUSHALL")
	if got := other.do("EVALSHA", digest(loaded), "0"); got.Str != "loaded" {
		t.Errorf("FLUSHALL has taken the scripts: %q", got.Str)
	}
	other.do("SCRIPT", "FLUSH")
	if got := other.do("EVALSHA", digest(loaded), "0"); got.Str != errNoScript.Str {
		t.Errorf("after SCRIPT FLUSH: %q", got.Str)
	}
}

// Scripts with values in them do not fill the memory; those that were loaded
// stay.
func TestEvaluatedScriptsAreForgotten(t *testing.T) {
	r := newRig(t)
	r.do("SCRIPT", "LOAD", "return 'good'")
	r.twins[1] = commands.NewEngine(r.table, store.New(ring.SlotOf)) // one is enough, and faster
	for i := range keepEvaluated + 10 {
		r.index++
		r.twins[0].Apply(r.index, r.now, [][]byte{commands.EncodeCommand(nil, 0, []string{"EVAL", "return " + strconv.Itoa(i), "0"})})
	}
	exists := func(script string) string {
		r.index++
		return string(r.twins[0].Apply(r.index, r.now, [][]byte{commands.EncodeCommand(nil, 0, []string{"SCRIPT", "EXISTS", digest(script)})})[0])
	}
	for script, want := range map[string]string{
		"return 'good'": ":1", "return 0": ":0", "return 9": ":0", "return 10": ":1", "return " + strconv.Itoa(keepEvaluated+9): ":1",
	} {
		if got := exists(script); !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %s", script, got, want)
		}
	}
}

// Programs that are compiled take a bounded room; who comes again is compiled
// again.
func TestCompiledProgramsAreForgotten(t *testing.T) {
	h := &host{}
	body := "return 1" + strings.Repeat("+1", 20_000)
	for i := range 20 {
		sha := strconv.Itoa(i)
		if s, refusal := h.compile(sha, body+"+"+sha); s == nil {
			t.Fatal(refusal.Str)
		}
	}
	if h.compiled.size > maxPrograms || h.compiled.order.Len() != len(h.compiled.bySHA) {
		t.Errorf("size %d, %d programs, %d names", h.compiled.size, h.compiled.order.Len(), len(h.compiled.bySHA))
	}
	for i := range 2 * maxPrograms / 8 { // programs of nothing cost too
		h.compile("empty "+strconv.Itoa(i), "")
	}
	if h.compiled.order.Len() > maxPrograms/8 {
		t.Errorf("%d empty programs are kept", h.compiled.order.Len())
	}
}

// The last that was used is the last to go.
func TestTheLeastUsedProgramGoes(t *testing.T) {
	h := &host{}
	body := "return 1" + strings.Repeat("+1", 60_000)
	for i := range 4 {
		h.compile(strconv.Itoa(i), body+"+"+strconv.Itoa(i))
		h.compiled.get("0")
	}
	if h.compiled.get("3") == nil || h.compiled.get("0") == nil || h.compiled.get("1") != nil {
		t.Error("the wrong ones were forgotten")
	}
}

// Views run beside one another and share what is compiled.
func TestViewsRunSideBySide(t *testing.T) {
	r := newRig(t)
	r.do("SET", "k", "v")
	engine, spec := r.twins[0], r.table.Lookup("EVAL_RO")
	var all sync.WaitGroup
	for g := range 8 {
		all.Go(func() {
			for i := range 50 {
				script := fmt.Sprintf("local s = 0 for i = 1, 100 do s = s + #cjson.encode({i, KEYS[1]}) end return {redis.call('get', KEYS[1]), %d}", i%7)
				reply := engine.View(r.now, uint64(g), 0, spec, []string{"EVAL_RO", script, "1", "k"})
				if len(reply.Elems) != 2 || reply.Elems[0].Str != "v" || reply.Elems[1].Int != int64(i%7) {
					t.Errorf("a view answers %+v", reply)
				}
			}
		})
	}
	all.Wait()
}

func TestLogReachesTheHost(t *testing.T) {
	r := newRig(t)
	r.expect("redis.log(redis.LOG_WARNING, 'a', 1, {}, 'b') return 1", "(integer) 1")
	if len(r.logged) != 2 || r.logged[0] != "3 a 1 b" { // two engines
		t.Errorf("logged %q", r.logged)
	}
}

// A fault of a command stops the node, whatever the program does about errors.
func TestAFaultOfACommandIsNotCaught(t *testing.T) {
	r := newRig(t)
	fault := errors.New("broken")
	r.table = commands.NewTable(append(append(commands.DataGroups(), connection), commands.Group{Name: "fault", Specs: []commands.Spec{
		{Name: "fault", Arity: 1, Flags: commands.Write, Since: "coordd", Summary: "Breaks.", Data: func(*store.Tx, []string) resp.Reply { panic(fault) }},
	}})...)
	h, err := Groups(Config{Table: func() *commands.Table { return r.table }, Owner: func(uint16) int { return 0 }, Groups: func() int { return 1 }})
	if err != nil {
		t.Fatal(err)
	}
	engine := commands.NewEngine(commands.NewTable(h...), store.New(ring.SlotOf))
	defer func() {
		if got := recover(); got != fault {
			t.Errorf("the panic is %v", got)
		}
	}()
	engine.Apply(1, 1, [][]byte{commands.EncodeCommand(nil, 0, []string{"EVAL", "pcall(redis.call, 'fault') return 1", "0"})})
	t.Error("the node has gone on")
}

// In a cluster of several groups a script has the keys of one.
func TestSeveralGroups(t *testing.T) {
	r := newRig(t)
	r.groups = 3
	keyOf := func(group int) string {
		for i := 0; ; i++ {
			if key := "k" + strconv.Itoa(i); int(ring.SlotOf(key))%r.groups == group {
				return key
			}
		}
	}
	ours, also, foreign := keyOf(1), "{"+keyOf(1)+"}2", keyOf(2)
	for _, c := range []struct{ script, key, want string }{
		{"return redis.call('set', KEYS[1], 'v')", ours, "OK"},
		{"return redis.call('set', '" + also + "', 'v')", ours, "OK"},
		{"return redis.call('set', '" + foreign + "', 'v')", ours, textForeignKey},
		{"return redis.call('mset', KEYS[1], 1, '" + foreign + "', 2)", ours, textForeignKey},
		{"return redis.pcall('get', '" + foreign + "').err", ours, "ERR " + textForeignKey},
		{"return redis.call('keys', '*')", ours, textAllGroups},
		{"return redis.call('flushall')", ours, textAllGroups},
		{"return redis.call('scan', 0)", ours, textAllGroups},
		{"return redis.call('get', '" + ours + "')", "", textForeignKey},
		{"return redis.call('time')[2]", "", "0"},
		{"#!lua flags=no-cluster\nreturn 1", ours, "no-cluster"},
	} {
		args := []string{"EVAL", c.script, "0"}
		if c.key != "" {
			args = []string{"EVAL", c.script, "1", c.key}
		}
		if got := text(r.do(args...)); !strings.Contains(got, c.want) {
			t.Errorf("%v: %q, want %q", args, got, c.want)
		}
	}
}

// What loads at once is bounded as one.
func TestLibrariesThatTakeLong(t *testing.T) {
	r := newRig(t)
	slow := func(name string) string {
		return "#!lua name=" + name + "\nfor i = 1, 300000 do end redis.register_function('" + name + "', function() return 1 end)"
	}
	if got := r.do("FUNCTION", "LOAD", slow("alone")); got.Str != "alone" {
		t.Fatalf("one library: %q", got.Str)
	}
	if got := r.do("FUNCTION", "LOAD", "#!lua name=endless\nwhile true do end"); !strings.Contains(got.Str, "more steps") {
		t.Errorf("an endless library: %q", got.Str)
	}
	var texts []string
	for i := range 10 {
		texts = append(texts, slow("l"+strconv.Itoa(i)))
	}
	if got := r.do("FUNCTION", "RESTORE", string(rdb.AppendFunctions(nil, texts))); !strings.Contains(got.Str, "more steps") {
		t.Errorf("ten libraries: %q", got.Str)
	}
	if got := r.do("FUNCTION", "STATS"); !strings.Contains(text(got), "libraries_count\r\n:1\r\n") {
		t.Errorf("some were taken: %q", text(got))
	}
}

func BenchmarkEvalSHA(b *testing.B) {
	r := newRig(b)
	release := "if redis.call('get', KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) else return 0 end"
	r.do("SCRIPT", "LOAD", release)
	entry := [][]byte{commands.EncodeCommand(nil, 0, []string{"EVALSHA", digest(release), "1", "lock", "token"})}
	b.ReportAllocs()
	for b.Loop() {
		r.index++
		r.twins[0].Apply(r.index, summer2024, entry)
	}
}

func BenchmarkEvalCompiled(b *testing.B) {
	r := newRig(b)
	loop := [][]byte{commands.EncodeCommand(nil, 0, []string{"EVAL", "for i = 1, 100 do redis.call('incr', KEYS[1]) end", "1", "n"})}
	b.ReportAllocs()
	for b.Loop() {
		r.index++
		r.twins[0].Apply(r.index, summer2024, loop)
	}
}
