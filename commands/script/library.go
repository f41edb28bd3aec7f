package script

import (
	"strings"

	"coordd/commands/script/lua"
	"coordd/resp"
	"coordd/store"
)

// librarySource is what errors call a library.
const librarySource = "@user_function"

// function is one that a library has registered.
type function struct {
	library     string
	name        string
	description string
	described   bool
	flags       flags
	callback    *lua.Function // in the run that has registered it
}

// loading is a library whose text is being run.
type loading struct{ functions []function }

// find is a function of a name, in any case of letters.
func (l *loading) find(name string) *function {
	for i := range l.functions {
		if strings.EqualFold(l.functions[i].name, name) {
			return &l.functions[i]
		}
	}
	return nil
}

const textNames = "Library names can only contain letters, numbers, or underscores(_) and must be at least one character long"

func isName(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !('a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || c == '_') {
			return false
		}
	}
	return s != ""
}

// parseMetadata reads "#!lua name=lib" in the first line of a library. code is
// the rest, with the line break.
func parseMetadata(text string) (name, code, why string) {
	if !strings.HasPrefix(text, "#!") {
		return "", "", "Missing library metadata"
	}
	end := strings.IndexByte(text, '\n')
	if end < 0 {
		return "", "", "Invalid library metadata"
	}
	words := strings.Fields(text[:end])
	named := false
	for _, word := range words[1:] {
		if len(word) < len("name=") || !strings.EqualFold(word[:len("name=")], "name=") {
			return "", "", "Invalid metadata value given: " + word
		}
		if named {
			return "", "", "Invalid metadata value, name argument was given multiple times"
		}
		name, named = word[len("name="):], true
	}
	engine := words[0][len("#!"):]
	switch {
	case !named:
		return "", "", "Library name was not given"
	case !isName(name):
		return "", "", textNames
	case !strings.EqualFold(engine, "lua"):
		return "", "", "Engine '" + engine + "' not found"
	}
	return name, text[end:], ""
}

// compileLibrary finds or makes the program of a library's text.
func (h *host) compileLibrary(text string) (*script, resp.Reply) {
	if s := h.libraries.get(text); s != nil {
		return s, resp.Reply{}
	}
	text = strings.Clone(text)
	_, code, why := parseMetadata(text)
	if why != "" {
		return nil, failure("ERR " + why)
	}
	program, err := lua.Compile(code, librarySource)
	if err != nil {
		return nil, failure("ERR Error compiling function: " + err.Error())
	}
	s := newScript(program, flags{}, text)
	h.libraries.put(text, s)
	return s, resp.Reply{}
}

// loadGlobals are what a library's text sees while it is run: hardly anything
// but redis.register_function.
var loadGlobals = func() *lua.Table {
	api := lua.Library(map[string]func(c *lua.Call){"register_function": apiRegister, "log": apiLog}, apiValues)
	api.Guard()
	g := lua.Library(nil, map[string]lua.Value{"redis": api})
	g.Guard()
	return g
}()

// load runs the text of a library. Whatever it keeps in variables of its own is
// new in every run: what lasts belongs into keys, where all nodes have it.
func (r *run) load(m *lua.Machine, s *script) *loading {
	all := m.Globals
	r.library, m.Globals = &loading{}, loadGlobals
	defer func() { m.Globals = all }()
	m.Call(m.Load(s.program))
	done := r.library
	r.library = nil
	return done
}

// loadLimits are what it may take to load libraries that arrive with one
// command; Redis gives half a second. As limits they are part of the log's format.
var loadLimits = lua.Limits{Steps: 2_000_000, Bytes: 32 << 20}

// inspect loads a library to see what it registers, and takes what that costs
// from the budget.
func (h *host) inspect(tx *store.Tx, text string, budget *lua.Limits) (*loading, resp.Reply) {
	s, refusal := h.compileLibrary(text)
	if s == nil {
		return nil, refusal
	}
	r := run{host: h, tx: tx, limits: *budget}
	var l *loading
	err := r.on(func(m *lua.Machine) { l = r.load(m, s) })
	budget.Steps -= r.used.Steps
	budget.Bytes -= r.used.Bytes
	switch {
	case err != nil:
		return nil, failure("ERR Error registering functions: " + errorText(err.Value))
	case len(l.functions) == 0:
		return nil, failure("ERR No functions registered")
	}
	return l, resp.Reply{}
}

// apiRegister is redis.register_function(), with two arguments or a table.
func apiRegister(c *lua.Call) {
	var f function
	why := ""
	switch len(c.Args) {
	case 1:
		f, why = namedArguments(c)
	case 2:
		f, why = positionalArguments(c)
	default:
		why = "wrong number of arguments to redis.register_function"
	}
	l := running(c).library
	switch {
	case why != "":
	case !isName(f.name):
		why = textNames
	case l.find(f.name) != nil:
		why = "Function already exists in the library"
	}
	if why != "" {
		raise(c, why)
	}
	c.M.Alloc(len(f.name))
	f.flags.declared = true
	l.functions = append(l.functions, f)
	c.Return()
}

func positionalArguments(c *lua.Call) (f function, why string) {
	name, ok := lua.ToString(c.Args[0])
	if !ok {
		return f, "first argument to redis.register_function must be a string"
	}
	callback, ok := c.Args[1].(*lua.Function)
	if !ok {
		return f, "second argument to redis.register_function must be a function"
	}
	return function{name: name, callback: callback}, ""
}

func namedArguments(c *lua.Call) (f function, why string) {
	t, ok := c.Args[0].(*lua.Table)
	if !ok {
		return f, "calling redis.register_function with a single argument is only applicable to Lua table (representing named arguments)."
	}
	named := false
	t.Each(func(k, v lua.Value) bool {
		key, ok := lua.ToString(k)
		switch {
		case !ok:
			why = "named argument key given to redis.register_function is not a string"
		case strings.EqualFold(key, "function_name"):
			if f.name, named = lua.ToString(v); !named {
				why = "function_name argument given to redis.register_function must be a string"
			}
		case strings.EqualFold(key, "description"):
			if f.description, f.described = lua.ToString(v); !f.described {
				why = "description argument given to redis.register_function must be a string"
			}
		case strings.EqualFold(key, "callback"):
			if f.callback, ok = v.(*lua.Function); !ok {
				why = "callback argument given to redis.register_function must be a function"
			}
		case strings.EqualFold(key, "flags"):
			why = f.readFlags(v)
		default:
			why = "unknown argument given to redis.register_function"
		}
		return why == ""
	})
	switch {
	case why != "":
	case !named:
		why = "redis.register_function must get a function name argument"
	case f.callback == nil:
		why = "redis.register_function must get a callback argument"
	}
	return f, why
}

func (f *function) readFlags(v lua.Value) (why string) {
	t, ok := v.(*lua.Table)
	if !ok {
		return "flags argument to redis.register_function must be a table representing function flags"
	}
	for i := 1; t.GetInt(i) != nil; i++ {
		if name, ok := lua.ToString(t.GetInt(i)); !ok || !f.flags.add(strings.ToLower(name)) {
			return "unknown flag given"
		}
	}
	return ""
}
