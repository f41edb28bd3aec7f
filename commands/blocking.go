package commands

import (
	"math"
	"math/big"
	"time"

	"coordd/resp"
	"coordd/store"
)

// A command that waits for keys has a Data that never waits: it is the attempt,
// which answers null or the null array when there is nothing. That is what a
// transaction and a script run; for a client of its own, whoever makes it wait
// repeats the attempt when a key of it has been touched, until BlockTimeout.

// BlockTimeout tells whether a command whose row says Blocking would wait, and
// how long at most; 0 is for ever. What the attempt refuses does not wait.
func BlockTimeout(spec *Spec, args []string) (limit time.Duration, waits bool) {
	var ms int64
	var refusal resp.Reply
	switch spec.Name {
	case "reserve":
		var r reservation
		r, refusal = parseReserve(args, 0)
		ms, waits = r.block, r.blocks
	case "lock":
		var r lockRequest
		r, refusal = parseLock(args, 0)
		ms, waits = r.waitMillis, r.waits
	case "xread", "xreadgroup":
		var o xreadOptions
		o, refusal = parseXRead(args, 0)
		ms, waits = o.blockMillis, o.blocks
	default:
		ms, refusal = parseBlockTimeout(args[timeoutAt(spec.Name, args)])
		waits = true
	}
	const most = int64(math.MaxInt64 / time.Millisecond) // some 292 years
	if refusal.IsError() || !waits {
		return 0, false
	}
	return time.Duration(min(ms, most)) * time.Millisecond, true
}

// Turns is what package block asks a command whose clients are served strictly in
// turn: the first in line alone, and as soon as its attempt succeeds. What such a
// command gives must come back by itself if the client has gone, as a lease does:
// it is given without asking whether the client is still there. Both run in
// entries of the log, on the client's database.
type Turns struct {
	// Enter is for a client whose attempt has yielded nothing and who is about to
	// wait. place sorts behind all places given before; Enter returns the place to
	// take, made of it, or an error in the place of waiting.
	Enter func(tx *store.Tx, args []string, place string) (taken string, refusal resp.Reply)
	// Leave is for a client that Enter gave a place, and that waits no more:
	// served, timed out, or gone.
	Leave func(tx *store.Tx, args []string)
}

// TurnsOf tells whether the clients of a command are served in turn, and how.
func TurnsOf(spec *Spec) (t Turns, inTurn bool) {
	if spec.Name != "lock" {
		return Turns{}, false
	}
	return Turns{Enter: enterLine, Leave: leaveLine}, true
}

// timeoutAt is the position of the timeout: before numkeys where there is one,
// else behind everything.
func timeoutAt(name string, args []string) int {
	if name == "blmpop" || name == "bzmpop" {
		return 1
	}
	return len(args) - 1
}

// latestBlock keeps the sum of a timeout and the time of day (ms), which Redis
// computes, within 64 bits. Redis's own bound moves with its clock; this one
// leaves room for a clock that shows the year 2248.
const latestBlock = math.MaxInt64 - 1<<43

// parseBlockTimeout reads a timeout in seconds, which may have a fraction, as
// milliseconds, rounded up: the shortest wait must not become one without end.
func parseBlockTimeout(arg string) (ms int64, refusal resp.Reply) {
	seconds, ok := parseLongDouble(arg)
	if !ok {
		return 0, errTimeoutNotFloat
	}
	if seconds.IsInf() {
		if seconds.Sign() < 0 {
			return 0, errTimeoutNegative
		}
		return 0, errTimeoutRange
	}
	scaled := new(big.Float).SetPrec(longDoubleBits).Mul(seconds, big.NewFloat(1000))
	whole, exact := scaled.Int(nil)
	if exact == big.Below { // cut towards zero, and zero lies below
		whole.Add(whole, big.NewInt(1))
	}
	switch {
	case whole.Sign() < 0:
		return 0, errTimeoutNegative
	case whole.Cmp(big.NewInt(latestBlock)) > 0:
		return 0, errTimeoutRange
	}
	return whole.Int64(), resp.Reply{}
}

// firstHeld is the first of several keys that is there.
func firstHeld(tx *store.Tx, keys []string) (key string, ok bool) {
	for _, key := range keys {
		if tx.Type(key) != store.NoneType {
			return key, true
		}
	}
	return "", false
}
