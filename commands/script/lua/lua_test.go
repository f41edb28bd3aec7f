package lua

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var roomy = Limits{Steps: 10_000_000, Bytes: 64 << 20}

// run runs a program and returns its results, as tostring shows them, or its
// error.
func runProgram(t testing.TB, m *Machine, src string) string {
	t.Helper()
	p, err := Compile(src, "@x")
	if err != nil {
		return err.Error()
	}
	m.Reset(roomy)
	var out []string
	failed := m.Protect(func() {
		for _, v := range append([]Value(nil), m.Call(m.Load(p))...) {
			out = append(out, m.Tostring(v))
		}
	})
	if failed != nil {
		return failed.Error()
	}
	return strings.Join(out, " ")
}

func newTestMachine() *Machine {
	m := NewMachine()
	m.Rand = func() int { return 1 << 30 }
	return m
}

// What the transcripts of commands/script cannot show, or not as closely: they
// compare some hundred programs with a real Redis.
func TestPrograms(t *testing.T) {
	m := newTestMachine()
	for _, c := range []struct{ src, want string }{
		{"return", ""},
		{"return 1, nil, 'x', true", "1 nil x true"},
		{"local a <const> = 1", "x:1: unexpected symbol near '<'"},
		{"return math.random(), math.random(10), math.random(5, 6)", "0.5 6 6"},
		{"\n\nerror('three')", "x:3: three"},
		{"local function f()\n error('two') end\n\n f()", "x:2: two"},
		{"local function f()\n error('four', 2) end\n\n f()", "x:4: four"},
		{"local t = {}\nt.a.b\n.c = 1", "x:2: attempt to index field 'a' (a nil value)"},
		{"return (\n1\n+\n{})", "x:4: attempt to perform arithmetic on a table value"},
		{"local s = 0 for i, v in ipairs({1, 2, nil, 4}) do s = s + v end return s", "3"},
		{"local t = {1, 2, 3} for k in pairs(t) do t[k] = nil end return next(t)", "nil"},
		{"local t = {} t[1.5], t[-1], t[0], t[2^53] = 1, 2, 3, 4 return t[1.5], t[-1], t[-0], t[2^53], #t", "1 2 3 4 0"},
		{"local t = {n = 1, [1] = 'x', 'y', [3] = 'z', [2] = 'w'} return t[1], t[2], t[3], #t", "y w z 3"},
		{"local t = {} for i = 10, 1, -1 do t[i] = i end return #t, t[1], t[10]", "10 1 10"},
		{"local a, b, c = (function(...) return ... end)(1, 2) return a, b, c", "1 2 nil"},
		{"local t = {f = function(self, x) return self.y + x end, y = 5} return t:f(2), t.f(t, 3)", "7 8"},
		{"local function f(n) if n == 0 then return 'done' end return f(n - 1) end return f(1e5)", "done"},
		{"local i = 1 local t = {} i, t[i] = i + 1, 20 return i, t[1], t[2]", "2 20 nil"},
		{"local a = {} local b = setmetatable({}, {__index = a, __newindex = a}) b.x = 1 return rawget(b, 'x'), a.x, b.x", "nil 1 1"},
		{"local fs = {} for i = 1, 3 do local j = i fs[i] = function() j = j + 1 return j end end return fs[1](), fs[1](), fs[2]()", "2 3 3"},
		{"local n = 0 repeat local m = n n = n + 1 until m == 3 return n", "4"},
		{"for i = 3, 1 do error() end while false do end return 'ok'", "ok"},
		{"do local x = 1 do local x = 2 end return x end", "1"},
		{"local t = {[1]=1,[2]=2} t[3] = 3 return #t, select('#', unpack(t))", "3 3"},
		{"return ('%5.1f|%-5s|%+d'):format(2.25, 'ab', 3)", "  2.2|ab   |+3"},
		{"return 2^31, 2^53, 1e15, 123456789012, 0.1, 1/3, -1e-7", "2147483648 9.007199254741e+15 1e+15 123456789012 0.1 0.33333333333333 -1e-07"},
		{"return 5 % 3, -5 % 3, 5 % -3, -5 % -3, 5.5 % 2", "2 1 -1 -2 1.5"},
		{"return '10' + 5, '3' * '4', 10 .. 20, -'2'", "15 12 1020 -2"},
		{"return 1 < 2, 'a' < 'b', not (1 < 1), 1 <= 1, 'Z' < 'a'", "true true true true true"},
		{"return nil == false, 1 == '1', 'x' == 'x', 0 == -0", "false false true true"},
		{"return nil and 1, false or 'x', 1 and 2, nil or false", "nil x 2 false"},
		{"return #'abc', #{1, 2, 3}, #''", "3 3 0"},
		{"return [[\nfirst\n]], [==[a]]b]==], 'a\\\nb', '\\065\\n'", "first\n a]]b a\nb A\n"},
		{"return 0x1F, 1e2, .5, 3.", "31 100 0.5 3"},
		{"local c = coroutine.wrap(function(...) local n = select('#', ...) while true do n = coroutine.yield(n) end end) return c(1, 2, 3), c('x'), c()", "3 x nil"},
		{"local c c = coroutine.create(function() return coroutine.resume(c) end) return coroutine.resume(c)", "true false cannot resume running coroutine"},
		{"local o o = coroutine.create(function() local i = coroutine.wrap(function() return coroutine.resume(o) end) return i() end) return coroutine.resume(o)", "true false cannot resume normal coroutine"},
		{"return pcall(error, nil)", "false nil"},
		{"return select('#', pcall(function() return 1, nil, nil end))", "4"},
		{"return xpcall(function() local x = nil + 1 end, function(e) return 'handled ' .. e end)", "false handled x:1: attempt to perform arithmetic on a nil value"},
		{"return load(coroutine.wrap(function() coroutine.yield('return ') coroutine.yield('7') end))()", "7"},
		{"return collectgarbage('count') >= 0, collectgarbage()", "true 0"},
		{"return os.clock() >= 0, os.time", "true nil"},
		{"local s = '' for k, v in string.gmatch('a=1, b=2', '(%w+)=(%w+)') do s = s .. k .. v end return s", "a1b2"},
		{"return string.gsub('hello world', 'o', {o = '0'}, 1)", "hell0 world 1"},
		{"return table.concat({1, 2, 3}, '-', 2, 3), table.remove({1, 2, 3}, 1)", "2-3 1"},
	} {
		if got := runProgram(t, m, c.src); !strings.HasSuffix(got, c.want) || c.want == "" && got != "" {
			t.Errorf("%s\n got %s\nwant %s", c.src, got, c.want)
		}
	}
}

// A limit ends a program wherever it is, also where it would catch errors, and
// the machine is as good as new after it.
func TestLimits(t *testing.T) {
	m := newTestMachine()
	for _, src := range []string{
		"while true do end",
		"while true do pcall(function() while true do end end) end",
		"local s = 'x' while true do s = s .. s end",
		"coroutine.wrap(function() while true do end end)()",
	} {
		p, err := Compile(src, "@x")
		if err != nil {
			t.Fatal(err)
		}
		m.Reset(Limits{Steps: 1000, Bytes: 1000})
		failed := m.Protect(func() { m.Call(m.Load(p)) })
		if failed == nil || !failed.Limit {
			t.Errorf("%s ended with %v", src, failed)
		}
		if used := m.Used(); used.Steps < 1000 && used.Bytes < 1000 {
			t.Errorf("%s has used %+v", src, used)
		}
		if got := runProgram(t, m, "return 'fine'"); got != "fine" {
			t.Errorf("after it: %s", got)
		}
	}
}

// Two runs take the same steps and bytes, also on a machine that has run others.
func TestCountsAreTheSameEverywhere(t *testing.T) {
	src := `local t = {} for i = 1, 500 do t[i] = {name = 'n' .. i, list = {i, i * 2}} end
		table.sort(t, function(a, b) return a.name < b.name end)
		local s = '' for _, v in ipairs(t) do s = s .. v.name:gsub('%d', '%0%0') end
		local c = coroutine.wrap(function() for i = 1, 10 do coroutine.yield(i) end end) for i = 1, 5 do c() end
		return #s`
	fresh, worn := newTestMachine(), newTestMachine()
	for range 3 {
		runProgram(t, worn, "local function f(n) if n > 0 then return f(n - 1) + 1 end return 0 end return f(3000), string.rep('x', 1e6)")
	}
	a, b := runProgram(t, fresh, src), runProgram(t, worn, src)
	if a != b || fresh.Used() != worn.Used() {
		t.Errorf("%s with %+v, %s with %+v", a, fresh.Used(), b, worn.Used())
	}
}

// Sources that are deep or long are refused before they take much.
func TestSourcesAreBounded(t *testing.T) {
	for name, c := range map[string]struct{ src, want string }{
		"brackets":   {"return " + strings.Repeat("(", 100_000), "syntax levels"},
		"tables":     {"return " + strings.Repeat("{", 100_000), "syntax levels"},
		"functions":  {strings.Repeat("function() ", 100_000), "expected"},
		"blocks":     {strings.Repeat("do ", 100_000), "syntax levels"},
		"minus":      {"return " + strings.Repeat("- ", 100_000) + "1", "syntax levels"},
		"power":      {"return 1" + strings.Repeat("^1", 100_000), "syntax levels"},
		"sum":        {"return 1" + strings.Repeat("+1", 300_000), "too complex"},
		"locals":     {"local a" + strings.Repeat(", a", 300), "more than 200 local variables"},
		"statements": {strings.Repeat("x() ", 300_000), "too complex"},
		"comment":    {"--[[" + strings.Repeat("x", 100_000), "unfinished long comment"},
	} {
		if _, err := Compile(c.src, "@x"); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	var outer, inner strings.Builder
	for i := range maxUpvalues + 1 {
		fmt.Fprintf(&outer, "local v%d ", i)
		fmt.Fprintf(&inner, "v%d = 1 ", i)
	}
	_, err := Compile(outer.String()+"return function() "+inner.String()+"end", "@x")
	if err == nil || !strings.Contains(err.Error(), "more than 60 upvalues") {
		t.Errorf("upvalues: %v", err)
	}
}

func TestNumbersAreReadAsInC(t *testing.T) {
	for text, want := range map[string]float64{
		"1": 1, " 2 ": 2, "-3.5": -3.5, "+4": 4, "5.": 5, ".5": 0.5, "1e3": 1000, "1E-2": 0.01, "0x10": 16, "-0xff": -255,
		"0x1p4": 16, "1e999": math.Inf(1), "-inf": math.Inf(-1), "Infinity": math.Inf(1), "\t7\n": 7, "0x.8": 0.5,
	} {
		if got, ok := ParseNumber(text); !ok || got != want {
			t.Errorf("%q is %v, %v, want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{"", " ", "x", "1x", "1 2", "--1", "+-1", "1e", "0x", "1_0", "0b1", "0o7", "1..2", "e5", ".", "-", "infinite"} {
		if got, ok := ParseNumber(text); ok {
			t.Errorf("%q is %v", text, got)
		}
	}
	for text, want := range map[float64]int64{1.9: 1, -1.9: -1, 1e300: math.MinInt64, -1e300: math.MinInt64, 1 << 62: 1 << 62, math.Inf(1): math.MinInt64} {
		if got := ToInt64(text); got != want {
			t.Errorf("%v becomes %d, want %d", text, got, want)
		}
	}
}

// A number that is shown and read again is the same, to fourteen digits.
func TestNumbersRoundTrip(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		f := rapid.Float64().Draw(rt, "f")
		got, ok := ParseNumber(FormatNumber(f))
		want, _ := strconv.ParseFloat(strconv.FormatFloat(f, 'g', 14, 64), 64)
		if !ok || got != want {
			rt.Fatalf("%v is shown as %s and read as %v", f, FormatNumber(f), got)
		}
	})
}

// A table is a map that remembers in which order its keys came.
func TestTableIsAMap(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		m := newTestMachine()
		m.Reset(roomy)
		table, model := m.NewTable(rapid.IntRange(0, 4).Draw(rt, "room")), map[Value]Value{}
		key := rapid.Custom(func(rt *rapid.T) Value {
			switch rapid.IntRange(0, 3).Draw(rt, "kind") {
			case 0:
				return "k" + strconv.Itoa(rapid.IntRange(0, 20).Draw(rt, "name"))
			case 1:
				return rapid.Bool().Draw(rt, "bool")
			case 2:
				return float64(rapid.IntRange(-2, 40).Draw(rt, "half")) / 2
			}
			return float64(rapid.IntRange(1, 12).Draw(rt, "index"))
		})
		for i := range rapid.IntRange(0, 200).Draw(rt, "writes") {
			k := key.Draw(rt, "key")
			if rapid.IntRange(0, 2).Draw(rt, "remove") == 0 {
				m.Set(table, k, nil)
				delete(model, k)
			} else {
				m.Set(table, k, float64(i))
				model[k] = float64(i)
			}
		}
		for k, v := range model {
			if table.Get(k) != v {
				rt.Fatalf("%v is %v, want %v", k, table.Get(k), v)
			}
		}
		seen := map[Value]bool{}
		for k, v, ok := table.Next(nil); k != nil; k, v, ok = table.Next(k) {
			if !ok || seen[k] || model[k] != v {
				rt.Fatalf("the walk shows %v = %v, %v", k, v, ok)
			}
			seen[k] = true
		}
		if len(seen) != len(model) {
			rt.Fatalf("the walk shows %d keys of %d", len(seen), len(model))
		}
		if n := float64(table.Len()); n > 0 && model[n] == nil || model[n+1] != nil {
			rt.Fatalf("%v is no border of %v", n, model)
		}
	})
}

func BenchmarkCalls(b *testing.B) {
	benchmark(b, "local function f(n) if n < 2 then return n end return f(n - 1) + f(n - 2) end return f(20)")
}

func BenchmarkTables(b *testing.B) {
	benchmark(b, "local t = {} for i = 1, 10000 do t[i] = {id = i} end local s = 0 for _, v in ipairs(t) do s = s + v.id end return s")
}

func benchmark(b *testing.B, src string) {
	p, err := Compile(src, "@x")
	if err != nil {
		b.Fatal(err)
	}
	m := newTestMachine()
	b.ReportAllocs()
	for b.Loop() {
		m.Reset(roomy)
		if failed := m.Protect(func() { m.Call(m.Load(p)) }); failed != nil {
			b.Fatal(failed)
		}
	}
	b.ReportMetric(float64(m.Used().Steps), "steps/op")
}
