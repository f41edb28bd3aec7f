package rdb

import "strconv"

const (
	idBytes        = 16 // an id as a key, the highest byte first
	timeBytes      = 8
	smallestNode   = 2 * smallestString
	smallestPend   = idBytes + timeBytes + 1
	smallestReader = smallestString + timeBytes + 1
	smallestGroup  = smallestString + 4
)

// stream reads a stream: its nodes, what is known of all entries that there ever
// were, and its groups. The forms after the first know more of both.
func (r *reader) stream(form byte) *Stream {
	s := &Stream{}
	for range r.count(smallestNode) {
		if r.fault {
			break
		}
		key := &reader{rest: r.string()}
		base := key.id()
		r.demand(!key.fault && key.rest == "")
		n := &nodeReader{elems: r.listpack()}
		n.read(s, base)
		r.demand(!n.fault)
	}
	length := r.length()
	s.Last = ID{r.length(), r.length()}
	s.Added = length
	if form != stream1Form {
		r.length() // the first id, which the entries tell
		r.length()
		s.Deleted = ID{r.length(), r.length()}
		s.Added = r.length()
	}
	r.demand(length == uint64(len(s.Entries)) && s.Added >= length && s.Added < 1<<63)
	for i, e := range s.Entries {
		r.demand(i == 0 || s.Entries[i-1].ID.Less(e.ID))
	}
	if n := len(s.Entries); n > 0 {
		r.demand(!s.Last.Less(s.Entries[n-1].ID))
	}
	names := make(map[string]bool)
	for range r.count(smallestGroup) {
		if r.fault {
			break
		}
		g := r.group(form)
		r.demand(!names[g.Name])
		names[g.Name] = true
		s.Groups = append(s.Groups, g)
	}
	return s
}

// id reads an id that is a key.
func (r *reader) id() ID { return ID{r.big(8), r.big(8)} }

// nodeReader takes apart the listpack of a node: a master entry
//
//	entries, deleted, number of fields, fields ..., 0
//
// and then entries, of which those with the master's fields name no fields:
//
//	flags, millis, seq, [number of fields], [field], value ..., size
type nodeReader struct {
	elems []string
	fault bool
}

const (
	deletedFlag = 1 << iota
	sameFieldsFlag
)

func (n *nodeReader) next() string {
	if len(n.elems) == 0 {
		n.fault = true
		return ""
	}
	v := n.elems[0]
	n.elems = n.elems[1:]
	return v
}

func (n *nodeReader) int() int64 {
	i, err := strconv.ParseInt(n.next(), 10, 64)
	n.fault = n.fault || err != nil
	return i
}

// words takes so many elements.
func (n *nodeReader) words(count int64) []string {
	if n.fault || count < 0 || count > int64(len(n.elems)) {
		n.fault = true
		return nil
	}
	words := n.elems[:count:count]
	n.elems = n.elems[count:]
	return words
}

func (n *nodeReader) read(s *Stream, base ID) {
	live, deleted := n.int(), n.int()
	master := n.words(n.int())
	n.fault = n.fault || n.int() != 0
	for len(n.elems) > 0 && !n.fault {
		flags := n.int()
		e := Entry{ID: ID{base.Millis + uint64(n.int()), base.Seq + uint64(n.int())}}
		if flags&sameFieldsFlag != 0 {
			e.Fields = pairUp(master, n.words(int64(len(master))))
		} else if count := n.int(); count >= 0 && count <= int64(len(n.elems)) {
			e.Fields = n.words(2 * count)
		} else {
			n.fault = true
		}
		n.int() // how many elements the entry has, to walk back
		if flags&deletedFlag != 0 {
			deleted--
			continue
		}
		live--
		s.Entries = append(s.Entries, e)
	}
	n.fault = n.fault || live != 0 || deleted != 0
}

func pairUp(fields, values []string) []string {
	if len(values) != len(fields) {
		return nil
	}
	pairs := make([]string, 0, 2*len(fields))
	for i := range fields {
		pairs = append(pairs, fields[i], values[i])
	}
	return pairs
}

func (r *reader) group(form byte) Group {
	g := Group{Name: r.string(), Last: ID{r.length(), r.length()}, Read: -1}
	if form != stream1Form {
		g.Read = int64(r.length())
	}
	owned := make(map[ID]bool) // whether a consumer has it already
	for range r.count(smallestPend) {
		if r.fault {
			return g
		}
		p := Pending{ID: r.id(), Delivered: r.signed(timeBytes), Times: r.length()}
		_, again := owned[p.ID]
		r.demand(!again && p.Times < 1<<63)
		owned[p.ID] = false
		g.Pending = append(g.Pending, p)
	}
	names := make(map[string]bool)
	for range r.count(smallestReader) {
		if r.fault {
			return g
		}
		c := r.consumer(form, owned)
		r.demand(!names[c.Name])
		names[c.Name] = true
		g.Consumers = append(g.Consumers, c)
	}
	for _, has := range owned {
		r.demand(has)
	}
	return g
}

func (r *reader) consumer(form byte, owned map[ID]bool) Consumer {
	c := Consumer{Name: r.string(), Seen: r.signed(timeBytes)}
	c.Active = c.Seen
	if form == stream3Form {
		c.Active = r.signed(timeBytes)
	}
	for range r.count(idBytes) {
		if r.fault {
			return c
		}
		id := r.id()
		has, known := owned[id]
		r.demand(known && !has)
		owned[id] = true
		c.Pending = append(c.Pending, id)
	}
	return c
}
