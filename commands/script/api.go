package script

import (
	"strings"

	"coordd/commands/script/lua"
)

// The version that programs are told: whose semantics they may count on.
const (
	redisVersion    = "7.2.0"
	redisVersionNum = 0x070200
)

// apiFunctions are programs' table "redis".
var apiFunctions = map[string]func(c *lua.Call){
	"call":               func(c *lua.Call) { command(c, true) },
	"pcall":              func(c *lua.Call) { command(c, false) },
	"acl_check_cmd":      apiACLCheck,
	"breakpoint":         func(c *lua.Call) { c.Return(false) },
	"debug":              func(c *lua.Call) { c.Return() },
	"error_reply":        apiErrorReply,
	"log":                apiLog,
	"replicate_commands": func(c *lua.Call) { c.Return(true) },
	"set_repl":           apiSetRepl,
	"setresp":            apiSetResp,
	"sha1hex":            apiSHA1,
	"status_reply":       apiStatusReply,
}

// Levels of redis.log(), as Redis numbers them.
const (
	logDebug   = 0
	logWarning = 3

	longestLine  = 1024 // bytes, as in Redis
	stepsPerLine = 1000 // a log on a disk is slower than a program
)

var apiValues = map[string]lua.Value{
	"LOG_DEBUG": 0.0, "LOG_VERBOSE": 1.0, "LOG_NOTICE": 2.0, "LOG_WARNING": 3.0,
	"REPL_NONE": 0.0, "REPL_AOF": 1.0, "REPL_SLAVE": 2.0, "REPL_REPLICA": 2.0, "REPL_ALL": 3.0,
	"REDIS_VERSION": redisVersion, "REDIS_VERSION_NUM": float64(redisVersionNum),
}

// openAPI gives a machine the table.
func openAPI(m *lua.Machine) {
	m.Set(m.Globals, "redis", lua.Library(apiFunctions, apiValues))
	// Their places among the globals are the same in every run, and a function finds
	// nothing there, whether the machine is new or not.
	for _, name := range []string{"KEYS", "ARGV"} {
		m.Set(m.Globals, name, false)
		m.Set(m.Globals, name, nil)
	}
	m.Globals.Protect()
}

// running is the run that a library function belongs to.
func running(c *lua.Call) *run { return c.M.Host.(*run) }

// errorTable is an error as commands raise it.
func errorTable(m *lua.Machine, text string) *lua.Table {
	t := m.NewTable(0)
	m.Alloc(len(text))
	m.Set(t, "err", text)
	return t
}

// raise stops the program with an error of the code ERR.
func raise(c *lua.Call, text string) { c.Throw(errorTable(c.M, "ERR "+text)) }

// single reads the one text that an argument list must be.
func single(c *lua.Call) (text string, ok bool) {
	if len(c.Args) != 1 {
		return "", false
	}
	text, ok = c.Args[0].(string)
	return text, ok
}

const textOneString = "wrong number or type of arguments"

// apiErrorReply makes an error; a text without a code is given one only if it is
// a single word.
func apiErrorReply(c *lua.Call) {
	text, ok := single(c)
	if !ok {
		c.Return(errorTable(c.M, "ERR "+textOneString))
		return
	}
	text = strings.TrimPrefix(text, "-")
	code, message, found := strings.Cut(text, " ")
	if !found {
		code, message = "ERR", text
	}
	c.Return(errorTable(c.M, code+" "+strings.Trim(message, "\r\n")))
}

func apiStatusReply(c *lua.Call) {
	text, ok := single(c)
	if !ok {
		c.Return(errorTable(c.M, "ERR "+textOneString))
		return
	}
	t := c.M.NewTable(0)
	c.M.Set(t, "ok", text)
	c.Return(t)
}

func apiSHA1(c *lua.Call) {
	if len(c.Args) != 1 {
		raise(c, "wrong number of arguments")
	}
	s, _ := lua.ToString(c.Args[0])
	c.M.Step(len(s) / 16)
	c.Return(digest(s))
}

func apiLog(c *lua.Call) {
	if len(c.Args) < 2 {
		raise(c, "redis.log() requires two arguments or more.")
	}
	n, ok := lua.ToNumber(c.Args[0])
	if !ok {
		raise(c, "First argument must be a number (log level).")
	}
	level := lua.ToInt64(n)
	if level < logDebug || level > logWarning {
		raise(c, "Invalid debug level.")
	}
	c.M.Step(stepsPerLine)
	var words []string
	for _, v := range c.Args[1:] {
		if s, ok := lua.ToString(v); ok {
			c.M.Alloc(len(s))
			words = append(words, s)
		}
	}
	if r := running(c); r.Log != nil {
		line := strings.Join(words, " ")
		r.Log(int(level), line[:min(len(line), longestLine)])
	}
	c.Return()
}

func apiSetResp(c *lua.Call) {
	if len(c.Args) != 1 {
		raise(c, "redis.setresp() requires one argument.")
	}
	n, _ := lua.ToNumber(c.Args[0])
	version := lua.ToInt64(n)
	if version != 2 && version != 3 {
		raise(c, "RESP version must be 2 or 3.")
	}
	running(c).resp3 = version == 3
	c.Return()
}

// apiSetRepl has nothing to set: programs are replicated, not what they do.
func apiSetRepl(c *lua.Call) {
	if len(c.Args) != 1 {
		raise(c, "redis.set_repl() requires two arguments.")
	}
	n, _ := lua.ToNumber(c.Args[0])
	if all := int64(3); lua.ToInt64(n)&^all != 0 {
		raise(c, "Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or REPL_NONE.")
	}
	c.Return()
}

// apiACLCheck tells whether the caller may use a command: who may run a script
// may use all.
func apiACLCheck(c *lua.Call) {
	args, why := words(c)
	if why != "" {
		raise(c, why)
	}
	if spec, refusal := running(c).Table().Resolve(args); spec == nil && !isArity(refusal) {
		raise(c, "Invalid command passed to redis.acl_check_cmd()")
	}
	c.Return(true)
}
