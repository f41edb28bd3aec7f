package lua

import (
	"slices"
	"strings"
)

// nextFunction is next(), which generic for knows.
var nextFunction = Native(baseNext)

var ipairsStep = Native(baseIpairsStep)

// stringMeta is the metatable of strings: methods are the library's functions.
var stringMeta = &Table{entries: []entry{{"__index", stringLibrary}}, readonly: true}

// globalsMeta makes a name that nobody has defined an error, as in Redis.
var globalsMeta = &Table{readonly: true, entries: []entry{{"__index", Native(func(c *Call) {
	name, ok := toString(c.Arg(2))
	if !ok {
		c.Errorf("Second argument to luaProtectedTableError must be a string or number")
	}
	c.Errorf("Script attempted to access nonexistent global variable '%s'", name)
})}}}

// Library makes a table that programs cannot change.
func Library(functions map[string]func(c *Call), values map[string]Value) *Table {
	t := &Table{readonly: true}
	for name, f := range functions {
		t.entries = append(t.entries, entry{name, Native(f)})
	}
	for name, v := range values {
		t.entries = append(t.entries, entry{name, v})
	}
	slices.SortFunc(t.entries, func(a, b entry) int { return strings.Compare(a.key.(string), b.key.(string)) })
	t.reindex()
	return t
}

// baseLibrary are the functions that programs call by their name alone.
var baseLibrary = map[string]func(c *Call){
	"assert": baseAssert, "collectgarbage": baseCollectGarbage, "error": baseError, "gcinfo": baseGCInfo,
	"getmetatable": baseGetMetatable, "ipairs": baseIpairs, "load": baseLoad, "loadstring": baseLoadString,
	"pairs": basePairs, "pcall": basePcall, "rawequal": baseRawEqual, "rawget": baseRawGet, "rawset": baseRawSet,
	"select": baseSelect, "setmetatable": baseSetMetatable, "tonumber": baseToNumber, "tostring": baseToString,
	"type": baseType, "unpack": baseUnpack, "xpcall": baseXpcall,
}

// openBase fills the globals.
func (m *Machine) openBase() {
	g := Library(baseLibrary, map[string]Value{
		"next": nextFunction, "_VERSION": "Lua 5.1",
		"string": stringLibrary, "table": tableLibrary, "math": mathLibrary, "coroutine": coroutineLibrary,
		"bit": bitLibrary, "os": osLibrary,
	})
	g.readonly, g.meta = false, globalsMeta
	m.Globals = g
	m.Set(g, "_G", g)
	m.strings = stringMeta
}

func baseAssert(c *Call) {
	if !Truth(c.Any(1)) {
		c.Throw(c.OptStr(2, "assertion failed!"))
	}
	c.Return(c.Args...)
}

func baseCollectGarbage(c *Call) {
	switch option := c.OptStr(1, "collect"); option {
	case "count":
		c.Return(float64(c.M.Used().Bytes) / 1024)
	case "stop", "restart", "collect", "step", "setpause", "setstepmul":
		c.Return(0.0)
	default:
		c.ArgError(1, "invalid option '"+option+"'")
	}
}

func baseGCInfo(c *Call) { c.Return(float64(c.M.Used().Bytes / 1024)) }

func baseError(c *Call) {
	level := c.OptInt(2, 1)
	v := c.Arg(1)
	if s, ok := toString(v); ok && level > 0 {
		v = c.M.Where(level) + s
	}
	c.Throw(v)
}

func baseGetMetatable(c *Call) {
	meta := c.M.metatable(c.Any(1))
	if meta == nil {
		c.Return(nil)
		return
	}
	if guard := meta.Get("__metatable"); guard != nil {
		c.Return(guard)
		return
	}
	c.Return(meta)
}

func baseSetMetatable(c *Call) {
	t := c.Table(1)
	meta, ok := c.Arg(2).(*Table)
	if !ok && (c.Arg(2) != nil || len(c.Args) < 2) {
		c.ArgError(2, "nil or table expected")
	}
	if t.meta != nil && t.meta.Get("__metatable") != nil {
		c.Errorf("cannot change a protected metatable")
	}
	if t.readonly {
		c.M.raisef("Attempt to modify a readonly table")
	}
	t.meta = meta
	c.Return(t)
}

func basePairs(c *Call) { c.Return(nextFunction, c.Table(1), nil) }

func baseNext(c *Call) {
	k, v, ok := c.Table(1).Next(c.Arg(2))
	switch {
	case !ok:
		c.M.raisef("invalid key to 'next'")
	case k == nil:
		c.Return(nil)
	default:
		c.Return(k, v)
	}
}

func baseIpairs(c *Call) { c.Return(ipairsStep, c.Table(1), 0.0) }

func baseIpairsStep(c *Call) {
	t := c.Table(1)
	i := c.Int(2) + 1
	if v := t.GetInt(i); v != nil {
		c.Return(number(float64(i)), v)
		return
	}
	c.Return(nil)
}

func baseRawEqual(c *Call) { c.Return(c.Any(1) == c.Any(2)) }

func baseRawGet(c *Call) { c.Return(c.Table(1).Get(c.Any(2))) }

func baseRawSet(c *Call) {
	t := c.Table(1)
	c.Any(2)
	c.M.SetRaw(t, c.Args[1], c.Any(3))
	c.Return(t)
}

func baseSelect(c *Call) {
	if s, ok := c.Arg(1).(string); ok && strings.HasPrefix(s, "#") {
		c.Return(number(float64(len(c.Args) - 1)))
		return
	}
	n := c.Int(1)
	if n < 0 {
		n += len(c.Args)
	} else {
		n = min(n, len(c.Args))
	}
	if n < 1 {
		c.ArgError(1, "index out of range")
	}
	c.Return(c.Args[n:]...)
}

func baseToNumber(c *Call) {
	base := c.OptInt(2, 10)
	var n float64
	var ok bool
	if base == 10 {
		n, ok = toNumber(c.Any(1))
	} else {
		s := c.Str(1)
		if base < 2 || base > 36 {
			c.ArgError(2, "base out of range")
		}
		n, ok = parseInBase(s, base)
	}
	if !ok {
		c.Return(nil)
		return
	}
	c.Return(number(n))
}

func baseToString(c *Call) { c.Return(c.M.Tostring(c.Any(1))) }

func baseType(c *Call) { c.Return(TypeName(c.Any(1))) }

func baseUnpack(c *Call) {
	t := c.Table(1)
	i := c.OptInt(2, 1)
	j := t.Len()
	if c.Arg(3) != nil {
		j = c.Int(3)
	}
	if i > j {
		c.Return()
		return
	}
	n := j - i + 1
	if n > maxResults {
		c.M.raisef("too many results to unpack")
	}
	c.M.Alloc(sizeValue * n)
	values := make([]Value, n)
	for k := range values {
		values[k] = t.GetInt(i + k)
	}
	c.Return(values...)
}

// basePcall is Redis's pcall: of an error that is a table with a text in "err",
// as commands raise them, it gives the text.
func basePcall(c *Call) {
	fn := c.Any(1)
	args := slices.Clone(c.Args[1:])
	results, err := c.try(fn, args)
	if err == nil {
		c.Return(append([]Value{true}, results...)...)
		return
	}
	v := err.Value
	if t, ok := v.(*Table); ok {
		if s, ok := toString(t.Get("err")); ok {
			v = s
		}
	}
	c.Return(false, v)
}

func (c *Call) try(fn Value, args []Value) (results []Value, err *Error) {
	err = c.M.Try(func() { results = slices.Clone(c.Call(fn, args...)) })
	return results, err
}

func baseXpcall(c *Call) {
	fn, handler := c.Any(1), c.Any(2)
	results, err := c.try(fn, nil)
	if err == nil {
		c.Return(append([]Value{true}, results...)...)
		return
	}
	c.Return(append([]Value{false}, c.Call(handler, err.Value)...)...)
}

func baseLoadString(c *Call) {
	src := c.Str(1)
	c.load(src, c.OptStr(2, src))
}

func baseLoad(c *Call) {
	reader := c.Func(1)
	name := c.OptStr(2, "=(load)")
	var b strings.Builder
	for {
		piece := first(c.Call(reader))
		s, ok := toString(piece)
		if piece != nil && !ok {
			c.Return(nil, "reader function must return a string")
			return
		}
		if s == "" {
			c.load(b.String(), name)
			return
		}
		c.M.Alloc(len(s))
		b.WriteString(s)
	}
}

// load compiles. A program takes many times the memory of its source.
func (c *Call) load(src, name string) {
	const sizePerByte = 100
	c.M.Alloc(sizePerByte * len(src))
	p, err := Compile(src, name)
	if err != nil {
		c.Return(nil, err.Error())
		return
	}
	c.Return(c.M.Load(p))
}
