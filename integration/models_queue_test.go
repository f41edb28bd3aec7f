package integration

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"coordd/resp"

	"github.com/anishathalye/porcupine"
)

const (
	ticketsInHand = 2 // of one key, for then an owner gives one back first
	ticketsKept   = 6 // of all keys; older ones are of keys that are closed
	queueTries    = 3
	queueWait     = "100" // how long clients wait for an item, ms
)

// hands are the tickets that workers have for the items of queues: what they do
// next depends on what they got.
type hands struct {
	mu   sync.Mutex
	held map[string][]heldTicket // by owner
}

type heldTicket struct{ list, ticket string }

func newHands() *hands { return &hands{held: map[string][]heldTicket{}} }

// learn takes new tickets, and keeps one of which it is not known what became of
// it, to be asked again.
func (h *hands) learn(owner string, args []string, out outcome) {
	h.mu.Lock()
	defer h.mu.Unlock()
	held := h.held[owner]
	switch taken, _ := reservations(args, out.reply); {
	case out.unknown && (args[0] == "ACK" || args[0] == "NACK"):
		held = append(held, heldTicket{args[1], args[2]})
	case !out.unknown && args[0] == "RESERVE":
		for _, r := range taken {
			held = append(held, heldTicket{args[1], strconv.FormatInt(r.ticket, 10)})
		}
	}
	h.held[owner] = held[max(0, len(held)-ticketsKept):]
}

// next is a command on the list about a ticket in the owner's hand, or else a
// RESERVE for so many ms. delay (ms) is what some items that are given back have to
// wait, "" for no such thing. One in four tickets that are given back stays in the
// hand, so that they are given back twice.
func (h *hands) next(r *rand.Rand, list, owner, px, delay string) []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	held := h.held[owner]
	var mine []int
	for i, t := range held {
		if t.list == list {
			mine = append(mine, i)
		}
	}
	if len(mine) == 0 || len(mine) < ticketsInHand && r.IntN(2) == 0 {
		return nextReserve(r, list, owner, px)
	}
	i := mine[r.IntN(len(mine))]
	ticket, n := held[i].ticket, r.IntN(20)
	if n >= 17 {
		return []string{"EXTEND", list, ticket, "PX", px}
	}
	if r.IntN(4) > 0 {
		h.held[owner] = slices.Delete(held, i, i+1)
	}
	switch {
	case n < 10:
		return []string{"ACK", list, ticket}
	case n < 14 && delay != "":
		return []string{"NACK", list, ticket, "DELAY", delay}
	}
	return []string{"NACK", list, ticket}
}

func nextReserve(r *rand.Rand, list, owner, px string) []string {
	args := []string{"RESERVE", list, owner, "PX", px}
	if r.IntN(3) == 0 {
		args = append(args, "COUNT", "2")
	}
	if r.IntN(4) == 0 {
		args = append(args, "BLOCK", queueWait)
	}
	return args
}

// A reservation is one item in the reply to RESERVE.
type reservation struct {
	ticket int64
	value  string
	tries  int64
}

// reserveCount is how many items a RESERVE asks for.
func reserveCount(args []string) int {
	if slices.Contains(args, "COUNT") {
		return 2
	}
	return 1
}

// reservations reads the reply to RESERVE; ok is false if it is none.
func reservations(args []string, reply resp.Reply) (taken []reservation, ok bool) {
	if reply.Kind == resp.NullKind {
		return nil, true
	}
	elems := []resp.Reply{reply}
	if reserveCount(args) > 1 {
		elems = reply.Elems
	}
	for _, e := range elems {
		if e.Kind != resp.ArrayKind || len(e.Elems) != 3 {
			return nil, false
		}
		taken = append(taken, reservation{e.Elems[0].Int, e.Elems[1].Str, e.Elems[2].Int})
	}
	return taken, len(taken) > 0 && len(taken) <= reserveCount(args)
}

// queueState is a queue with reservations that only ACK and NACK end. An item is
// written as its value, a slash, and how often it was tried.
type queueState struct {
	ready string // from the left, each item followed by a comma
	out   string // reserved: a comma, the ticket, a slash and the item, each
	dead  string // values from the left, each followed by a comma
	lost  int    // reserved too, under tickets that nobody was told
	max   int64  // the largest ticket surely given so far
}

// queues are lists whose items are reserved for much longer than a run lasts;
// leased queues are where time does.
func queues() kind {
	h := newHands()
	k := linearizable("queue", "QUEUEINFO", queueState{}, stepQueue, func(r *rand.Rand, key, owner, unique string) []string {
		switch n := r.IntN(20); {
		case n < 4:
			return []string{"LPUSH", key, unique}
		case n < 6:
			return []string{"QUEUEINFO", key}
		case n < 7:
			return []string{"RPOP", "{" + key + "}:dead"}
		}
		args := h.next(r, key, owner, "3600000", "")
		if args[0] == "RESERVE" {
			args = append(args, "MAXTRIES", strconv.Itoa(queueTries))
		}
		return args
	})
	k.learn = h.learn
	check := k.check
	k.check = func(ops []porcupine.Operation, limit time.Duration) (porcupine.LinearizationInfo, error) {
		return check(withoutVainWaits(ops), limit)
	}
	return k
}

// withoutVainWaits leaves out who waited in vain, maybe behind another who
// waits: items are kept for that one until his node says that he is there, or has
// been silent for so long that it is forgotten (commands/block). Who waited in
// vain behind nobody has seen an empty list, and stays.
func withoutVainWaits(ops []porcupine.Operation) []porcupine.Operation {
	waits := slices.DeleteFunc(slices.Clone(ops), func(op porcupine.Operation) bool {
		return !slices.Contains(op.Input.([]string), "BLOCK")
	})
	return slices.DeleteFunc(slices.Clone(ops), func(op porcupine.Operation) bool {
		out := op.Output.(outcome)
		if out.unknown || out.reply.Kind != resp.NullKind || !slices.Contains(op.Input.([]string), "BLOCK") {
			return false
		}
		together := 0 // who waited at the same time; of unknown outcomes it is not known for how long
		for _, w := range waits {
			if w.Call <= op.Return && op.Call <= w.Return {
				together++
			}
		}
		return together > 1 // itself is one
	})
}

func stepQueue(state any, args []string, out outcome) (bool, any) {
	q := state.(queueState)
	switch args[0] {
	case "LPUSH":
		q.ready = args[2] + "/0," + q.ready
		return out.is(resp.Int(int64(strings.Count(q.ready, ",")))), q
	case "RPOP":
		value, rest, some := cutRight(q.dead)
		if !some {
			return out.is(resp.Null), q
		}
		q.dead = rest
		return out.is(resp.Bulk(value)), q
	case "QUEUEINFO":
		return q.counts(out), q
	case "RESERVE":
		return q.reserve(args, out)
	}
	item, rest, good := cutTicket(q.out, args[2])
	if !good {
		return out.is(resp.Int(0)), q
	}
	switch args[0] {
	case "ACK":
		q.out = rest
	case "NACK":
		q.out = rest
		if value, tries := cutItem(item); tries < queueTries {
			q.ready += item + ","
		} else {
			q.dead = value + "," + q.dead
		}
	}
	return out.is(resp.Int(1)), q
}

func (q queueState) reserve(args []string, out outcome) (bool, any) {
	taken, ok := reservations(args, out.reply)
	if !out.unknown && !ok {
		return false, q
	}
	for i := range reserveCount(args) {
		item, rest, some := cutRight(q.ready)
		if !some {
			return out.unknown || len(taken) == i, q
		}
		q.ready = rest
		if out.unknown {
			q.lost++
			q.max++ // whatever the lost ticket was, it was at least this
			continue
		}
		value, tries := cutItem(item)
		if len(taken) <= i || taken[i].ticket <= q.max || taken[i].value != value || taken[i].tries != tries+1 {
			return false, q
		}
		q.max = taken[i].ticket
		q.out += fmt.Sprintf(",%d/%s/%d", taken[i].ticket, value, tries+1)
	}
	return true, q
}

// counts tells whether the outcome of QUEUEINFO may be of this state.
func (q queueState) counts(out outcome) bool {
	want := map[string]int{
		"ready": strings.Count(q.ready, ","), "reserved": strings.Count(q.out, ",") + q.lost,
		"delayed": 0, "dead": strings.Count(q.dead, ","),
	}
	found := 0
	for i := 0; i+1 < len(out.reply.Elems); i += 2 {
		n, counted := want[out.reply.Elems[i].Str]
		if counted && out.reply.Elems[i+1].Int != int64(n) {
			return false
		}
		if counted {
			found++
		}
	}
	return out.unknown || found == len(want)
}

// cutRight takes the last off a list.
func cutRight(list string) (last, rest string, some bool) {
	if list == "" {
		return "", "", false
	}
	trimmed := strings.TrimSuffix(list, ",")
	at := strings.LastIndexByte(trimmed, ',') + 1
	return trimmed[at:], trimmed[:at], true
}

// cutTicket takes the item with a ticket out of those that are reserved.
func cutTicket(out, ticket string) (item, rest string, found bool) {
	before, behind, found := strings.Cut(out, ","+ticket+"/")
	if !found {
		return "", out, false
	}
	item, after, more := strings.Cut(behind, ",")
	if more {
		after = "," + after
	}
	return item, before + after, true
}

func cutItem(item string) (value string, tries int64) {
	value, text, _ := strings.Cut(item, "/")
	tries, _ = strconv.ParseInt(text, 10, 64)
	return value, tries
}

// took is the outcome of a RESERVE without COUNT.
func took(ticket int64, value string, tries int64) outcome {
	return is(resp.Array(resp.Int(ticket), resp.Bulk(value), resp.Int(tries)))
}

// queueCounts is the outcome of a QUEUEINFO.
func queueCounts(ready, reserved, dead int64) outcome {
	return is(resp.Array(resp.Bulk("ready"), resp.Int(ready), resp.Bulk("reserved"), resp.Int(reserved),
		resp.Bulk("delayed"), resp.Int(0), resp.Bulk("dead"), resp.Int(dead), resp.Bulk("dead-list"), resp.Bulk("{k}:dead")))
}

func TestModelsBiteQueues(t *testing.T) {
	one, none := is(resp.Int(1)), is(resp.Int(0))
	push, reserve := op(0, 1, "LPUSH k a", one), op(2, 3, "RESERVE k w PX 1", took(5, "a", 1))
	both := is(resp.Array(took(5, "a", 1).reply, took(6, "b", 1).reply))
	two := []porcupine.Operation{push, op(2, 3, "LPUSH k b", is(resp.Int(2)))}
	history := func(ops ...porcupine.Operation) []porcupine.Operation {
		return append([]porcupine.Operation{push, reserve}, ops...)
	}
	bite(t, []biteCase{
		{"an item given back and taken again", queues(), true, history(
			op(4, 5, "NACK k 5", one), op(6, 7, "RESERVE k w PX 1", took(6, "a", 2)), op(8, 9, "EXTEND k 6 PX 1", one),
			op(10, 11, "ACK k 6", one), op(12, 13, "ACK k 6", none), op(14, 15, "RESERVE k w PX 1", is(resp.Null)))},
		{"an item that two workers have", queues(), false, history(op(2, 9, "RESERVE k v PX 1", took(6, "a", 1)))},
		{"an acknowledged item delivered again", queues(), false, history(
			op(4, 5, "ACK k 5", one), op(6, 7, "RESERVE k w PX 1", took(6, "a", 2)))},
		{"a lost item", queues(), false, history(
			op(4, 5, "NACK k 5", one), op(6, 7, "RESERVE k w PX 1", is(resp.Null)))},
		{"a pushed item that was lost", queues(), false, []porcupine.Operation{
			push, op(2, 3, "RESERVE k w PX 1 BLOCK 100", is(resp.Null))}},
		{"one that waited in vain behind a client that has gone", queues(), true, []porcupine.Operation{
			op(0, never, "RESERVE k v PX 1 BLOCK 100", lost), op(0, 1, "LPUSH k a", one), op(0, 1, "LPUSH k b", is(resp.Int(2))),
			op(2, 3, "RESERVE k w PX 1 BLOCK 100", is(resp.Null))}},
		{"one that did not wait, and missed an item", queues(), false, []porcupine.Operation{
			op(0, never, "RESERVE k v PX 1 BLOCK 100", lost), op(0, 1, "LPUSH k a", one), op(0, 1, "LPUSH k b", is(resp.Int(2))),
			op(2, 3, "RESERVE k w PX 1", is(resp.Null))}},
		{"a ticket that does not grow", queues(), false, history(
			op(4, 5, "NACK k 5", one), op(6, 7, "RESERVE k w PX 1", took(5, "a", 2)))},
		{"a try that is not counted", queues(), false, history(
			op(4, 5, "NACK k 5", one), op(6, 7, "RESERVE k w PX 1", took(6, "a", 1)))},
		{"a ticket that is good twice", queues(), false, history(op(4, 5, "ACK k 5", one), op(6, 7, "NACK k 5", one))},
		{"a reservation that ended by itself", queues(), false, history(op(4, 5, "EXTEND k 5 PX 1", none))},
		{"a queue's order", queues(), true, append(two, op(4, 5, "RESERVE k w PX 1 COUNT 2", both))},
		{"the wrong end", queues(), false, append(two, op(4, 5, "RESERVE k w PX 1", took(5, "b", 1)))},
		{"fewer than there are", queues(), false, append(two,
			op(4, 5, "RESERVE k w PX 1 COUNT 2", is(resp.Array(took(5, "a", 1).reply))))},
		{"what is given back goes in front", queues(), true, append(two, reserve,
			op(4, 5, "NACK k 5", one), op(6, 7, "RESERVE k w PX 1", took(6, "a", 2)))},
		{"what is given back goes behind", queues(), false, append(two, op(4, 5, "RESERVE k w PX 1", took(5, "a", 1)),
			op(6, 7, "NACK k 5", one), op(8, 9, "RESERVE k w PX 1", took(6, "b", 1)))},
		{"a reservation whose reply was lost", queues(), true, append(two, op(4, never, "RESERVE k w PX 1", lost),
			op(6, 7, "QUEUEINFO k", queueCounts(1, 1, 0)), op(8, 9, "RESERVE k w PX 1", took(6, "b", 1)))},
		{"a reservation applied twice", queues(), false, append(two, op(4, never, "RESERVE k w PX 1", lost),
			op(6, 7, "QUEUEINFO k", queueCounts(0, 2, 0)))},
		{"a push applied twice", queues(), false, []porcupine.Operation{op(0, never, "LPUSH k a", lost),
			op(2, 3, "RESERVE k w PX 1 COUNT 2", is(resp.Array(took(5, "a", 1).reply, took(6, "a", 1).reply)))}},
		{"one that may have been given back", queues(), true, history(
			op(4, never, "NACK k 5", lost), op(6, 7, "RESERVE k w PX 1", is(resp.Null)), op(8, 9, "NACK k 5", none))},
		{"one that was given back twice", queues(), false, history(op(4, never, "NACK k 5", lost),
			op(6, 7, "RESERVE k w PX 1", took(6, "a", 2)), op(8, 9, "QUEUEINFO k", queueCounts(1, 1, 0)))},
		{"one tried too often", queues(), true, history(op(4, 5, "NACK k 5", one), op(6, 7, "RESERVE k w PX 1", took(6, "a", 2)),
			op(8, 9, "NACK k 6", one), op(10, 11, "RESERVE k w PX 1", took(7, "a", 3)), op(12, 13, "NACK k 7", one),
			op(14, 15, "QUEUEINFO k", queueCounts(0, 0, 1)), op(16, 17, "RPOP {k}:dead", is(resp.Bulk("a"))))},
		{"one that died too soon", queues(), false, history(op(4, 5, "NACK k 5", one),
			op(6, 7, "RESERVE k w PX 1", took(6, "a", 2)), op(8, 9, "NACK k 6", one), op(10, 11, "RPOP {k}:dead", is(resp.Bulk("a"))))},
	})
}
