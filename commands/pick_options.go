package commands

import "coordd/resp"

// pickRule is how PICK chooses among the members.
type pickRule int

const (
	roundRobin pickRule = iota
	random
	least
	hashed
)

// pickOptions are the options of PICK.
type pickOptions struct {
	rule    pickRule
	ruled   bool   // the rule was given
	subject string // of HASH
	bound   int64  // of HASH, in percent; 0: none
	px      int64  // how long a ticket holds (ms); 0: not given
	counted bool   // COUNT was given: the answer is an array
	count   int64
	exclude []string
	named   bool // EXCLUDE was given
}

const (
	defaultPX = 30_000
	maxBound  = 1_000_000
)

// tickets tells whether a pick is answered with a ticket, to be given back.
func (o *pickOptions) tickets() bool { return o.rule == least || o.bound != 0 }

// reads tells whether a pick leaves the pool as it is.
func (o *pickOptions) reads() bool { return o.rule == random || o.rule == hashed && o.bound == 0 }

// parsePick reads the options, in any order, each at most once.
func parsePick(args []string) (o pickOptions, refusal resp.Reply) {
	o.count = 1
	for len(args) > 0 {
		used, refusal := o.next(args)
		if refusal.IsError() {
			return o, refusal
		}
		args = args[used:]
	}
	switch {
	case o.bound != 0 && o.rule != hashed:
		return o, errBoundRule
	case o.px != 0 && !o.tickets():
		return o, errPickPXRule
	case o.px == 0:
		o.px = defaultPX
	}
	return o, resp.Reply{}
}

// next reads one option and tells how many arguments it took.
func (o *pickOptions) next(args []string) (used int, refusal resp.Reply) {
	word, more := args[0], len(args) > 1
	var ok bool
	switch {
	case !o.ruled && isWord(word, "RR"):
		o.ruled = true
		return 1, refusal
	case !o.ruled && isWord(word, "RANDOM"):
		o.ruled, o.rule = true, random
		return 1, refusal
	case !o.ruled && isWord(word, "LEAST"):
		o.ruled, o.rule = true, least
		return 1, refusal
	case !o.ruled && isWord(word, "HASH") && more:
		o.ruled, o.rule, o.subject = true, hashed, args[1]
		return 2, refusal
	case o.bound == 0 && isWord(word, "BOUND") && more:
		if o.bound, ok = parseInt(args[1]); !ok || o.bound < 100 || o.bound > maxBound {
			return 0, errBound
		}
		return 2, refusal
	case o.px == 0 && isWord(word, "PX") && more:
		if o.px, ok = parseInt(args[1]); !ok || o.px <= 0 || o.px > maxPickPX {
			return 0, errPickPX
		}
		return 2, refusal
	case !o.counted && isWord(word, "COUNT") && more:
		if o.count, ok = parseInt(args[1]); !ok || o.count <= 0 {
			return 0, errCountPositive
		}
		o.counted = true
		return 2, refusal
	case !o.named && isWord(word, "EXCLUDE") && more:
		n, ok := parseInt(args[1])
		if !ok || n < 0 || n > int64(len(args)-2) {
			return 0, errExclude
		}
		o.named, o.exclude = true, args[2:2+n]
		return 2 + int(n), refusal
	}
	return 0, errSyntax
}

// maxPickPX is the longest time (ms) for which a ticket or a mark is given: a
// century, so that no deadline is out of range.
const maxPickPX = 100 * 366 * 24 * 3600 * 1000

// picksOnly tells whether a PICK with these arguments can be answered from a
// view: a read, or one that is refused.
func picksOnly(args []string) bool {
	o, refusal := parsePick(args[2:])
	return refusal.IsError() || o.reads()
}
