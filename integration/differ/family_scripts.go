package differ

import (
	"crypto/sha1"
	"encoding/hex"
	"strings"
)

// scriptFamily has no rows of the table: what scripts are made of is in their
// texts. Most of them carry out a command that another family has made.
func scriptFamily() *family {
	return &family{
		kinds:  "slhez",
		holds:  AllKinds,
		setups: anySetup(),
		inventions: []func(*maker) []Step{
			(*maker).calls, (*maker).calls, (*maker).calls, (*maker).loaded, (*maker).expression,
		},
	}
}

// forwarding are scripts that answer what a command answers.
var forwarding = []string{
	"return redis.call(unpack(ARGV))",
	"return redis.pcall(unpack(ARGV))",
	"redis.setresp(3); return redis.call(unpack(ARGV))",
	"local r = redis.call(unpack(ARGV)) return r",
}

// examines are scripts that look at a reply themselves, so only commands whose
// replies are certain are given to them.
var examines = []string{
	"local r = redis.pcall(unpack(ARGV)) if type(r) == 'table' and r.err then return 'error ' .. r.err end return {type(r), r}",
	"local r = redis.call(unpack(ARGV)) if type(r) == 'table' and r.ok then return r.ok end return cjson.encode(r)",
	"local r = redis.pcall(unpack(ARGV)) if type(r) == 'table' and r.err then return r.err end return cmsgpack.pack(r)",
	"local r = redis.pcall(unpack(ARGV)) if type(r) == 'table' then return #r end return tostring(r)",
	"redis.setresp(3) local r = redis.pcall(unpack(ARGV)) return type(r)",
	"for i = 1, 3 do redis.call(unpack(ARGV)) end return redis.call(unpack(ARGV))",
	"redis.pcall(unpack(ARGV)) return redis.call('EXISTS', KEYS[1] or 's0', 's1')",
}

// inner is a command for a script, of any family of types.
func (m *maker) inner(certain bool) []string {
	own, name := m.family, m.name
	defer func() { m.family, m.name = own, name }()
	m.inScript = true
	defer func() { m.inScript = false }()
	for {
		from := m.groups[m.IntN(len(m.groups))]
		if len(from.words) == 0 || from.family.rare {
			continue
		}
		args := m.command(from)
		word := strings.ToLower(args[0])
		if answersMap[word] || certain && (ruleOf(args) != nil || word == "object" || word[0] == 'z' || word[0] == 'b') {
			continue
		}
		return args
	}
}

// answersMap are commands that answer a map in RESP3: as a table it has no order.
// SORT is left out for what is said at afresh.
var answersMap = map[string]bool{"sort": true, "sort_ro": true, "lcs": true, "xinfo": true, "xread": true, "xreadgroup": true}

// calls makes an EVAL of a command.
func (m *maker) calls() []Step {
	word := m.pick("EVAL", "EVAL", "EVAL", "EVAL_RO")
	if m.IntN(2) == 0 {
		return []Step{one(append([]string{word, m.pick(examines...), "0"}, m.inner(true)...)...)}
	}
	return []Step{one(append([]string{word, m.pick(forwarding...), "0"}, m.inner(false)...)...)}
}

// loaded makes a script known and runs it by its digest.
func (m *maker) loaded() []Step {
	text := m.pick(forwarding...)
	sum := sha1.Sum([]byte(text))
	digest := hex.EncodeToString(sum[:])
	if m.IntN(8) == 0 {
		digest = m.pick("", "abc", "ffffffffffffffffffffffffffffffffffffffff")
	}
	return []Step{together(
		[]string{"SCRIPT", "LOAD", text},
		append([]string{m.pick("EVALSHA", "EVALSHA", "EVALSHA_RO"), digest, "0"}, m.inner(false)...))}
}

// expression makes a script of values alone.
func (m *maker) expression() []Step {
	a, b := m.decimal(), m.number()
	if strings.EqualFold(a, "nan") || strings.EqualFold(b, "nan") { // its sign is another one on other processors
		a, b = "1", "2"
	}
	text := m.pick(
		"return tonumber(ARGV[1])",
		"return tostring(tonumber(ARGV[1]))",
		"return {tonumber(ARGV[1]), ARGV[2], false, true, {1, {2}}}",
		"return {1, nil, 3}",
		"return tostring((tonumber(ARGV[1]) or 0) "+m.pick("+", "-", "*", "/", "%", "^")+" (tonumber(ARGV[2]) or 7))",
		"local n = tonumber(ARGV[1]) or 1 if n ~= n or math.abs(n) > 1e15 then n = 5 end return string.format('"+m.pick("%d", "%5.2f", "%s", "%q", "%x", "%g", "%10s", "%-5d", "%e", "%i")+"', n)",
		"return string.rep(ARGV[1], 3, ARGV[2])",
		"return {string.find(ARGV[1], '"+m.pick("%d+", "a", ".", "^-", "[^%s]", "(%d)(%d)", "%")+"')}",
		"return string.gsub(ARGV[1], '"+m.pick("%d", "a", ".", "0*", "(.)")+"', '"+m.pick("x", "%0%0", "%1", "")+"')",
		"return cjson.encode({ARGV[1], tonumber(ARGV[2]), {a = 1}})",
		"return cjson.decode(ARGV[1])",
		"return tostring(cjson.decode('[' .. ARGV[2] .. ']')[1])",
		"return cmsgpack.pack(ARGV[1], tonumber(ARGV[2]))",
		"return {cmsgpack.unpack(cmsgpack.pack(tonumber(ARGV[1]), ARGV[2]))}",
		"return struct.pack('"+m.pick(">I2", "<i4", "d", ">f", "bB", "s", "c0", "!4h", "z")+"', ARGV[1])",
		"return bit."+m.pick("band", "bor", "bxor", "lshift", "rshift", "arshift", "rol")+"(tonumber(ARGV[1]) or 1, tonumber(ARGV[2]) or 2)",
		"return bit.tohex(tonumber(ARGV[2]) or 3, "+m.pick("8", "4", "-8", "1")+")",
		"return redis.sha1hex(ARGV[1])",
		"return redis.error_reply(ARGV[1])",
		"return redis.status_reply(ARGV[1])",
		"return {err = ARGV[1]}",
		"return {ok = ARGV[1]}",
		"return {double = tonumber(ARGV[1])}",
		"return {map = {a = 1}}",
		"redis.setresp(3) return {big_number = ARGV[1]}",
		"redis.setresp(3) return {double = 3.5}",
		"redis.setresp(3) return {set = {a = true}}",
		"error(ARGV[1])",
		"error({err = ARGV[1] or 'none'})", // without err Redis 7.0 crashes
		"return nosuch",
		"return nil + 1",
		"return redis.call()",
		"return redis.call('nosuch', 'a')",
		"return redis.call('GET')",
		"return redis.call({})",
		"if",
		"return #KEYS .. ' ' .. #ARGV",
		"return table.concat(ARGV, ',', "+m.pick("1", "0", "2")+")",
		"local t = {3, 1, 2} table.sort(t) return t",
		"return {unpack({1, 2, 3}, "+m.pick("1", "2", "0")+")}",
		"x = 1",
		"return math."+m.pick("floor", "ceil", "abs", "sqrt", "exp")+"(tonumber(ARGV[1]) or 2)",
		"return tostring(math."+m.pick("huge", "pi", "fmod(7, 3)", "max(1, 2)", "pow(2, 0.5)")+")",
		"return type(redis."+m.pick("call", "REPL_ALL", "nosuch", "log", "LOG_WARNING")+")",
	)
	args := []string{"EVAL", text, m.pick("0", "0", "0", "0", "1", "2", "3", "-1", "abc"), a, b}
	return []Step{one(args...)}
}
