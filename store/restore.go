package store

import (
	"encoding/binary"
	"io"
	"math"
)

// ReadFrom replaces the whole state by a snapshot made by Frozen.WriteTo and
// returns the bytes read. It checks header, version, order and checksum; on
// error, which wraps ErrBadSnapshot, the store stays as it was. It reads nothing
// behind the snapshot's end if r has ReadByte, as a *bufio.Reader has; else it
// may. Writer only, between entries.
func (s *Store) ReadFrom(r io.Reader) (int64, error) {
	d := newDecoder(r)
	loaded := New(s.slotOf)
	loaded.decode(d)
	if d.err != nil {
		return d.n, d.err
	}
	s.head, s.made, s.mine = loaded.head, loaded.made, loaded.mine
	for i := range s.dbs {
		s.dbs[i] = loaded.dbs[i]
	}
	s.deadlinesChanged()
	return d.n, nil
}

func (s *Store) decode(d *decoder) {
	d.demand(string(d.bytes(uint64(len(snapshotMagic)))) == snapshotMagic, "not a snapshot of coordd")
	d.version = d.uint()
	d.demand(1 <= d.version && d.version <= snapshotVersion, "unknown version")
	s.head = head{index: d.uint(), now: d.int(), changes: d.uint(), tokens: d.uint()}
	if d.version > 2 {
		s.decodeCreations(d)
	}
	least := uint64(1)
	for d.err == nil {
		n := d.uint()
		if n == noMore {
			break
		}
		if n < least || n > allDatabases {
			d.demand(false, "databases out of order")
			return
		}
		least = n + 1
		s.dbs[n-1].decode(d, s)
	}
	sum := d.hash()
	trailer := d.bytes(8)
	d.demand(d.err != nil || binary.LittleEndian.Uint64(trailer) == sum, "checksum is wrong")
}

func (db *database) decode(d *decoder, s *Store) {
	var lastPos uint64
	var last *entry
	for d.err == nil {
		kind := Type(d.byte())
		if kind == noMore {
			d.demand(last != nil, "database without keys")
			return
		}
		e := decodeEntry(d, kind)
		if d.err != nil {
			return
		}
		pos := s.position(e.name())
		inOrder := last == nil || pos > lastPos || pos == lastPos && e.name() > last.name()
		d.demand(inOrder, "keys out of order")
		d.demand(e.version <= s.head.changes, "version out of range")
		lastPos, last = pos, e
		db.insert(pos, *e)
	}
}

func decodeEntry(d *decoder, kind Type) *entry {
	keyLen := d.uint()
	d.demand(keyLen <= math.MaxUint32, "key too long")
	key := string(d.bytes(keyLen))
	e := &entry{keyLen: uint32(keyLen), deadline: d.int(), version: d.uint()}
	if kind == StringType {
		d.buf = append(d.buf[:0], key...)
		d.more(d.uint())
		e.text = string(d.buf)
		return e
	}
	e.text = key
	switch kind {
	case ListType:
		e.obj = decodeList(d)
	case SetType:
		e.obj = decodeSet(d)
	case HashType:
		e.obj = decodeHash(d)
	case ZSetType:
		e.obj = decodeZSet(d)
	case StreamType:
		e.obj = decodeStream(d)
	case LockType:
		e.obj = decodeLock(d, e)
	default:
		d.demand(false, "unknown type")
	}
	return e
}

// times runs f n times, but no more after an error. A collection is never empty.
func (d *decoder) times(n uint64, f func()) {
	d.demand(n > 0, "empty collection")
	for ; n > 0 && d.err == nil; n-- {
		f()
	}
}
