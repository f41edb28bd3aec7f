package main

import (
	"math"
	"time"
)

// Settings is what an operator can decide about one node. parseSettings fills
// and checks it; after that it is a plain value that nobody changes. What each
// field means to an operator stands in the row of its setting, below.
type Settings struct {
	Addr          string // HOST:PORT to listen on for clients
	PeerAddr      string // HOST:PORT to listen on for other nodes
	Advertise     string // HOST:PORT that clients are told; never a wildcard
	PeerAdvertise string // HOST:PORT that other nodes are told; never a wildcard
	Dir           string // the data folder, as given
	Config        string // the config file that was read, or ""

	BootstrapExpect int      // voters of a new cluster; 0: join one that exists
	Join            []string // peer addresses, HOST:PORT
	Groups          int      // groups that hold keys
	MasterName      string

	Requirepass     string // "" where clients need no password; already read from RequirepassFile
	RequirepassFile string
	MaxClients      int
	Timeout         time.Duration // idle clients are closed; 0: never
	TCPKeepAlive    time.Duration // 0: off
	RequestTimeout  time.Duration
	Reads           string // "quorum", "lease" or "stale"
	Redirect        string // "yes" or "no"
	ProtoMaxBulkLen int64  // bytes
	QueryBuffer     int64  // bytes

	RaftLog          string // "wal" or "bolt"
	SnapshotEntries  int
	SnapshotBytes    int64
	HeartbeatTimeout time.Duration
	ElectionTimeout  time.Duration
	LogLevel         string // "debug", "info", "warn" or "error"

	Redis map[string]string // settings of Redis that only CONFIG knows, as it shows them
}

// setting is one row of the table from which flags, variables, config-file
// keys, help and CONFIG GET are all derived.
type setting struct {
	name     string // the flag is --name, the config-file key name, the variable envName(name)
	redis    string // what CONFIG GET calls it, where that is not name; "" also where Redis lacks it
	form     string // what a value looks like, for help
	standard string // the value where none is given; "" where doc tells what happens then
	field
	doc string // unit, effect, danger
}

// section is a heading of the help page and the rows under it.
type section struct {
	title string
	rows  []setting
}

// sections lists every setting there is, tied to the fields of s.
func (s *Settings) sections() []section {
	return []section{
		{"Addresses and data", s.placeRows()},
		{"Cluster", s.clusterRows()},
		{"Clients", s.clientRows()},
		{"Log, snapshots and elections", s.raftRows()},
		{"What Redis has too", s.redisRows()},
	}
}

// rows is sections without the headings.
func (s *Settings) rows() []setting {
	var rows []setting
	for _, part := range s.sections() {
		rows = append(rows, part.rows...)
	}
	return rows
}

func (s *Settings) placeRows() []setting {
	return []setting{
		{"addr", "", "HOST:PORT", "127.0.0.1:6379", address(&s.Addr, mayBeWildcard),
			"Where clients are served. Everybody who can reach a host other than the loopback can read and write, " +
				"so set requirepass before opening it. 0.0.0.0, [::] or an empty host listen on every address; " +
				"advertise and peer-advertise must then be set too."},
		{"dir", "", "DIR", "./coordd-data", text(&s.Dir),
			"Folder of the log, the snapshots and the node's identity; made where it is missing, and used by one process " +
				"at a time. Removing it removes the node's vote and data for good: to a cluster it then is a new node."},
		{"peer-addr", "", "HOST:PORT", "", address(&s.PeerAddr, mayBeWildcard),
			"Where the other nodes reach this one: log, forwarded commands and membership share this one port. " +
				"Default: the host of addr, and its port + 10000. Keep it out of reach of strangers."},
		{"advertise", "", "HOST:PORT", "", address(&s.Advertise, mustBeDialable),
			"Address that clients are told to dial, where addr is not the one they can use. Default: addr. " +
				"Host names are looked up at each dial; 0.0.0.0 and [::] are refused."},
		{"peer-advertise", "", "HOST:PORT", "", address(&s.PeerAdvertise, mustBeDialable),
			"Address that other nodes are told to dial. Default: peer-addr. " +
				"Host names are looked up at each dial; 0.0.0.0 and [::] are refused."},
		{"config", "", "FILE", "", text(&s.Config),
			"Config file: lines of a setting's name and its value, # for comments, as in redis.conf. " +
				"It cannot name a further config file. Default: none."},
	}
}

func (s *Settings) clusterRows() []setting {
	return []setting{
		{"bootstrap-expect", "", "N", "", whole(&s.BootstrapExpect, 1, maxVoters),
			"Number of nodes that found a new cluster together, 1 to 9; with more than 1, each is given the same join list. " +
				"Heeded on an empty folder only. Default: 1 without join, else none: the node waits to be let into a " +
				"cluster that exists. Different numbers on different nodes of one new cluster can found two clusters."},
		{"join", "", "HOST:PEERPORT,...", "", addressList(&s.Join),
			"Peer addresses of other nodes, separated by commas; the node's own may be among them. " +
				"Heeded on an empty folder only: a node that belongs to a cluster remembers its members. Default: none."},
		{"groups", "", "N", "1", whole(&s.Groups, 1, maxGroups),
			"Number of Raft groups that share the keys, 1 to 64; decided when the cluster is founded. More groups spread " +
				"the writing over more leaders, but what must be atomic over keys of two groups is then refused."},
		{"master-name", "", "NAME", "mymaster", name(&s.MasterName),
			"Name under which Sentinel clients ask for the master. Letters, digits, and . - _ only."},
	}
}

func (s *Settings) clientRows() []setting {
	return []setting{
		{"requirepass", "", "PASSWORD", "", text(&s.Requirepass),
			"Password that clients must give with AUTH, until CONFIG SET gives the cluster another one. Default: none, everybody is let in. On the command line other users " +
				"of the machine can read it: prefer the config file, the variable or requirepass-file."},
		{"requirepass-file", "", "FILE", "", text(&s.RequirepassFile),
			"File that holds the password of requirepass, and nothing else but a line's end. Read once, at the start. Default: none."},
		{"maxclients", "", "N", "10000", whole(&s.MaxClients, 1, math.MaxUint32),
			"Most client connections at a time; more are turned away with an error. Each needs a file descriptor: " +
				"the limit of the process (ulimit -n) should be larger."},
		{"timeout", "", "SECONDS", "0", seconds(&s.Timeout),
			"Seconds of silence after which a client's connection is closed; 0 for never. Pools of idle connections " +
				"break if it is short."},
		{"tcp-keepalive", "", "SECONDS", "300", seconds(&s.TCPKeepAlive),
			"Seconds between probes of a silent client connection; 0 turns them off, and clients that vanished stay connected."},
		{"request-timeout", "", "DURATION", "10s", duration(&s.RequestTimeout, 100*time.Millisecond, 10*time.Minute),
			"Longest wait for a leader or a majority, as 10s or 500ms, 100ms to 10m. Then a command is answered with an error. " +
				"Below the time of an election, clients see errors whenever a leader is lost."},
		{"reads", "", "quorum|lease|stale", "quorum", oneOf(&s.Reads, "quorum", "lease", "stale"),
			"How fresh a read is. quorum asks a majority and is always right. lease trusts the leader's clock for less than an " +
				"election timeout and saves that question; it can be wrong on a machine whose clock runs wildly. " +
				"stale answers what the node has, however old."},
		{"redirect", "", "yes|no", "no", oneOf(&s.Redirect, "yes", "no"),
			"With yes, a command whose keys another node leads is answered with MOVED, as by a Redis Cluster: clients of that " +
				"kind then save a hop, and plain ones break. With no, every node takes every command."},
		{"proto-max-bulk-len", "", "SIZE", "512mb", size(&s.ProtoMaxBulkLen, 1<<20),
			"Largest single argument of a command, in bytes or with kb, mb, gb; at least 1mb. A client may make the node " +
				"hold this much per argument."},
		{"client-query-buffer-limit", "", "SIZE", "1gb", size(&s.QueryBuffer, 1<<20),
			"Most bytes of commands that one connection may have waiting, in bytes or with kb, mb, gb; at least 1mb. " +
				"A connection that exceeds it is closed."},
	}
}

func (s *Settings) raftRows() []setting {
	return []setting{
		{"raft-log", "", "wal|bolt", "wal", oneOf(&s.RaftLog, "wal", "bolt"),
			"Kind of file that holds the log. wal is the faster one. Decided when the folder is made: " +
				"a folder made with one cannot be opened with the other."},
		{"snapshot-entries", "", "N", "16384", whole(&s.SnapshotEntries, 1, 1<<30),
			"Log entries of a group after which it takes a snapshot and cuts its log. " +
				"Larger: fewer snapshots, more disk, and a longer start."},
		{"snapshot-bytes", "", "SIZE", "64mb", size(&s.SnapshotBytes, 1<<10),
			"Bytes of log of a group after which it takes a snapshot and cuts its log, in bytes or with kb, mb, gb; at least 1kb. " +
				"Larger: fewer snapshots, more disk, and a longer start."},
		{"heartbeat-timeout", "", "DURATION", "500ms", duration(&s.HeartbeatTimeout, 10*time.Millisecond, time.Minute),
			"Silence of a leader, as 500ms or 2s, 10ms to 1m, after which a node stands for election. Shorter: a lost leader is " +
				"replaced sooner, but a slow disk or network costs leaders that are well. The same on all nodes."},
		{"election-timeout", "", "DURATION", "500ms", duration(&s.ElectionTimeout, 10*time.Millisecond, time.Minute),
			"Longest time for one election, as 500ms or 2s, 10ms to 1m, before another is held; at least heartbeat-timeout. " +
				"Shorter than a few round trips and fsyncs, elections fail. The same on all nodes."},
		{"log-level", "loglevel", "debug|info|warn|error", "warn", logLevel(&s.LogLevel),
			"Least severe messages that are written to standard error. debug writes a lot on every election."},
	}
}
