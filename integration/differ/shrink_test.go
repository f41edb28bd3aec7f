package differ

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// failing stands for two servers that differ in GET when something was
// appended to an "x" before, among fifty other commands.
func failing(seq Sequence) (*Mismatch, error) {
	appended := false
	calls := seq.calls()
	m := &Mismatch{Sequence: seq}
	for i, c := range calls {
		m.Calls = append(m.Calls, c.args)
		appended = appended || c.args[0] == "APPEND" && slices.Contains(c.args, "x")
		if appended && c.args[0] == "GET" {
			m.Call, m.Args, m.Redis, m.Coordd = i, c.args, []byte("$1\r\na\r\n"), []byte("$-1\r\n")
			return m, nil
		}
	}
	return nil, nil
}

func longSequence() Sequence {
	seq := Sequence{Proto: 2, DBs: []string{"0", "1"}, Keys: []Key{{"x", Lists}, {"y", Lists}}}
	for i := range 50 {
		seq.Steps = append(seq.Steps, one("SET", fmt.Sprint(i), "v"))
	}
	seq.Steps[20] = one("APPEND", "a", "b", "x", "c")
	seq.Steps[40] = one("GET", "x", "superfluous")
	return seq
}

func TestShrink(t *testing.T) {
	m, err := failing(longSequence())
	if err != nil || m == nil {
		t.Fatalf("mismatch %v, %v", m, err)
	}
	small, err := shrink(m, failing)
	if err != nil {
		t.Fatal(err)
	}
	want := `> APPEND x
> GET
    redis | coordd
    "a"   | (nil)
`
	if got := small.String(); got != want {
		t.Errorf("shrunk to\n%swant\n%s", got, want)
	}
	if len(small.Sequence.Keys) != 0 || len(small.Sequence.DBs) != 1 {
		t.Errorf("keys %v and databases %v are still looked at", small.Sequence.Keys, small.Sequence.DBs)
	}
}

// A server that is gone ends the shrinking with what there is.
func TestShrinkEndsWithTheServer(t *testing.T) {
	m, _ := failing(longSequence())
	gone := errors.New("gone")
	small, err := shrink(m, func(Sequence) (*Mismatch, error) { return nil, gone })
	if !errors.Is(err, gone) || small != m {
		t.Errorf("got %v, %v", small, err)
	}
}

// A report is what redis-cli takes.
func TestQuoted(t *testing.T) {
	got := quoted([]string{"SET", "", "a b", "\x00\xff\"\\", "plain", "{x}", "it's"})
	want := `SET "" "a b" "\x00\xff\"\\" plain "{x}" "it's"`
	if got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if strings.Contains(got, "\x00") {
		t.Error("a byte of no letter is in it")
	}
}
