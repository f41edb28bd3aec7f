package commands

import (
	"encoding/binary"
	"strings"

	"coordd/resp"
	"coordd/store"
)

// Who waits for a lock stands in a line, in store.Waiting, beside the queue of
// package block that its clients stand in: a client there, an owner here. An owner
// that asks again while it waits (a client that came back, or came to another node,
// before the log has heard that it had gone) has one place in the line: all its
// clients stand together, and when the first is granted the lock, the others renew
// it. What the first asked for counts for all where deadlocks are looked for.
//
// The records are in snapshots and never change. <lock> is the database and the
// lock's name:
//
//	l<lock>    sorted set of place, owner: the line
//	b<lock>    the same of those owners alone who wait for other locks too
//	p<lock>    sorted set of sharing, place: of those in line who would hold the lock with others
//	v<owner>   hash of lock to place, sharing, clients: what an owner waits for
//	n          sorted set of locks: those with a line
const (
	linePrefix   = "l"
	busyPrefix   = "b"
	sharedPrefix = "p"
	waitsPrefix  = "v"
	awaitedKey   = "n"
)

// lockID names a lock among those of all databases.
type lockID struct {
	db   int
	name string
}

func (l lockID) text() string { return string(rune(l.db)) + l.name }

func parseLockID(text string) lockID { return lockID{int(text[0]), text[1:]} }

// inLine is what an owner waits for.
type inLine struct {
	lock    lockID
	place   string // its clients' places begin with it
	with    sharing
	clients uint64
}

func (w inLine) encode() string {
	b := binary.AppendUvarint([]byte(w.place), uint64(w.with))
	return string(binary.AppendUvarint(b, w.clients))
}

func parseInLine(lock, text string) inLine {
	w := inLine{lock: parseLockID(lock)}
	w.place, text = cutPlace(text)
	with, text := cutNumber(text)
	w.with = sharing(with)
	w.clients, _ = cutNumber(text)
	return w
}

// sharing is with whom a request would hold a lock: 0 with nobody, 1 with other
// readers, n+1 with n-1 others who have permits.
type sharing uint64

func (r lockRequest) sharing() sharing {
	switch r.mode {
	case store.Shared:
		return 1
	case store.Permits:
		return sharing(r.permits) + 1
	}
	return 0
}

func (s sharing) mode() store.LockMode {
	return store.LockMode(min(s, sharing(store.Permits)))
}

// fits tells whether such a request goes together with n holders of a mode.
func (s sharing) fits(mode store.LockMode, n int) bool {
	switch {
	case n == 0:
		return true
	case mode == store.Permits:
		return s > sharing(n)+1
	}
	return mode == store.Shared && s.mode() == mode
}

func parseSharing(text string) sharing { return sharing(binary.BigEndian.Uint64([]byte(text[:8]))) }

func (s sharing) text() string { return string(binary.BigEndian.AppendUint64(nil, uint64(s))) }

// A place is the number that package block gave, of placeBytes. Holders who want
// more than they have stand in front of all others, who wait for them in any
// case: their places are front and the number.
const placeBytes = 8

const front = "\x00\x00\x00\x00\x00\x00\x00\x00"

// cutPlace takes an owner's place off a text that begins with it.
func cutPlace(text string) (place, rest string) {
	n := placeBytes
	if strings.HasPrefix(text, front) {
		n += placeBytes
	}
	return text[:n], text[n:]
}

// lines are the records of who waits.
type lines struct{ tx *store.Tx }

func linesOf(tx *store.Tx) lines { return lines{tx.On(store.Waiting)} }

// empty is a quick answer for the usual case.
func (ls lines) empty() bool { return ls.tx.Len() == 0 }

func (ls lines) read(key string) *store.ZSet {
	z, err := ls.tx.ZSet(key)
	mustBe(err)
	return z
}

func (ls lines) open(key string) *store.ZSet {
	z, err := ls.tx.MakeZSet(key)
	mustBe(err)
	return z
}

// waits are what an owner waits for, nil if that is nothing.
func (ls lines) waits(owner string) *store.Hash {
	h, err := ls.tx.Hash(waitsPrefix + owner)
	mustBe(err)
	return h
}

// mustBe stops the node when a record is of another type than this file made it.
func mustBe(err error) {
	if err != nil {
		panic("commands: records of who waits for locks: " + err.Error())
	}
}

// at is what an owner waits for at one lock.
func (ls lines) at(owner string, lock lockID) (w inLine, waits bool) {
	text, waits := ls.waits(owner).Get(lock.text())
	if !waits {
		return inLine{}, false
	}
	return parseInLine(lock.text(), text), true
}

// first is the owner who is next, "" when nobody waits.
func (ls lines) first(lock lockID) string {
	line := ls.read(linePrefix + lock.text())
	if line.Len() == 0 {
		return ""
	}
	m, _ := line.At(0)
	_, owner := cutPlace(m)
	return owner
}

// join puts an owner into a line.
func (ls lines) join(owner string, w inLine) {
	lock := w.lock.text()
	ls.open(linePrefix+lock).Put(w.place+owner, 0)
	ls.open(awaitedKey).Put(lock, 0)
	if w.with > 0 {
		ls.open(sharedPrefix+lock).Put(w.with.text()+w.place, 0)
	}
	its, err := ls.tx.MakeHash(waitsPrefix + owner)
	mustBe(err)
	its.Put(lock, w.encode())
	switch its.Len() {
	case 1:
	case 2:
		its.Each(func(lock, text string) bool {
			ls.setBusy(owner, parseInLine(lock, text), true)
			return true
		})
	default:
		ls.setBusy(owner, w, true)
	}
}

// part takes an owner out of a line.
func (ls lines) part(owner string, w inLine) {
	lock := w.lock.text()
	line := ls.open(linePrefix + lock)
	line.Remove(w.place + owner)
	if line.Len() == 0 {
		ls.open(awaitedKey).Remove(lock)
	}
	if w.with > 0 {
		ls.open(sharedPrefix + lock).Remove(w.with.text() + w.place)
	}
	its, err := ls.tx.MakeHash(waitsPrefix + owner)
	mustBe(err)
	its.Remove(lock)
	if its.Len() == 0 {
		return
	}
	ls.setBusy(owner, w, false)
	if its.Len() == 1 {
		ls.setBusy(owner, parseInLine(its.At(0)), false)
	}
}

// awaits tells whether somebody may wait for an owner: it holds something for which
// there is a line, or stands in one.
func (ls lines) awaits(owner string) (is bool) {
	if ls.waits(owner).Len() > 0 {
		return true
	}
	awaited := ls.read(awaitedKey)
	awaited.Range(0, awaited.Len(), func(text string, _ float64) bool {
		lock := parseLockID(text)
		held, _ := ls.tx.On(lock.db).Lock(lock.name) // it may have become something else
		_, is = held.Holder(owner)
		return !is
	})
	return is
}

func (ls lines) setBusy(owner string, w inLine, busy bool) {
	set := ls.open(busyPrefix + w.lock.text())
	if busy {
		set.Put(w.place+owner, 0)
	} else {
		set.Remove(w.place + owner)
	}
}

// enterLine gives a client of LOCK its place, or refuses it; place is the number
// to make it of.
func enterLine(tx *store.Tx, args []string, place string) (taken string, refusal resp.Reply) {
	r, refusal := parseLock(args, tx.Now())
	if refusal.IsError() {
		return "", refusal
	}
	ls, lock := linesOf(tx), lockID{tx.DB(), r.name}
	w, waits := ls.at(r.owner, lock)
	if waits {
		taken = w.place + place
		w.clients++
		its, err := ls.tx.MakeHash(waitsPrefix + r.owner)
		mustBe(err)
		its.Put(lock.text(), w.encode())
		return taken, resp.Reply{}
	}
	w = inLine{lock: lock, place: place, with: r.sharing(), clients: 1}
	held, err := tx.Lock(r.name)
	if err != nil {
		return "", failed(err)
	}
	if _, holds := held.Holder(r.owner); holds {
		w.place = front + place
	}
	if refusal := refuseKnot(tx, r.owner, w); refusal.IsError() {
		return "", refusal
	}
	ls.join(r.owner, w)
	Notify(tx, GenericEvents, "lockwait", r.name)
	return w.place, resp.Reply{}
}

// leaveLine is for a client that does not wait any more.
func leaveLine(tx *store.Tx, args []string) {
	name, owner := args[1], args[2]
	ls := linesOf(tx)
	w, waits := ls.at(owner, lockID{tx.DB(), name})
	switch {
	case !waits:
		panic("commands: a client leaves a line in which it does not stand")
	case w.clients == 1:
		ls.part(owner, w)
	default:
		w.clients--
		its, err := ls.tx.MakeHash(waitsPrefix + owner)
		mustBe(err)
		its.Put(w.lock.text(), w.encode())
	}
}
