package store

// Lock is who holds a lock, and how. Each owner's hold is a lease: it has a
// deadline of its own (SetMemberDeadline) and goes by itself, and the key goes
// with the last one. The key's deadline is that of its last lease, and to set it
// is to set all of them. A nil *Lock is one that nobody holds. The methods that
// change it are for one got from MakeLock.
type Lock struct {
	timed
	mode    LockMode
	holders dict[grant]
}

// LockMode says who may hold a lock beside others. The numbers are part of the
// snapshot format.
type LockMode uint8

// The modes. All who hold a lock hold it in one mode.
const (
	Exclusive LockMode = iota // one holder
	Shared                    // any number
	Permits                   // as many as each of them allows
)

// String is the mode's word in LOCKINFO.
func (m LockMode) String() string {
	return [...]string{Exclusive: "exclusive", Shared: "shared", Permits: "permits"}[m]
}

// Holder is one who holds a lock.
type Holder struct {
	Owner   string
	Token   uint64 // the fencing token of the grant
	Permits uint64 // of mode Permits: how many holders this one allowed when it last asked; else 0
}

// grant is a Holder without its name.
type grant struct{ token, permits uint64 }

func newLock() *object {
	l := &Lock{}
	l.self = l
	return &l.object
}

func (l *Lock) kind() Type { return LockType }

func (l *Lock) clone() *object {
	c := &Lock{mode: l.mode, holders: l.holders.clone()}
	c.self, c.notes = c, l.notes.clone()
	return &c.object
}

// Encoding is the word of OBJECT ENCODING.
func (l *Lock) Encoding() string { return "lock" }

// Len counts the holders.
func (l *Lock) Len() int {
	if l == nil {
		return 0
	}
	return l.holders.len()
}

// Mode is how the lock is held; Exclusive when nobody holds it.
func (l *Lock) Mode() LockMode {
	if l == nil {
		return Exclusive
	}
	return l.mode
}

// Holder is what an owner holds; false when it holds nothing.
func (l *Lock) Holder(owner string) (h Holder, ok bool) {
	if l == nil {
		return Holder{}, false
	}
	g, ok := l.holders.value(owner)
	return Holder{owner, g.token, g.permits}, ok
}

// Each visits the holders, in no order that means anything, until f returns false.
func (l *Lock) Each(f func(h Holder) bool) {
	if l != nil {
		l.holders.each(func(owner string, g grant) bool { return f(Holder{owner, g.token, g.permits}) })
	}
}

// Hold makes an owner a holder, or replaces what it holds; a deadline that it
// has stays.
func (l *Lock) Hold(h Holder) {
	l.mustBeOpen()
	g := grant{h.Token, h.Permits}
	if old, ok := l.holders.value(h.Owner); ok && old == g {
		return
	}
	l.holders.set(h.Owner, g)
	l.dirty = true
}

// SetMode is for a lock with at most one holder.
func (l *Lock) SetMode(m LockMode) {
	l.mustBeOpen()
	if l.mode != m {
		l.mode, l.dirty = m, true
	}
}

// Remove ends what an owner holds and tells whether it held anything.
func (l *Lock) Remove(owner string) bool {
	if l == nil {
		return false
	}
	l.mustBeOpen()
	removed := l.holders.forget(owner)
	if removed {
		l.removed(owner)
	}
	return removed
}

// ends is the time (ms) at which the last lease ends, 0: never.
func (l *Lock) ends() int64 {
	if l.notes == nil || l.notes.deadlines.len() < l.Len() {
		return 0
	}
	return l.notes.lapses.at(l.notes.lapses.n - 1).ms
}

// end gives all leases one deadline.
func (l *Lock) end(ms int64) {
	l.Each(func(h Holder) bool {
		l.SetMemberDeadline(h.Owner, ms)
		return true
	})
}
