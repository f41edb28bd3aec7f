package transcript

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"

	"coordd/resp"
)

// File is a transcript as it has been read.
type File struct {
	Path  string
	Steps []Step
	// OnPurpose is the reason why nothing in the file is compared with a real
	// Redis ("!!"), or "".
	OnPurpose string

	tail []string // lines after the last step
}

// Step is a command with the reply it should have, or a move of the clock.
type Step struct {
	Line    int   // in the file, 1-based
	Receive bool  // the reply is something that comes by itself
	Advance int64 // ms; of a step that is no command

	Conn  string // the connection's name, "" for the plain one
	Proto resp.Proto
	Args  []string // nil: no command is sent, the connection only receives
	Want  []string // the reply's lines

	Sorted    bool   // ~
	Within    int64  // ~100
	Shape     bool   // ?
	OnPurpose string // the reason of !

	lead []string // the lines before the command or the clock, as written
	text string   // its own line
}

// kind says what a line of a file is.
type kind int

const (
	replyLine kind = iota
	blankLine
	commentLine
	commandLine
	arrivalLine // [name]<
	clockLine
	looseLine   // ~
	shapeLine   // ?
	purposeLine // ! and !!
)

var (
	commandForm = regexp.MustCompile(`^(?:\[([a-z0-9-]+)\])?(3?)> (.+)$`)
	arrivalForm = regexp.MustCompile(`^(?:\[([a-z0-9-]+)\])?(3?)<$`)
	clockForm   = regexp.MustCompile(`^@ \+([0-9]+)ms$`)
	looseForm   = regexp.MustCompile(`^~([0-9]*)$`)
	shapeForm   = regexp.MustCompile(`^\? .+$`)
	purposeForm = regexp.MustCompile(`^!!? .+$`)
)

func lineKind(line string) kind {
	switch {
	case line == "":
		return blankLine
	case strings.HasPrefix(line, "# ") || line == "#":
		return commentLine
	case commandForm.MatchString(line):
		return commandLine
	case arrivalForm.MatchString(line):
		return arrivalLine
	case clockForm.MatchString(line):
		return clockLine
	case looseForm.MatchString(line):
		return looseLine
	case shapeForm.MatchString(line):
		return shapeLine
	case purposeForm.MatchString(line):
		return purposeLine
	}
	return replyLine
}

// Parse reads a transcript from a file. An error names the line.
func Parse(path string) (*File, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("transcript: %w", err)
	}
	f := &File{Path: path}
	next := Step{}
	inReply := false // lines of a reply may follow
	for i, line := range strings.Split(strings.TrimSuffix(string(b), "\n"), "\n") {
		if lineKind(line) == replyLine {
			if !inReply {
				return nil, fmt.Errorf("%s:%d: a line of a reply without a command: %q", path, i+1, line)
			}
			last := &f.Steps[len(f.Steps)-1]
			last.Want = append(last.Want, line)
			continue
		}
		inReply = false
		ends, err := next.read(f, line)
		if err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, i+1, err)
		}
		if ends {
			next.Line = i + 1
			inReply = next.Args != nil || next.Receive
			f.Steps = append(f.Steps, next)
			next = Step{}
		}
	}
	f.tail = next.lead
	return f, nil
}

// read takes one line that is no reply; ends tells whether it was the step's
// own line, after those that only say how.
func (s *Step) read(f *File, line string) (ends bool, err error) {
	switch lineKind(line) {
	case commandLine:
		m := commandForm.FindStringSubmatch(line)
		s.text, s.Conn, s.Proto = line, m[1], resp.RESP2
		if m[2] != "" {
			s.Proto = resp.RESP3
		}
		s.Args, err = split(m[3])
		return true, err
	case arrivalLine:
		m := arrivalForm.FindStringSubmatch(line)
		s.text, s.Receive, s.Conn, s.Proto = line, true, m[1], resp.RESP2
		if m[2] != "" {
			s.Proto = resp.RESP3
		}
		return true, nil
	case clockLine:
		s.text = line
		s.Advance, err = strconv.ParseInt(clockForm.FindStringSubmatch(line)[1], 10, 64)
		return true, err
	case looseLine:
		if within := line[1:]; within == "" {
			s.Sorted = true
		} else if s.Within, err = strconv.ParseInt(within, 10, 64); err != nil {
			return false, err
		}
	case shapeLine:
		s.Shape = true
	case purposeLine:
		if reason, all := strings.CutPrefix(line, "!! "); all {
			f.OnPurpose = reason
		} else {
			s.OnPurpose = line[2:]
		}
	}
	s.lead = append(s.lead, line)
	return false, nil
}

// write puts the file back with the replies it now has.
func (f *File) write() error {
	var b strings.Builder
	put := func(lines ...string) {
		for _, line := range lines {
			b.WriteString(line)
			b.WriteByte('\n')
		}
	}
	for _, s := range f.Steps {
		put(s.lead...)
		put(s.text)
		put(s.Want...)
	}
	put(f.tail...)
	return os.WriteFile(f.Path, []byte(b.String()), 0o644)
}
