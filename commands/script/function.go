package script

import (
	"slices"
	"strings"

	"coordd/commands"
	"coordd/commands/script/lua"
	"coordd/resp"
	"coordd/store"
	"coordd/store/rdb"
)

func (h *host) functionSpecs() []commands.Spec {
	return []commands.Spec{
		{Name: "fcall", Arity: -3, Flags: runs, Keys: afterCount, Since: "7.0.0", Syntax: "function numkeys [key [key ...]] [arg [arg ...]]", Summary: "Calls a function.", Data: h.fcall},
		{Name: "fcall_ro", Arity: -3, Flags: runsRead, Keys: afterCount, Since: "7.0.0", Syntax: "function numkeys [key [key ...]] [arg [arg ...]]", Summary: "Calls a function that only reads.", Data: h.fcallRO},
		{Name: "function", Arity: -2, Since: "7.0.0", Summary: "Concerns libraries of functions."},
		{Name: "function|delete", Arity: 3, Flags: changes, Since: "7.0.0", Syntax: "library-name", Summary: "Deletes a library and its functions.", Data: functionDelete},
		{Name: "function|dump", Arity: 2, Flags: commands.Read | commands.NoScript, Since: "7.0.0", Summary: "Returns all libraries in the form that FUNCTION RESTORE takes.", Data: functionDump},
		{Name: "function|flush", Arity: -2, Flags: changes, Since: "7.0.0", Syntax: "[ASYNC | SYNC]", Summary: "Deletes all libraries.", Data: functionFlush},
		{Name: "function|help", Arity: 2, Flags: commands.Loading | commands.Stale, Since: "7.0.0", Summary: "Lists the subcommands.", Conn: h.help("function")},
		{Name: "function|kill", Arity: 2, Flags: commands.NoScript, Since: "7.0.0", Summary: "Finds no function that runs for long: each ends by itself.", Conn: notBusy},
		{Name: "function|list", Arity: -2, Flags: commands.Read | commands.NoScript | commands.NonDeterministicOrder, Since: "7.0.0", Syntax: "[LIBRARYNAME pattern] [WITHCODE]", Summary: "Lists libraries and their functions.", Data: functionList},
		{Name: "function|load", Arity: -3, Flags: changes | commands.DenyOOM, Since: "7.0.0", Syntax: "[REPLACE] function-code", Summary: "Brings a library.", Data: h.functionLoad},
		{Name: "function|restore", Arity: -3, Flags: changes | commands.DenyOOM, Since: "7.0.0", Syntax: "serialized-value [FLUSH | APPEND | REPLACE]", Summary: "Brings libraries that FUNCTION DUMP has returned.", Data: h.functionRestore},
		{Name: "function|stats", Arity: 2, Flags: commands.Read | commands.NoScript | commands.NonDeterministic, Since: "7.0.0", Summary: "Counts libraries and functions.", Data: functionStats},
	}
}

// Errors of functions.
var (
	errNoFunction    = resp.Error("ERR Function not found")
	errNumKeys       = resp.Error("ERR Bad number of keys provided")
	errNoLibrary     = resp.Error("ERR Library not found")
	errFunctionFlush = resp.Error("ERR FUNCTION FLUSH only supports SYNC|ASYNC option")
	errFooter        = resp.Error("ERR DUMP payload version or checksum are wrong")
	errPayload       = resp.Error("ERR failed loading the given functions payload")
	errNoPattern     = resp.Error("ERR library name argument was not given")
)

func (h *host) fcall(tx *store.Tx, args []string) resp.Reply { return h.callFunction(tx, args, false) }

func (h *host) fcallRO(tx *store.Tx, args []string) resp.Reply { return h.callFunction(tx, args, true) }

func (h *host) callFunction(tx *store.Tx, args []string, readOnly bool) resp.Reply {
	system := tx.On(store.System)
	f, ok := functionOf(system, args[1])
	if !ok {
		return errNoFunction
	}
	keys, rest, refusal := cutKeys(args)
	switch {
	case refusal.Str == errNotInteger.Str:
		return errNumKeys
	case refusal.IsError():
		return refusal
	}
	if refusal := h.permit(f.flags, readOnly); refusal.IsError() {
		return refusal
	}
	text, _ := field(system, functionsKey, f.library)
	s, refusal := h.compileLibrary(text)
	if s == nil {
		return refusal
	}
	r := run{host: h, tx: tx, limits: limits, name: f.name, readOnly: readOnly || f.flags.noWrites, group: h.groupOf(keys)}
	return r.with(func(m *lua.Machine) lua.Value {
		callback := r.load(m, s).find(f.name).callback
		return first(m.Call(callback, array(m, keys), array(m, rest)))
	})
}

func (h *host) functionLoad(tx *store.Tx, args []string) resp.Reply {
	replace := false
	for _, word := range args[2 : len(args)-1] {
		if !strings.EqualFold(word, "replace") {
			return failure("ERR Unknown option given: " + word)
		}
		replace = true
	}
	text := args[len(args)-1]
	name, _, why := parseMetadata(text)
	if why != "" {
		return failure("ERR " + why)
	}
	system := tx.On(store.System)
	if _, ok := field(system, functionsKey, name); ok && !replace {
		return failure("ERR Library '" + name + "' already exists")
	}
	budget := loadLimits
	l, refusal := h.inspect(tx, text, &budget)
	if l == nil {
		return refusal
	}
	if refusal := collision(system, l, func(library string) bool { return library == name }); refusal.IsError() {
		return refusal
	}
	removeLibrary(system, name)
	addLibrary(system, name, text, l)
	return resp.Bulk(name)
}

func functionDelete(tx *store.Tx, args []string) resp.Reply {
	if !removeLibrary(tx.On(store.System), args[2]) {
		return errNoLibrary
	}
	return resp.OK
}

func functionFlush(tx *store.Tx, args []string) resp.Reply {
	switch {
	case len(args) > 3:
		return errSubcommand(args)
	case len(args) == 3 && !strings.EqualFold(args[2], "sync") && !strings.EqualFold(args[2], "async"):
		return errFunctionFlush
	}
	flushLibraries(tx.On(store.System))
	return resp.OK
}

// errSubcommand is the answer to a subcommand that counts its arguments itself.
func errSubcommand(args []string) resp.Reply {
	return failure("ERR unknown subcommand or wrong number of arguments for '" + args[1] + "'. Try FUNCTION HELP.")
}

func functionStats(tx *store.Tx, _ []string) resp.Reply {
	system := tx.On(store.System)
	libraries, _ := system.Hash(functionsKey)
	names, _ := system.Hash(namesKey)
	return resp.Map(
		resp.Bulk("running_script"), resp.Null,
		resp.Bulk("engines"), resp.Map(resp.Bulk(engineName), resp.Map(
			resp.Bulk("libraries_count"), resp.Int(int64(libraries.Len())),
			resp.Bulk("functions_count"), resp.Int(int64(names.Len())),
		)),
	)
}

const engineName = "LUA"

func functionList(tx *store.Tx, args []string) resp.Reply {
	pattern, filtered, withCode := "", false, false
	for i := 2; i < len(args); i++ {
		switch {
		case !withCode && strings.EqualFold(args[i], "withcode"):
			withCode = true
		case !filtered && strings.EqualFold(args[i], "libraryname"):
			if i++; i == len(args) {
				return errNoPattern
			}
			pattern, filtered = strings.ToLower(args[i]), true
		default:
			return failure("ERR Unknown argument " + args[i])
		}
	}
	system := tx.On(store.System)
	functions := functionsOf(system)
	var elems []resp.Reply
	for _, library := range librariesOf(system) {
		if filtered && !commands.Match(pattern, strings.ToLower(library[0])) {
			continue
		}
		page := []resp.Reply{
			resp.Bulk("library_name"), resp.Bulk(library[0]), resp.Bulk("engine"), resp.Bulk(engineName),
			resp.Bulk("functions"), resp.Array(pages(functions, library[0])...),
		}
		if withCode {
			page = append(page, resp.Bulk("library_code"), resp.Bulk(library[1]))
		}
		elems = append(elems, resp.Map(page...))
	}
	return resp.Array(elems...)
}

// pages describe the functions of a library.
func pages(functions []function, library string) []resp.Reply {
	var pages []resp.Reply
	for _, f := range functions {
		if f.library != library {
			continue
		}
		description := resp.Null
		if f.described {
			description = resp.Bulk(f.description)
		}
		var flags []resp.Reply
		for _, name := range f.flags.names {
			flags = append(flags, resp.Simple(name))
		}
		pages = append(pages, resp.Map(
			resp.Bulk("name"), resp.Bulk(f.name), resp.Bulk("description"), description, resp.Bulk("flags"), resp.Set(flags...)))
	}
	return pages
}

func functionDump(tx *store.Tx, _ []string) resp.Reply {
	var texts []string
	for _, library := range librariesOf(tx.On(store.System)) {
		texts = append(texts, library[1])
	}
	return resp.Bulk(string(rdb.AppendFunctions(nil, texts)))
}

// mostUnpacked bounds what FUNCTION RESTORE makes of compressed texts, in bytes.
const mostUnpacked = 32 << 20

// arrival is a library that FUNCTION RESTORE brings.
type arrival struct {
	name, text string
	*loading
}

func (h *host) functionRestore(tx *store.Tx, args []string) resp.Reply {
	policy := "append"
	switch {
	case len(args) > 4:
		return errSubcommand(args)
	case len(args) == 4:
		policy = strings.ToLower(args[3])
	}
	if !slices.Contains([]string{"append", "replace", "flush"}, policy) {
		return failure("ERR Wrong restore policy given, value should be either FLUSH, APPEND or REPLACE.")
	}
	texts, err := rdb.DecodeFunctions(args[2], mostUnpacked)
	switch {
	case err == rdb.ErrFooter:
		return errFooter
	case err != nil:
		return errPayload
	}
	arrivals, refusal := h.arrivals(tx, texts)
	if refusal.IsError() {
		return refusal
	}
	system := tx.On(store.System)
	if policy == "flush" {
		flushLibraries(system)
	} else if refusal := admit(system, arrivals, policy == "replace"); refusal.IsError() {
		return refusal
	}
	for _, a := range arrivals {
		removeLibrary(system, a.name)
		addLibrary(system, a.name, a.text, a.loading)
	}
	return resp.OK
}

// arrivals loads libraries, which must not contradict one another.
func (h *host) arrivals(tx *store.Tx, texts []string) (list []arrival, refusal resp.Reply) {
	names, functions := map[string]bool{}, map[string]bool{}
	budget := loadLimits // of all together
	for _, text := range texts {
		name, _, why := parseMetadata(text)
		if why == "" && names[name] {
			why = "Library '" + name + "' already exists"
		}
		if why != "" {
			return nil, failure("ERR " + why)
		}
		names[name] = true
		l, refusal := h.inspect(tx, text, &budget)
		if l == nil {
			return nil, refusal
		}
		for _, f := range l.functions {
			if functions[strings.ToLower(f.name)] {
				return nil, failure("ERR Function " + f.name + " already exists")
			}
			functions[strings.ToLower(f.name)] = true
		}
		list = append(list, arrival{name, text, l})
	}
	return list, resp.Reply{}
}

// admit refuses libraries that contradict those there are.
func admit(system *store.Tx, arrivals []arrival, replace bool) resp.Reply {
	for _, a := range arrivals {
		if _, ok := field(system, functionsKey, a.name); ok && !replace {
			return failure("ERR Library " + a.name + " already exists")
		}
	}
	replaced := func(library string) bool {
		return slices.ContainsFunc(arrivals, func(a arrival) bool { return a.name == library })
	}
	for _, a := range arrivals {
		if refusal := collision(system, a.loading, replaced); refusal.IsError() {
			return refusal
		}
	}
	return resp.Reply{}
}
