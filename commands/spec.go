package commands

import (
	"coordd/resp"
	"coordd/store"
)

// Spec is one command: everything the server knows about it. COMMAND, routing,
// the gates of a session and the compatibility page are all derived from it.
type Spec struct {
	Name    string // lower case; a subcommand is "client|id"
	Arity   int    // with the name; -n means at least n
	Flags   Flags
	Keys    Keys
	Since   string // the Redis version that brought it; "coordd" for words of our own
	Syntax  string // its arguments, as Redis's documentation writes them
	Summary string // one sentence

	// Exactly one of these is set, unless the flags say InSession. Data runs behind the log (Write) or on a
	// view (Read): no clock, no randomness but tx's, no visible map order. A
	// container command ("client") has subcommand rows and may leave both nil.
	Data func(tx *store.Tx, args []string) resp.Reply
	// Conn runs on the node that the client is connected to.
	Conn func(c *Client, args []string) resp.Reply
}

// Flags are the properties of a command, as COMMAND shows them, and how a
// command is spread over groups (Redis's request and response policies).
type Flags uint32

// The flags.
const (
	Write                 Flags = 1 << iota // changes data: goes through the log
	Read                                    // reads data: runs on a view
	DenyOOM                                 // may grow memory
	Fast                                    // O(1) or O(log n)
	Admin                                   // @admin @dangerous
	NoScript                                // not from scripts
	NoAuth                                  // allowed before AUTH
	NoMulti                                 // not inside MULTI
	Loading                                 // allowed while the node is not ready
	Stale                                   // allowed while no leader is known
	Movable                                 // Keys.Find must be asked (movablekeys)
	Dangerous                               // @dangerous, as KEYS and FLUSHALL
	PubSub                                  // a word of pub/sub
	Blocking                                // may block
	MultiShard                              // split by key over groups (request_policy:multi_shard)
	AllShards                               // runs in every group (request_policy:all_shards)
	AggSum                                  // integer replies are added (response_policy:agg_sum)
	AggLogicalAnd                           // arrays of 0 and 1: 1 where all groups say so (response_policy:agg_logical_and)
	AllSucceeded                            // first error wins, else OK (response_policy:all_succeeded)
	NonDeterministicOrder                   // nondeterministic_output_order
	NonDeterministic                        // nondeterministic_output
	InSession                               // carried out by the session itself (MULTI, EXEC): neither Data nor Conn
	MayRead                                 // a Write that with some arguments only reads: see mayRead
	Internal                                // part of the log's language only: for clients there is no such command
	NotKeys                                 // what Keys points at are channels: they route the command, and are no keys
)

// Keys says which arguments are keys. The zero value means none.
type Keys struct {
	First, Last, Step int                       // as COMMAND: 1-based, Last may be negative
	Find              func(args []string) []int // positions; overrides the triple where set
}

var (
	oneKey  = Keys{First: 1, Last: 1, Step: 1}
	twoKeys = Keys{First: 1, Last: 2, Step: 1}
	allKeys = Keys{First: 1, Last: -1, Step: 1}

	keysThenTimeout = Keys{First: 1, Last: -2, Step: 1}
)

// Group is a page of Redis's documentation: the specs of one family.
type Group struct {
	Name  string // "string", "bitmap", "hash", "list", "set", "sorted-set", "geo", "hyperloglog", "stream", "generic", "connection", "server", "coordination"
	Specs []Spec
}
