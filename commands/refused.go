package commands

import (
	"strings"

	"coordd/resp"
)

// NotOffered begins the summary of a row that is there only to say why the
// command is not (in packages whose faces must list every word of Redis). The
// compatibility page knows such rows by it.
const NotOffered = "Not offered: "

// Refusal is a command of Redis that coordd does not offer. It has no row in
// a table: COMMAND, permissions and routing know nothing of it. Whoever
// sends it is told why, and what to use, in place of "unknown command".
type Refusal struct {
	Name    string // lower case; a container stands for all its subcommands
	Why     string
	Instead string // what to do
}

// Refusals are all commands of Redis 7.2 that are refused. NewTable panics at
// one that has a row as well.
var Refusals = []Refusal{
	{"failover", "leaders are elected by Raft", "SENTINEL FAILOVER with the master's name hands the first group to another node"},
	{"latency|graph", "it draws with letters what another word tells in figures", "LATENCY HISTORY"},
	{"migrate", "keys do not wander between servers one by one", "DUMP here and RESTORE there"},
	{"module|load", whyModule, useScripts},
	{"module|loadex", whyModule, useScripts},
	{"module|unload", whyModule, useScripts},
	{"psync", whyRaft, howToJoin},
	{"replconf", whyRaft, howToJoin},
	{"replicaof", whyRaft, howToJoin},
	{"restore-asking", "no slot is ever on its way from one node to another", "RESTORE"},
	{"script|debug", "a program runs as a part of the log, which cannot stop for a debugger", "redis.log writes to the log of the node"},
	{"slaveof", whyRaft, howToJoin},
	{"sync", whyRaft, howToJoin},
}

const (
	whyRaft    = "coordd replicates through Raft"
	howToJoin  = "add a node with coordd serve --join"
	whyModule  = "no foreign code is loaded into the server"
	useScripts = "FUNCTION LOAD brings new commands"
)

// Error is what a client is told.
func (r Refusal) Error() resp.Reply {
	return resp.Error("ERR " + strings.ToUpper(strings.Replace(r.Name, "|", " ", 1)) + " is not offered: " + r.Reason())
}

// Reason is why, and what to use.
func (r Refusal) Reason() string { return r.Why + "; " + r.Instead }

// refusal is what Refusals say of a name in any case of letters, if anything.
func (t *Table) refusal(name string) (reply resp.Reply, ok bool) {
	var folded [maxName]byte
	if len(name) > len(folded) {
		return resp.Reply{}, false
	}
	reply, ok = t.refused[string(appendLower(folded[:0], name))]
	return reply, ok
}

// unknown is the answer to a command without a row: that it is refused, and
// why, or that nobody knows it.
func (t *Table) unknown(args []string) resp.Reply {
	if reply, ok := t.refusal(args[0]); ok && strings.IndexByte(args[0], '|') < 0 {
		return reply
	}
	return errUnknownCommand(args)
}

// unknownSub is the same for a container's subcommand.
func (t *Table) unknownSub(container, sub string) resp.Reply {
	if reply, ok := t.refusal(container + "|" + sub); ok {
		return reply
	}
	return errUnknownSubcommand(container, sub)
}
