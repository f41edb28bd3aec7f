package differ

import (
	"slices"
	"strings"
)

// Step is a command of a sequence, or several that only make sense together.
type Step struct {
	Commands [][]string
	// Loop runs the one command, a word of the SCAN family, with the cursor it
	// returns until that is 0; what it finds on the way is one reply.
	Loop bool
	// Carry puts what Redis answers to the first command, a DUMP, into the
	// second, a RESTORE, on both servers.
	Carry bool
	// Check, where it is set, looks at one server's replies to the commands and
	// says what is wrong with them, or "". It is for commands of chance, whose
	// replies cannot be compared.
	Check func(replies []Node) string
}

// Sequence is what is run on both servers, after both have been emptied.
type Sequence struct {
	Proto int // 2 or 3
	Steps []Step
	Keys  []Key // looked at when the steps are over, in the databases that were used
	DBs   []string
}

// Key is one that a sequence names.
type Key struct {
	Name  string
	Kinds Kinds // what it may hold, judging by the commands that named it
}

// Kinds is a set of types of values.
type Kinds uint8

// The types of values.
const (
	Strings Kinds = 1 << iota
	Lists
	Hashes
	Sets
	ZSets
	Streams
	AllKinds = Strings | Lists | Hashes | Sets | ZSets | Streams
)

// reads are the commands that show a whole value; an empty argument stands for the key.
var reads = []struct {
	kinds Kinds
	args  []string
}{
	{Strings, []string{"GET", ""}},
	{Lists, []string{"LRANGE", "", "0", "-1"}},
	{Hashes, []string{"HGETALL", ""}},
	{Sets, []string{"SMEMBERS", ""}},
	{ZSets, []string{"ZRANGE", "", "0", "-1", "WITHSCORES"}},
	{Streams, []string{"XRANGE", "", "-", "+"}},
	{Streams, []string{"XINFO", "STREAM", "", "FULL", "COUNT", "0"}},
}

// one makes a step of one command.
func one(args ...string) Step { return Step{Commands: [][]string{args}} }

// loops tells whether a sequence cannot be sent as a whole.
func (s *Sequence) loops() bool {
	for _, step := range s.Steps {
		if step.Loop || step.Carry {
			return true
		}
	}
	return false
}

// prologue empties a server and the connection.
func (s *Sequence) prologue() [][]string {
	cmds := [][]string{{"RESET"}, {"FLUSHALL"}}
	if s.Proto == 3 {
		cmds = append(cmds, []string{"HELLO", "3"})
	}
	return cmds
}

// probes are the commands that look at the keyspace afterwards: every key of
// every database, whatever its type. DISCARD and UNWATCH end what a sequence
// may have left open.
func (s *Sequence) probes() [][]string {
	cmds := [][]string{{"DISCARD"}, {"UNWATCH"}}
	for _, db := range s.DBs {
		cmds = append(cmds, []string{"SELECT", db}, []string{"KEYS", "*"})
		for _, key := range s.Keys {
			cmds = append(cmds, []string{"TYPE", key.Name}, []string{"OBJECT", "ENCODING", key.Name}, []string{"PTTL", key.Name})
			for _, read := range reads {
				if key.Kinds&read.kinds != 0 {
					args := slices.Clone(read.args)
					args[slices.Index(args, "")] = key.Name
					cmds = append(cmds, args)
				}
			}
		}
		cmds = append(cmds, []string{"DBSIZE"}) // Redis counts what is due until it has been looked at
	}
	return cmds
}

// name is the command's name in small letters, with a container's subcommand
// behind it: "object encoding".
func name(args []string) string {
	if len(args) == 0 {
		return ""
	}
	first := strings.ToLower(args[0])
	if len(args) > 1 && containers[first] {
		return first + " " + strings.ToLower(args[1])
	}
	return first
}

// containers are the commands whose second word is a part of the name.
var containers = map[string]bool{"object": true, "xinfo": true, "xgroup": true, "script": true, "memory": true, "function": true}
