package rdb

import (
	"encoding/binary"
	"math"
)

// Append writes a payload with the value behind dst, which must be empty, and
// returns it: each type in its plainest form, which Redis turns into the form
// that it likes best when it loads it. A stream with a consumer that asked in vain
// after it had last got something has a form that Redis 7.0 does not know.
func Append(dst []byte, v *Value) []byte {
	w, version := writer{dst}, uint16(usualVersion)
	switch v.Kind {
	case String:
		w.byte(stringForm)
		w.string(v.Text)
	case List, Set:
		w.byte(map[Kind]byte{List: listForm, Set: setForm}[v.Kind])
		w.length(uint64(len(v.Elems)))
		w.strings(v.Elems)
	case Hash:
		w.byte(hashForm)
		w.length(uint64(len(v.Elems) / 2))
		w.strings(v.Elems)
	case ZSet:
		w.byte(zsetForm)
		w.length(uint64(len(v.Elems)))
		for i, m := range v.Elems {
			w.string(m)
			w.fixed(math.Float64bits(v.Scores[i]))
		}
	case StreamKind:
		form := byte(stream2Form)
		if v.Stream.tellsActive() {
			form, version = stream3Form, activeVersion
		}
		w.byte(form)
		w.stream(v.Stream, form)
	}
	return appendVersion(w.buf, version)
}

// writer appends the primitives of a value.
type writer struct{ buf []byte }

func (w *writer) byte(b byte) { w.buf = append(w.buf, b) }

func (w *writer) length(n uint64) {
	switch {
	case n < 1<<6:
		w.byte(byte(n))
	case n < 1<<14:
		w.buf = binary.BigEndian.AppendUint16(w.buf, medium<<14|uint16(n))
	case n <= math.MaxUint32:
		w.byte(0x80)
		w.buf = binary.BigEndian.AppendUint32(w.buf, uint32(n))
	default:
		w.byte(0x81)
		w.buf = binary.BigEndian.AppendUint64(w.buf, n)
	}
}

func (w *writer) string(s string) {
	w.length(uint64(len(s)))
	w.buf = append(w.buf, s...)
}

func (w *writer) strings(all []string) {
	for _, s := range all {
		w.string(s)
	}
}

// fixed writes eight bytes, the lowest first.
func (w *writer) fixed(u uint64) { w.buf = binary.LittleEndian.AppendUint64(w.buf, u) }

// id writes an id as a key.
func (w *writer) id(id ID) {
	w.buf = binary.BigEndian.AppendUint64(w.buf, id.Millis)
	w.buf = binary.BigEndian.AppendUint64(w.buf, id.Seq)
}

func (w *writer) lengths(id ID) {
	w.length(id.Millis)
	w.length(id.Seq)
}
