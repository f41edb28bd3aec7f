package store

import (
	"encoding/binary"
	"slices"
	"sort"
	"strings"
)

// Redis's stream-node-max-entries and stream-node-max-bytes: a node that has
// reached one of them takes no more.
const (
	nodeMaxEntries = 100
	nodeMaxBytes   = 4096
)

// streamNode is a run of entries. Most entries of a stream have the same fields,
// so those of the first are kept once, and entries that have them too keep
// their values only.
type streamNode struct {
	own     *token
	first   StreamID // of the entry that it was made for
	last    StreamID // the highest that it was ever given
	bytes   int      // its size as a listpack of Redis, which is never given back
	gone    int      // entries taken out again, which Redis only marks
	fields  []string // of the first entry
	entries []streamEntry
}

// streamEntry is lean because there are millions: fields and values are one
// allocation. It begins with the number of fields, or with 0 when they are those
// of the node; each word is its length and its bytes.
type streamEntry struct {
	id   StreamID
	text string
}

// newNode makes a node for an entry; the names of the fields are cloned.
func newNode(own *token, id StreamID, fields []string) *streamNode {
	n := &streamNode{own: own, first: id, last: id, bytes: packedHeader}
	for i := 0; i < len(fields); i += 2 {
		name := strings.Clone(fields[i])
		n.fields = append(n.fields, name)
		n.bytes += packedLen(name)
	}
	// Before them how many entries are there, how many are gone, how many fields
	// there are; behind them a zero.
	n.bytes += packedInt(1) + packedInt(0) + packedInt(int64(len(n.fields))) + packedInt(0)
	return n
}

func packedInt(i int64) int { return packedIntLen(i) + 1 }

// copyFor copies a node for a new owner.
func (n *streamNode) copyFor(own *token) *streamNode {
	c := *n
	c.own, c.entries = own, withRoom(n.entries)
	return &c
}

// full tells whether an entry with these fields needs another node.
func (n *streamNode) full(fields []string) bool {
	size := 0
	for _, word := range fields {
		size += len(word)
	}
	return n.bytes+size >= nodeMaxBytes || len(n.entries)+n.gone >= nodeMaxEntries
}

// add puts an entry behind the others; it is cloned.
func (n *streamNode) add(id StreamID, fields []string) {
	text, size := n.pack(fields)
	// Before the words: flags and the distance to the first id; behind them: how
	// many words there are.
	size += packedInt(0) + packedInt(int64(id.Millis-n.first.Millis)) + packedInt(int64(id.Seq-n.first.Seq))
	n.bytes += size
	n.last = id
	n.entries = append(n.entries, streamEntry{id, text})
}

// pack gives the text of an entry, and the size that its words have in Redis.
func (n *streamNode) pack(fields []string) (text string, size int) {
	same := n.hasFieldsOf(fields)
	from, step, count := 0, 1, len(fields)/2
	room := binary.MaxVarintLen64
	if same {
		from, step = 1, 2
	}
	for i := from; i < len(fields); i += step {
		room += len(fields[i]) + 2
	}
	b := make([]byte, 0, room)
	if same {
		b = append(b, 0)
		size = packedInt(int64(count + 3))
	} else {
		b = binary.AppendUvarint(b, uint64(count))
		size = packedInt(int64(count)) + packedInt(int64(2*count+4))
	}
	for i := from; i < len(fields); i += step {
		b = binary.AppendUvarint(b, uint64(len(fields[i])))
		b = append(b, fields[i]...)
		size += packedLen(fields[i])
	}
	return string(b), size
}

func (n *streamNode) hasFieldsOf(fields []string) bool {
	if len(n.fields) != len(fields)/2 {
		return false
	}
	for i, name := range n.fields {
		if fields[2*i] != name {
			return false
		}
	}
	return true
}

// search is the index of the first entry that is not before id.
func (n *streamNode) search(id StreamID) int {
	return sort.Search(len(n.entries), func(i int) bool { return !n.entries[i].id.Before(id) })
}

// fieldsAt are the fields and values of an entry.
func (n *streamNode) fieldsAt(at int) []string {
	count, rest := cutUvarint(n.entries[at].text)
	same := count == 0
	if same {
		count = uint64(len(n.fields))
	}
	fields := make([]string, 0, 2*count)
	for i := range int(count) {
		if same {
			fields = append(fields, n.fields[i])
		} else {
			fields, rest = appendWord(fields, rest)
		}
		fields, rest = appendWord(fields, rest)
	}
	return fields
}

// appendWord takes a word off a text that pack has made.
func appendWord(words []string, text string) (longer []string, rest string) {
	size, rest := cutUvarint(text)
	return append(words, rest[:size]), rest[size:]
}

// cutUvarint is binary.Uvarint of a string.
func cutUvarint(text string) (u uint64, rest string) {
	for i, shift := 0, 0; ; i, shift = i+1, shift+7 {
		b := text[i]
		u |= uint64(b&0x7f) << shift
		if b < 0x80 {
			return u, text[i+1:]
		}
	}
}

// take removes the entries [from, to).
func (n *streamNode) take(from, to int) {
	n.entries = slices.Delete(n.entries, from, to)
	n.gone += to - from
}
