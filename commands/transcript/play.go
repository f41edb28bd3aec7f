package transcript

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"coordd/resp"
)

// Player is what a transcript is played to.
type Player interface {
	// Do sends one command on the named connection, which is opened when it
	// is first used and apart from one of the same name and another protocol.
	// An error means that there was no reply at all.
	Do(conn string, proto resp.Proto, args []string) (resp.Reply, error)
	// Advance lets so many ms pass.
	Advance(ms int64)
	// Reset empties all databases and closes all connections.
	Reset() error
}

// Receiver is a Player whose connections can receive what they have not asked
// for.
type Receiver interface {
	// Next waits for what comes next on a connection.
	Next(conn string, proto resp.Proto) (resp.Reply, error)
}

// Rules are what is to be expected of a player.
type Rules struct {
	Redis     bool // a real Redis: what is marked with ! is not compared
	WallClock bool // time passes by itself: "~100" gives room
	Update    bool // write the replies into the file instead of comparing
}

// Play resets the player, plays a file to it and fails t at every reply that
// is not the one in the file.
func Play(t *testing.T, p Player, path string, rules Rules) {
	t.Helper()
	f, err := Parse(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Reset(); err != nil {
		t.Fatal(err)
	}
	if err := f.play(p, rules, func(difference string) { t.Error(difference) }); err != nil {
		t.Fatal(err)
	}
	if rules.Update {
		if err := f.write(); err != nil {
			t.Fatal(err)
		}
	}
}

// play runs the steps and reports every difference; it ends with an error at
// a command that got no reply.
func (f *File) play(p Player, rules Rules, report func(difference string)) error {
	known := names{}
	for i := range f.Steps {
		s := &f.Steps[i]
		if s.Args == nil && !s.Receive {
			p.Advance(s.Advance)
			continue
		}
		reply, err := s.do(p, known)
		if err != nil {
			return fmt.Errorf("%s:%d: %s: %w", f.Path, s.Line, s.text, err)
		}
		got := Render(reply)
		want := known.want(s.Want, got)
		switch {
		case rules.Redis && (s.OnPurpose != "" || f.OnPurpose != ""), s.agrees(got, want, rules):
		case rules.Update:
			s.Want = got
		default:
			report(fmt.Sprintf("%s:%d: %s\ngot:\n%s\nwant:\n%s", f.Path, s.Line, s.text, some(got), some(want)))
		}
	}
	return nil
}

// do sends the step's command, or only receives.
func (s *Step) do(p Player, known names) (resp.Reply, error) {
	if !s.Receive {
		return p.Do(s.Conn, s.Proto, known.args(s.Args))
	}
	r, ok := p.(Receiver)
	if !ok {
		return resp.Reply{}, errors.New("this player receives nothing that was not asked for")
	}
	return r.Next(s.Conn, s.Proto)
}

// some joins the first lines of a reply; more would bury the other faults.
func some(lines []string) string {
	const most = 20
	if len(lines) > most {
		lines = append(lines[:most:most], fmt.Sprintf("... %d lines in all", len(lines)))
	}
	return strings.Join(lines, "\n")
}

// PlayAll plays every file of a folder, each as a test of its own, in the
// order of their names.
func PlayAll(t *testing.T, p Player, folder string, rules Rules) {
	t.Helper()
	for _, path := range Files(t, folder) {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			Play(t, p, path, rules)
		})
	}
}

// Files lists the transcripts of a folder; none at all fails t.
func Files(t *testing.T, folder string) []string {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(folder, "*.txt"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no transcripts in %s (%v)", folder, err)
	}
	return paths
}

// agrees compares a reply with the one that the step wants.
func (s *Step) agrees(got, want []string, rules Rules) bool {
	switch {
	case s.Shape:
		return slices.Equal(shapes(got), shapes(want))
	case s.Sorted:
		return slices.Equal(unordered(got), unordered(want))
	case s.Within > 0 && rules.WallClock:
		return near(got, want, s.Within)
	}
	return slices.Equal(got, want)
}

var bullet = regexp.MustCompile(`^ *[0-9]+(\)|~|#|>>) `)

// unordered takes the numbers from the outermost elements and sorts them,
// each with the lines that hang below it.
func unordered(lines []string) []string {
	var elems []string
	width := 0
	for _, line := range lines {
		b := bullet.FindString(line)
		if len(elems) == 0 {
			width = len(b)
		} else if len(b) != width { // further in: part of the element before
			elems[len(elems)-1] += "\n" + strings.TrimLeft(line, " ")
			continue
		}
		elems = append(elems, line[len(b):])
	}
	slices.Sort(elems)
	return elems
}

// shapes keeps of every line its bullets and the type of the value.
func shapes(lines []string) []string {
	out := make([]string, len(lines))
	for i, line := range lines {
		b := bullet.FindString(line)
		value := line[len(b):]
		switch {
		case strings.HasPrefix(value, "\""):
			value = "bulk"
		case strings.HasPrefix(value, "("):
			value, _, _ = strings.Cut(value, " ")
		default:
			value = "simple"
		}
		out[i] = b + value
	}
	return out
}

var number = regexp.MustCompile(`-?[0-9]+`)

// near tells whether two replies are the same but for numbers that are at
// most so far apart.
func near(got, want []string, within int64) bool {
	a, b := strings.Join(got, "\n"), strings.Join(want, "\n")
	if number.ReplaceAllString(a, "0") != number.ReplaceAllString(b, "0") {
		return false
	}
	ns, ms := number.FindAllString(a, -1), number.FindAllString(b, -1)
	for i := range ns {
		n, err1 := strconv.ParseInt(ns[i], 10, 64)
		m, err2 := strconv.ParseInt(ms[i], 10, 64)
		if err1 != nil || err2 != nil || n-m > within || m-n > within {
			return false
		}
	}
	return true
}
