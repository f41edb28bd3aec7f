package integration

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"coordd/resp"

	"github.com/anishathalye/porcupine"
)

const (
	queueLease = 400 * time.Millisecond // how long items are reserved for
	queueDelay = 100 * time.Millisecond // how long some wait that are given back
)

// leasedQueues are queues whose reservations and delays end by log time. As with
// leases, the history is judged by what must hold of any clock that is not ahead of
// ours.
func leasedQueues() kind {
	h := newHands()
	px, delay := millis(queueLease), millis(queueDelay)
	return kind{
		name: "leased queue",
		next: func(r *rand.Rand, key, owner, unique string) []string {
			if r.IntN(20) < 3 {
				return []string{"LPUSH", key, unique}
			}
			return h.next(r, key, owner, px, delay)
		},
		learn: h.learn,
		check: func(ops []porcupine.Operation, _ time.Duration) (porcupine.LinearizationInfo, error) {
			return porcupine.LinearizationInfo{}, checkLeasedQueue(withoutVainWaits(ops))
		},
	}
}

func millis(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }

// A delivery is one reservation that a worker was told of. Times are ns.
type delivery struct {
	reservation
	call, ret int64 // of its RESERVE

	over       bool // it surely ended
	acked      bool
	maybeAcked bool
	maybeOver  bool  // an ACK or NACK of unknown outcome is about it
	from, to   int64 // when the item is back in the list, unless acknowledged: not before from, surely after to
	longer     int64 // that it may be out because of unknown outcomes; in to
}

// A queueLog is the history of a leased queue in good order.
type queueLog struct {
	pushes     map[string]porcupine.Operation // by value
	deliveries []*delivery                    // in the order of tickets
	of         map[string][]*delivery         // by value, in the order of tickets
	looks      []queueLook
	lost       []int64 // the calls of RESERVEs of unknown outcome
	lostItems  int64   // that these may have taken, at most
}

// A queueLook is what a RESERVE tells about the list.
type queueLook struct {
	call, ret int64
	last      int64 // ticket; 0 if it got nothing
	empty     bool  // it left nothing in the list
	fresh     bool  // it met an item that was never tried, so none that had come back was left
}

func checkLeasedQueue(ops []porcupine.Operation) error {
	log, err := readQueueLog(ops)
	if err != nil {
		return err
	}
	missing := log.lostItems
	return errors.Join(log.checkTickets(), log.checkItems(&missing), log.checkOrder(&missing), log.checkLooks())
}

func readQueueLog(ops []porcupine.Operation) (*queueLog, error) {
	log := &queueLog{pushes: map[string]porcupine.Operation{}, of: map[string][]*delivery{}}
	byTicket := map[string]*delivery{}
	ops = slices.SortedFunc(slices.Values(ops), func(a, b porcupine.Operation) int { return cmp.Compare(a.Call, b.Call) })
	for _, op := range ops {
		args, out := op.Input.([]string), op.Output.(outcome)
		switch args[0] {
		case "LPUSH":
			log.pushes[args[2]] = op
		case "RESERVE":
			if err := log.reserved(op, byTicket); err != nil {
				return nil, err
			}
		default: // only the owner knows the ticket, and does one thing at a time
			if err := byTicket[args[2]].settle(op); err != nil {
				return nil, fmt.Errorf("%v -> %s: %w", args, describe(out), err)
			}
		}
	}
	slices.SortFunc(log.deliveries, func(a, b *delivery) int { return cmp.Compare(a.ticket, b.ticket) })
	for _, d := range log.deliveries {
		log.of[d.value] = append(log.of[d.value], d)
	}
	return log, nil
}

// reserved enters a RESERVE.
func (log *queueLog) reserved(op porcupine.Operation, byTicket map[string]*delivery) error {
	args, out := op.Input.([]string), op.Output.(outcome)
	if out.unknown {
		log.lost = append(log.lost, op.Call)
		log.lostItems += int64(reserveCount(args))
		return nil
	}
	taken, ok := reservations(args, out.reply)
	if !ok {
		return fmt.Errorf("RESERVE answered %s", describe(out))
	}
	look := queueLook{call: op.Call, ret: op.Return, empty: len(taken) < reserveCount(args)}
	for _, r := range taken {
		ticket := strconv.FormatInt(r.ticket, 10)
		if byTicket[ticket] != nil || r.ticket <= look.last {
			return fmt.Errorf("ticket %s was given for %s, after %d", ticket, r.value, look.last)
		}
		byTicket[ticket] = &delivery{reservation: r, call: op.Call, ret: op.Return,
			from: op.Call + queueLease.Nanoseconds(), to: op.Return + (queueLease + leaseSlack).Nanoseconds()}
		log.deliveries = append(log.deliveries, byTicket[ticket])
		look.last = r.ticket
		look.fresh = look.fresh || r.tries == 1
	}
	log.looks = append(log.looks, look)
	return nil
}

// settle enters an ACK, NACK or EXTEND about the delivery.
func (d *delivery) settle(op porcupine.Operation) error {
	args, out := op.Input.([]string), op.Output.(outcome)
	delay := int64(0)
	if args[0] == "NACK" && len(args) > 3 {
		delay = queueDelay.Nanoseconds()
	}
	slack := leaseSlack.Nanoseconds()
	switch {
	case d.over && out.is(resp.Int(0)):
	case d.over:
		return errors.New("it had ended before")
	case out.unknown:
		d.unsure(args[0], op.Call, delay)
	case out.is(resp.Int(0)):
		if !d.maybeOver && op.Return+clockGrain.Nanoseconds() < d.from {
			return fmt.Errorf("it cannot have ended before %v", time.Duration(d.from))
		}
		d.over = true
	case !out.is(resp.Int(1)) || op.Call > d.to:
		return fmt.Errorf("it must have ended before %v", time.Duration(d.to))
	case args[0] == "EXTEND":
		d.from, d.to = op.Call+queueLease.Nanoseconds(), op.Return+queueLease.Nanoseconds()+slack+d.longer
		if d.maybeOver { // what is still on its way may end it at once
			d.from = op.Call
		}
	default:
		d.over, d.acked = true, args[0] == "ACK"
		d.from, d.to = op.Call+delay, op.Return+delay+slack
	}
	return nil
}

// unsure enters a command of unknown outcome, which may take effect at any later
// time. delay is that of a NACK.
func (d *delivery) unsure(command string, call, delay int64) {
	switch command {
	case "EXTEND":
		delay = queueLease.Nanoseconds()
	case "ACK":
		d.maybeOver, d.maybeAcked = true, true
	case "NACK":
		d.maybeOver, d.from = true, min(d.from, call+delay)
	}
	d.longer += delay
	d.to += delay
}

// checkTickets: who asked after another had his answer has the larger ticket.
func (log *queueLog) checkTickets() error {
	var latest *delivery // by its call
	for _, d := range log.deliveries {
		if latest != nil && d.ret < latest.call {
			return fmt.Errorf("ticket %d was given at %v, and the smaller %d was asked for at %v",
				d.ticket, time.Duration(d.ret), latest.ticket, time.Duration(latest.call))
		}
		if latest == nil || d.call > latest.call {
			latest = d
		}
	}
	return nil
}

// checkItems: an item was pushed, is with one worker at a time, is never
// delivered again once acknowledged, and counts its tries. Only a RESERVE of
// unknown outcome makes a try that nobody knows of: it is taken off missing.
func (log *queueLog) checkItems(missing *int64) error {
	for value, ds := range log.of {
		if push, ok := log.pushes[value]; !ok || push.Call > ds[0].ret {
			return fmt.Errorf("%s was delivered, and never pushed before", value)
		}
		tries := int64(0)
		for i, d := range ds {
			if d.tries <= tries {
				return fmt.Errorf("%s was delivered at try %d after %d", value, d.tries, tries)
			}
			*missing -= d.tries - tries - 1
			tries = d.tries
			if i == 0 {
				continue
			}
			switch before := ds[i-1]; {
			case before.acked:
				return fmt.Errorf("%s was acknowledged under ticket %d, and delivered under %d", value, before.ticket, d.ticket)
			case d.ret+clockGrain.Nanoseconds() < before.from:
				return fmt.Errorf("%s was reserved under ticket %d at least until %v, and delivered under %d at %v",
					value, before.ticket, time.Duration(before.from), d.ticket, time.Duration(d.ret))
			}
		}
	}
	if *missing < 0 {
		return fmt.Errorf("%d tries more than were made", -*missing)
	}
	return nil
}

// checkOrder: items are first delivered in the order in which they were pushed,
// and each that was pushed before another that was delivered. As many may be
// missing as a RESERVE of unknown outcome may have.
func (log *queueLog) checkOrder(missing *int64) error {
	ended, newest := int64(math.MaxInt64), int64(0)
	for _, d := range slices.Backward(log.deliveries) {
		if d.tries > 1 {
			continue
		}
		push := log.pushes[d.value]
		if ended < push.Call {
			return fmt.Errorf("%s was delivered under ticket %d, before one that was pushed earlier", d.value, d.ticket)
		}
		ended, newest = min(ended, push.Return), max(newest, push.Call)
	}
	for value, push := range log.pushes {
		if len(log.of[value]) > 0 || push.Return >= newest {
			continue
		}
		if *missing--; *missing < 0 {
			return fmt.Errorf("%s was pushed, and never delivered", value)
		}
	}
	return nil
}

// checkLooks: nobody finds the list empty, or sees behind the items that came
// back, while one that must be there waits to be delivered.
func (log *queueLog) checkLooks() error {
	for value, push := range log.pushes {
		ds := log.of[value]
		for i := -1; i < len(ds); i++ {
			since, tries := push.Return, int64(0)
			if i >= 0 {
				since, tries = ds[i].to, ds[i].tries
			}
			var next *delivery
			if i+1 < len(ds) {
				next = ds[i+1]
			}
			if next == nil && i >= 0 && (ds[i].acked || ds[i].maybeAcked) || next != nil && next.tries != tries+1 {
				continue
			}
			for _, look := range log.looks {
				if since < look.call && (look.empty || look.fresh && i >= 0) && log.waits(next, look) {
					return fmt.Errorf("%s was in the list at %v, after %d tries, and a RESERVE did not see it",
						value, time.Duration(look.call), tries)
				}
			}
		}
	}
	return nil
}

// waits tells whether an item whose next delivery is known, if there was one,
// surely was in the list for all of a look.
func (log *queueLog) waits(next *delivery, look queueLook) bool {
	switch {
	case next == nil:
		return !slices.ContainsFunc(log.lost, func(call int64) bool { return call <= look.ret })
	case look.last == 0:
		return next.call > look.ret
	}
	return next.ticket > look.last
}

func TestModelsBiteLeasedQueues(t *testing.T) {
	one, none := is(resp.Int(1)), is(resp.Int(0))
	// history is of a, which was reserved under ticket 5 at 2 ms, for 400 ms.
	history := func(ops ...porcupine.Operation) []porcupine.Operation {
		return append([]porcupine.Operation{op(0, ms, "LPUSH k a", one), op(2*ms, 3*ms, "RESERVE k w PX 400", took(5, "a", 1))}, ops...)
	}
	reserve := func(at int64, out outcome) porcupine.Operation {
		return op(at*ms, (at+1)*ms, "RESERVE k v PX 400", out)
	}
	say := func(at int64, line string, out outcome) porcupine.Operation { return op(at*ms, (at+1)*ms, line, out) }
	nobody := is(resp.Null)
	late := int64(1500) // ms: a has surely come back
	bite(t, []biteCase{
		{"an item that lapses comes back", leasedQueues(), true, history(reserve(100, nobody), reserve(410, took(6, "a", 2)),
			say(420, "ACK k 5", none), say(430, "ACK k 6", one), reserve(2000, nobody))},
		{"an item taken from its worker", leasedQueues(), false, history(reserve(200, took(6, "a", 2)))},
		{"an item taken in spite of EXTEND", leasedQueues(), false, history(
			say(200, "EXTEND k 5 PX 400", one), reserve(500, took(6, "a", 2)))},
		{"an item that came back after its delay", leasedQueues(), true, history(
			say(10, "NACK k 5 DELAY 100", one), reserve(112, took(6, "a", 2)))},
		{"an item that came back before", leasedQueues(), false, history(
			say(10, "NACK k 5 DELAY 100", one), reserve(50, took(6, "a", 2)))},
		{"an item given back comes at once", leasedQueues(), true, history(say(10, "NACK k 5", one), reserve(20, took(6, "a", 2)))},
		{"an item given back that never came", leasedQueues(), false, history(say(10, "NACK k 5", one), reserve(late, nobody))},
		{"an item that lapsed and never came", leasedQueues(), false, history(reserve(late, nobody))},
		{"an item that lapsed and was passed over", leasedQueues(), false, history(
			say(10, "LPUSH k b", one), reserve(late, took(6, "b", 1)), reserve(late+10, took(7, "a", 2)))},
		{"an item that lapsed, and a RESERVE that may have it", leasedQueues(), true, history(
			op(500*ms, never, "RESERVE k v PX 400", lost), reserve(late, nobody))},
		{"a pushed item that nobody got", leasedQueues(), false, []porcupine.Operation{op(0, ms, "LPUSH k a", one), reserve(2, nobody)}},
		{"a pushed item that was passed over", leasedQueues(), false, []porcupine.Operation{
			op(0, ms, "LPUSH k a", one), say(2, "LPUSH k b", one), reserve(4, took(5, "b", 1))}},
		{"a pushed item that came too late", leasedQueues(), false, []porcupine.Operation{op(0, ms, "LPUSH k a", one),
			say(2, "LPUSH k b", one), reserve(4, took(5, "b", 1)), reserve(6, took(6, "a", 1))}},
		{"fewer than there are", leasedQueues(), false, []porcupine.Operation{op(0, ms, "LPUSH k a", one), say(2, "LPUSH k b", one),
			say(4, "RESERVE k v PX 400 COUNT 2", is(resp.Array(took(5, "a", 1).reply))), reserve(6, took(6, "b", 1))}},
		{"an acknowledged item delivered again", leasedQueues(), false, history(say(10, "ACK k 5", one), reserve(late, took(6, "a", 2)))},
		{"one that may be acknowledged", leasedQueues(), true, history(op(10*ms, never, "ACK k 5", lost), reserve(late, nobody))},
		{"a ticket that is good twice", leasedQueues(), false, history(say(10, "NACK k 5", one), say(12, "ACK k 5", one))},
		{"a ticket that is not good at once", leasedQueues(), false, history(say(10, "ACK k 5", none))},
		{"a ticket that is good for ever", leasedQueues(), false, history(say(late, "ACK k 5", one))},
		{"a ticket given twice", leasedQueues(), false, history(say(10, "NACK k 5", one), reserve(20, took(5, "a", 2)))},
		{"a ticket that is smaller", leasedQueues(), false, history(say(10, "NACK k 5", one), reserve(20, took(4, "a", 2)))},
		{"a try that was not counted", leasedQueues(), false, history(say(10, "NACK k 5", one), reserve(20, took(6, "a", 1)))},
		{"a try that nobody made", leasedQueues(), false, history(say(10, "NACK k 5", one), reserve(20, took(6, "a", 3)))},
		{"a try whose reply was lost", leasedQueues(), true, history(say(10, "NACK k 5", one),
			op(12*ms, never, "RESERVE k v PX 400", lost), reserve(430, took(7, "a", 3)))},
		{"a RESERVE that was applied twice", leasedQueues(), false, history(say(10, "NACK k 5", one),
			op(12*ms, never, "RESERVE k v PX 400", lost), reserve(840, took(8, "a", 4)))},
		{"an item that nobody pushed", leasedQueues(), false, []porcupine.Operation{reserve(0, took(5, "a", 1))}},
	})
}
