package resp

import "strconv"

// maxDepth is how deep replies may be nested: Parse calls itself, and what it
// reads may come from anybody.
const maxDepth = 128

// Parse reads one reply, of any protocol, from the start of b. n is how many
// bytes it took. With ErrIncomplete more bytes are needed (and n is 0); any
// other error means that b is no reply. The Reply holds copies, so b may be
// used again.
//
// Each call starts at the beginning of b; whoever waits for a long reply
// should not call it at every read (Client does not).
func Parse(b []byte) (r Reply, n int, err error) {
	return parseDepth(b, maxDepth)
}

func parseDepth(b []byte, depth int) (Reply, int, error) {
	t, err := nextToken(b)
	if err != nil {
		return Reply{}, 0, err
	}
	switch {
	case t.kind == PairsKind:
		return parseTwos(b, t, pairKind, depth)
	case t.kind == ItemsKind:
		return parseTwos(b, t, itemKind, depth)
	case t.kind == pairKind || t.kind == itemKind:
		return Reply{}, 0, ErrMalformed
	case t.kind.aggregate():
		return parseElems(b, t, depth)
	}
	r, err := t.scalar()
	if err != nil {
		return Reply{}, 0, err
	}
	return r, t.size, nil
}

func (k Kind) aggregate() bool {
	return k == ArrayKind || k == MapKind || k == SetKind || k == PushKind
}

func parseElems(b []byte, t token, depth int) (Reply, int, error) {
	if depth == 0 {
		return Reply{}, 0, ErrMalformed
	}
	r, at := Reply{Kind: t.kind}, t.size
	if t.elems > 0 {
		// The count is the sender's word: no more is reserved on it than this.
		r.Elems = make([]Reply, 0, min(t.elems, 64))
	}
	for range t.elems {
		elem, n, err := parseDepth(b[at:], depth-1)
		if err != nil {
			return Reply{}, 0, err
		}
		r.Elems = append(r.Elems, elem)
		at += n
	}
	return r, at, nil
}

// parseTwos reads pairs or items, which are flat in a Reply; each of them is of
// the kind two.
func parseTwos(b []byte, t token, two Kind, depth int) (Reply, int, error) {
	if depth == 0 {
		return Reply{}, 0, ErrMalformed
	}
	r, at := Reply{Kind: t.kind}, t.size
	for range t.elems {
		head, err := nextToken(b[at:])
		if err != nil {
			return Reply{}, 0, err
		}
		if head.kind != two || head.elems != 2 {
			return Reply{}, 0, ErrMalformed
		}
		pair, n, err := parseElems(b[at:], head, depth-1)
		if err != nil {
			return Reply{}, 0, err
		}
		r.Elems = append(r.Elems, pair.Elems...)
		at += n
	}
	return r, at, nil
}

// scalar makes a Reply of a token that is not the head of an aggregate.
func (t token) scalar() (Reply, error) {
	r, ok := Reply{Kind: t.kind}, true
	switch t.kind {
	case SimpleKind, ErrorKind, BulkKind, BigNumberKind, VerbatimKind:
		r.Str = string(t.text)
	case IntKind:
		r.Int, ok = parseInt(t.text)
	case DoubleKind:
		var err error
		r.Float, err = strconv.ParseFloat(string(t.text), 64)
		ok = err == nil
		if ok && string(t.text) != FormatDouble(r.Float) {
			r.Str = string(t.text)
		}
	case BoolKind:
		ok = string(t.text) == "t" || string(t.text) == "f"
		if ok && t.text[0] == 't' {
			r.Int = 1
		}
	}
	if !ok {
		return Reply{}, ErrMalformed
	}
	return r, nil
}
