package differ

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// allowance recognizes one of commands.Differences.
type allowance struct {
	difference string // its name
	fits       func(h history, args []string, redis, coordd Node) bool
}

// allowances are those of the differences that sequences run into.
func allowances() []allowance {
	return []allowance{
		{"shortest-doubles", sameDoubles},
		{"listpacks", newEncoding},
		{"encoding-of-the-value", encodingOfValue},
		{"references", notShared},
		{"lowest-rank", lowestRank},
		{"sorting-keeps", sortingKeeps},
		{"sorting-to-the-end", sortingToTheEnd},
		{"stale-errno", staleErrno},
		{"endless-timeouts", endlessTimeout},
		{"unbalanced-streams", unbalanced},
		{"searching-reads", searchingReads},
		{"count-not-kept", countNotKept},
		{"nothing-half-added", halfAdded},
		{"last-digit-of-distance", lastDigit},
		{"exhausted-sequence", exhausted},
		{"unsaid-changes", unsaidChanges},
		{"swapping-changes-all", swappingChanges},
		{"consumer-in-any-case", consumerMade},
	}
}

// history is what is known of the commands before.
type history struct {
	sorted    bool // something was sorted
	measured  bool // distances were stored
	counted   bool // there was a PFCOUNT
	halfAdded bool // PFADD has found that a value is damaged
	unsaid    bool // something may have been changed that Redis does not tell WATCH
	swapped   bool // there was a SWAPDB
	claimed   bool // there was an XAUTOCLAIM for a consumer that nobody had made
}

// allowed tells whether a difference is one of those that are meant.
func allowed(h history, args []string, redis, coordd Node) bool {
	for _, a := range allowances() {
		if a.fits(h, args, redis, coordd) {
			return true
		}
	}
	inner := forwards(args)
	return inner != nil && allowed(h, inner, redis, coordd)
}

// sameDoubles lets numbers be written in two ways.
func sameDoubles(h history, args []string, redis, coordd Node) bool {
	if redis.Kind != coordd.Kind || len(redis.Elems) != len(coordd.Elems) || redis.Null != coordd.Null {
		return false
	}
	if redis.Text != coordd.Text {
		a, err1 := strconv.ParseFloat(redis.Text, 64)
		b, err2 := strconv.ParseFloat(coordd.Text, 64)
		if err1 != nil || err2 != nil || a != b || !replyWithScores(args) {
			return false
		}
	}
	for i := range redis.Elems {
		if !sameDoubles(h, args, redis.Elems[i], coordd.Elems[i]) {
			return false
		}
	}
	return true
}

// replyWithScores tells whether a command is about a sorted set, or may be.
func replyWithScores(args []string) bool {
	n := name(args)
	return n[0] == 'z' || strings.HasPrefix(n, "bz") || strings.HasPrefix(n, "eval")
}

func newEncoding(_ history, args []string, redis, coordd Node) bool {
	return name(args) == "object encoding" && coordd.Text == "listpack" && (redis.Text == "quicklist" || redis.Text == "hashtable")
}

func encodingOfValue(_ history, args []string, redis, coordd Node) bool {
	return name(args) == "object encoding" && (redis.Text == "raw" || redis.Text == "embstr") && (coordd.Text == "embstr" || coordd.Text == "int")
}

func lowestRank(_ history, args []string, _, coordd Node) bool {
	return name(args) == "lpos" && slices.Contains(args, "-9223372036854775808") && strings.HasPrefix(coordd.Text, "ERR value is out of range, value must between")
}

func notShared(_ history, args []string, redis, coordd Node) bool {
	return name(args) == "object refcount" && redis.Text == "2147483647" && coordd.Text == "1"
}

func sortingKeeps(h history, args []string, redis, coordd Node) bool {
	return h.sorted && name(args) == "object encoding" && redis.Text == "skiplist" && coordd.Text == "listpack"
}

func unsaidChanges(h history, args []string, redis, coordd Node) bool {
	return h.unsaid && name(args) == "exec" && coordd.Null && !redis.Null
}

func staleErrno(_ history, args []string, redis, _ Node) bool {
	return strings.HasPrefix(name(args), "sort") && redis.Text == "ERR One or more scores can't be converted into double"
}

func swappingChanges(h history, args []string, redis, coordd Node) bool {
	return h.swapped && name(args) == "exec" && coordd.Null && !redis.Null
}

// consumerMade lets anything be told of the consumers of streams.
func consumerMade(h history, args []string, _, _ Node) bool {
	return h.claimed && (strings.HasPrefix(name(args), "xinfo") || strings.HasPrefix(name(args), "xgroup") || name(args) == "dump")
}

func sortingToTheEnd(_ history, args []string, redis, coordd Node) bool {
	nul := slices.ContainsFunc(coordd.Elems, func(e Node) bool { return strings.Contains(e.Text, "\x00") })
	return nul && strings.HasPrefix(name(args), "sort") && unordered(1)(args, redis, coordd)
}

func endlessTimeout(_ history, args []string, redis, coordd Node) bool {
	return name(args)[0] == 'b' && redis.Text == "ERR timeout is negative" && coordd.Text == "ERR timeout is out of range"
}

// lastDigit lets scores differ in the last place, once distances were stored.
func lastDigit(h history, args []string, redis, coordd Node) bool {
	if !h.measured || !replyWithScores(args) || redis.Kind != coordd.Kind || len(redis.Elems) != len(coordd.Elems) {
		return false
	}
	if redis.Text != coordd.Text {
		a, err1 := strconv.ParseFloat(redis.Text, 64)
		b, err2 := strconv.ParseFloat(coordd.Text, 64)
		const places = 8 // in units of the last binary digit
		if err1 != nil || err2 != nil || math.Abs(a-b) > places*(math.Nextafter(a, math.Inf(1))-a) {
			return false
		}
	}
	for i := range redis.Elems {
		if !lastDigit(h, args, redis.Elems[i], coordd.Elems[i]) {
			return false
		}
	}
	return true
}

// countNotKept lets the counts in the headers of HyperLogLogs differ, anywhere in
// a reply. What was counted before it was changed again is out of date on both
// sides, and only Redis has it.
func countNotKept(h history, args []string, redis, coordd Node) bool {
	if h.counted && name(args) == "exec" && redis.Null { // what was watched has changed, in Redis
		return true
	}
	if !h.counted || redis.Kind != coordd.Kind || len(redis.Elems) != len(coordd.Elems) {
		return false
	}
	const header, count = 16, 8
	a, b := redis.Text, coordd.Text
	if a != b && (len(a) != len(b) || len(a) < header || !strings.HasPrefix(a, "HYLL") || b[count+7]&0x80 == 0 || a[:count] != b[:count] || a[header:] != b[header:]) {
		return false
	}
	for i := range redis.Elems {
		if !countNotKept(h, args, redis.Elems[i], coordd.Elems[i]) {
			return false
		}
	}
	return true
}

// searchingReads lets read-only scripts search for places, and count. What they
// make of Redis's refusal is anything.
func searchingReads(_ history, args []string, _, _ Node) bool {
	inner, script := forwards(args), name(args)
	return strings.HasPrefix(script, "eval") && strings.HasSuffix(script, "_ro") && (strings.HasPrefix(name(inner), "georadius") || name(inner) == "pfcount")
}

// halfAdded lets a damaged HyperLogLog be anything once PFADD has failed: Redis
// has kept what it had added until then.
func halfAdded(h history, args []string, _, _ Node) bool {
	return h.halfAdded && (name(args) == "get" || slices.ContainsFunc(args, func(arg string) bool { return strings.HasPrefix(strings.ToLower(arg), "pf") }))
}

func exhausted(_ history, args []string, redis, coordd Node) bool {
	return name(args) == "xadd" && slices.ContainsFunc(args, func(arg string) bool { return strings.HasSuffix(arg, "-*") }) &&
		redis.Text == "ERR Elements are too large to be stored" && strings.HasPrefix(coordd.Text, "ERR The ID specified in XADD is equal or smaller")
}

// unbalanced stands anywhere in a reply, for a script may have made something of it.
func unbalanced(h history, args []string, redis, coordd Node) bool {
	before, _, found := strings.Cut(redis.Text, "Unbalanced XREAD")
	if found {
		return redis.Kind == coordd.Kind && strings.HasPrefix(coordd.Text, before+"Unbalanced 'xread")
	}
	if redis.Kind != coordd.Kind || redis.Text != coordd.Text || len(redis.Elems) != len(coordd.Elems) {
		return false
	}
	for i := range redis.Elems {
		if !unbalanced(h, args, redis.Elems[i], coordd.Elems[i]) {
			return false
		}
	}
	return true
}
