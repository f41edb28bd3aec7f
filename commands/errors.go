package commands

import (
	"fmt"
	"strconv"
	"strings"

	"coordd/resp"
	"coordd/store"
	"coordd/store/geo"
)

// The errors a client can see from a data handler. Clients and their tests
// match on these texts, so each stands here once, byte for byte as Redis 7.2
// says it.
var (
	errWrongType     = resp.Error("WRONGTYPE Operation against a key holding the wrong kind of value")
	errSyntax        = resp.Error("ERR syntax error")
	errNotInteger    = resp.Error("ERR value is not an integer or out of range")
	errNotFloat      = resp.Error("ERR value is not a valid float")
	errNotPositive   = resp.Error("ERR value is out of range, must be positive")
	errOutOfRange    = resp.Error("ERR value is out of range")
	errNoSuchKey     = resp.Error("ERR no such key")
	errIndexRange    = resp.Error("ERR index out of range")
	errSameObject    = resp.Error("ERR source and destination objects are the same")
	errDBIndex       = resp.Error("ERR DB index is out of range")
	errFirstDB       = resp.Error("ERR invalid first DB index")
	errSecondDB      = resp.Error("ERR invalid second DB index")
	errLongRange     = resp.Error("ERR value is out of range, value must between -9223372036854775807 and 9223372036854775807")
	errIntRange      = resp.Error("ERR value is out of range, value must between -2147483648 and 2147483647")
	errInvalidCursor = resp.Error("ERR invalid cursor")
)

// Errors of strings.
var (
	errOverflow     = resp.Error("ERR increment or decrement would overflow")
	errDecrOverflow = resp.Error("ERR decrement would overflow")
	errNaNOrInf     = resp.Error("ERR increment would produce NaN or Infinity")
	errStringSize   = resp.Error("ERR string exceeds maximum allowed size (proto-max-bulk-len)")
	errOffsetRange  = resp.Error("ERR offset is out of range")
	errLCSLenIdx    = resp.Error("ERR If you want both the length and indexes, please just use IDX.")
	errLCSTypes     = resp.Error("ERR The specified keys must contain string values")
	errLCSMemory    = resp.Error("ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len")
)

// Errors of keys and deadlines.
var (
	errExpireNX   = resp.Error("ERR NX and XX, GT or LT options at the same time are not compatible")
	errExpireGTLT = resp.Error("ERR GT and LT options at the same time are not compatible")
	errNoLFU      = resp.Error("ERR An LFU maxmemory policy is not selected, access frequency not tracked. Please note that when switching between policies at runtime LRU and LFU data will take some time to adjust.")
	errSortScores = resp.Error("ERR One or more scores can't be converted into double")
	errBusyKey    = resp.Error("BUSYKEY Target key name already exists.")
	errDumpFooter = resp.Error("ERR DUMP payload version or checksum are wrong")
	errDumpFormat = resp.Error("ERR Bad data format")
	errRestoreTTL = resp.Error("ERR Invalid TTL value, must be >= 0")
	errIdleTime   = resp.Error("ERR Invalid IDLETIME value, must be >= 0")
	errFreq       = resp.Error("ERR Invalid FREQ value, must be >= 0 and <= 255")
	// A copy of a lock would be a second lock with the first one's token.
	errLockMove = resp.Error("ERR a lock can neither be renamed nor copied: its fencing token belongs to its name")
)

// Errors of lists, sets and sorted sets.
var (
	errCountPositive   = resp.Error("ERR count should be greater than 0")
	errNumKeys         = resp.Error("ERR numkeys should be greater than 0")
	errNumKeysArgs     = resp.Error("ERR Number of keys can't be greater than number of args")
	errLimitNegative   = resp.Error("ERR LIMIT can't be negative")
	errRankZero        = resp.Error("ERR RANK can't be zero: use 1 to start from the first match, 2 from the second ... or use negative to start from the end of the list")
	errCountNegative   = resp.Error("ERR COUNT can't be negative")
	errMaxLenNegative  = resp.Error("ERR MAXLEN can't be negative")
	errZAddNXXX        = resp.Error("ERR XX and NX options at the same time are not compatible")
	errZAddGTLTNX      = resp.Error("ERR GT, LT, and/or NX options at the same time are not compatible")
	errZAddIncr        = resp.Error("ERR INCR option supports a single increment-element pair")
	errScoreNaN        = resp.Error("ERR resulting score is not a number (NaN)")
	errMinMaxFloat     = resp.Error("ERR min or max is not a float")
	errMinMaxLex       = resp.Error("ERR min or max not valid string range item")
	errZRangeLimit     = resp.Error("ERR syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX")
	errWeightNotFloat  = resp.Error("ERR weight value is not a float")
	errZRangeLexScores = resp.Error("ERR syntax error, WITHSCORES not supported in combination with BYLEX")
)

// Errors of commands that wait.
var (
	errTimeoutNotFloat = resp.Error("ERR timeout is not a float or out of range")
	errTimeoutNotInt   = resp.Error("ERR timeout is not an integer or out of range")
	errTimeoutNegative = resp.Error("ERR timeout is negative")
	errTimeoutRange    = resp.Error("ERR timeout is out of range")
)

// Errors of streams. ENTRIESREAD and its kin are "positive" when they are 0, too.
var (
	errStreamID        = resp.Error("ERR Invalid stream ID specified as stream command argument")
	errStartID         = resp.Error("ERR invalid start ID for the interval")
	errEndID           = resp.Error("ERR invalid end ID for the interval")
	errTrimTwice       = resp.Error("ERR syntax error, MAXLEN and MINID options at the same time are not compatible")
	errMaxLen          = resp.Error("ERR The MAXLEN argument must be >= 0.")
	errTrimLimit       = resp.Error("ERR The LIMIT argument must be >= 0.")
	errLimitAlone      = resp.Error("ERR syntax error, LIMIT cannot be used without specifying a trimming strategy")
	errLimitExact      = resp.Error("ERR syntax error, LIMIT cannot be used without the special ~ option")
	errTrimMissing     = resp.Error("ERR syntax error, XTRIM must be called with a trimming strategy")
	errAddZero         = resp.Error("ERR The ID specified in XADD must be greater than 0-0")
	errAddSmall        = resp.Error("ERR The ID specified in XADD is equal or smaller than the target stream top item")
	errAddLast         = resp.Error("ERR The stream has exhausted the last possible ID, unable to add more items")
	errEntriesAdded    = resp.Error("ERR entries_added must be positive")
	errSetIDDeleted    = resp.Error("ERR The ID specified in XSETID is smaller than the provided max_deleted_entry_id")
	errSetIDOldDeleted = resp.Error("ERR The ID specified in XSETID is smaller than current max_deleted_entry_id")
	errSetIDTop        = resp.Error("ERR The ID specified in XSETID is smaller than the target stream top item")
	errSetIDAdded      = resp.Error("ERR The entries_added specified in XSETID is smaller than the target stream length")
	errEntriesRead     = resp.Error("ERR value for ENTRIESREAD must be positive or -1")
	errGroupKey        = resp.Error("ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want to use the MKSTREAM option to create an empty stream automatically.")
	errGroupExists     = resp.Error("BUSYGROUP Consumer Group name already exists")
	errReadGroup       = resp.Error("ERR The GROUP option is only supported by XREADGROUP. You called XREAD instead.")
	errReadNoAck       = resp.Error("ERR The NOACK option is only supported by XREADGROUP. You called XREAD instead.")
	errReadNoGroup     = resp.Error("ERR Missing GROUP option for XREADGROUP")
	errReadNew         = resp.Error("ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.")
	errReadLast        = resp.Error("ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history of this consumer by specifying a proper ID, or use the > ID to get new messages. The $ ID would just return an empty result set.")
	errClaimIdle       = resp.Error("ERR Invalid min-idle-time argument for XCLAIM")
	errClaimIdleOption = resp.Error("ERR Invalid IDLE option argument for XCLAIM")
	errClaimTime       = resp.Error("ERR Invalid TIME option argument for XCLAIM")
	errClaimRetryCount = resp.Error("ERR Invalid RETRYCOUNT option argument for XCLAIM")
	errAutoClaimIdle   = resp.Error("ERR Invalid min-idle-time argument for XAUTOCLAIM")
	errCountNotAbove0  = resp.Error("ERR COUNT must be > 0")
)

// errNoGroup is the answer to a word on a group that does not exist, or whose
// stream does not.
func errNoGroup(key, group, where string) resp.Reply {
	return resp.Error(oneLine("NOGROUP No such key '" + cText(key, len(key)) + "' or consumer group '" + cText(group, len(group)) + "'" + where))
}

// errNoGroupOfKey is errNoGroup where the stream exists.
func errNoGroupOfKey(key, group string) resp.Reply {
	return resp.Error(oneLine("NOGROUP No such consumer group '" + cText(group, len(group)) + "' for key name '" + cText(key, len(key)) + "'"))
}

// errUnbalanced is the answer to XREAD or XREADGROUP with another number of ids
// than of keys; id is the one that always is to be had.
func errUnbalanced(name, id string) resp.Reply {
	return resp.Error("ERR Unbalanced '" + name + "' list of streams: for each stream key an ID or '" + id + "' must be specified.")
}

// errClaimOption is XCLAIM's answer to an option that it does not know.
func errClaimOption(word string) resp.Reply {
	return resp.Error(oneLine("ERR Unrecognized XCLAIM option '" + cText(word, len(word)) + "'"))
}

// errSubcommandSyntax is the answer to a subcommand whose options make no sense.
func errSubcommandSyntax(container, sub string) resp.Reply {
	return resp.Error(oneLine("ERR unknown subcommand or wrong number of arguments for '" + cText(sub, errShown) +
		"'. Try " + strings.ToUpper(container) + " HELP."))
}

// Errors of HyperLogLogs.
var (
	errNotSketch      = resp.Error("WRONGTYPE Key is not a valid HyperLogLog string value.")
	errSketchCorrupt  = resp.Error("INVALIDOBJ Corrupted HLL object detected")
	errNoKeySpecified = resp.Error("ERR The specified key does not exist")
	errNotSparse      = resp.Error("ERR HLL encoding is not sparse")
)

// errPFDebugWord is PFDEBUG's answer to a word that it does not know.
func errPFDebugWord(word string) resp.Reply {
	return resp.Error(oneLine("ERR Unknown PFDEBUG subcommand '" + cText(word, len(word)) + "'"))
}

// Errors of places.
var (
	errGeoUnit    = resp.Error("ERR unsupported unit provided. please use M, KM, FT, MI")
	errGeoRadius  = resp.Error("ERR need numeric radius")
	errGeoWidth   = resp.Error("ERR need numeric width")
	errGeoHeight  = resp.Error("ERR need numeric height")
	errGeoBox     = resp.Error("ERR height or width cannot be negative")
	errGeoMinus   = resp.Error("ERR radius cannot be negative")
	errGeoMember  = resp.Error("ERR could not decode requested zset member")
	errGeoAny     = resp.Error("ERR the ANY argument requires COUNT argument")
	errGeoStore   = resp.Error("ERR STORE option in GEORADIUS is not compatible with WITHDIST, WITHHASH and WITHCOORD options")
	errGeoStoring = resp.Error("ERR GEOSEARCHSTORE is not compatible with WITHDIST, WITHHASH and WITHCOORD options")
)

// errGeoPlace is the answer to a place that cannot be kept.
func errGeoPlace(p geo.Point) resp.Reply {
	return resp.Error("ERR invalid longitude,latitude pair " + cFloat(p.Lon) + "," + cFloat(p.Lat))
}

// cFloat is what C's printf makes of %f.
func cFloat(f float64) string {
	return strings.ToLower(strings.TrimPrefix(strconv.FormatFloat(f, 'f', 6, 64), "+"))
}

// errGeoFrom and errGeoBy are the answers to a search without a middle, or
// without a shape; name is the command's, as the client wrote it.
func errGeoFrom(name string) resp.Reply {
	return resp.Error("ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for " + name)
}

func errGeoBy(name string) resp.Reply {
	return resp.Error("ERR exactly one of BYRADIUS and BYBOX can be specified for " + name)
}

// Errors of hashes and of bits.
var (
	errHashNotInteger = resp.Error("ERR hash value is not an integer")
	errHashNotFloat   = resp.Error("ERR hash value is not a float")
	errIncrementInf   = resp.Error("ERR value is NaN or Infinity")
	errBitOffset      = resp.Error("ERR bit offset is not an integer or out of range")
	errBitValue       = resp.Error("ERR bit is not an integer or out of range")
	errBitSought      = resp.Error("ERR The bit argument must be 1 or 0.")
	errBitOpNot       = resp.Error("ERR BITOP NOT must be called with a single source key.")
	errIntType        = resp.Error("ERR Invalid bitfield type. Use something like i16 u8. Note that u64 is not supported but i64 is.")
	errOverflowWord   = resp.Error("ERR Invalid OVERFLOW type specified")
	errBitFieldRO     = resp.Error("ERR BITFIELD_RO only supports the GET subcommand")
)

// errArity is the answer to a command with too few or too many arguments;
// name is the Spec's.
func errArity(name string) resp.Reply {
	return resp.Error("ERR wrong number of arguments for '" + name + "' command")
}

// errNoInputKey is the answer of ZUNION and its kin to numkeys below 1; name
// is the Spec's.
func errNoInputKey(name string) resp.Reply {
	return resp.Error("ERR at least 1 input key is needed for '" + name + "' command")
}

// errExpireTime is the answer to a deadline that is not after zero or does
// not fit in 64 bits; name is the command's, of any case.
func errExpireTime(name string) resp.Reply {
	return resp.Error("ERR invalid expire time in '" + strings.ToLower(name) + "' command")
}

// errUnsupportedOption is EXPIRE's answer to an option it does not know.
func errUnsupportedOption(word string) resp.Reply {
	return resp.Error(oneLine("ERR Unsupported option " + cText(word, len(word))))
}

// errUnknownCommand is the answer to a command that no table has. It shows
// at most 128 bytes of the name and of the arguments, as Redis does.
func errUnknownCommand(args []string) resp.Reply {
	var b strings.Builder
	for _, a := range args[1:] {
		room := errShown - b.Len()
		if room <= 0 {
			break
		}
		b.WriteString("'" + cText(a, room) + "' ")
	}
	return resp.Error(oneLine("ERR unknown command '" + cText(args[0], errShown) +
		"', with args beginning with: " + b.String()))
}

// errUnknownSubcommand is the answer to a container called with a word it
// does not know; container and sub are as the client wrote them.
func errUnknownSubcommand(container, sub string) resp.Reply {
	return resp.Error(oneLine("ERR unknown subcommand '" + cText(sub, errShown) +
		"'. Try " + strings.ToUpper(container) + " HELP."))
}

// errShown is how much of a client's own words an error repeats.
const errShown = 128

// cText is what C's printf shows of s with a precision of limit.
func cText(s string, limit int) string {
	s, _, _ = strings.Cut(s, "\x00")
	return s[:min(len(s), limit)]
}

// oneLine makes a text that holds a client's bytes fit for an error reply,
// which ends at the first line break.
func oneLine(s string) string {
	return strings.NewReplacer("\r", " ", "\n", " ").Replace(s)
}

// failed turns an error of a store accessor into its reply. The store has but
// one for clients; any other is a broken invariant and must stop the node.
func failed(err error) resp.Reply {
	if err != store.ErrWrongType {
		panic("commands: unexpected error of the store: " + err.Error())
	}
	return errWrongType
}

// Errors of pools and locks, which Redis does not have.
var (
	errLockOwner   = resp.Error("ERR owner must not be empty")
	errLockTTL     = resp.Error("ERR ttl-ms is not a positive integer or out of range")
	errLockWait    = resp.Error("ERR WAIT is not an integer, or negative")
	errLockPermits = resp.Error("ERR PERMITS is not a positive integer or out of range")
	errLockMode    = resp.Error("ERR SHARED and PERMITS exclude each other: a lock is held in one mode")
	errFenceToken  = resp.Error("ERR token is not a positive integer or out of range")
	errFenceNested = resp.Error("ERR FENCE calls can not be nested")
	errWorker      = resp.Error("ERR worker must not be empty")
	errReserve     = resp.Error("ERR PX must be given: how many ms the items are reserved for")
	errReserveTry  = resp.Error("ERR MAXTRIES is not a positive integer or out of range")
	errReserveMost = resp.Error("ERR COUNT is not an integer from 1 to 10000")
	errDeadName    = resp.Error("ERR a queue with MAXTRIES needs a name without '}', or with a hash tag: its dead items go to a list of the same slot")
	errDelay       = resp.Error("ERR DELAY is not a positive integer or out of range")
	errBlockMillis = resp.Error("ERR BLOCK is not an integer, or negative")
	errPX          = resp.Error("ERR PX is not a positive integer or out of range")
	errPickPX      = resp.Error("ERR PX is not a positive integer or out of range")
	errPickPXRule  = resp.Error("ERR PX is for LEAST, and for HASH with BOUND: other picks have no ticket")
	errBound       = resp.Error("ERR BOUND is not a percentage from 100 to 1000000")
	errBoundRule   = resp.Error("ERR BOUND is for HASH only")
	errUnit        = resp.Error("ERR Invalid unit arg")
	errTicket      = resp.Error("ERR ticket is not a positive integer or out of range")
	errTickets     = resp.Error("ERR too many picks of this pool are outstanding: give them back with PICKDONE, or shorten PX")
	errExclude     = resp.Error("ERR EXCLUDE must be followed by a count that is not negative and by as many members")
	errPickSize    = resp.Error("ERR COUNT is too large for a pool of this size")
	errPickWeights = resp.Error("ERR the weight of a member must not be infinite")
)

// shown is a client's own word in an error.
func shown(word string) string {
	return "'" + oneLine(word[:min(len(word), errShown)]) + "'"
}

// errDeadlock is given who waits for what, in a circle.
func errDeadlock(waits string) resp.Reply {
	return resp.Error("DEADLOCK these would wait for each other: " + waits)
}

// errFenced is FENCE's answer to a token that is older than the newest one known
// for its name. Its code is a word of its own: nothing else may look like it to
// those who must stop when they get it.
func errFenced(token, newest uint64, name string) resp.Reply {
	return resp.Error(fmt.Sprintf("FENCED token %d is older than %d, the newest seen for %s", token, newest, shown(name)))
}

// errNotFenced is the answer to a command that FENCE does not carry out; name is
// the Spec's.
func errNotFenced(name, why string) resp.Reply {
	return resp.Error("ERR '" + name + "' can not be fenced: " + why)
}
