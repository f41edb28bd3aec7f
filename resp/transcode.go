package resp

// Transcode appends to dst what Append would have written for the client's
// protocol, given one reply in Wire form. It builds no Reply: what looks the
// same in both protocols is copied in pieces as long as can be, and a simple
// string, an error, an integer or a bulk is copied at once.
//
// wire comes from this node's machine or from another node, so it is trusted
// to be one whole reply; if it is not, an error reply takes its place.
func Transcode(dst, wire []byte, p Proto) []byte {
	if p == Wire || len(wire) > 0 && looksSame(wire) {
		return append(dst, wire...)
	}
	start, done, copied := len(dst), 0, 0 // wire[:copied] is in dst, wire[:done] is looked at
	for open := 1; open > 0; {
		if n := wholeBulk(wire[done:]); n > 0 {
			done += n
			open--
			continue
		}
		t, err := nextToken(wire[done:])
		if err != nil {
			return appendLine(dst[:start], '-', "ERR a reply was damaged on its way between nodes")
		}
		if t.differs(p) {
			dst = append(dst, wire[copied:done]...)
			dst = t.appendAs(dst, p)
			copied = done + t.size
		}
		done += t.size
		open += t.elems - 1
	}
	return append(dst, wire[copied:done]...)
}

// looksSame tells whether a whole reply can be passed on by its first bytes.
func looksSame(wire []byte) bool {
	switch Kind(wire[0]) {
	case SimpleKind, ErrorKind, IntKind:
		return true
	case BulkKind:
		return len(wire) > 1 && wire[1] != '-'
	}
	return false
}

// differs tells whether a token of Wire looks different in p.
func (t token) differs(p Proto) bool {
	switch t.kind {
	case SimpleKind, ErrorKind, IntKind, BulkKind, ArrayKind:
		return false
	case NullKind, NullArrayKind:
		return p == RESP3
	case PairsKind, pairKind, ItemsKind, itemKind:
		return true
	}
	return p == RESP2
}

// appendAs writes a token that differs.
func (t token) appendAs(dst []byte, p Proto) []byte {
	switch t.kind {
	case NullKind, NullArrayKind:
		return appendNull(dst, p)
	case PairsKind, pairKind:
		return t.appendPair(dst, p)
	case ItemsKind, itemKind:
		return t.appendItem(dst, p)
	case MapKind, SetKind, PushKind:
		return appendHead(dst, '*', int64(t.elems))
	case BoolKind:
		return appendBool(dst, len(t.text) > 0 && t.text[0] == 't', p)
	}
	dst = appendHead(dst, '$', int64(len(t.text)))
	dst = append(dst, t.text...)
	return append(dst, '\r', '\n')
}

// appendPair writes the head of pairs, or of one of them, of which RESP2
// knows nothing.
func (t token) appendPair(dst []byte, p Proto) []byte {
	switch {
	case p == RESP3:
		return appendHead(dst, '*', int64(t.elems))
	case t.kind == PairsKind:
		return appendHead(dst, '*', 2*int64(t.elems))
	}
	return dst
}

// appendItem writes the head of items, or of one of them, of which RESP3 knows
// nothing.
func (t token) appendItem(dst []byte, p Proto) []byte {
	switch {
	case p == RESP2:
		return appendHead(dst, '*', int64(t.elems))
	case t.kind == ItemsKind:
		return appendHead(dst, '%', int64(t.elems))
	}
	return dst
}
