package resp

import (
	"bytes"
	"errors"
	"math"
)

// ErrIncomplete says that the bytes are the beginning of a reply.
var ErrIncomplete = errors.New("resp: incomplete reply")

// ErrMalformed says that the bytes can never become a reply.
var ErrMalformed = errors.New("resp: malformed reply")

// token is a piece of an encoded reply: a whole scalar, or the head of an
// aggregate. A reply is a sequence of tokens, flat and in order.
type token struct {
	kind  Kind   // nulls are told apart here
	text  []byte // scalars: what stands between head and line end
	elems int    // aggregates: how many replies follow (a map's twice its length)
	size  int    // bytes of the token, line ends included
}

// maxElems bounds the length of an aggregate that is believed. Nothing is ever
// reserved for it.
const maxElems = math.MaxInt32

// nextToken reads the token at the start of b.
func nextToken(b []byte) (token, error) {
	if len(b) == 0 {
		return token{}, ErrIncomplete
	}
	t := token{kind: Kind(b[0])}
	switch t.kind {
	case SimpleKind, ErrorKind, IntKind, BulkKind, ArrayKind, NullKind, MapKind, SetKind,
		DoubleKind, BoolKind, BigNumberKind, VerbatimKind, PushKind, PairsKind, pairKind, ItemsKind, itemKind:
	default:
		return token{}, ErrMalformed
	}
	end := bytes.IndexByte(b, '\n')
	if end < 0 {
		return token{}, ErrIncomplete
	}
	if end < 2 || b[end-1] != '\r' {
		return token{}, ErrMalformed
	}
	t.text, t.size = b[1:end-1], end+1
	switch t.kind {
	case SimpleKind, ErrorKind, BigNumberKind:
		if bytes.IndexByte(t.text, '\r') >= 0 {
			return token{}, ErrMalformed
		}
	case BulkKind, VerbatimKind:
		return t.withBody(b)
	case ArrayKind, MapKind, SetKind, PushKind, PairsKind, pairKind, ItemsKind, itemKind:
		return t.withElems()
	case NullKind:
		if len(t.text) > 0 {
			return token{}, ErrMalformed
		}
	}
	return t, nil
}

// withBody goes on behind the head of a string with a length.
func (t token) withBody(b []byte) (token, error) {
	n, ok := parseInt(t.text)
	if ok && n == -1 && t.kind == BulkKind {
		t.kind, t.text = NullKind, nil
		return t, nil
	}
	if !ok || n < 0 || n > math.MaxInt32 {
		return token{}, ErrMalformed
	}
	body := t.size
	t.size += int(n) + 2
	if len(b) < t.size {
		return token{}, ErrIncomplete
	}
	if b[t.size-2] != '\r' || b[t.size-1] != '\n' {
		return token{}, ErrMalformed
	}
	t.text = b[body : t.size-2]
	if t.kind == VerbatimKind {
		if len(t.text) < len(verbatimText) || t.text[len(verbatimText)-1] != ':' {
			return token{}, ErrMalformed
		}
		t.text = t.text[len(verbatimText):]
	}
	return t, nil
}

// withElems reads the length of an aggregate.
func (t token) withElems() (token, error) {
	n, ok := parseInt(t.text)
	t.text = nil
	switch {
	case ok && n == -1 && t.kind == ArrayKind:
		t.kind = NullArrayKind
		return t, nil
	case !ok || n < 0 || n > maxElems/2:
		return token{}, ErrMalformed
	case t.kind == MapKind:
		n *= 2
	}
	t.elems = int(n)
	return t, nil
}

// extent finds the end of a reply that arrives piece by piece. It looks at
// each token once, so a reply of a million elements costs no more for having
// come in a thousand reads.
type extent struct {
	at   int  // bytes that have been looked at
	open int  // replies that must still begin behind at
	on   bool // the first token has been seen
}

// find looks at what is new in b, which starts where the reply starts and only
// grows from call to call. It returns the length of the reply, or ErrIncomplete.
func (e *extent) find(b []byte) (int, error) {
	if !e.on {
		e.on, e.open = true, 1
	}
	for e.open > 0 {
		if n := wholeBulk(b[e.at:]); n > 0 {
			e.at += n
			e.open--
			continue
		}
		t, err := nextToken(b[e.at:])
		if err != nil {
			return 0, err
		}
		e.at += t.size
		e.open += t.elems - 1
	}
	return e.at, nil
}

// wholeBulk returns the length of the bulk that b starts with, or 0 when it
// must be looked at closely: it is no bulk, or null, or not whole. Most of what
// is in long replies are bulks, and this is several times faster.
func wholeBulk(b []byte) int {
	if len(b) < 6 || b[0] != '$' {
		return 0
	}
	n, i := 0, 1
	for ; i < min(len(b)-1, 11) && b[i] >= '0' && b[i] <= '9'; i++ {
		n = n*10 + int(b[i]-'0')
	}
	end := i + 2 + n
	if i == 1 || b[i] != '\r' || end+2 > len(b) || b[i+1] != '\n' || b[end] != '\r' || b[end+1] != '\n' {
		return 0
	}
	return end + 2
}

// parseInt reads a decimal as strictly as Redis does in its protocol: no sign
// but a minus, no leading zero, no space, and it must fit 64 bits.
func parseInt(b []byte) (n int64, ok bool) {
	digits := b
	if len(b) > 0 && b[0] == '-' {
		digits = b[1:]
	}
	if len(digits) == 0 || len(digits) > 19 {
		return 0, false
	}
	if digits[0] == '0' {
		return 0, len(b) == 1
	}
	var u uint64
	for _, c := range digits {
		if c < '0' || c > '9' {
			return 0, false
		}
		u = u*10 + uint64(c-'0') // 19 digits fit 64 bits
	}
	if len(digits) < len(b) {
		return -int64(u), u <= 1<<63
	}
	return int64(u), u < 1<<63
}
