package store

import (
	"strings"
	"sync/atomic"
)

// entry is a key with its value, as it stands in a leaf of the keyspace. It is
// lean because there are millions: key and string value share one allocation,
// and a collection is one pointer away.
type entry struct {
	text     string  // the key, followed by the value if that is a string
	deadline int64   // log time (ms) at which the key goes; 0: it stays
	version  uint64  // Store.head.changes at the last change
	obj      *object // the collection; nil for a string
	keyLen   uint32
}

func (e *entry) name() string  { return e.text[:e.keyLen] }
func (e *entry) value() string { return e.text[e.keyLen:] }

func (e *entry) kind() Type {
	if e.obj == nil {
		return StringType
	}
	return e.obj.self.kind()
}

func (e *entry) encoding() string {
	if e.obj == nil {
		return stringEncoding(e.value())
	}
	return e.obj.self.Encoding()
}

// copyAs copies the entry for another key, of the given epoch.
func (e *entry) copyAs(key string, epoch uint32) entry {
	n := *e
	n.text, n.keyLen = join(key, e.value()), uint32(len(key))
	if e.obj != nil {
		n.obj = e.obj.self.clone()
		n.obj.epoch = epoch
		if n.obj.notes != nil {
			n.obj.notes.indexed = 0
		}
	}
	return n
}

// forsake tells the command that has the entry's collection open that it is no
// longer the key's.
func (e *entry) forsake() {
	if e.obj != nil && e.obj.open {
		e.obj.gone = true
	}
}

// join puts key and value into one new allocation. (Where one of them is empty,
// key + value would be the other itself, which may alias the caller's buffer.)
func join(key, value string) string {
	switch {
	case key == "":
		return strings.Clone(value)
	case value == "":
		return strings.Clone(key)
	}
	return key + value
}

// collection is what every type but the string has in common.
type collection interface {
	kind() Type
	Len() int
	Encoding() string
	// clone copies in O(1) or O(n/128); what it shares with the original is
	// copied by whoever changes it first.
	clone() *object
}

// object is embedded in every collection. One of an epoch before the store's
// may be seen by a Frozen: it is replaced by a clone, not changed.
type object struct {
	self  collection // the collection that this is embedded in
	epoch uint32
	open  bool // got from Make... in the command that is running
	dirty bool // and changed since
	gone  bool // and deleted or replaced since

	notes   *notes              // of members; nil when there are none
	derived atomic.Pointer[any] // see pooled.Derive; no part of the state
}

// mustBeOpen guards frozen views and views against a handler that changes what
// it opened for reading: nodes would part, so it is a broken invariant.
func (o *object) mustBeOpen() {
	if !o.open {
		panic("store: change of a collection that was not opened by Make...")
	}
}

func (o *object) change() {
	o.mustBeOpen()
	o.dirty = true
}
