package admin

import (
	"net/netip"
	"strconv"
	"strings"
	"time"

	"coordd/commands"
	"coordd/resp"
)

// debug is one row, as in Redis: its words are no subcommands.
func (a *admin) debug() []commands.Spec {
	return []commands.Spec{
		{Name: "debug", Arity: -2, Flags: hidden, Since: "1.0.0", Syntax: "word [arg [arg ...]]", Summary: "Words for tests of clients, behind enable-debug-command.", Conn: a.debugCommand},
	}
}

// debugWords are those that suites of client libraries use. Those that set up
// the insides of Redis are accepted and do nothing.
var debugWords = [...]debugWord{
	{"CHANGE-REPL-ID", 0, "", "Accepted; there is no such id.", debugNothing},
	{"ERROR", 1, "<text>", "Answers the text as an error.", debugError},
	{"LOADAOF", 0, "", "Accepted; all that was answered is in the log.", debugNothing},
	{"LOG", 1, "<text>", "Accepted.", debugNothing},
	{"OBJECT", 1, "<key>", "Tells how the value of a key is kept.", (*admin).debugObject},
	{"PROTOCOL", 1, "<type>", "Answers a value of a type of the protocol.", debugProtocol},
	{"QUICKLIST-PACKED-THRESHOLD", 1, "<size>", "Accepted.", debugNothing},
	{"RELOAD", -1, "[option ...]", "Takes a snapshot as SAVE does; nothing needs to be read back.", (*admin).debugReload},
	{"SET-ACTIVE-EXPIRE", 1, "<0|1>", "Accepted; keys expire by the log's time in any case.", debugNothing},
	{"SET-DISABLE-DENY-SCRIPTS", 1, "<0|1>", "Accepted.", debugNothing},
	{"SLEEP", 1, "<seconds>", "Answers after so long, a minute at most; others are served meanwhile.", debugSleep},
}

// debugWord is a word of DEBUG.
type debugWord struct {
	name  string
	args  int // how many follow the word; -n means n-1 at least
	usage string
	does  string
	run   func(a *admin, c *commands.Client, args []string) resp.Reply // args follow the word
}

func (a *admin) debugCommand(c *commands.Client, args []string) resp.Reply {
	if !a.mayDebug(c) {
		return errDebugDenied
	}
	if strings.EqualFold(args[1], "HELP") && len(args) == 2 {
		return debugHelp()
	}
	for _, w := range debugWords {
		rest := args[2:]
		if strings.EqualFold(args[1], w.name) && (len(rest) == w.args || w.args < 0 && len(rest) >= -w.args-1) {
			return w.run(a, c, rest)
		}
	}
	return resp.Error("ERR unknown subcommand or wrong number of arguments for '" + oneLine(args[1]) + "'. Try DEBUG HELP.")
}

// mayDebug goes by enable-debug-command.
func (a *admin) mayDebug(c *commands.Client) bool {
	switch a.DebugCommand() {
	case "yes":
		return true
	case "local":
		addr, err := netip.ParseAddrPort(c.Addr())
		return err == nil && addr.Addr().Unmap().IsLoopback()
	}
	return false
}

func debugHelp() resp.Reply {
	lines := []resp.Reply{resp.Simple("DEBUG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:")}
	for _, w := range debugWords {
		lines = append(lines, resp.Simple(strings.TrimSpace(w.name+" "+w.usage)), resp.Simple("    "+w.does))
	}
	return resp.Array(lines...)
}

func debugNothing(*admin, *commands.Client, []string) resp.Reply { return resp.OK }

func debugError(_ *admin, _ *commands.Client, args []string) resp.Reply { return resp.Error(args[0]) }

func (a *admin) debugReload(c *commands.Client, args []string) resp.Reply { return a.save(c, args) }

// debugObject tells what there is to tell in the line that clients parse.
func (a *admin) debugObject(c *commands.Client, args []string) resp.Reply {
	encoding := a.Read(c.State().DB, []string{"OBJECT", "ENCODING", args[0]})
	switch {
	case encoding.IsError():
		return encoding
	case encoding.Kind != resp.BulkKind:
		return errNoSuchKey
	}
	return resp.Simple("Value at:0x0 refcount:1 encoding:" + encoding.Str + " serializedlength:1 lru:0 lru_seconds_idle:0")
}

// longestSleep bounds what DEBUG SLEEP can hold up the end of the node.
const longestSleep = time.Minute

func debugSleep(_ *admin, _ *commands.Client, args []string) resp.Reply {
	seconds, _ := strconv.ParseFloat(args[0], 64) // what is no number is 0, as in Redis
	time.Sleep(time.Duration(max(0, min(seconds, longestSleep.Seconds())) * float64(time.Second)))
	return resp.OK
}

// debugValues are a value of each type of the protocol.
var debugValues = map[string]resp.Reply{
	"string":   resp.Bulk("Hello World"),
	"integer":  resp.Int(12345),
	"double":   resp.Double(3.141),
	"bignum":   {Kind: resp.BigNumberKind, Str: "1234567999999999999999999999999999999"},
	"null":     resp.Null,
	"array":    resp.Array(resp.Int(0), resp.Int(1), resp.Int(2)),
	"set":      resp.Set(resp.Int(0), resp.Int(1), resp.Int(2)),
	"map":      resp.Map(resp.Int(0), resp.Bool(false), resp.Int(1), resp.Bool(true), resp.Int(2), resp.Bool(false)),
	"verbatim": resp.Verbatim("This is a verbatim\nstring"),
	"true":     resp.Bool(true),
	"false":    resp.Bool(false),
}

func debugProtocol(_ *admin, _ *commands.Client, args []string) resp.Reply {
	if value, ok := debugValues[strings.ToLower(args[0])]; ok {
		return value
	}
	return errDebugType
}
