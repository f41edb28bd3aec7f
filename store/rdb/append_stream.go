package rdb

import (
	"encoding/binary"
	"math"
	"strconv"
)

// nodeEntries is how many entries a node gets: as many as Redis gives it by
// default (stream-node-max-entries).
const nodeEntries = 100

// tellsActive tells whether the form before the newest, in which a consumer was
// active when it was seen last, would lose something.
func (s *Stream) tellsActive() bool {
	for i := range s.Groups {
		for j := range s.Groups[i].Consumers {
			if c := &s.Groups[i].Consumers[j]; c.Active != c.Seen {
				return true
			}
		}
	}
	return false
}

func (w *writer) stream(s *Stream, form byte) {
	nodes := (len(s.Entries) + nodeEntries - 1) / nodeEntries
	w.length(uint64(nodes))
	for from := 0; from < len(s.Entries); from += nodeEntries {
		w.node(s.Entries[from:min(from+nodeEntries, len(s.Entries))])
	}
	w.length(uint64(len(s.Entries)))
	w.lengths(s.Last)
	var first ID
	if len(s.Entries) > 0 {
		first = s.Entries[0].ID
	}
	w.lengths(first)
	w.lengths(s.Deleted)
	w.length(s.Added)
	w.length(uint64(len(s.Groups)))
	for i := range s.Groups {
		w.group(&s.Groups[i], form)
	}
}

// node writes entries with a master entry without fields, so that each has its
// own.
func (w *writer) node(entries []Entry) {
	base := entries[0].ID
	w.length(idBytes)
	w.id(base)
	p := newListpack()
	for _, n := range []int64{int64(len(entries)), 0, 0, 0} {
		p.int(n)
	}
	for _, e := range entries {
		p.int(0)
		p.int(int64(e.ID.Millis - base.Millis))
		p.int(int64(e.ID.Seq - base.Seq))
		p.int(int64(len(e.Fields) / 2))
		for _, f := range e.Fields {
			p.string(f)
		}
		p.int(int64(len(e.Fields) + 4))
	}
	w.string(string(p.done()))
}

func (w *writer) group(g *Group, form byte) {
	w.string(g.Name)
	w.lengths(g.Last)
	w.length(uint64(g.Read))
	w.length(uint64(len(g.Pending)))
	for _, p := range g.Pending {
		w.id(p.ID)
		w.fixed(uint64(p.Delivered))
		w.length(p.Times)
	}
	w.length(uint64(len(g.Consumers)))
	for i := range g.Consumers {
		c := &g.Consumers[i]
		w.string(c.Name)
		w.fixed(uint64(c.Seen))
		if form == stream3Form {
			w.fixed(uint64(c.Active))
		}
		w.length(uint64(len(c.Pending)))
		for _, id := range c.Pending {
			w.id(id)
		}
	}
}

// listpack is a listpack that is being written.
type listpack struct {
	buf   []byte
	count int
}

const listpackHeader = 6

func newListpack() *listpack { return &listpack{buf: make([]byte, listpackHeader)} }

// int writes a number in 64 bits, small ones in one byte.
func (p *listpack) int(n int64) {
	if 0 <= n && n < 0x80 {
		p.end(append(p.buf, byte(n)))
		return
	}
	p.end(binary.LittleEndian.AppendUint64(append(p.buf, 0xf4), uint64(n)))
}

// string writes what looks like a number as one, as Redis's readers expect.
func (p *listpack) string(s string) {
	if n, err := strconv.ParseInt(s, 10, 64); err == nil && strconv.FormatInt(n, 10) == s {
		p.int(n)
		return
	}
	buf := p.buf
	switch n := len(s); {
	case n < 1<<6:
		buf = append(buf, 0x80|byte(n))
	case n < 1<<12:
		buf = append(buf, 0xe0|byte(n>>8), byte(n))
	default:
		buf = binary.LittleEndian.AppendUint32(append(buf, 0xf0), uint32(n))
	}
	p.end(append(buf, s...))
}

// end closes an element with its length, to walk back: seven bits a byte, the
// highest first, all but the first marked.
func (p *listpack) end(buf []byte) {
	size := len(buf) - len(p.buf)
	for left := backBytes(size) - 1; left >= 0; left-- {
		b := byte(size>>(7*left)) & 0x7f
		if left != backBytes(size)-1 {
			b |= 0x80
		}
		buf = append(buf, b)
	}
	p.buf = buf
	p.count++
}

func (p *listpack) done() []byte {
	p.buf = append(p.buf, listEnd)
	binary.LittleEndian.PutUint32(p.buf, uint32(len(p.buf)))
	binary.LittleEndian.PutUint16(p.buf[4:], uint16(min(p.count, math.MaxUint16)))
	return p.buf
}
