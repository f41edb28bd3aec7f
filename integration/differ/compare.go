package differ

import (
	"bytes"
	"slices"
	"strings"
)

// Mismatch is a pair of replies that nothing explains.
type Mismatch struct {
	Sequence Sequence
	Call     int        // which command of all that were run
	Calls    [][]string // all that were run, the prologue left out
	Args     []string
	Redis    []byte
	Coordd   []byte
	Why      string // what a check says of one server's replies
}

// Signature is the same for mismatches that look like one fault.
func (m *Mismatch) Signature() string {
	redis, coordd := parseNode(m.Redis), parseNode(m.Coordd)
	signature := name(m.Args) + " " + string(redis.Kind) + string(coordd.Kind)
	for _, n := range []Node{redis, coordd} {
		if n.isError() {
			signature += " " + n.Text[:min(len(n.Text), 24)]
		}
	}
	return signature
}

// call is one command of a sequence as it is run.
type call struct {
	args  []string
	step  *Step // nil for a probe
	first bool  // of its step
	alone bool  // cannot be sent before the replies to what goes before are known
}

// calls lists what a sequence runs, apart from its prologue.
func (s *Sequence) calls() []call {
	var all []call
	for i := range s.Steps {
		for j, args := range s.Steps[i].Commands {
			all = append(all, call{args: args, step: &s.Steps[i], first: j == 0, alone: s.Steps[i].Loop || s.Steps[i].Carry})
		}
	}
	for _, args := range s.probes() {
		all = append(all, call{args: args})
	}
	return all
}

// comparer walks over the replies to a sequence.
type comparer struct {
	history
	multi  bool
	queued [][]string
	parted bool // a transaction was carried out on one side alone, as an allowance says: what follows differs
}

// compare finds the first mismatch among the replies to a sequence, or nil.
func compare(seq *Sequence, calls []call, redis, coordd [][]byte) *Mismatch {
	var c comparer
	for i := range calls {
		why, ok := c.agrees(calls, i, redis, coordd)
		if ok {
			continue
		}
		m := &Mismatch{Sequence: *seq, Call: i, Args: calls[i].args, Redis: bytes.Clone(redis[i]), Coordd: bytes.Clone(coordd[i]), Why: why}
		for _, call := range calls {
			m.Calls = append(m.Calls, call.args)
		}
		return m
	}
	return nil
}

func (c *comparer) agrees(calls []call, i int, redis, coordd [][]byte) (why string, ok bool) {
	args := calls[i].args
	if c.parted {
		return "", true
	}
	queued := c.follow(args, redis[i])
	step := calls[i].step
	if step != nil && step.Check != nil {
		if calls[i].first && i+len(step.Commands) <= len(redis) {
			if why := checkBoth(step, redis[i:], coordd[i:]); why != "" {
				return why, false
			}
		}
		return "", bytes.Equal(redis[i], coordd[i]) || sameShape(args, parseNode(redis[i]), parseNode(coordd[i]))
	}
	if bytes.Equal(redis[i], coordd[i]) {
		return "", true
	}
	a, b := parseNode(redis[i]), parseNode(coordd[i])
	if step != nil && step.Carry && name(args) == "dump" {
		return "", redis[i][0] == coordd[i][0] // the bytes are a version's own
	}
	if step != nil && step.Loop {
		return "", c.walked(args, a, b)
	}
	if queued != nil && len(a.Elems) == len(queued) && len(b.Elems) == len(queued) && a.Kind == b.Kind {
		for j := range queued {
			if !c.explained(queued[j], a.Elems[j], b.Elems[j]) {
				return "", false
			}
		}
		return "", true
	}
	ok = c.explained(args, a, b)
	c.parted = ok && name(args) == "exec" && a.Null != b.Null
	return "", ok
}

// walked compares what two whole walks have found.
func (c *comparer) walked(args []string, redis, coordd Node) bool {
	each := 1
	if n := name(args); n == "hscan" || n == "zscan" {
		each = 2
	}
	return sameFound(args, each, redis, coordd) || c.explained(args, redis, coordd)
}

// explained tells whether two replies are the same, or a rule or an allowed
// difference says why they are not.
func (c *comparer) explained(args []string, redis, coordd Node) bool {
	if redis.equal(coordd) {
		return true
	}
	if r := ruleOf(args); r != nil && r(args, redis, coordd) {
		return true
	}
	return allowed(c.history, args, redis, coordd)
}

// follow keeps track of a transaction by Redis's replies. At EXEC it returns the
// commands that were queued.
func (c *comparer) follow(args []string, redis []byte) (queued [][]string) {
	c.measured = c.measured || slices.ContainsFunc(args, func(arg string) bool { return strings.EqualFold(arg, "storedist") })
	c.counted = c.counted || slices.ContainsFunc(args, func(arg string) bool { return strings.EqualFold(arg, "pfcount") })
	c.unsaid = c.unsaid || slices.ContainsFunc(args, func(arg string) bool { return unsaidWords[strings.ToLower(arg)] })
	c.swapped = c.swapped || name(args) == "swapdb"
	c.claimed = c.claimed || claimsForStranger(args) || claimsForStranger(forwards(args))
	c.halfAdded = c.halfAdded || bytes.Contains(redis, []byte("Corrupted HLL"))
	c.sorted = c.sorted || strings.HasPrefix(name(args), "sort") || strings.HasPrefix(name(forwards(args)), "sort")
	switch {
	case string(redis) == "+QUEUED\r\n":
		c.queued = append(c.queued, args)
	case name(args) == "multi" && redis[0] == '+':
		c.multi, c.queued = true, nil
	case name(args) == "exec" || name(args) == "discard":
		queued = c.queued
		c.multi, c.queued = false, nil
	}
	return queued
}

// checkBoth holds each server's replies against the step's own check.
func checkBoth(step *Step, redis, coordd [][]byte) string {
	for _, side := range []struct {
		name    string
		replies [][]byte
	}{{"redis", redis}, {"coordd", coordd}} {
		nodes := make([]Node, len(step.Commands))
		for i := range nodes {
			nodes[i] = parseNode(side.replies[i])
			if nodes[i].Kind == '+' { // queued: not carried out
				return ""
			}
		}
		if why := step.Check(nodes); why != "" {
			return side.name + ": " + why
		}
	}
	return ""
}

// unsaidWords are the commands whose changes Redis does not tell WATCH.
var unsaidWords = map[string]bool{"xgroup": true, "xack": true, "xclaim": true, "xautoclaim": true, "xreadgroup": true, "pfdebug": true}

// claimsForStranger tells whether an XAUTOCLAIM names another consumer than those
// that sequences make.
func claimsForStranger(args []string) bool {
	return len(args) > 3 && name(args) == "xautoclaim" && args[3] != "c" && args[3] != "d"
}
