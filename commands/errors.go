package commands

import (
	"strings"

	"coordd/resp"
	"coordd/store"
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
	errZRangeLexScores = resp.Error("ERR syntax error, WITHSCORES not supported in combination with BYLEX")
)

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
	errExclude     = resp.Error("ERR EXCLUDE must be followed by a count that is not negative and by as many members")
	errPickSize    = resp.Error("ERR COUNT is too large for a pool of this size")
	errPickWeights = resp.Error("ERR the weight of a member must not be infinite")
)
