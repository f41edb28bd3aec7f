package integration

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"sort"
	"strconv"
	"strings"
	"testing"
	"time"

	"coordd/resp"

	"github.com/anishathalye/porcupine"
)

// An outcome is what a client knows of an operation afterwards: the reply, or
// that it was applied once or not at all.
type outcome struct {
	unknown bool
	reply   resp.Reply
}

// is tells whether the outcome may be this reply.
func (o outcome) is(want resp.Reply) bool {
	return o.unknown || o.reply.Kind == want.Kind && o.reply.Int == want.Int && o.reply.Str == want.Str
}

// A kind is one sort of data under test: what clients do to a key of it, and
// how the history of a key is judged.
type kind struct {
	name  string
	next  func(r *rand.Rand, key, owner, unique string) []string // the next command
	reads string                                                 // the commands that change nothing
	check func(ops []porcupine.Operation, limit time.Duration) (porcupine.LinearizationInfo, error)
	model porcupine.Model // for the picture of a failure

	// learn is told what came of each command of an owner, where the next ones
	// depend on it; else nil. Many clients call it and next at a time.
	learn func(owner string, args []string, out outcome)
}

// linearizable makes a kind that is judged by porcupine against a model of one
// key. init and the states must be comparable with ==.
func linearizable(name, reads string, init any,
	step func(state any, args []string, out outcome) (bool, any),
	next func(r *rand.Rand, key, owner, unique string) []string,
) kind {
	model := porcupine.Model{
		Init: func() any { return init },
		Step: func(state, in, out any) (bool, any) { return step(state, in.([]string), out.(outcome)) },
		DescribeOperation: func(in, out any) string {
			return strings.Join(in.([]string), " ") + " -> " + describe(out.(outcome))
		},
	}
	check := func(ops []porcupine.Operation, limit time.Duration) (porcupine.LinearizationInfo, error) {
		result, info := porcupine.CheckOperationsVerbose(model, ops, limit)
		if result != porcupine.Ok {
			return info, fmt.Errorf("the history is not linearizable: porcupine says %s", result)
		}
		return info, nil
	}
	return kind{name: name, next: next, reads: reads, check: check, model: model}
}

func describe(o outcome) string {
	switch {
	case o.unknown:
		return "?"
	case o.reply.Kind == resp.IntKind:
		return strconv.FormatInt(o.reply.Int, 10)
	case o.reply.Kind == resp.NullKind:
		return "nil"
	case o.reply.Kind == resp.ArrayKind:
		var elems []string
		for _, e := range o.reply.Elems {
			elems = append(elems, describe(outcome{reply: e}))
		}
		return "[" + strings.Join(elems, " ") + "]"
	}
	return o.reply.Str
}

// kinds are all that the linearizability test works on.
func kinds() []kind {
	return []kind{registers(), counters(), lists(), locks(), sharedLocks(), leases(), queues(), leasedQueues(), pools()}
}

// A register's state is its value, "" when the key does not exist.
func registers() kind {
	return linearizable("register", "GET", "", func(state any, args []string, out outcome) (bool, any) {
		old := state.(string)
		was := resp.Null
		if old != "" {
			was = resp.Bulk(old)
		}
		switch args[0] {
		case "GET":
			return out.is(was), old
		case "SET":
			return out.is(resp.OK), args[2]
		case "GETSET":
			return out.is(was), args[2]
		case "SETNX":
			if old == "" {
				return out.is(resp.Int(1)), args[2]
			}
			return out.is(resp.Int(0)), old
		case "DEL":
			return out.is(resp.Int(int64(min(len(old), 1)))), ""
		}
		panic(args[0])
	}, func(r *rand.Rand, key, _, unique string) []string {
		switch n := r.IntN(10); {
		case n < 5:
			return []string{"GET", key}
		case n < 7:
			return []string{"SET", key, unique}
		case n < 8:
			return []string{"GETSET", key, unique}
		case n < 9:
			return []string{"SETNX", key, unique}
		}
		return []string{"DEL", key}
	})
}

// A counter's state is its value; 0 is a key that does not exist.
func counters() kind {
	return linearizable("counter", "GET", int64(0), func(state any, args []string, out outcome) (bool, any) {
		n := state.(int64)
		switch args[0] {
		case "INCR":
			return out.is(resp.Int(n + 1)), n + 1
		case "INCRBY":
			return out.is(resp.Int(n + 10)), n + 10
		case "GET":
			if n == 0 {
				return out.is(resp.Null), n
			}
			return out.is(resp.Bulk(strconv.FormatInt(n, 10))), n
		}
		panic(args[0])
	}, func(r *rand.Rand, key, _, _ string) []string {
		switch n := r.IntN(10); {
		case n < 5:
			return []string{"INCR", key}
		case n < 6:
			return []string{"INCRBY", key, "10"}
		}
		return []string{"GET", key}
	})
}

// A list's state is its elements from the left, each followed by a comma.
func lists() kind {
	return linearizable("list", "LLEN", "", func(state any, args []string, out outcome) (bool, any) {
		list := state.(string)
		switch args[0] {
		case "LPUSH":
			list = args[2] + "," + list
			return out.is(resp.Int(int64(strings.Count(list, ",")))), list
		case "RPOP":
			if list == "" {
				return out.is(resp.Null), list
			}
			rest := strings.TrimSuffix(list, ",")
			cut := strings.LastIndex(rest, ",") + 1
			return out.is(resp.Bulk(rest[cut:])), rest[:cut]
		case "LLEN":
			return out.is(resp.Int(int64(strings.Count(list, ",")))), list
		}
		panic(args[0])
	}, func(r *rand.Rand, key, _, unique string) []string {
		switch n := r.IntN(20); {
		case n < 8:
			return []string{"LPUSH", key, unique}
		case n < 17:
			return []string{"RPOP", key}
		}
		return []string{"LLEN", key}
	})
}

// heldLock is a lock's state. token 0 with an owner means that the grant's
// reply was lost: the token is known only to be larger than max.
type heldLock struct {
	owner string
	token int64
	max   int64 // the largest token surely granted so far
}

// lockWait is for how long clients wait for a lock, in ms. Somebody else always
// holds a lock for which one has waited in vain.
const lockWait = "100"

// Locks are taken for much longer than a run lasts, so that only UNLOCK frees
// them; leases are where time does.
func locks() kind {
	return linearizable("lock", "EXISTS", heldLock{}, func(state any, args []string, out outcome) (bool, any) {
		l := state.(heldLock)
		switch args[0] {
		case "EXISTS":
			return out.is(resp.Int(int64(min(len(l.owner), 1)))), l
		case "UNLOCK":
			if l.owner != args[2] {
				return out.is(resp.Int(0)), l
			}
			if l.token == 0 {
				l.max++ // whatever the lost token was, it was at least this
			}
			return out.is(resp.Int(1)), heldLock{max: l.max}
		case "LOCK":
			return stepLock(l, args[2], out)
		}
		panic(args[0])
	}, func(r *rand.Rand, key, owner, _ string) []string {
		switch n := r.IntN(10); {
		case n < 3:
			return []string{"LOCK", key, owner, "3600000"}
		case n < 5:
			return []string{"LOCK", key, owner, "3600000", "WAIT", lockWait}
		case n < 9:
			return []string{"UNLOCK", key, owner}
		}
		return []string{"EXISTS", key}
	})
}

func stepLock(l heldLock, owner string, out outcome) (bool, any) {
	switch {
	case l.owner != "" && l.owner != owner:
		return out.is(resp.Null), l
	case out.unknown && l.owner == owner:
		return true, l
	case out.unknown:
		return true, heldLock{owner: owner, max: l.max}
	case out.reply.Kind != resp.IntKind:
		return false, l
	case l.owner == owner && l.token != 0:
		return out.reply.Int == l.token, l
	}
	token := out.reply.Int // a new grant, or the renewal that tells a lost token
	return token > l.max, heldLock{owner: owner, token: token, max: token}
}

// heldTogether is the state of a lock that several may hold. Of the tokens whose
// grants were lost only that they are larger than some number is known: they stand as
// that number, negative.
type heldTogether struct {
	mode    string // "", SHARED or PERMITS
	holders string // owner, token; ...
	max     int64  // the largest token surely granted so far
}

func (l heldTogether) each() map[string]int64 {
	holders := map[string]int64{}
	for _, h := range strings.FieldsFunc(l.holders, func(r rune) bool { return r == ';' }) {
		owner, token, _ := strings.Cut(h, ",")
		holders[owner], _ = strconv.ParseInt(token, 10, 64)
	}
	return holders
}

func (l heldTogether) with(holders map[string]int64) heldTogether {
	var all []string
	for owner, token := range holders {
		all = append(all, fmt.Sprint(owner, ",", token))
	}
	sort.Strings(all)
	l.holders = strings.Join(all, ";")
	return l
}

// sharedLocks are held by one, by readers, or by permit, and waited for. A
// request that could be granted beside others may yet be refused, since others may
// have come before.
func sharedLocks() kind {
	return linearizable("shared lock", "EXISTS", heldTogether{}, func(state any, args []string, out outcome) (bool, any) {
		l := state.(heldTogether)
		holders := l.each()
		switch args[0] {
		case "EXISTS":
			return out.is(resp.Int(int64(min(len(holders), 1)))), l
		case "UNLOCK":
			token, holds := holders[args[2]]
			if !holds {
				return out.is(resp.Int(0)), l
			}
			delete(holders, args[2])
			l.max = max(l.max, -token) // a lost token was at least this
			return out.is(resp.Int(1)), l.with(holders)
		case "LOCK":
			return stepShared(l, holders, args, out)
		}
		panic(args[0])
	}, func(r *rand.Rand, key, owner, _ string) []string {
		args := []string{"LOCK", key, owner, "3600000"}
		switch n := r.IntN(20); {
		case n < 2:
		case n < 6:
			args = append(args, "SHARED")
		case n < 10:
			args = append(args, "PERMITS", "2")
		case n < 18:
			return []string{"UNLOCK", key, owner}
		default:
			return []string{"EXISTS", key}
		}
		if r.IntN(2) == 0 {
			args = append(args, "WAIT", lockWait)
		}
		return args
	})
}

func stepShared(l heldTogether, holders map[string]int64, args []string, out outcome) (bool, any) {
	owner, mode := args[2], ""
	if len(args) > 4 && args[4] != "WAIT" {
		mode = args[4]
	}
	token, holds := holders[owner]
	others := len(holders)
	if holds {
		others--
	}
	renews := holds && mode == l.mode
	fits := renews || others == 0 || mode == l.mode && (mode == "SHARED" || mode == "PERMITS" && others < 2)
	granted := !holds || !renews && l.mode != ""
	switch {
	case !out.unknown && out.reply.Kind == resp.NullKind:
		return others > 0 && !renews, l
	case !fits:
		return out.unknown, l
	case out.unknown && granted:
		token = -l.max - 1
	case out.unknown:
	case out.reply.Kind != resp.IntKind:
		return false, l
	case granted && out.reply.Int <= l.max, !granted && token > 0 && out.reply.Int != token, !granted && out.reply.Int <= -token-1:
		return false, l
	default:
		token = out.reply.Int
	}
	l.mode, l.max, holders[owner] = mode, max(l.max, token), token
	return true, l.with(holders)
}

const (
	leaseTTL   = 300 * time.Millisecond
	clockGrain = 2 * time.Millisecond // log time counts whole milliseconds
	leaseSlack = time.Second          // a refusal may come this long after a lease must have ended
)

// Leases end by log time alone. A model would have to know that time, so the
// history is judged by what must hold of any clock that is not ahead of ours.
func leases() kind {
	return kind{
		name: "lease",
		next: func(_ *rand.Rand, key, owner, _ string) []string {
			return []string{"LOCK", key, owner, strconv.FormatInt(leaseTTL.Milliseconds(), 10)}
		},
		check: func(ops []porcupine.Operation, _ time.Duration) (porcupine.LinearizationInfo, error) {
			return porcupine.LinearizationInfo{}, checkLeases(ops)
		},
	}
}

// A lease is all the replies that carried one token.
type lease struct {
	token       int64
	owner       string
	firstReturn int64 // the grant happened before this
	lastCall    int64 // the last renewal happened after this
	firstCall   int64
	lastReturn  int64
}

func checkLeases(ops []porcupine.Operation) error {
	byToken := map[int64]*lease{}
	var unsure, refused []porcupine.Operation
	for _, op := range ops {
		owner, out := op.Input.([]string)[2], op.Output.(outcome)
		switch {
		case out.unknown:
			unsure = append(unsure, op)
		case out.reply.Kind == resp.NullKind:
			refused = append(refused, op)
		case out.reply.Kind != resp.IntKind:
			return fmt.Errorf("LOCK answered %s", describe(out))
		default:
			l := byToken[out.reply.Int]
			if l == nil {
				l = &lease{token: out.reply.Int, owner: owner, firstReturn: op.Return, firstCall: op.Call}
				byToken[l.token] = l
			}
			if l.owner != owner {
				return fmt.Errorf("token %d was given to %s and to %s", l.token, l.owner, owner)
			}
			l.firstReturn, l.firstCall = min(l.firstReturn, op.Return), min(l.firstCall, op.Call)
			l.lastCall, l.lastReturn = max(l.lastCall, op.Call), max(l.lastReturn, op.Return)
		}
	}
	grants := make([]*lease, 0, len(byToken))
	for _, l := range byToken {
		grants = append(grants, l)
	}
	sort.Slice(grants, func(i, j int) bool { return grants[i].token < grants[j].token })
	return errors.Join(checkExclusion(grants), checkRefusals(grants, unsure, refused))
}

// checkExclusion: a later token's first reply cannot come before the earlier
// lease, counted from the call of its last renewal, must still be running.
// That orders the tokens in time too.
func checkExclusion(grants []*lease) error {
	for i := 1; i < len(grants); i++ {
		a, b := grants[i-1], grants[i]
		if b.firstReturn+clockGrain.Nanoseconds() < a.lastCall+leaseTTL.Nanoseconds() {
			return fmt.Errorf("%s held token %d at least until %v, and %s had token %d at %v", a.owner, a.token,
				time.Duration(a.lastCall)+leaseTTL, b.owner, b.token, time.Duration(b.firstReturn))
		}
	}
	return nil
}

// checkRefusals: nobody is refused unless somebody may have held the lease.
func checkRefusals(grants []*lease, unsure, refused []porcupine.Operation) error {
	for _, op := range refused {
		excused := false
		for _, l := range grants {
			excused = excused || l.firstCall <= op.Return && l.lastReturn+(leaseTTL+leaseSlack).Nanoseconds() >= op.Call
		}
		for _, u := range unsure {
			excused = excused || u.Call <= op.Return
		}
		if !excused {
			return fmt.Errorf("%s was refused at %v, when no lease can have been alive", op.Input.([]string)[2], time.Duration(op.Return))
		}
	}
	return nil
}

// A biteCase is a history of one key, and whether a kind must accept it.
type biteCase struct {
	what string
	kind kind
	good bool
	ops  []porcupine.Operation
}

func bite(t *testing.T, cases []biteCase) {
	t.Helper()
	for _, c := range cases {
		if _, err := c.kind.check(c.ops, time.Minute); (err == nil) != c.good {
			t.Errorf("%s: want accepted %v, got %v", c.what, c.good, err)
		}
	}
}

// What such histories are told with. Times are ns.
const (
	ms    = int64(time.Millisecond)
	never = int64(1) << 62
)

var lost = outcome{unknown: true}

func op(call, ret int64, line string, out outcome) porcupine.Operation {
	return porcupine.Operation{Call: call, Return: ret, Input: strings.Fields(line), Output: out}
}

func is(r resp.Reply) outcome { return outcome{reply: r} }

// Each kind must refuse the history of a server that breaks its promise, and
// accept the same history told with the truth.
func TestModelsBite(t *testing.T) {
	bite(t, []biteCase{
		{"a fresh read", registers(), true, []porcupine.Operation{
			op(0, 1, "SET k a", is(resp.OK)), op(2, 3, "SET k b", is(resp.OK)), op(4, 5, "GET k", is(resp.Bulk("b")))}},
		{"a stale read", registers(), false, []porcupine.Operation{
			op(0, 1, "SET k a", is(resp.OK)), op(2, 3, "SET k b", is(resp.OK)), op(4, 5, "GET k", is(resp.Bulk("a")))}},
		{"a write of unknown outcome seen late", registers(), true, []porcupine.Operation{
			op(0, never, "SET k a", lost), op(2, 3, "GET k", is(resp.Null)), op(4, 5, "GET k", is(resp.Bulk("a")))}},
		{"a write applied twice", registers(), false, []porcupine.Operation{
			op(0, never, "SET k a", lost), op(2, 3, "GET k", is(resp.Bulk("a"))),
			op(4, 5, "DEL k", is(resp.Int(1))), op(6, 7, "GET k", is(resp.Bulk("a")))}},
		{"two winners of SETNX", registers(), false, []porcupine.Operation{
			op(0, 5, "SETNX k a", is(resp.Int(1))), op(0, 5, "SETNX k b", is(resp.Int(1)))}},
		{"a lost increment", counters(), false, []porcupine.Operation{
			op(0, 1, "INCR k", is(resp.Int(1))), op(2, 3, "INCR k", is(resp.Int(1)))}},
		{"an increment applied twice", counters(), false, []porcupine.Operation{
			op(0, never, "INCR k", lost), op(2, 3, "INCR k", is(resp.Int(3)))}},
		{"an element popped twice", lists(), false, []porcupine.Operation{
			op(0, 1, "LPUSH k a", is(resp.Int(1))), op(2, 9, "RPOP k", is(resp.Bulk("a"))), op(2, 9, "RPOP k", is(resp.Bulk("a")))}},
		{"a queue's order", lists(), true, []porcupine.Operation{
			op(0, 1, "LPUSH k a", is(resp.Int(1))), op(2, 3, "LPUSH k b", is(resp.Int(2))),
			op(4, 5, "RPOP k", is(resp.Bulk("a"))), op(6, 7, "RPOP k", is(resp.Bulk("b"))), op(8, 9, "RPOP k", is(resp.Null))}},
		{"two holders", locks(), false, []porcupine.Operation{
			op(0, 9, "LOCK k x 1", is(resp.Int(1))), op(0, 9, "LOCK k y 1", is(resp.Int(2)))}},
		{"a token that does not grow", locks(), false, []porcupine.Operation{
			op(0, 1, "LOCK k x 1", is(resp.Int(5))), op(2, 3, "UNLOCK k x", is(resp.Int(1))), op(4, 5, "LOCK k y 1", is(resp.Int(5)))}},
		{"a lost grant found by renewal", locks(), true, []porcupine.Operation{
			op(0, never, "LOCK k x 1", lost), op(2, 3, "LOCK k y 1", is(resp.Null)), op(4, 5, "LOCK k x 1", is(resp.Int(7)))}},
		{"readers together, and a writer after them", sharedLocks(), true, []porcupine.Operation{
			op(0, 1, "LOCK k x 1 SHARED", is(resp.Int(1))), op(0, 1, "LOCK k y 1 SHARED", is(resp.Int(2))),
			op(2, 9, "LOCK k z 1 WAIT 100", is(resp.Int(3))), op(3, 4, "LOCK k w 1 SHARED", is(resp.Null)),
			op(5, 6, "UNLOCK k x", is(resp.Int(1))), op(7, 8, "UNLOCK k y", is(resp.Int(1)))}},
		{"a writer beside a reader", sharedLocks(), false, []porcupine.Operation{
			op(0, 1, "LOCK k x 1 SHARED", is(resp.Int(1))), op(2, 3, "LOCK k z 1", is(resp.Int(3))), op(4, 5, "UNLOCK k x", is(resp.Int(1)))}},
		{"three with two permits", sharedLocks(), false, []porcupine.Operation{
			op(0, 1, "LOCK k x 1 PERMITS 2", is(resp.Int(1))), op(0, 1, "LOCK k y 1 PERMITS 2", is(resp.Int(2))),
			op(2, 3, "LOCK k z 1 PERMITS 2", is(resp.Int(3)))}},
		{"a free lock that is refused", sharedLocks(), false, []porcupine.Operation{
			op(0, 1, "LOCK k x 1 SHARED WAIT 100", is(resp.Null))}},
		{"a reader's renewal with another token", sharedLocks(), false, []porcupine.Operation{
			op(0, 1, "LOCK k x 1 SHARED", is(resp.Int(1))), op(2, 3, "LOCK k x 1 SHARED", is(resp.Int(2)))}},
		{"a writer with the token of its reading", sharedLocks(), false, []porcupine.Operation{
			op(0, 1, "LOCK k x 1 SHARED", is(resp.Int(1))), op(2, 3, "LOCK k x 1", is(resp.Int(1)))}},
		{"a reader's lost grant, found by renewal among others", sharedLocks(), true, []porcupine.Operation{
			op(0, never, "LOCK k x 1 SHARED", lost), op(2, 3, "LOCK k y 1 SHARED", is(resp.Int(2))), op(4, 5, "LOCK k x 1 SHARED", is(resp.Int(1)))}},
		{"leases one after the other", leases(), true, []porcupine.Operation{
			op(0, ms, "LOCK k x 300", is(resp.Int(1))), op(100*ms, 101*ms, "LOCK k y 300", is(resp.Null)),
			op(310*ms, 311*ms, "LOCK k y 300", is(resp.Int(2)))}},
		{"a lease taken from its holder", leases(), false, []porcupine.Operation{
			op(0, ms, "LOCK k x 300", is(resp.Int(1))), op(200*ms, 201*ms, "LOCK k y 300", is(resp.Int(2)))}},
		{"a lease that never ends", leases(), false, []porcupine.Operation{
			op(0, ms, "LOCK k x 300", is(resp.Int(1))), op(5000*ms, 5001*ms, "LOCK k y 300", is(resp.Null))}},
	})
}
