package differ

import (
	"slices"
	"strconv"
	"strings"
)

// A rule tells whether two replies to a command agree although their bytes
// differ.
type rule func(args []string, redis, coordd Node) bool

// ruleOf is the rule of a command, nil where the bytes alone count.
func ruleOf(args []string) rule {
	switch name(args) {
	case "eval", "eval_ro", "evalsha", "evalsha_ro":
		return forwarded(forwards(args))
	case "smembers", "sinter", "sunion", "sdiff", "keys", "hkeys", "hvals":
		return unordered(1)
	case "hgetall":
		return unordered(2)
	case "ttl", "expiretime":
		return near(20)
	case "pttl", "pexpiretime":
		return near(20000)
	case "object idletime":
		return idle
	case "scan", "sscan":
		return scanned(1)
	case "hscan", "zscan":
		return scanned(2)
	case "xinfo stream", "xinfo consumers":
		return besideTheClock
	case "xpending":
		return pendingNear
	case "sort", "sort_ro":
		return sortedBy
	case "srandmember", "hrandfield", "zrandmember", "randomkey", "spop":
		return sameShape
	}
	return nil
}

// forwards is the command that a script without keys is given to carry out, or nil.
func forwards(args []string) []string {
	if strings.HasPrefix(name(args), "eval") && len(args) > 3 && args[2] == "0" {
		return args[3:]
	}
	return nil
}

// forwarded is the rule of the command that a script answers with. In RESP3's
// types it may have become a table whose parts come in any order, too.
func forwarded(inner []string) rule {
	if inner == nil {
		return nil
	}
	r := ruleOf(inner)
	if r == nil {
		return nil
	}
	return func(_ []string, redis, coordd Node) bool { return r(inner, redis, coordd) }
}

// unordered compares elements in groups of so many without regard to their
// order, which Redis leaves open.
func unordered(each int) rule {
	return func(_ []string, redis, coordd Node) bool {
		return redis.Kind == coordd.Kind && len(redis.Elems) == len(coordd.Elems) && len(redis.Elems)%each == 0 &&
			slices.Equal(sorted(redis.Elems, each), sorted(coordd.Elems, each))
	}
}

func sorted(elems []Node, each int) []string {
	keys := make([]string, 0, len(elems)/each)
	for i := 0; i < len(elems); i += each {
		keys = append(keys, Node{Elems: elems[i : i+each]}.key())
	}
	slices.Sort(keys)
	return keys
}

// near lets numbers differ that two clocks made one after the other.
func near(within int64) rule {
	return func(_ []string, redis, coordd Node) bool {
		return redis.Text[0] != '-' && coordd.Text[0] != '-' && closeTo(redis, coordd, within)
	}
}

func closeTo(redis, coordd Node, within int64) bool {
	a, err1 := strconv.ParseInt(redis.Text, 10, 64)
	b, err2 := strconv.ParseInt(coordd.Text, 10, 64)
	return redis.Kind == ':' && coordd.Kind == ':' && err1 == nil && err2 == nil && a-b <= within && b-a <= within
}

// ofTheClock are the fields of XINFO that tell a time. Redis 7.0 does not have all
// of them.
var ofTheClock = map[string]bool{"idle": true, "inactive": true, "seen-time": true, "active-time": true}

// besideTheClock compares what is left of a report without its times.
func besideTheClock(_ []string, redis, coordd Node) bool {
	return redis.Kind == coordd.Kind && withoutTimes(redis).equal(withoutTimes(coordd))
}

func withoutTimes(n Node) Node {
	var left []Node
	for i := 0; i < len(n.Elems); i++ {
		e := n.Elems[i]
		if e.Kind == '$' && ofTheClock[e.Text] {
			i++
			continue
		}
		if e.Kind == ':' && len(e.Text) == len("1700000000000") { // in milliseconds
			e.Text = "now"
		}
		left = append(left, withoutTimes(e))
	}
	n.Elems = left
	return n
}

// pendingNear lets the idle times of entries be a little apart.
func pendingNear(args []string, redis, coordd Node) bool {
	if len(redis.Elems) != len(coordd.Elems) || redis.Kind != coordd.Kind {
		return false
	}
	for i, e := range redis.Elems {
		f := coordd.Elems[i]
		if e.equal(f) {
			continue
		}
		const entry, idle = 4, 2
		if len(e.Elems) != entry || len(f.Elems) != entry || !closeTo(e.Elems[idle], f.Elems[idle], 20000) {
			return false
		}
		e.Elems[idle] = f.Elems[idle]
		if !e.equal(f) {
			return false
		}
	}
	return true
}

// sortedBy leaves the order open where SORT does: among elements of a set that are
// not sorted, and among those of equal strings behind BY.
func sortedBy(args []string, redis, coordd Node) bool {
	by, has, alpha, gets := "", false, false, 0
	for i, arg := range args[2:] {
		switch strings.ToLower(arg) {
		case "by":
			if has = true; i+3 < len(args) {
				by = args[i+3]
			}
		case "alpha":
			alpha = true
		case "get":
			gets++
		}
	}
	open := has && (alpha || !strings.Contains(by, "*"))
	return open && unordered(max(gets, 1))(args, redis, coordd)
}

// idle lets any number of seconds be, for coordd keeps none.
func idle(_ []string, redis, coordd Node) bool { return redis.Kind == ':' && coordd.Kind == ':' }

// scanned compares one call of the SCAN family. Where it was the whole walk, the
// elements are the same in some order. Where either server has more to tell,
// or a walk was begun elsewhere than at 0, nothing can be said.
func scanned(each int) rule {
	return func(args []string, redis, coordd Node) bool {
		if len(redis.Elems) != 2 || len(coordd.Elems) != 2 {
			return false
		}
		if redis.Elems[0].Text != "0" || coordd.Elems[0].Text != "0" || !fromStart(args) {
			return true
		}
		return sameFound(args, each, redis.Elems[1], coordd.Elems[1])
	}
}

// sameFound compares what two walks have found. Scores are written in two ways
// (see sameDoubles), and must be read before anything is put in order by them.
func sameFound(args []string, each int, redis, coordd Node) bool {
	if name(args) == "zscan" {
		redis, coordd = withPlainScores(redis), withPlainScores(coordd)
	}
	return unordered(each)(args, redis, coordd)
}

func withPlainScores(found Node) Node {
	found.Elems = slices.Clone(found.Elems)
	for i := 1; i < len(found.Elems); i += 2 {
		if f, err := strconv.ParseFloat(found.Elems[i].Text, 64); err == nil {
			if f == 0 {
				f = 0 // the one zero, not the other
			}
			found.Elems[i].Text = strconv.FormatFloat(f, 'g', -1, 64)
		}
	}
	return found
}

func fromStart(args []string) bool {
	at := 2
	if name(args) == "scan" {
		at = 1
	}
	n, err := strconv.ParseUint(args[at], 10, 64)
	return err == nil && n == 0
}

// sameShape compares what can be compared of replies that chance decides: types
// and numbers of elements.
func sameShape(_ []string, redis, coordd Node) bool {
	if redis.Kind != coordd.Kind || redis.Null != coordd.Null || len(redis.Elems) != len(coordd.Elems) {
		return false
	}
	if redis.isError() || redis.Kind == ':' || redis.Kind == '+' {
		return redis.Text == coordd.Text
	}
	for i := range redis.Elems {
		if !sameShape(nil, redis.Elems[i], coordd.Elems[i]) {
			return false
		}
	}
	return true
}
