package transcript

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"coordd/resp"
)

// echo answers what its command says, and writes down what it was asked.
type echo struct {
	log  []string
	fail bool
}

func (p *echo) Reset() error { p.log = append(p.log, "reset"); return nil }

func (p *echo) Advance(ms int64) { p.log = append(p.log, "advance") }

func (p *echo) Do(conn string, proto resp.Proto, args []string) (resp.Reply, error) {
	p.log = append(p.log, strings.Join(append([]string{conn, string('0' + rune(proto))}, args...), ","))
	if p.fail {
		return resp.Reply{}, errors.New("the line is dead")
	}
	elems := []resp.Reply{}
	for _, a := range args[1:] {
		elems = append(elems, resp.Bulk(a))
	}
	if args[0] == "ONE" {
		return elems[0], nil
	}
	return resp.Array(elems...), nil
}

func writeFile(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "x.txt")
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

const sample = `# A story.
> ONE a
"a"

@ +50ms
~
3> LIST b a
1) "b"
2) "a"
! because
[other]3> ONE c
"c"
? no matter
[other]> LIST d
1) "d"
~5
> ONE 17
"17"
# The end.
`

func TestPlay(t *testing.T) {
	p := &echo{}
	Play(t, p, writeFile(t, sample), Rules{})
	want := "reset ,2,ONE,a advance ,3,LIST,b,a other,3,ONE,c other,2,LIST,d ,2,ONE,17"
	if got := strings.Join(p.log, " "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestUpdateWritesWhatIsSaid(t *testing.T) {
	wrong := strings.NewReplacer(`"a"`+"\n\n@", `"wrong"`+"\nmore\n\n@", `"17"`, `"11"`, "> ONE c\n\"c\"", "> ONE c").Replace(sample)
	path := writeFile(t, wrong)
	Play(t, &echo{}, path, Rules{Update: true})
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(b) != sample {
		t.Errorf("the file became:\n%s", b)
	}
}

// What agrees under a step's own rule is not rewritten, else every update of
// an unordered reply would make a diff.
func TestUpdateLeavesWhatAgrees(t *testing.T) {
	text := "~\n> LIST b a\n1) \"a\"\n2) \"b\"\n? any\n> ONE x\n\"y\"\n"
	path := writeFile(t, text)
	Play(t, &echo{}, path, Rules{Update: true})
	if b, err := os.ReadFile(path); err != nil || string(b) != text {
		t.Errorf("the file became, %v:\n%s", err, b)
	}
}

func TestBadFilesAreRefused(t *testing.T) {
	for name, text := range map[string]string{
		"reply first":       "OK\n",
		"reply after blank": "> ONE a\n\"a\"\n\n\"b\"\n",
		"reply after clock": "@ +5ms\nOK\n",
		"bad clock":         "@ 5ms\n",
		"huge clock":        "@ +99999999999999999999ms\n",
		"huge room":         "~99999999999999999999\n> ONE a\n",
		"quotes":            "> ONE \"a\n",
		"purpose unsaid":    "!\n> ONE a\n",
	} {
		if f, err := Parse(writeFile(t, text)); err == nil {
			t.Errorf("%s: read as %+v", name, f.Steps)
		} else if !strings.Contains(err.Error(), "x.txt:") {
			t.Errorf("%s: %v does not name the line", name, err)
		}
	}
	if _, err := Parse(filepath.Join(t.TempDir(), "missing.txt")); err == nil {
		t.Error("a missing file was read")
	}
}

func TestWholeFileOnPurpose(t *testing.T) {
	path := writeFile(t, "!! not in Redis\n\n> ONE a\n\"b\"\n")
	Play(t, &echo{}, path, Rules{Redis: true})
	f, err := Parse(path)
	if err != nil || f.OnPurpose != "not in Redis" {
		t.Errorf("%+v, %v", f, err)
	}
}

func TestAgrees(t *testing.T) {
	nested := "1) \"b\"\n2) 1) \"x\"\n   2) \"y\"\n3) \"a\""
	for _, c := range []struct {
		name      string
		step      Step
		rules     Rules
		got, want string
		agrees    bool
	}{
		{"same", Step{}, Rules{}, "OK", "OK", true},
		{"other", Step{}, Rules{}, "OK", "KO", false},
		{"longer", Step{}, Rules{}, "1) \"a\"\n2) \"b\"", "1) \"a\"", false},
		{"order", Step{}, Rules{}, "1) \"a\"\n2) \"b\"", "1) \"b\"\n2) \"a\"", false},
		{"no order", Step{Sorted: true}, Rules{}, "1) \"a\"\n2) \"b\"", "1) \"b\"\n2) \"a\"", true},
		{"no order, other", Step{Sorted: true}, Rules{}, "1) \"a\"\n2) \"b\"", "1) \"b\"\n2) \"b\"", false},
		{"no order, nested", Step{Sorted: true}, Rules{}, nested, "1) 1) \"x\"\n   2) \"y\"\n2) \"a\"\n3) \"b\"", true},
		{"order inside", Step{Sorted: true}, Rules{}, nested, "1) 1) \"y\"\n   2) \"x\"\n2) \"a\"\n3) \"b\"", false},
		{"near", Step{Within: 5}, Rules{WallClock: true}, "(integer) 95", "(integer) 100", true},
		{"not near", Step{Within: 5}, Rules{WallClock: true}, "(integer) 94", "(integer) 100", false},
		{"above", Step{Within: 5}, Rules{WallClock: true}, "(integer) 106", "(integer) 100", false},
		{"near, other kind", Step{Within: 5}, Rules{WallClock: true}, "\"100\"", "(integer) 100", false},
		{"near, too long", Step{Within: 5}, Rules{WallClock: true}, "(integer) 99999999999999999999", "(integer) 100", false},
		{"near, exact clock", Step{Within: 5}, Rules{}, "(integer) 99", "(integer) 100", false},
		{"shape", Step{Shape: true}, Rules{}, "1) \"a\"\n2) (integer) 1", "1) \"b\"\n2) (integer) 7", true},
		{"shape, kind", Step{Shape: true}, Rules{}, "(integer) 1", "\"1\"", false},
		{"shape, simple", Step{Shape: true}, Rules{}, "OK", "\"1\"", false},
		{"shape, length", Step{Shape: true}, Rules{}, "1) \"a\"", "1) \"a\"\n2) \"b\"", false},
	} {
		c.step.Want = strings.Split(c.want, "\n")
		if got := c.step.agrees(strings.Split(c.got, "\n"), c.step.Want, c.rules); got != c.agrees {
			t.Errorf("%s: %v", c.name, got)
		}
	}
}

// A player that says something else, or nothing, must fail the test that
// plays to it.
func TestDifferencesAreFound(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		p     *echo
		rules Rules
	}{
		"other reply":    {"> ONE a\n\"b\"\n", &echo{}, Rules{}},
		"reply too long": {"> LIST a b\n1) \"a\"\n", &echo{}, Rules{}},
		"no reply":       {"> ONE a\n\"a\"\n", &echo{fail: true}, Rules{}},
		"not marked":     {"> ONE a\n\"b\"\n", &echo{}, Rules{Redis: true}},
		"marked, coordd": {"! why\n> ONE a\n\"b\"\n", &echo{}, Rules{}},
	} {
		f, err := Parse(writeFile(t, c.text))
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		if err := f.play(c.p, c.rules, func(string) { found++ }); err != nil {
			found++
		}
		if found != 1 {
			t.Errorf("%s: %d faults were found", name, found)
		}
	}
}

// A number that cannot be known gets a name where it first stands.
func TestNames(t *testing.T) {
	path := writeFile(t, "> TOKEN\n(integer) <first>\n> SAY <first> <other>\n1) (integer) <first>\n2) (integer) <second>\n")
	f, err := Parse(path)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		second  int64
		differs bool
	}{{41, false}, {7, true}} {
		p := &tokens{first: 41, second: c.second}
		differences := 0
		if err := f.play(p, Rules{}, func(string) { differences++ }); err != nil {
			t.Fatal(err)
		}
		if p.said != "SAY 41 <other>" {
			t.Errorf("said %q", p.said)
		}
		if (differences > 0) != c.differs {
			t.Errorf("with %d there were %d differences", c.second, differences)
		}
	}
}

// tokens answers two commands: with first, and with second and 8.
type tokens struct {
	echo
	first, second int64
	said          string
}

func (p *tokens) Do(_ string, _ resp.Proto, args []string) (resp.Reply, error) {
	if args[0] == "TOKEN" {
		return resp.Int(p.first), nil
	}
	p.said = strings.Join(args, " ")
	return resp.Array(resp.Int(p.second), resp.Int(8)), nil
}
