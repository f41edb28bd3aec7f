package resp

// Kind says which RESP type a Reply is. The values are RESP3's own type bytes
// (https://redis.io/docs/latest/develop/reference/protocol-spec/), but for
// NullArray, which exists in RESP2 only.
type Kind byte

// The kinds of Reply. How each one looks to a RESP2 client stands in append.go.
const (
	SimpleKind    Kind = '+'
	ErrorKind     Kind = '-'
	IntKind       Kind = ':'
	BulkKind      Kind = '$'
	ArrayKind     Kind = '*'
	NullKind      Kind = '_'
	NullArrayKind Kind = 'N' // RESP2 "*-1", RESP3 "_"
	MapKind       Kind = '%' // Elems holds key, value, key, value, ...
	SetKind       Kind = '~'
	DoubleKind    Kind = ','
	BoolKind      Kind = '#'
	BigNumberKind Kind = '('
	VerbatimKind  Kind = '='
	PushKind      Kind = '>'

	// PairsKind holds member, score, member, score, ... RESP3 clients see an
	// array of arrays of two, RESP2 clients a flat array.
	PairsKind Kind = '&'
	pairKind  Kind = '^' // one of them, in Wire form only

	// ItemsKind holds key, value, key, value, ... RESP3 clients see a map, RESP2
	// clients an array of arrays of two.
	ItemsKind Kind = '@'
	itemKind  Kind = '`' // one of them, in Wire form only
	// SeveralKind holds replies that follow one another with nothing around them, as
	// SUBSCRIBE answers. It has no Wire form: no command of the log answers so.
	SeveralKind Kind = ';'
)

// Reply is what a command answers, before it is known which protocol the
// client speaks. It is a value: a handler builds it, the session encodes it.
type Reply struct {
	Kind  Kind
	Int   int64   // IntKind; BoolKind: 0 or 1
	Float float64 // DoubleKind
	Str   string  // SimpleKind, ErrorKind, BulkKind, BigNumberKind, VerbatimKind; DoubleKind: how it is written, if not as FormatDouble does
	Elems []Reply // ArrayKind, MapKind, SetKind, PushKind, PairsKind, ItemsKind
}

// The replies that many commands share.
var (
	OK        = Reply{Kind: SimpleKind, Str: "OK"}
	Null      = Reply{Kind: NullKind}
	NullArray = Reply{Kind: NullArrayKind}
)

// Simple makes a simple string; s must hold neither CR nor LF.
func Simple(s string) Reply { return Reply{Kind: SimpleKind, Str: s} }

// Bulk makes a bulk string of any bytes.
func Bulk(s string) Reply { return Reply{Kind: BulkKind, Str: s} }

// Int makes an integer.
func Int(n int64) Reply { return Reply{Kind: IntKind, Int: n} }

// Error makes an error; text begins with its code, as in "ERR syntax error".
func Error(text string) Reply { return Reply{Kind: ErrorKind, Str: text} }

// Double makes a double, which RESP2 clients see as a bulk string.
func Double(f float64) Reply { return Reply{Kind: DoubleKind, Float: f} }

// DoubleText makes a double that is written in a way of its own.
func DoubleText(f float64, text string) Reply { return Reply{Kind: DoubleKind, Float: f, Str: text} }

// Digits is how a double is written.
func (r Reply) Digits() string {
	if r.Str != "" {
		return r.Str
	}
	return FormatDouble(r.Float)
}

// Bool makes a boolean, which RESP2 clients see as 0 or 1.
func Bool(b bool) Reply {
	if b {
		return Reply{Kind: BoolKind, Int: 1}
	}
	return Reply{Kind: BoolKind}
}

// Array makes an array.
func Array(elems ...Reply) Reply { return Reply{Kind: ArrayKind, Elems: elems} }

// Map makes a map of key, value, key, value, ...; RESP2 clients see a flat array.
func Map(elems ...Reply) Reply { return Reply{Kind: MapKind, Elems: elems} }

// Set makes a set, which RESP2 clients see as an array.
func Set(elems ...Reply) Reply { return Reply{Kind: SetKind, Elems: elems} }

// Pairs makes an array of pairs out of a, b, a, b, ...; RESP2 clients see a
// flat array. What it holds are scalars.
func Pairs(elems ...Reply) Reply { return Reply{Kind: PairsKind, Elems: elems} }

// Items makes a map of key, value, key, value, ...; RESP2 clients see an array
// of arrays of two.
func Items(elems ...Reply) Reply { return Reply{Kind: ItemsKind, Elems: elems} }

// Push makes a message that the client has not asked for; RESP2 clients see an
// array.
func Push(elems ...Reply) Reply { return Reply{Kind: PushKind, Elems: elems} }

// Several makes replies that follow one another.
func Several(replies ...Reply) Reply { return Reply{Kind: SeveralKind, Elems: replies} }

// Verbatim makes a text meant for a person's eyes; RESP2 clients see a bulk string.
func Verbatim(text string) Reply { return Reply{Kind: VerbatimKind, Str: text} }

// IsError tells whether the reply is an error.
func (r Reply) IsError() bool { return r.Kind == ErrorKind }
