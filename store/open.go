package store

import "strings"

// List is the list at key, for reading; nil when the key is absent.
func (tx *Tx) List(key string) (*List, error) { return read[*List](tx, key) }

// SetOf is the set at key, for reading; nil when the key is absent. (Set is the
// word of strings.)
func (tx *Tx) SetOf(key string) (*Set, error) { return read[*Set](tx, key) }

// ZSet is the sorted set at key, for reading; nil when the key is absent.
func (tx *Tx) ZSet(key string) (*ZSet, error) { return read[*ZSet](tx, key) }

// Hash is the hash at key, for reading; nil when the key is absent.
func (tx *Tx) Hash(key string) (*Hash, error) { return read[*Hash](tx, key) }

// Stream is the stream at key, for reading; nil when the key is absent.
func (tx *Tx) Stream(key string) (*Stream, error) { return read[*Stream](tx, key) }

// Lock is the lock at key, for reading; nil when the key is absent.
func (tx *Tx) Lock(key string) (*Lock, error) { return read[*Lock](tx, key) }

// MakeList is the list at key, for writing; made when the key is absent.
func (tx *Tx) MakeList(key string) (*List, error) { return open[*List](tx, key, newList) }

// MakeSet is the set at key, for writing; made when the key is absent.
func (tx *Tx) MakeSet(key string) (*Set, error) { return open[*Set](tx, key, newSet) }

// MakeZSet is the sorted set at key, for writing; made when the key is absent.
func (tx *Tx) MakeZSet(key string) (*ZSet, error) { return open[*ZSet](tx, key, newZSet) }

// MakeHash is the hash at key, for writing; made when the key is absent.
func (tx *Tx) MakeHash(key string) (*Hash, error) { return open[*Hash](tx, key, newHash) }

// MakeStream is the stream at key, for writing; made when the key is absent. It
// stays though it is empty.
func (tx *Tx) MakeStream(key string) (*Stream, error) { return open[*Stream](tx, key, newStream) }

// MakeLock is the lock at key, for writing; made when the key is absent.
func (tx *Tx) MakeLock(key string) (*Lock, error) { return open[*Lock](tx, key, newLock) }

func read[C collection](tx *Tx, key string) (c C, err error) {
	e := tx.find(key)
	if e == nil {
		return c, nil
	}
	return as[C](e)
}

// as is the collection of an entry if it is a C.
func as[C collection](e *entry) (c C, err error) {
	if e.obj != nil {
		if c, ok := e.obj.self.(C); ok {
			return c, nil
		}
	}
	return c, ErrWrongType
}

// open makes the collection at key one that the running command may change.
// What was read from it before may be another copy by then.
func open[C collection](tx *Tx, key string, fresh func() *object) (c C, err error) {
	pos, e := tx.live(key)
	var o *object
	if e == nil {
		key = strings.Clone(key)
		o = fresh()
		o.epoch = tx.s.epoch
		tx.db.keys.put(pos, key, entry{text: key, keyLen: uint32(len(key)), obj: o})
		tx.turn.makes(tx.db, key)
	} else {
		if c, err = as[C](e); err != nil {
			return c, err
		}
		key, o = e.name(), tx.own(pos, e)
	}
	if !o.open {
		o.open = true
		tx.turn.opened = append(tx.turn.opened, opened{tx.db, pos, key, o})
	}
	return o.self.(C), nil
}
