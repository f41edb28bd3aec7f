package differ

import (
	"bufio"
	"strings"
	"testing"

	"coordd/commands"
)

func generator(t *testing.T) *Generator {
	t.Helper()
	g, err := NewGenerator(commands.DataGroups())
	if err != nil {
		t.Fatal(err)
	}
	return g
}

// A command with an argument that nobody can make is refused, not left out.
func TestUnknownArgumentsAreRefused(t *testing.T) {
	groups := []commands.Group{{Name: "list", Specs: []commands.Spec{{Name: "lnew", Syntax: "key moon", Data: commands.Lists.Specs[0].Data}}}}
	if _, err := NewGenerator(groups); err == nil || !strings.Contains(err.Error(), "moon") {
		t.Errorf("error %v, want one about the argument moon", err)
	}
	if _, err := NewGenerator([]commands.Group{{Name: "moons"}}); err == nil {
		t.Error("a group without a family was accepted")
	}
}

// Frames are read to their ends, whatever is in them.
func TestFrames(t *testing.T) {
	frames := []string{
		"+OK\r\n", "-ERR x\r\n", ":12\r\n", "$-1\r\n", "*-1\r\n", "_\r\n", ",1.5\r\n", "#t\r\n", "(123\r\n",
		"$5\r\na\r\nb\n\r\n", "$0\r\n\r\n", "*0\r\n", "*2\r\n*1\r\n:1\r\n$1\r\nx\r\n", "%1\r\n$1\r\na\r\n*1\r\n:1\r\n", "~1\r\n:1\r\n", "=5\r\ntxt:a\r\n",
	}
	r := bufio.NewReader(strings.NewReader(strings.Join(frames, "")))
	for _, frame := range frames {
		got, err := readFrame(r, nil)
		if err != nil || string(got) != frame {
			t.Errorf("read %q, %v; want %q", got, err, frame)
		}
		parseNode(got)
	}
	if _, err := readFrame(bufio.NewReader(strings.NewReader("?\r\n")), nil); err == nil {
		t.Error("a reply of no kind was read")
	}
	node := parseNode([]byte("*2\r\n$2\r\n\r\n\r\n%1\r\n+a\r\n_\r\n"))
	if len(node.Elems) != 2 || node.Elems[0].Text != "\r\n" || !node.Elems[1].Elems[1].Null {
		t.Errorf("parsed %+v", node)
	}
}

// What may differ passes, and its neighbours do not.
func TestRules(t *testing.T) {
	for _, c := range []struct {
		command, redis, coordd string
		agree                  bool
	}{
		{"GET k", "$1\r\na\r\n", "$1\r\na\r\n", true},
		{"GET k", "$1\r\na\r\n", "$1\r\nb\r\n", false},
		{"GET k", "$-1\r\n", "*-1\r\n", false},
		{"GET k", "+OK\r\n", "$2\r\nOK\r\n", false},
		{"SMEMBERS k", "*2\r\n:1\r\n:2\r\n", "*2\r\n:2\r\n:1\r\n", true},
		{"SMEMBERS k", "*2\r\n:1\r\n:2\r\n", "*2\r\n:1\r\n:1\r\n", false},
		{"SMEMBERS k", "~1\r\n:1\r\n", "*1\r\n:1\r\n", false},
		{"LRANGE k 0 -1", "*2\r\n:1\r\n:2\r\n", "*2\r\n:2\r\n:1\r\n", false},
		{"HGETALL k", "*4\r\n+a\r\n+1\r\n+b\r\n+2\r\n", "*4\r\n+b\r\n+2\r\n+a\r\n+1\r\n", true},
		{"HGETALL k", "*4\r\n+a\r\n+1\r\n+b\r\n+2\r\n", "*4\r\n+a\r\n+2\r\n+b\r\n+1\r\n", false},
		{"PTTL k", ":100000\r\n", ":100001\r\n", true},
		{"PTTL k", ":100000\r\n", ":-1\r\n", false},
		{"PTTL k", ":-2\r\n", ":-1\r\n", false},
		{"TTL k", ":1000\r\n", ":2000\r\n", false},
		{"SCAN 0", "*2\r\n$1\r\n0\r\n*2\r\n+a\r\n+b\r\n", "*2\r\n$1\r\n0\r\n*2\r\n+b\r\n+a\r\n", true},
		{"SCAN 0", "*2\r\n$1\r\n0\r\n*1\r\n+a\r\n", "*2\r\n$1\r\n0\r\n*1\r\n+b\r\n", false},
		{"ZSCAN k 0", "*2\r\n$1\r\n0\r\n*2\r\n+a\r\n+0.10000000000000001\r\n", "*2\r\n$1\r\n0\r\n*2\r\n+a\r\n+0.1\r\n", true},
		{"SRANDMEMBER k 1", "*1\r\n$1\r\na\r\n", "*1\r\n$1\r\nb\r\n", true},
		{"SRANDMEMBER k 1", "*1\r\n$1\r\na\r\n", "*0\r\n", false},
		{"SRANDMEMBER k x", "-ERR a\r\n", "-ERR b\r\n", false},
		{"ZSCORE k m", "$19\r\n0.10000000000000001\r\n", "$3\r\n0.1\r\n", true},
		{"ZSCORE k m", "$3\r\n0.2\r\n", "$3\r\n0.1\r\n", false},
		{"GET k", "$19\r\n0.10000000000000001\r\n", "$3\r\n0.1\r\n", false},
		{"OBJECT ENCODING k", "$9\r\nquicklist\r\n", "$8\r\nlistpack\r\n", true},
		{"OBJECT ENCODING k", "$8\r\nlistpack\r\n", "$9\r\nquicklist\r\n", false},
		{"XADD k 1-* f v", "-ERR Elements are too large to be stored\r\n", "-ERR The ID specified in XADD is equal or smaller than the target stream top item\r\n", true},
		{"XADD k 1-1 f v", "-ERR Elements are too large to be stored\r\n", "-ERR The ID specified in XADD is equal or smaller than the target stream top item\r\n", false},
		{"OBJECT ENCODING k", "$3\r\nraw\r\n", "$6\r\nembstr\r\n", true},
		{"OBJECT ENCODING k", "$3\r\nint\r\n", "$3\r\nraw\r\n", false},
	} {
		args := strings.Fields(c.command)
		if got := new(comparer).explained(args, parseNode([]byte(c.redis)), parseNode([]byte(c.coordd))); got != c.agree {
			t.Errorf("%s: %q and %q: agree %v, want %v", c.command, c.redis, c.coordd, got, c.agree)
		}
	}
}

// The replies of a transaction are compared by the rules of its commands.
func TestTransactionsAreFollowed(t *testing.T) {
	calls := []call{{args: []string{"MULTI"}}, {args: []string{"SMEMBERS", "k"}}, {args: []string{"GET", "k"}}, {args: []string{"EXEC"}}}
	ok, queued := []byte("+OK\r\n"), []byte("+QUEUED\r\n")
	redis := [][]byte{ok, queued, queued, []byte("*2\r\n*2\r\n+a\r\n+b\r\n+x\r\n")}
	for reply, agrees := range map[string]bool{
		"*2\r\n*2\r\n+b\r\n+a\r\n+x\r\n": true,
		"*2\r\n*2\r\n+b\r\n+a\r\n+y\r\n": false,
		"*-1\r\n":                        false,
	} {
		m := compare(&Sequence{}, calls, redis, [][]byte{ok, queued, queued, []byte(reply)})
		if (m == nil) != agrees {
			t.Errorf("EXEC answers %q: mismatch %v", reply, m)
		}
	}
}

// What is drawn is held against what there is.
func TestDrawnIsThere(t *testing.T) {
	all := parseNode([]byte("*3\r\n+a\r\n+b\r\n+c\r\n"))
	for _, c := range []struct {
		drawn string
		count int
		right bool
	}{
		{"*2\r\n+a\r\n+c\r\n", 2, true},
		{"*2\r\n+a\r\n+a\r\n", 2, false},
		{"*2\r\n+a\r\n+a\r\n", -2, true},
		{"*2\r\n+a\r\n+x\r\n", 2, false},
		{"*1\r\n+a\r\n", 2, false},
		{"*3\r\n+a\r\n+b\r\n+c\r\n", 9, true},
	} {
		if why := checkDrawn(all, parseNode([]byte(c.drawn)), c.count); (why == "") != c.right {
			t.Errorf("%d drawn as %q: %q", c.count, c.drawn, why)
		}
	}
	if checkOne(all, Node{Kind: '$', Text: "x"}) == "" || checkOne(all, Node{Kind: '$', Text: "a"}) != "" {
		t.Error("one drawn element is not judged rightly")
	}
}

// Each allowance names a difference that the compatibility page tells of.
func TestAllowancesAreWritten(t *testing.T) {
	written := map[string]bool{}
	for _, d := range commands.Differences {
		if d.Name == "" {
			continue
		}
		if written[d.Name] || d.Name == "" || d.Command == "" || d.What == "" || d.Why == "" {
			t.Errorf("difference %q is not whole, or is there twice", d.Name)
		}
		written[d.Name] = true
	}
	for _, a := range allowances() {
		if !written[a.difference] {
			t.Errorf("%q is allowed and not written down", a.difference)
		}
	}
}
