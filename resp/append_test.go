package resp

import (
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// forms is how each kind of reply looks in each protocol.
var forms = []struct {
	name               string
	reply              Reply
	resp2, resp3, wire string // wire "" means as in RESP3
}{
	{"simple", OK, "+OK\r\n", "+OK\r\n", ""},
	{"simple, empty", Simple(""), "+\r\n", "+\r\n", ""},
	{"error", Error("ERR syntax error"), "-ERR syntax error\r\n", "-ERR syntax error\r\n", ""},
	{"int", Int(42), ":42\r\n", ":42\r\n", ""},
	{"int, negative", Int(-7), ":-7\r\n", ":-7\r\n", ""},
	{"int, least", Int(math.MinInt64), ":-9223372036854775808\r\n", ":-9223372036854775808\r\n", ""},
	{"int, greatest", Int(math.MaxInt64), ":9223372036854775807\r\n", ":9223372036854775807\r\n", ""},
	{"bulk", Bulk("a\r\nb\x00"), "$5\r\na\r\nb\x00\r\n", "$5\r\na\r\nb\x00\r\n", ""},
	{"bulk, empty", Bulk(""), "$0\r\n\r\n", "$0\r\n\r\n", ""},
	{"null", Null, "$-1\r\n", "_\r\n", "$-1\r\n"},
	{"null array", NullArray, "*-1\r\n", "_\r\n", "*-1\r\n"},
	{"array", Array(Int(1), Null, Bulk("x")), "*3\r\n:1\r\n$-1\r\n$1\r\nx\r\n", "*3\r\n:1\r\n_\r\n$1\r\nx\r\n", "*3\r\n:1\r\n$-1\r\n$1\r\nx\r\n"},
	{"array, empty", Array(), "*0\r\n", "*0\r\n", ""},
	{"array, nested", Array(Array(), NullArray), "*2\r\n*0\r\n*-1\r\n", "*2\r\n*0\r\n_\r\n", "*2\r\n*0\r\n*-1\r\n"},
	{"map", Map(Bulk("k"), Int(1)), "*2\r\n$1\r\nk\r\n:1\r\n", "%1\r\n$1\r\nk\r\n:1\r\n", ""},
	{"set", Set(Bulk("m")), "*1\r\n$1\r\nm\r\n", "~1\r\n$1\r\nm\r\n", ""},
	{"push", Reply{Kind: PushKind, Elems: []Reply{Bulk("message")}}, "*1\r\n$7\r\nmessage\r\n", ">1\r\n$7\r\nmessage\r\n", ""},
	{"pairs", Pairs(Bulk("a"), Double(1.5), Bulk("b"), Double(2)),
		"*4\r\n$1\r\na\r\n$3\r\n1.5\r\n$1\r\nb\r\n$1\r\n2\r\n",
		"*2\r\n*2\r\n$1\r\na\r\n,1.5\r\n*2\r\n$1\r\nb\r\n,2\r\n",
		"&2\r\n^2\r\n$1\r\na\r\n,1.5\r\n^2\r\n$1\r\nb\r\n,2\r\n"},
	{"pairs, none", Pairs(), "*0\r\n", "*0\r\n", "&0\r\n"},
	{"pairs in an array", Array(Pairs(Bulk("a"), Null)), "*1\r\n*2\r\n$1\r\na\r\n$-1\r\n",
		"*1\r\n*1\r\n*2\r\n$1\r\na\r\n_\r\n", "*1\r\n&1\r\n^2\r\n$1\r\na\r\n$-1\r\n"},
	{"items", Items(Bulk("a"), Int(1), Bulk("b"), Array()),
		"*2\r\n*2\r\n$1\r\na\r\n:1\r\n*2\r\n$1\r\nb\r\n*0\r\n",
		"%2\r\n$1\r\na\r\n:1\r\n$1\r\nb\r\n*0\r\n",
		"@2\r\n`2\r\n$1\r\na\r\n:1\r\n`2\r\n$1\r\nb\r\n*0\r\n"},
	{"items, none", Items(), "*0\r\n", "%0\r\n", "@0\r\n"},
	{"items in an array", Array(Items(Null, Pairs(Null, Null))), "*1\r\n*1\r\n*2\r\n$-1\r\n*2\r\n$-1\r\n$-1\r\n",
		"*1\r\n%1\r\n_\r\n*1\r\n*2\r\n_\r\n_\r\n", "*1\r\n@1\r\n`2\r\n$-1\r\n&1\r\n^2\r\n$-1\r\n$-1\r\n"},
	{"double", Double(1.5), "$3\r\n1.5\r\n", ",1.5\r\n", ""},
	{"double, written in its own way", DoubleText(13.361389338970184, "13.36138933897018433"), "$20\r\n13.36138933897018433\r\n", ",13.36138933897018433\r\n", ""},
	{"double, infinite", Double(math.Inf(-1)), "$4\r\n-inf\r\n", ",-inf\r\n", ""},
	{"double, not a number", Double(math.NaN()), "$3\r\nnan\r\n", ",nan\r\n", ""},
	{"true", Bool(true), ":1\r\n", "#t\r\n", ""},
	{"false", Bool(false), ":0\r\n", "#f\r\n", ""},
	{"big number", Reply{Kind: BigNumberKind, Str: "123456789012345678901"}, "$21\r\n123456789012345678901\r\n", "(123456789012345678901\r\n", ""},
	{"verbatim", Verbatim("a\nb"), "$3\r\na\nb\r\n", "=7\r\ntxt:a\nb\r\n", ""},
	{"aggregates in aggregates", Map(Bulk("s"), Set(Double(2), Bool(true)), Bulk("a"), Array(Map(Null, NullArray))),
		"*4\r\n$1\r\ns\r\n*2\r\n$1\r\n2\r\n:1\r\n$1\r\na\r\n*1\r\n*2\r\n$-1\r\n*-1\r\n",
		"%2\r\n$1\r\ns\r\n~2\r\n,2\r\n#t\r\n$1\r\na\r\n*1\r\n%1\r\n_\r\n_\r\n",
		"%2\r\n$1\r\ns\r\n~2\r\n,2\r\n#t\r\n$1\r\na\r\n*1\r\n%1\r\n$-1\r\n*-1\r\n"},
}

// Several replies have nothing around them, and no Wire form.
func TestAppendSeveral(t *testing.T) {
	several := Several(Push(Bulk("a"), Int(1)), Several(OK), Several())
	if got := string(several.Append(nil, RESP2)); got != "*2\r\n$1\r\na\r\n:1\r\n+OK\r\n" {
		t.Errorf("%q", got)
	}
	if got := string(several.Append(nil, RESP3)); got != ">2\r\n$1\r\na\r\n:1\r\n+OK\r\n" {
		t.Errorf("%q", got)
	}
}

func TestAppend(t *testing.T) {
	for _, f := range forms {
		if f.wire == "" {
			f.wire = f.resp3
		}
		for p, want := range map[Proto]string{RESP2: f.resp2, RESP3: f.resp3, Wire: f.wire} {
			if got := string(f.reply.Append([]byte("before"), p)); got != "before"+want {
				t.Errorf("%s in protocol %d: got %q, want %q", f.name, p, got, "before"+want)
			}
			if got := string(Transcode([]byte("before"), []byte(f.wire), p)); got != "before"+want {
				t.Errorf("%s transcoded to %d: got %q, want %q", f.name, p, got, "before"+want)
			}
			r, n, err := Parse([]byte(want + "+next\r\n"))
			if err != nil || n != len(want) || !same(r, seenIn(f.reply, p)) {
				t.Errorf("%s parsed in %d: got %+v, %d, %v", f.name, p, r, n, err)
			}
			for cut := range want {
				if _, n, err := Parse([]byte(want[:cut])); err != ErrIncomplete || n != 0 {
					t.Errorf("%s in %d, cut at %d: got %d, %v", f.name, p, cut, n, err)
				}
			}
		}
	}
}

// What would end a line too early must not get out.
func TestAppendKeepsLinesWhole(t *testing.T) {
	for _, r := range []Reply{Error("ERR a\r\nb\nc"), Simple("ERR a\r\nb\nc")} {
		if got, want := string(r.Append(nil, RESP2)), string(byte(r.Kind))+"ERR a  b c\r\n"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if got := string(Reply{}.Append(nil, RESP3)); !strings.HasPrefix(got, "-ERR ") {
		t.Errorf("a reply of no kind: got %q", got)
	}
}

func TestAppendCommand(t *testing.T) {
	if got, want := string(AppendCommand([]byte("x"), "GET", "", "k")), "x*3\r\n$3\r\nGET\r\n$0\r\n\r\n$1\r\nk\r\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// seenIn is what a client of protocol p can know of a reply.
func seenIn(r Reply, p Proto) Reply {
	elems := make([]Reply, len(r.Elems))
	for i := range r.Elems {
		elems[i] = seenIn(r.Elems[i], p)
	}
	switch {
	case p == RESP3 && r.Kind == NullArrayKind:
		return Null
	case p == RESP2 && (r.Kind == MapKind || r.Kind == SetKind || r.Kind == PushKind):
		return Array(elems...)
	case p == RESP2 && r.Kind == PairsKind:
		return Array(elems...)
	case p == RESP3 && r.Kind == PairsKind, p == RESP2 && r.Kind == ItemsKind:
		var twos []Reply
		for i := 0; i < len(elems); i += 2 {
			twos = append(twos, Array(elems[i:i+2]...))
		}
		return Array(twos...)
	case p == RESP3 && r.Kind == ItemsKind:
		return Map(elems...)
	case p == RESP2 && r.Kind == DoubleKind:
		return Bulk(r.Digits())
	case p == RESP2 && r.Kind == BoolKind:
		return Int(r.Int)
	case p == RESP2 && (r.Kind == BigNumberKind || r.Kind == VerbatimKind):
		return Bulk(r.Str)
	}
	r.Elems = elems
	return r
}

// same compares replies; not-a-number is equal to itself here, and it makes no
// difference whether no elements are nil.
func same(a, b Reply) bool {
	return a.Kind == b.Kind && a.Int == b.Int && a.Str == b.Str &&
		(a.Float == b.Float || math.IsNaN(a.Float) && math.IsNaN(b.Float)) &&
		slices.EqualFunc(a.Elems, b.Elems, same)
}

// anyReply draws trees of replies of all kinds.
func anyReply() *rapid.Generator[Reply] {
	line := rapid.StringMatching(`[^\r\n]{0,20}`)
	scalar := rapid.OneOf(
		rapid.Map(line, Simple),
		rapid.Map(line, Error),
		rapid.Map(rapid.Int64(), Int),
		rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 40), func(b []byte) Reply { return Bulk(string(b)) }),
		rapid.Just(Null),
		rapid.Just(NullArray),
		rapid.Map(rapid.Float64(), Double),
		rapid.Map(rapid.Bool(), Bool),
		rapid.Map(rapid.StringMatching(`-?[1-9][0-9]{0,40}`), func(s string) Reply { return Reply{Kind: BigNumberKind, Str: s} }),
		rapid.Map(rapid.String(), Verbatim),
	)
	return rapid.Custom(func(t *rapid.T) Reply { return drawTree(t, scalar, 4) })
}

func drawTree(t *rapid.T, scalar *rapid.Generator[Reply], depth int) Reply {
	kind := rapid.SampledFrom([]Kind{0, 0, ArrayKind, MapKind, SetKind, PushKind, PairsKind, ItemsKind}).Draw(t, "kind")
	if kind == 0 || depth == 0 {
		return scalar.Draw(t, "scalar")
	}
	n := rapid.IntRange(0, 4).Draw(t, "n")
	if kind == MapKind || kind == PairsKind || kind == ItemsKind {
		n *= 2
	}
	r := Reply{Kind: kind}
	for range n {
		r.Elems = append(r.Elems, drawTree(t, scalar, depth-1))
	}
	return r
}

func TestReplyProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := anyReply().Draw(t, "reply")
		wire := r.Append(nil, Wire)
		for _, p := range []Proto{Wire, RESP2, RESP3} {
			encoded := r.Append(nil, p)
			got, n, err := Parse(encoded)
			if err != nil || n != len(encoded) || !same(got, seenIn(r, p)) {
				t.Fatalf("protocol %d: %q parsed to %+v, %d, %v", p, encoded, got, n, err)
			}
			if got := Transcode(nil, wire, p); string(got) != string(encoded) {
				t.Fatalf("transcoded to %d: %q, want %q", p, got, encoded)
			}
			var e extent
			for cut := 0; cut < len(encoded); cut += 1 + len(encoded)/20 {
				if n, err := e.find(encoded[:cut]); err != ErrIncomplete {
					t.Fatalf("extent of %q cut at %d: %d, %v", encoded, cut, n, err)
				}
			}
			if n, err := e.find(append(slices.Clone(encoded), "+x\r\n"...)); err != nil || n != len(encoded) {
				t.Fatalf("extent of %q: %d, %v", encoded, n, err)
			}
		}
	})
}
