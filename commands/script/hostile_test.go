package script

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"coordd/resp"
)

// hostile are programs that want to run for ever, or to fill the memory. Each
// must come to an end by itself, with this in its reply.
var hostile = []struct{ name, script, want string }{
	{"endless loop", "while true do end", "more steps"},
	{"endless repeat", "repeat until false", "more steps"},
	{"endless for", "for i = 1, math.huge do end", "more steps"},
	{"step of zero", "for i = 2, 1, 0 do end", "more steps"},
	{"endless loop of nothing", "for _ in function() return 1 end do end", "more steps"},
	{"limit caught", "while true do pcall(function() while true do end end) end", "more steps"},
	{"limit caught in a coroutine", "while true do coroutine.resume(coroutine.create(function() while true do end end)) end", "more steps"},
	{"tail calls", "local function f() return f() end return f()", "more steps"},
	{"mutual tail calls", "local f, g f = function() return g() end g = function() return f() end f()", "more steps"},
	{"recursion", "local function f() return 1 + f() end return f()", "stack overflow"},
	{"recursion in arguments", "local function f(...) return f(1, ...) + 1 end return f()", "more memory"},
	{"recursion through pcall", "local function f() return pcall(f) end f() return 'ended'", "ended"},
	{"recursion through a metamethod", "local t = setmetatable({}, {}) getmetatable(t).__index = function(t, k) return t[k .. 1] end return t.x", "stack overflow"},
	{"recursion through tostring", "local m = {} m.__tostring = function(t) return tostring(t) end return tostring(setmetatable({}, m))", "stack overflow"},
	{"recursion through gsub", "local function f() return (string.gsub('a', 'a', f)) end return f()", "stack overflow"},
	{"recursion through sort", "local function f() table.sort({1, 2, 3}, f) end f()", "stack overflow"},
	{"recursion through coroutines", "local function f() return coroutine.wrap(f)() end return f()", "stack overflow"},
	{"recursion in a waiting coroutine", "local function f() coroutine.yield() return pcall(f) end local c = coroutine.wrap(f) for i = 1, 1e6 do c() end", ""},
	{"loop of __index", "local t = setmetatable({}, {}) getmetatable(t).__index = t return t.x", "loop in gettable"},
	{"loop of __newindex", "local t = setmetatable({}, {}) getmetatable(t).__newindex = t t.x = 1", "loop in settable"},
	{"string that doubles", "local s = 'x' while true do s = s .. s end", "more memory"},
	{"string repeated", "return string.rep('x', 1e9)", "more memory"},
	{"string repeated, huge", "return string.rep(string.rep('x', 1e6), 2^31)", "more memory"},
	{"string repeated, negative", "return #string.rep('x', -1)", "0"},
	{"strings kept", "local t = {} for i = 1, 1e9 do t[i] = string.rep('x', 1e6) end", "more memory"},
	{"gsub that grows", "local s = string.rep('x', 1e4) while true do s = s:gsub('x', 'xx') end", "more"},
	{"format that grows", "local s = '%s' while true do s = s.format('%s%s', s, s) end", "more memory"},
	{"concat that grows", "local t = {string.rep('x', 1e6)} for i = 2, 1e5 do t[i] = t[1] end return table.concat(t)", "more memory"},
	{"table that grows", "local t = {} for i = 1, 1e9 do t[i] = i end", "more"},
	{"table with a far element", "local t = {} t[2^26 - 1] = 1 t[2^53] = 1 return #t", "0"},
	{"table of names", "local t = {} for i = 1, 1e9 do t['k' .. i] = i end", "more"},
	{"tables in tables", "local t = {} while true do t = {t} end", "more"},
	{"tables with a field", "local a = {} for i = 1, 1e9 do a[i] = {x = 1} end", "more"},
	{"closures that hold one another", "local p while true do local q = p p = function() return q end end", "more"},
	{"coroutines that wait", "local a = {} for i = 1, 1e9 do a[i] = coroutine.create(function() coroutine.yield() end) coroutine.resume(a[i]) end", "more memory"},
	{"coroutines that wait deep down", "local function f(n) if n == 0 then coroutine.yield() else f(n - 1) end return 1 end local a = {} for i = 1, 1e9 do a[i] = coroutine.create(f) coroutine.resume(a[i], 5000) end", "more memory"},
	{"arguments kept", "local function f(...) return ... end local t = {} for i = 1, 7000 do t[i] = i end while true do f(f(f(unpack(t)))) end", "more"},
	{"pattern that backtracks", "return string.find(string.rep('a', 30), string.rep('a?', 30) .. string.rep('a', 30) .. 'b')", "more steps"},
	{"pattern of stars", "return string.find(string.rep('a', 200), '.*.*.*.*.*.*.*b')", "more steps"},
	{"pattern that is long", "return string.find(string.rep('a', 1e5), string.rep('a?', 1e5) .. 'b')", "too complex"},
	{"pattern of a set", "return string.find(string.rep('a', 1e5), '[' .. string.rep('b', 1e5) .. ']')", "more steps"},
	{"balanced", "return string.find(string.rep('(', 1e5), '%b()')", "more steps"},
	{"plain search", "local s = string.rep('a', 1e6) while true do s:find('b', 1, true) end", "more steps"},
	{"comparison of strings", "local a, b = string.rep('a', 1e6) .. 'x', string.rep('a', 1e6) .. 'y' while a < b do end", "more steps"},
	{"equality of strings", "local a, b = string.rep('a', 1e6) .. 'x', string.rep('a', 1e6) .. 'y' while a ~= b do end", "more steps"},
	{"sorting that never agrees", "local t = {} for i = 1, 1e4 do t[i] = i end table.sort(t, function() return true end)", "invalid order function"},
	{"inserts at the front", "local t = {} for i = 1, 1e6 do table.insert(t, 1, i) end", "more steps"},
	{"json nested", "local t = {} for i = 1, 1e5 do t = {t} end return cjson.encode(t)", "excessive nesting"},
	{"json nested, asked for", "cjson.encode_max_depth(1e9) local t = {} t[1] = t return cjson.encode(t)", "excessive nesting"},
	{"json that grows", "local s = 'x' while true do s = cjson.encode(s .. s) end", "more memory"},
	{"json decoded, nested", "cjson.decode_max_depth(1e9) return cjson.decode(string.rep('[', 1e6))", "too many nested"},
	{"messages nested", "return cmsgpack.unpack(string.rep('\\145', 1e6))", "stack overflow"},
	{"messages that promise much", "return cmsgpack.unpack('\\221\\255\\255\\255\\255')", "Missing bytes"},
	{"struct of padding", "return struct.pack('c2147483647', 'x')", "too short"},
	{"struct of nothing", "return #struct.pack(string.rep('x', 1e6))", "1000000"},
	{"reply that holds itself", "local t = {} t[1] = t t[2] = t return t", "more"},
	{"reply that is nested", "local t = {} t[1] = t return t", "reached lua stack limit"},
	{"reply of maps", "local t = {} t.map = {t} return t", ""},
	{"commands without end", "while true do redis.call('incr', 'n') end", "more steps"},
	{"values without end", "local s = string.rep('x', 1e6) while true do redis.call('append', 'k', s) end", "more"},
	{"value that is huge at once", "for i = 1, 1e6 do redis.call('setrange', 'k' .. i, 2^26, 'x') end", "more memory"},
	{"long commands without end", "redis.call('setrange', 'k', 2^26, 'x') while true do redis.call('bitcount', 'k') end", "more"},
	{"replies without end", "redis.call('set', 'k', string.rep('x', 1e6)) while true do redis.call('get', 'k') end", "more"},
	{"source that is deep", "return loadstring('return ' .. string.rep('(', 1e5))() ", "nil value"},
	{"source that is long", "return loadstring('return 1' .. string.rep('+1', 1e6))", ""},
	{"source that loads itself", "local s = 'return loadstring(...)(...)' return loadstring(s)(s)", ""},
	{"source in pieces", "return load(function() return 'x ' end)", "more"},
	{"bytecode", "return loadstring('\\27Lua')()", "nil value"},
	{"numbers", "return {0/0, 1/0, -1/0, 2^1e9, string.format('%99.99f', 1e308)}", "-9223372036854775808"},
	{"collector", "for i = 1, 10 do collectgarbage() end return 'ended'", "ended"},
	{"global that is new", "x = 1", "readonly"},
	{"library that is changed", "string.rep = nil", "readonly"},
	{"sorted library", "table.sort(string)  table.insert(math, 1) ", "readonly"},
	{"metatable of globals", "setmetatable(_G, {})", "readonly"},
	{"metatable of strings", "getmetatable('').__index = nil", "readonly"},
}

// text is all of a reply.
func text(r resp.Reply) string { return string(r.Append(nil, resp.RESP3)) }

// lower the limits for a test, which then takes less time.
func lower(t testing.TB, steps, bytes int) {
	t.Helper()
	full := limits
	limits.Steps, limits.Bytes = steps, bytes
	t.Cleanup(func() { limits = full })
}

func TestHostileScriptsEnd(t *testing.T) {
	lower(t, limits.Steps/10, limits.Bytes/8)
	r := newRig(t)
	before := runtime.NumGoroutine()
	for _, c := range hostile {
		t.Run(strings.ReplaceAll(c.name, " ", "_"), func(t *testing.T) {
			r.t = t
			begin := time.Now()
			got := text(r.do("EVAL", c.script, "0"))
			if !strings.Contains(got, c.want) {
				t.Errorf("%s\n got %.300q\nwant %q", c.script, got, c.want)
			}
			// Two engines have run it, perhaps beside other tests.
			if took := time.Since(begin); took > time.Minute {
				t.Errorf("it took %v", took)
			}
			if err := r.Reset(); err != nil {
				t.Fatal(err)
			}
			r.expect("return 'alive'", `"alive"`)
		})
	}
	if after := runtime.NumGoroutine(); after > before+1 {
		t.Errorf("%d goroutines are left, there were %d", after, before)
	}
}

// Whatever a program is, two nodes agree about it and go on.
func FuzzScript(f *testing.F) {
	for _, c := range hostile {
		f.Add(c.script)
	}
	f.Add("local t = cjson.decode(ARGV[1]) return cmsgpack.pack(t)")
	f.Add("redis.setresp(3) return redis.call('hgetall', KEYS[1])")
	f.Add("for k, v in pairs({a = 1, 2, [3.5] = 'x'}) do redis.log(1, k, v) end return struct.unpack('>i4', 'abcd')")
	r := newRig(f)
	lower(f, 100_000, 2<<20) // many inputs matter more than long ones
	f.Fuzz(func(t *testing.T, script string) {
		r.t = t
		if err := r.Reset(); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{
			{"EVAL", script, "2", "a", "b", `{"x":[1,2.5,null]}`},
			{"EVAL_RO", script, "1", "h", "1"},
			{"FUNCTION", "LOAD", "REPLACE", "#!lua name=l\n" + script},
		} {
			if _, err := r.Do("", resp.RESP3, args); err != nil {
				t.Fatalf("%q: %v", args, err)
			}
		}
	})
}
