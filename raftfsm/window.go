package raftfsm

import (
	"encoding/binary"
	"slices"
)

// windows remembers, for every origin, which of its commands have been applied
// and what was answered, so that a command that is sent again after a change of
// leader is answered again and not applied again (Ongaro's dissertation, 6.3).
// It is part of the replicated state: only the log changes it.
type windows map[string]*window

// window is the record of one origin. Its commands are applied in the order of
// their numbers and without gaps; replies holds those of [acked, next).
type window struct {
	start   uint64
	acked   uint64
	next    uint64
	replies [][]byte
}

// admit finds the window of a section and moves its acknowledgements on. It
// returns nil for a section of an earlier start of its origin: nobody waits
// for that one, and its numbers would be taken for those of the later start.
func (ws windows) admit(s *section) *window {
	w := ws[s.origin]
	switch {
	case w == nil || s.start > w.start:
		w = &window{start: s.start, acked: s.acked, next: s.acked}
		ws[s.origin] = w
	case s.start < w.start:
		return nil
	}
	w.ack(s.acked)
	return w
}

// ack drops the replies below n: their origin has them.
func (w *window) ack(n uint64) {
	if n <= w.acked {
		return
	}
	if n >= w.next {
		w.next = n
		w.replies = nil
	} else {
		// A copy, so that the entries whose replies went can be collected.
		w.replies = slices.Clone(w.replies[n-w.acked:])
	}
	w.acked = n
}

// append adds the windows to a snapshot, in the order of the origins' names.
func (ws windows) append(dst []byte) []byte {
	names := make([]string, 0, len(ws))
	for name := range ws {
		names = append(names, name)
	}
	slices.Sort(names)
	dst = binary.AppendUvarint(dst, uint64(len(names)))
	for _, name := range names {
		w := ws[name]
		s := section{origin: name, start: w.start, acked: w.acked, first: w.next, cmds: w.replies}
		dst = s.append(dst)
	}
	return dst
}

// parseWindows reads what append wrote.
func parseWindows(d *decoder) windows {
	ws := windows{}
	for n := d.uvarint(); n > 0 && !d.failed; n-- {
		s := d.section()
		replies := make([][]byte, len(s.cmds))
		for i, r := range s.cmds {
			replies[i] = slices.Clone(r)
		}
		ws[s.origin] = &window{start: s.start, acked: s.acked, next: s.first, replies: replies}
	}
	return ws
}

// clone copies the windows for a snapshot that is written beside further applies.
func (ws windows) clone() windows {
	c := make(windows, len(ws))
	for name, w := range ws {
		dup := *w
		dup.replies = slices.Clone(w.replies)
		c[name] = &dup
	}
	return c
}
