package commands

import (
	"encoding/binary"
	"strings"

	"coordd/store"
)

// A queue is an ordinary list: producers push at its left end. RESERVE takes an
// item off the right end, as RPOP does, and keeps it out of sight until it is
// acknowledged, given back, or its time is over; what comes back goes to the right
// end. All that is kept of it stands in the database beside the list's one
// (store.Tx.Reserved), so DEL and RENAME of the list leave it alone, and FLUSHDB
// does not.
//
// A list holds plain strings, so how often an item was tried is remembered
// apart, for the items that have come back, in the order in which they stand at
// the list's end. Whoever takes one of them by other words (RPOP, LREM) makes
// that memory stale, which the next RESERVE notices by the values. Of two equal
// items one may then count the tries of the other.

// The keys beside a list. They are in snapshots and never change.
const (
	itemsPrefix = "i" // hash of ticket to item
	triesPrefix = "t" // list of tries and value, one for each item that came back
)

// item is what is kept of a reserved item.
type item struct {
	tries   uint64 // this one counts
	most    uint64 // of tries; 0: no limit
	delayed bool   // nobody has it: it comes back when its delay is over
	worker  string
	value   string
}

func (i item) encode() string {
	b := binary.AppendUvarint(nil, i.tries)
	b = binary.AppendUvarint(b, i.most)
	state := byte('r')
	if i.delayed {
		state = 'd'
	}
	b = append(b, state)
	b = binary.AppendUvarint(b, uint64(len(i.worker)))
	b = append(b, i.worker...)
	return string(append(b, i.value...))
}

// parseItem reads what encode wrote; nothing else is ever there.
func parseItem(text string) (i item) {
	var n uint64
	i.tries, text = cutNumber(text)
	i.most, text = cutNumber(text)
	i.delayed, text = text[0] == 'd', text[1:]
	n, text = cutNumber(text)
	i.worker, i.value = text[:n], text[n:]
	return i
}

// cutNumber reads a uvarint off a text that has one.
func cutNumber(text string) (n uint64, rest string) {
	n, size := binary.Uvarint([]byte(text[:min(len(text), binary.MaxVarintLen64)]))
	if size <= 0 {
		panic("commands: a reservation does not decode")
	}
	return n, text[size:]
}

// deadList is where the items of a list go that were tried too often. It must be
// of the same slot, and ok is false for the few names for which there is none:
// those with a "}" and no hash tag.
func deadList(list string) (name string, ok bool) {
	if _, behind, found := strings.Cut(list, "{"); found {
		if tag, _, found := strings.Cut(behind, "}"); found && tag != "" {
			return list + ":dead", true
		}
	}
	return "{" + list + "}:dead", !strings.Contains(list, "}")
}

// returnReserved is what happens to an item whose time, or whose delay, is over.
func returnReserved(hidden *store.Tx, key, ticket, text string) {
	list, ours := strings.CutPrefix(key, itemsPrefix)
	if !ours {
		return
	}
	i := parseItem(text)
	event := "lapse"
	if i.delayed {
		event = "delayed"
	}
	putBack(hidden.Visible(), list, ticket, i, event)
}

// putBack ends a reservation whose item was not acknowledged: it goes to the
// list's right end or, if it was tried as often as it may be, to the list of the
// dead. While something else has the name of both, it stays out of sight and
// is tried again.
func putBack(tx *store.Tx, list, ticket string, i item, event string) {
	dead := i.most != 0 && i.tries >= i.most && !i.delayed
	if !dead {
		if l, err := tx.MakeList(list); err == nil {
			l.PushBack(i.value)
			remember(tx, list, i, l.Len())
			Notify(tx, ListEvents, event, list)
			return
		}
	}
	name, _ := deadList(list)
	if l, err := tx.MakeList(name); err == nil {
		l.PushFront(i.value)
		Notify(tx, ListEvents, "dead", list)
		return
	}
	const again = 60_000 // ms
	items, _ := tx.Reserved().MakeHash(itemsPrefix + list)
	items.Set(ticket, i.encode())
	items.SetMemberDeadline(ticket, tx.Now()+again)
}

// remember notes how often an item that has come back was tried; the list has n
// items now.
func remember(tx *store.Tx, list string, i item, n int) {
	tries, _ := tx.Reserved().MakeList(triesPrefix + list)
	tries.PushBack(string(binary.AppendUvarint(nil, i.tries)) + i.value)
	for tries.Len() > n {
		tries.PopFront()
	}
}

// recallDepth is how far down recall looks. What lies deeper was buried by items
// that others took away.
const recallDepth = 64

// recall tells how often the item that was just taken off a list's end has been
// tried, and forgets it and those that stood behind it.
func recall(tx *store.Tx, list, value string) uint64 {
	known, _ := tx.Reserved().List(triesPrefix + list)
	for at := known.Len() - 1; at >= max(0, known.Len()-recallDepth); at-- {
		tries, its := cutNumber(known.At(at))
		if its != value {
			continue
		}
		known, _ = tx.Reserved().MakeList(triesPrefix + list)
		for known.Len() > at {
			known.PopBack()
		}
		return tries
	}
	return 0
}
