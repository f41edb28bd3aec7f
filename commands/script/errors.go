package script

import (
	"strings"

	"coordd/resp"
)

// Error texts of Redis 7.2, byte for byte.
var (
	errNotInteger   = resp.Error("ERR value is not an integer or out of range")
	errKeysNegative = resp.Error("ERR Number of keys can't be negative")
	errKeysTooMany  = resp.Error("ERR Number of keys can't be greater than number of args")
	errNoScript     = resp.Error("NOSCRIPT No matching script. Please use EVAL.")
	errNotBusy      = resp.Error("NOTBUSY No scripts in execution right now.")
	errScriptFlush  = resp.Error("ERR SCRIPT FLUSH only support SYNC|ASYNC option")
	errWriteFlag    = resp.Error("ERR Can not execute a script with write flag using *_ro command.")
	errNoCluster    = resp.Error("ERR Can not run script on cluster, 'no-cluster' flag is set.")
)

// What redis.call() answers for a command that it does not carry out. The code
// ERR is put before these.
const (
	textNoCommand  = "Please specify at least one argument for this redis lib call"
	textArguments  = "Lua redis lib command arguments must be strings or integers"
	textUnknown    = "Unknown Redis command called from script"
	textArity      = "Wrong number of args calling Redis command from script"
	textNotAllowed = "This Redis command is not allowed from script"
	textBlock      = " command is not allowed with BLOCK option from scripts"
	textReadOnly   = "Write commands are not allowed from read-only scripts."
	textForeignKey = "Script attempted to access a non local key in a cluster node"
	// Not Redis's: it has nothing like it.
	textAllGroups = "This command concerns all groups of keys, which no script spans"
)

// oneLine makes a client's bytes fit for an error reply.
func oneLine(s string) string { return strings.NewReplacer("\r", " ", "\n", " ").Replace(s) }

// failure is an error reply of a text that holds a client's bytes. As in Redis it
// ends at a zero byte.
func failure(text string) resp.Reply {
	text, _, _ = strings.Cut(text, "\x00")
	return resp.Error(oneLine(text))
}
