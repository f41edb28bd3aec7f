package store

import "strings"

// Lock is a lease: who holds it and the fencing token of the grant. A lock
// without an owner is removed by Done. Change the fields only of one got from
// MakeLock; what they hold is cloned by Done.
type Lock struct {
	object
	Owner string
	Token uint64
	kept  lease // what the fields were when the running command began
}

type lease struct {
	owner string
	token uint64
}

func newLock() *object {
	l := &Lock{}
	l.self = l
	return &l.object
}

func (l *Lock) kind() Type { return LockType }

func (l *Lock) clone() *object {
	c := &Lock{Owner: strings.Clone(l.Owner), Token: l.Token}
	c.kept = lease{c.Owner, c.Token}
	c.self = c
	return &c.object
}

// settle keeps what a command put into the fields. An owner that looks the same
// may yet be in the command's buffer.
func (l *Lock) settle() {
	if l.Owner == l.kept.owner {
		l.Owner = l.kept.owner
	} else {
		l.Owner = strings.Clone(l.Owner)
	}
	now := lease{l.Owner, l.Token}
	l.dirty = l.dirty || now != l.kept
	l.kept = now
}

// Encoding is the word of OBJECT ENCODING.
func (l *Lock) Encoding() string { return "lock" }

// Len is 1 while somebody holds the lock, else 0.
func (l *Lock) Len() int {
	if l == nil || l.Owner == "" {
		return 0
	}
	return 1
}
