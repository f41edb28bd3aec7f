package transcript

import (
	"math"
	"strings"
	"testing"

	"coordd/resp"
)

func TestRender(t *testing.T) {
	pair := resp.Array(resp.Bulk("a"), resp.Int(1))
	ten := resp.Array(make([]resp.Reply, 10)...)
	for i := range ten.Elems {
		ten.Elems[i] = resp.Int(int64(i))
	}
	for _, c := range []struct {
		reply resp.Reply
		want  string
	}{
		{resp.OK, `OK`},
		{resp.Simple(""), `(simple) ""`},
		{resp.Simple("# text"), `(simple) "# text"`},
		{resp.Simple("> GET"), `(simple) "> GET"`},
		{resp.Simple(" x"), `(simple) " x"`},
		{resp.Simple("(nil)"), `(simple) "(nil)"`},
		{resp.Error("ERR no"), `(error) ERR no`},
		{resp.Int(-5), `(integer) -5`},
		{resp.Bulk("a\r\n\"\x00"), `"a\r\n\"\x00"`},
		{resp.Null, `(nil)`},
		{resp.NullArray, `(nil)`},
		{resp.Double(1.5), `(double) 1.5`},
		{resp.Double(math.Inf(-1)), `(double) -inf`},
		{resp.Bool(true), `(true)`},
		{resp.Bool(false), `(false)`},
		{resp.Reply{Kind: resp.BigNumberKind, Str: "123"}, `(big number) 123`},
		{resp.Verbatim("a\nb"), `(verbatim) "a\nb"`},
		{resp.Array(), `(empty array)`},
		{resp.Set(), `(empty set)`},
		{resp.Map(), `(empty hash)`},
		{resp.Reply{Kind: resp.PushKind}, `(empty push)`},
		{resp.Array(pair, pair, resp.Array()), "1) 1) \"a\"\n   2) (integer) 1\n2) 1) \"a\"\n   2) (integer) 1\n3) (empty array)"},
		{ten, " 1) (integer) 0\n 2) (integer) 1\n 3) (integer) 2\n 4) (integer) 3\n 5) (integer) 4\n 6) (integer) 5\n 7) (integer) 6\n 8) (integer) 7\n 9) (integer) 8\n10) (integer) 9"},
		{resp.Set(resp.Bulk("a")), `1~ "a"`},
		{resp.Map(resp.Bulk("k"), resp.Int(1), resp.Bulk("l"), pair), "1# \"k\" => (integer) 1\n2# \"l\" =>\n   1) \"a\"\n   2) (integer) 1"},
		{resp.Reply{Kind: resp.PushKind, Elems: []resp.Reply{resp.Bulk("m")}}, `1>> "m"`},
		{resp.Reply{}, `(unknown kind '\x00')`},
	} {
		lines := Render(c.reply)
		if got := strings.Join(lines, "\n"); got != c.want {
			t.Errorf("got:\n%s\nwant:\n%s", got, c.want)
		}
		for _, line := range lines {
			if lineKind(line) != replyLine {
				t.Errorf("%q would not be read as a reply", line)
			}
		}
	}
}
