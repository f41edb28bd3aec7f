package resp

import (
	"strconv"
	"strings"
)

// Proto is a way to encode replies.
type Proto int8

// The protocols. RESP2 and RESP3 are what clients speak, and the value is the
// number that HELLO takes.
//
// Wire is how nodes pass replies to each other and how the log's machine
// answers: RESP3's types, but null is "$-1" and the null array "*-1", so both
// survive until it is known what the client speaks. It is on the wire between
// versions: changing it breaks rolling upgrades.
const (
	Wire  Proto = 0
	RESP2 Proto = 2
	RESP3 Proto = 3
)

// Append encodes the reply behind dst and returns the longer slice. CR and LF
// inside a simple string or an error become spaces, for they would end it.
func (r Reply) Append(dst []byte, p Proto) []byte {
	switch r.Kind {
	case SimpleKind, ErrorKind:
		return appendLine(dst, byte(r.Kind), r.Str)
	case IntKind:
		return appendHead(dst, ':', r.Int)
	case BulkKind:
		return appendBulk(dst, r.Str)
	case NullKind:
		return appendNull(dst, p)
	case NullArrayKind:
		return appendNullArray(dst, p)
	case ArrayKind, SetKind, PushKind, MapKind:
		return appendElems(dst, r, p)
	case PairsKind:
		return appendPairs(dst, r.Elems, p)
	case ItemsKind:
		return appendItems(dst, r.Elems, p)
	case SeveralKind:
		for i := range r.Elems {
			dst = r.Elems[i].Append(dst, p)
		}
		return dst
	case DoubleKind:
		return appendDouble(dst, r, p)
	case BoolKind:
		return appendBool(dst, r.Int != 0, p)
	case BigNumberKind:
		if p == RESP2 {
			return appendBulk(dst, r.Str)
		}
		return appendLine(dst, '(', r.Str)
	case VerbatimKind:
		if p == RESP2 {
			return appendBulk(dst, r.Str)
		}
		dst = appendHead(dst, '=', int64(len(verbatimText)+len(r.Str)))
		dst = append(dst, verbatimText...)
		dst = append(dst, r.Str...)
		return append(dst, '\r', '\n')
	}
	return appendLine(dst, '-', "ERR a reply without a kind")
}

// verbatimText marks a verbatim string as plain text, the only format sent.
const verbatimText = "txt:"

// AppendCommand encodes a command, as a client sends it, behind dst.
func AppendCommand(dst []byte, args ...string) []byte {
	dst = appendHead(dst, '*', int64(len(args)))
	for _, arg := range args {
		dst = appendBulk(dst, arg)
	}
	return dst
}

// appendHead writes a type byte and a number: an integer, or the head of what
// has a length.
func appendHead(dst []byte, kind byte, n int64) []byte {
	dst = append(dst, kind)
	dst = strconv.AppendInt(dst, n, 10)
	return append(dst, '\r', '\n')
}

func appendBulk(dst []byte, s string) []byte {
	dst = appendHead(dst, '$', int64(len(s)))
	dst = append(dst, s...)
	return append(dst, '\r', '\n')
}

func appendLine(dst []byte, kind byte, s string) []byte {
	dst = append(dst, kind)
	from := len(dst)
	dst = append(dst, s...)
	if strings.ContainsAny(s, "\r\n") {
		for i, c := range dst[from:] {
			if c == '\r' || c == '\n' {
				dst[from+i] = ' '
			}
		}
	}
	return append(dst, '\r', '\n')
}

func appendNull(dst []byte, p Proto) []byte {
	if p == RESP3 {
		return append(dst, "_\r\n"...)
	}
	return append(dst, "$-1\r\n"...)
}

func appendNullArray(dst []byte, p Proto) []byte {
	if p == RESP3 {
		return append(dst, "_\r\n"...)
	}
	return append(dst, "*-1\r\n"...)
}

func appendBool(dst []byte, yes bool, p Proto) []byte {
	switch {
	case p == RESP2 && yes:
		return append(dst, ":1\r\n"...)
	case p == RESP2:
		return append(dst, ":0\r\n"...)
	case yes:
		return append(dst, "#t\r\n"...)
	}
	return append(dst, "#f\r\n"...)
}

// appendElems writes an aggregate. RESP2 knows arrays only, and a map is a
// flat one there.
func appendElems(dst []byte, r Reply, p Proto) []byte {
	kind, n := r.Kind, len(r.Elems)
	switch {
	case p == RESP2:
		kind = ArrayKind
	case kind == MapKind:
		n /= 2
	}
	dst = appendHead(dst, byte(kind), int64(n))
	for i := range r.Elems {
		dst = r.Elems[i].Append(dst, p)
	}
	return dst
}

// appendItems writes key, value, key, value, ...: a map for RESP3, in arrays of
// two for RESP2.
func appendItems(dst []byte, elems []Reply, p Proto) []byte {
	outer, inner := byte(ItemsKind), byte(itemKind)
	switch p {
	case RESP2:
		outer, inner = '*', '*'
	case RESP3:
		outer = '%'
	}
	dst = appendHead(dst, outer, int64(len(elems)/2))
	for i := range elems {
		if i%2 == 0 && p != RESP3 {
			dst = appendHead(dst, inner, 2)
		}
		dst = elems[i].Append(dst, p)
	}
	return dst
}

// appendPairs writes a, b, a, b, ...: flat for RESP2, in arrays of two for RESP3.
func appendPairs(dst []byte, elems []Reply, p Proto) []byte {
	outer, inner, n := byte(PairsKind), byte(pairKind), len(elems)/2
	switch p {
	case RESP2:
		outer, n = '*', len(elems)
	case RESP3:
		outer, inner = '*', '*'
	}
	dst = appendHead(dst, outer, int64(n))
	for i := range elems {
		if i%2 == 0 && p != RESP2 {
			dst = appendHead(dst, inner, 2)
		}
		dst = elems[i].Append(dst, p)
	}
	return dst
}
