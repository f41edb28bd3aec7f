package commands

import (
	"math"
	"strconv"

	"coordd/resp"
	"coordd/store"
)

// reservation is what stands in RESERVE.
type reservation struct {
	list, worker string
	px           int64 // ms
	blocks       bool
	block        int64 // ms; 0: for ever
	counted      bool
	count        int64
	most         uint64 // tries; 0: no limit
}

// parseReserve reads RESERVE's arguments at log time now (ms).
func parseReserve(args []string, now int64) (r reservation, refusal resp.Reply) {
	r = reservation{list: args[1], worker: args[2], count: 1}
	if r.worker == "" {
		return r, errWorker
	}
	for rest := args[3:]; len(rest) > 0; rest = rest[2:] {
		if len(rest) == 1 {
			return r, errSyntax
		}
		n, ok := parseInt(rest[1])
		switch {
		case isWord(rest[0], "PX"):
			if r.px = n; !ok || n <= 0 || n > math.MaxInt64-now {
				return r, errPX
			}
		case isWord(rest[0], "BLOCK"):
			if r.blocks, r.block = true, n; !ok || n < 0 {
				return r, errBlockMillis
			}
		case isWord(rest[0], "COUNT"):
			if r.counted, r.count = true, n; !ok || n < 1 || n > maxReserve {
				return r, errReserveMost
			}
		case isWord(rest[0], "MAXTRIES"):
			if r.most = uint64(n); !ok || n < 1 {
				return r, errReserveTry
			}
		default:
			return r, errSyntax
		}
	}
	switch _, named := deadList(r.list); {
	case r.px == 0:
		return r, errReserve
	case r.most != 0 && !named:
		return r, errDeadName
	}
	return r, resp.Reply{}
}

// maxReserve bounds the work of one RESERVE.
const maxReserve = 10_000

// reserve answers a ticket, the value, and how often it has been reserved with
// this time: one such array, or with COUNT an array of them. An item that was
// tried too often by then is moved away, and the next one taken.
func reserve(tx *store.Tx, args []string) resp.Reply {
	r, refusal := parseReserve(args, tx.Now())
	if refusal.IsError() {
		return refusal
	}
	// What is due comes back before anything is taken.
	if _, err := tx.Reserved().Hash(itemsPrefix + r.list); err != nil {
		return failed(err)
	}
	l, err := tx.List(r.list)
	switch {
	case err != nil:
		return failed(err)
	case l == nil:
		return resp.NullArray
	}
	l, _ = tx.MakeList(r.list)
	var taken []resp.Reply
	for int64(len(taken)) < r.count && l.Len() > 0 {
		value, _ := l.PopBack()
		i := item{most: r.most, worker: r.worker, value: value}
		i.tries = recall(tx, r.list, i.value)
		if i.most != 0 && i.tries >= i.most {
			putBack(tx, r.list, strconv.FormatUint(tx.NextToken(), 10), i, "")
			continue
		}
		i.tries++
		taken = append(taken, hide(tx, r, i))
	}
	if len(taken) > 0 {
		Notify(tx, ListEvents, "reserve", r.list)
	}
	if l.Len() == 0 {
		Notify(tx, GenericEvents, "del", r.list)
	}
	switch {
	case len(taken) == 0:
		return resp.NullArray
	case r.counted:
		return resp.Array(taken...)
	}
	return taken[0]
}

// hide keeps an item out of sight for its worker, under a ticket larger than any
// before.
func hide(tx *store.Tx, r reservation, i item) resp.Reply {
	id := tx.NextToken()
	ticket := strconv.FormatUint(id, 10)
	items, _ := tx.Reserved().MakeHash(itemsPrefix + r.list)
	items.Set(ticket, i.encode())
	items.SetMemberDeadline(ticket, tx.Now()+r.px)
	return resp.Array(resp.Int(int64(id)), resp.Bulk(i.value), resp.Int(int64(i.tries)))
}

// reservedItem finds a reserved item by its ticket; ok is false when its time is
// over. items is nil then.
func reservedItem(tx *store.Tx, list, ticket string) (items *store.Hash, i item, ok bool) {
	found, err := tx.Reserved().Hash(itemsPrefix + list)
	if err != nil || found == nil {
		return nil, i, false
	}
	text, ok := found.Get(ticket)
	if !ok {
		return nil, i, false
	}
	if i = parseItem(text); i.delayed {
		return nil, i, false
	}
	items, _ = tx.Reserved().MakeHash(itemsPrefix + list)
	return items, i, true
}

// isTicket tells whether an argument may be a ticket, in the one way to write it.
func isTicket(arg string) bool {
	n, ok := parseInt(arg)
	return ok && n > 0
}

// ack answers how many of the tickets were still good.
func ack(tx *store.Tx, args []string) resp.Reply {
	for _, ticket := range args[2:] {
		if !isTicket(ticket) {
			return errTicket
		}
	}
	done := int64(0)
	for _, ticket := range args[2:] {
		if items, _, ok := reservedItem(tx, args[1], ticket); ok {
			items.Remove(ticket)
			done++
		}
	}
	if done > 0 {
		Notify(tx, ListEvents, "ack", args[1])
	}
	return resp.Int(done)
}

func nack(tx *store.Tx, args []string) resp.Reply {
	delay := int64(0)
	switch {
	case len(args) == 5 && isWord(args[3], "DELAY"):
		var ok bool
		if delay, ok = parseInt(args[4]); !ok || delay <= 0 || delay > math.MaxInt64-tx.Now() {
			return errDelay
		}
	case len(args) != 3:
		return errSyntax
	}
	list, ticket := args[1], args[2]
	if !isTicket(ticket) {
		return errTicket
	}
	items, i, ok := reservedItem(tx, list, ticket)
	if !ok {
		return resp.Int(0)
	}
	if delay == 0 || i.most != 0 && i.tries >= i.most {
		items.Remove(ticket)
		putBack(tx, list, ticket, i, "nack")
		return resp.Int(1)
	}
	i.delayed = true
	items.Set(ticket, i.encode())
	items.SetMemberDeadline(ticket, tx.Now()+delay)
	Notify(tx, ListEvents, "nack", list)
	return resp.Int(1)
}

func extend(tx *store.Tx, args []string) resp.Reply {
	if !isWord(args[3], "PX") {
		return errSyntax
	}
	px, ok := parseInt(args[4])
	if !ok || px <= 0 || px > math.MaxInt64-tx.Now() {
		return errPX
	}
	if !isTicket(args[2]) {
		return errTicket
	}
	items, _, ok := reservedItem(tx, args[1], args[2])
	if !ok {
		return resp.Int(0)
	}
	items.SetMemberDeadline(args[2], tx.Now()+px)
	Notify(tx, ListEvents, "extend", args[1])
	return resp.Int(1)
}

// queueInfo counts. next-ms is how long it is until the first of what is out of
// sight comes back, -1 if nothing will.
func queueInfo(tx *store.Tx, args []string) resp.Reply {
	ready, err := tx.List(args[1])
	if err != nil {
		return failed(err)
	}
	name, _ := deadList(args[1])
	dead, err := tx.List(name)
	if err != nil {
		dead = nil
	}
	items, _ := tx.Reserved().Hash(itemsPrefix + args[1])
	reserved, delayed, next := int64(0), int64(0), int64(math.MaxInt64)
	items.Each(func(ticket, text string) bool {
		if parseItem(text).delayed {
			delayed++
		} else {
			reserved++
		}
		next = min(next, items.MemberDeadline(ticket))
		return true
	})
	if next == math.MaxInt64 {
		next = -1
	} else {
		next = max(0, next-tx.Now())
	}
	return resp.Map(
		resp.Bulk("ready"), resp.Int(int64(ready.Len())),
		resp.Bulk("reserved"), resp.Int(reserved),
		resp.Bulk("delayed"), resp.Int(delayed),
		resp.Bulk("dead"), resp.Int(int64(dead.Len())),
		resp.Bulk("dead-list"), resp.Bulk(name),
		resp.Bulk("next-ms"), resp.Int(next),
	)
}
