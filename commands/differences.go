package commands

// Difference is something that a command of Redis 7.2 does differently here,
// on purpose. The compatibility page is made of them, and the differential test
// lets pass what they explain and nothing else.
type Difference struct {
	Command string // lower case; of a subcommand "container|sub"
	What    string // what is different, seen by a client
	Why     string

	Name  string // by which the differential test knows it; "" where it need not
	Newer bool   // no difference to Redis 7.2, but to the 7.0 that tests compare with
}

// Differences are sorted by command.
var Differences = []Difference{
	{"bgrewriteaof", "takes a snapshot of every group of this node, as BGSAVE does", "a snapshot cuts the log, which is what a rewrite is for", "", false},
	{"bgsave", "takes a snapshot of every group of this node, in coordd's own form", "all that was answered is on disk in any case; snapshots make the log short", "", false},
	{"blpop", "a timeout that does not fit in 64 bits of milliseconds is out of range, for all that wait", "Redis 7.2 refuses it; 7.0 overflows", "endless-timeouts", true},
	{"client|list", "lists the connections of this node; memory of clients is told by their buffers alone", "a connection is a node's own", "", false},
	{"client|no-evict", "is remembered and shown", "connections are never evicted", "", false},
	{"client|no-touch", "is remembered and shown", "no time of use is kept", "", false},
	{"client|pause", "holds up the clients of this node, and no expiry", "every node takes commands: to stop all writers, say it to each", "", false},
	{"config|rewrite", "writes what was changed on this node, by the names of its own file, and leaves other lines as they are", "what concerns the cluster (requirepass, notify-keyspace-events, client-output-buffer-limit) is in the log and needs no file", "", false},
	{"config|set", "maxmemory, appendonly and a few others have one value; limits of encodings, eviction and Redis's own replication are taken and shown without effect; bind, port and dir cannot change while a node runs", "CONFIG SET of something that would be a promise less is refused with the reason, what only tunes Redis's insides is not", "", false},
	{"debug", "has only the words that tests of clients use; SLEEP holds up its own connection alone, and a minute at most", "the others are about the insides of Redis", "", false},
	{"georadius", "without STORE and STOREDIST it is a read, here and for GEORADIUSBYMEMBER: read-only scripts take it, too", "it changes nothing, and reads need no entry in the log", "searching-reads", false},
	{"georadius", "a distance that is stored (STOREDIST, of GEORADIUSBYMEMBER and GEOSEARCHSTORE too) may differ in the last of its 17 digits", "all nodes agree on the nearest double to sine, cosine and arc sine, whatever their processors; Redis takes what its C library has", "last-digit-of-distance", false},
	{"georadiusbymember", "see GEORADIUS", "it is the same search", "", false},
	{"hscan", "the cursor is a position in the order of the fields", "nothing is kept on the server, and every field that stays is seen", "", false},
	{"info", "has a section raft; fields about evictions, forks and replication buffers are 0 or left out", "there is nothing behind them", "", false},
	{"info", "commandstats and errorstats count a script as one command, with the error that it answers; Redis counts what it calls as well", "a script runs on every node, and a node counts what its own clients ask", "", false},
	{"latency|histogram", "a command's time is its share of what its pipeline took, the log included", "that is what a client waits for, and the clock is read once for a pipeline", "", false},
	{"latency|latest", "the events are command and fast-command", "the others of Redis are about its event loop, forks and files", "", false},
	{"lolwut", "tells the version without a picture", "nobody waits for one", "", false},
	{"lpos", "the RANK -9223372036854775808 is refused", "Redis 7.2 refuses it; 7.0 takes it for its positive", "lowest-rank", true},
	{"monitor", "shows what was sent to this node, a transaction when EXEC comes, and not what scripts do", "every node takes commands: to see all of them, say it to each", "", false},
	{"object|encoding", "it is told of the value as it is, not of its past: what APPEND, SETRANGE, SETBIT or INCRBYFLOAT has made is int or embstr where its value is one", "a value has one form here, however it came about", "encoding-of-the-value", false},
	{"object|encoding", "short lists and short sets are listpacks", "Redis 7.2 does so; 7.0 keeps them as quicklist and hashtable", "listpacks", true},
	{"object|refcount", "is always 1; Redis answers 2147483647 for a small integer", "values are not shared between keys", "references", false},
	{"pfadd", "changes nothing where it finds that the value is damaged", "what fails has no effect; Redis keeps what it had added until then", "nothing-half-added", false},
	{"pfcount", "the count is not written into the value, where GET, DUMP and the like would show it, and WATCH take it for a change; read-only scripts take it, too", "it changes nothing here, and a read needs no entry in the log", "count-not-kept", false},
	{"role", "is master on the leader of the first group of keys; the others are slaves that take writes", "Redis has one master, coordd a leader for each group", "", false},
	{"save", "takes a snapshot of every group of this node, in coordd's own form; others are served meanwhile", "a snapshot is a frozen view, so nobody needs to wait for it", "", false},
	{"scan", "the cursor is a position in the order of the keys", "nothing is kept on the server, and every key that stays is seen", "", false},
	{"shutdown", "hands over what the node leads; without SAVE no snapshot is taken", "all that was answered is on disk on a majority", "", false},
	{"slowlog|get", "a command's time is its share of what its pipeline took, the log included", "that is what a client waits for, and the clock is read once for a pipeline", "", false},
	{"sort", "a sorted set keeps the encoding that it has; Redis makes it a skiplist", "what only reads changes nothing", "sorting-keeps", false},
	{"sort", "ALPHA compares texts to their ends", "Redis stops at a NUL, and so leaves open how texts that are equal up to it stand", "sorting-to-the-end", false},
	{"sort", "an element that is a number is always taken for one", "Redis may refuse it for what an earlier command left in errno", "stale-errno", false},
	{"sscan", "the cursor is a position in the order of the members", "nothing is kept on the server, and every member that stays is seen", "", false},
	{"wait", "never waits, and counts every other voter", "a majority has a write on disk before it is answered, and the others get it from any leader to come", "", false},
	{"waitaof", "never waits: this node always has what it answered on disk", "a write is answered when a majority has it on disk", "", false},
	{"xadd", "ms-* behind the highest sequence number is told to be too small", "Redis 7.0 forgets to note why it refuses, and may tell of elements that are too large", "exhausted-sequence", false},
	{"watch", "SWAPDB is a change of every watched key, also of one that neither database has", "of a key that is not there only a trace is kept, which goes by its database", "swapping-changes-all", false},
	{"watch", "what changes a watched key is a change, also where Redis does not say so: groups of streams (XGROUP, XACK, XCLAIM ...) and PFDEBUG", "it goes by what the key holds", "unsaid-changes", false},
	{"xautoclaim", "makes the consumer even where there is nothing to claim", "Redis 7.2 does so; 7.0 does not", "consumer-in-any-case", true},
	{"xread", "the error about a wrong number of ids names the command", "Redis 7.2 does so; 7.0 says XREAD for XREADGROUP too", "unbalanced-streams", true},
	{"xsetid", "an id below the greatest one deleted is refused", "Redis 7.2 refuses it; 7.0 lets it pass where no MAXDELETEDID is given", "id-below-deleted", true},
	{"zlexcount", "of members with different scores only those of the lowest score are looked among (ZRANGEBYLEX, ZRANGE BYLEX and ZREMRANGEBYLEX too); Redis leaves it undefined", "the answer hangs on the members alone, and not on how they came to be there", "unequal-scores", false},
	{"zscan", "the cursor is a position in the order of the members", "nothing is kept on the server, and every member that stays is seen", "", false},
	{"zscore", "a score has as few digits as tell it apart from all others, wherever scores are answered", "Redis 7.2 does so; 7.0 prints 17 digits", "shortest-doubles", true},
}
