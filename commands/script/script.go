package script

import (
	"errors"
	"runtime"
	"sync"

	"coordd/commands"
	"coordd/commands/script/codec"
	"coordd/commands/script/lua"
)

// limits are what one run may take, some second of a core at worst. They are
// part of the log's format: nodes that did not agree on them would diverge.
var limits = lua.Limits{Steps: 20_000_000, Bytes: 128 << 20}

// Config is what the commands of this package need.
type Config struct {
	// Table is the table that the commands will be part of: programs call
	// commands through it. It is asked when commands run.
	Table func() *commands.Table
	// Owner is the group that owns a slot, and Groups is how many there are.
	// They must be the same on all nodes. Both are asked when commands run.
	Owner  func(slot uint16) int
	Groups func() int
	// Log takes what redis.log() says, on every node that runs the program. level
	// is one of Redis's, 0 (debug) to 3 (warning). It must not wait; nil ignores it.
	Log func(level int, message string)
}

// host runs programs.
type host struct {
	Config
	machines  sync.Pool     // of *lua.Machine, as long as they are not used
	compiled  programs      // scripts, by digest
	libraries programs      // by text
	views     chan struct{} // as many as may run beside one another
}

// Groups returns the commands of this package.
func Groups(cfg Config) ([]commands.Group, error) {
	if cfg.Table == nil || cfg.Owner == nil || cfg.Groups == nil {
		return nil, errors.New("script: Config needs Table, Owner and Groups")
	}
	h := &host{Config: cfg, views: make(chan struct{}, max(2, runtime.GOMAXPROCS(0)))}
	h.machines.New = func() any { return newMachine() }
	return []commands.Group{{Name: "scripting", Specs: append(h.specs(), h.functionSpecs()...)}}, nil
}

// newMachine makes a machine that no program can tell from one that was used.
func newMachine() *lua.Machine {
	m := lua.NewMachine()
	codec.Open(m)
	openAPI(m)
	return m
}

// The flags that many rows share.
const (
	runs     = commands.Write | commands.NoScript | commands.Stale | commands.Movable
	runsRead = commands.Read | commands.NoScript | commands.Stale | commands.Movable
	changes  = commands.Write | commands.NoScript | commands.AllShards | commands.AllSucceeded
)

var afterCount = commands.Keys{Find: keysAfterCount}

func (h *host) specs() []commands.Spec {
	return []commands.Spec{
		{Name: "eval", Arity: -3, Flags: runs, Keys: afterCount, Since: "2.6.0", Syntax: "script numkeys [key [key ...]] [arg [arg ...]]", Summary: "Runs a script.", Data: h.eval},
		{Name: "eval_ro", Arity: -3, Flags: runsRead, Keys: afterCount, Since: "7.0.0", Syntax: "script numkeys [key [key ...]] [arg [arg ...]]", Summary: "Runs a script that only reads.", Data: h.evalRO},
		{Name: "evalsha", Arity: -3, Flags: runs, Keys: afterCount, Since: "2.6.0", Syntax: "sha1 numkeys [key [key ...]] [arg [arg ...]]", Summary: "Runs a script that is known, by the SHA1 of its text.", Data: h.evalSHA},
		{Name: "evalsha_ro", Arity: -3, Flags: runsRead, Keys: afterCount, Since: "7.0.0", Syntax: "sha1 numkeys [key [key ...]] [arg [arg ...]]", Summary: "Runs a script that is known and only reads.", Data: h.evalSHARO},
		{Name: "script", Arity: -2, Since: "2.6.0", Summary: "Concerns the scripts that are known."},
		{Name: "script|exists", Arity: -3, Flags: commands.Read | commands.NoScript | commands.AllShards | commands.AggLogicalAnd, Since: "2.6.0", Syntax: "sha1 [sha1 ...]", Summary: "Tells which scripts are known.", Data: scriptExists},
		{Name: "script|flush", Arity: -2, Flags: changes, Since: "2.6.0", Syntax: "[ASYNC | SYNC]", Summary: "Forgets all scripts.", Data: scriptFlush},
		{Name: "script|help", Arity: 2, Flags: commands.Loading | commands.Stale, Since: "5.0.0", Summary: "Lists the subcommands.", Conn: h.help("script")},
		{Name: "script|kill", Arity: 2, Flags: commands.NoScript, Since: "2.6.0", Summary: "Finds no script that runs for long: each ends by itself.", Conn: notBusy},
		{Name: "script|load", Arity: 3, Flags: changes | commands.Stale, Since: "2.6.0", Syntax: "script", Summary: "Makes a script known without running it.", Data: h.scriptLoad},
	}
}
