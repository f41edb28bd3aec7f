package raftfsm

import (
	"encoding/binary"
	"errors"
	"fmt"
	"strings"
)

// entryVersion opens every log entry. A node that meets another version stops:
// it must not guess.
const entryVersion = 1

// entryKind is what a log entry of ours is for.
type entryKind byte

// The kinds of entry. The values are in the log and never change.
const (
	batchEntry      entryKind = 'b' // commands
	startEntry      entryKind = 's' // first of a leader's term: what it must apply before it serves
	tickEntry       entryKind = 't' // time only: keys that are due go
	checkpointEntry entryKind = 'c' // all nodes hash their whole state here
)

// entry is what one Raft log entry holds, without its kind's meaning.
type entry struct {
	kind     entryKind
	now      int64 // log time in ms since 1970, stamped by the leader
	sections []section
}

// section is a run of commands from one origin, numbered from first on without
// a gap. A command of no bytes is one whose client has stopped waiting: it does
// nothing, but keeps the numbers whole.
type section struct {
	origin string // node id
	start  uint64 // which start of that node: a later one ends all before it
	acked  uint64 // the origin has the answers of all numbers below
	first  uint64
	cmds   [][]byte
}

// next is the number after the section's last.
func (s *section) next() uint64 { return s.first + uint64(len(s.cmds)) }

// follows tells whether b may be appended to s as one section.
func (s *section) follows(b *section) bool {
	return s.origin == b.origin && s.start == b.start && s.next() == b.first
}

// size is about how many bytes the section takes in an entry.
func (s *section) size() int {
	n := len(s.origin) + 24
	for _, c := range s.cmds {
		n += len(c) + 4
	}
	return n
}

// append adds the entry's bytes to dst.
func (e *entry) append(dst []byte) []byte {
	dst = append(dst, entryVersion, byte(e.kind))
	dst = binary.AppendUvarint(dst, uint64(e.now))
	for i := range e.sections {
		dst = e.sections[i].append(dst)
	}
	return dst
}

// append adds the section's bytes to dst.
func (s *section) append(dst []byte) []byte {
	dst = binary.AppendUvarint(dst, uint64(len(s.origin)))
	dst = append(dst, s.origin...)
	dst = binary.AppendUvarint(dst, s.start)
	dst = binary.AppendUvarint(dst, s.acked)
	dst = binary.AppendUvarint(dst, s.first)
	dst = binary.AppendUvarint(dst, uint64(len(s.cmds)))
	for _, c := range s.cmds {
		dst = binary.AppendUvarint(dst, uint64(len(c)))
		dst = append(dst, c...)
	}
	return dst
}

// errEntry is the cause of every decoding failure.
var errEntry = errors.New("malformed log entry")

// parseEntry decodes b. The commands alias b.
func parseEntry(b []byte) (entry, error) {
	if len(b) < 2 {
		return entry{}, errEntry
	}
	if b[0] != entryVersion {
		return entry{}, fmt.Errorf("%w: version %d, this binary knows %d", errEntry, b[0], entryVersion)
	}
	e := entry{kind: entryKind(b[1])}
	switch e.kind {
	case batchEntry, startEntry, tickEntry, checkpointEntry:
	default:
		return entry{}, fmt.Errorf("%w: kind %q", errEntry, b[1])
	}
	d := decoder{b: b[2:]}
	e.now = int64(d.uvarint())
	for !d.failed && len(d.b) > 0 {
		e.sections = append(e.sections, d.section())
	}
	if d.failed {
		return entry{}, errEntry
	}
	return e, nil
}

// decoder reads what the appends above wrote; failed says that bytes ran out.
type decoder struct {
	b      []byte
	failed bool
}

func (d *decoder) uvarint() uint64 {
	v, n := binary.Uvarint(d.b)
	if n <= 0 {
		d.b, d.failed = nil, true
		return 0
	}
	d.b = d.b[n:]
	return v
}

func (d *decoder) bytes() []byte {
	n := d.uvarint()
	if n > uint64(len(d.b)) {
		d.b, d.failed = nil, true
		return nil
	}
	v := d.b[:n:n]
	d.b = d.b[n:]
	return v
}

// text is bytes as a string of its own: it keeps no entry alive.
func (d *decoder) text() string { return strings.Clone(string(d.bytes())) }

func (d *decoder) section() section {
	s := section{origin: d.text(), start: d.uvarint(), acked: d.uvarint(), first: d.uvarint()}
	n := d.uvarint()
	if n > uint64(len(d.b)) { // a command takes a byte at least
		d.b, d.failed = nil, true
		return section{}
	}
	s.cmds = make([][]byte, n)
	for i := range s.cmds {
		s.cmds[i] = d.bytes()
	}
	return s
}
