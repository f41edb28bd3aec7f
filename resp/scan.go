package resp

import (
	"bytes"
	"strings"
)

// protocolError is what a client has done wrong; it is told, and then its
// connection ends. The texts are Redis's, byte for byte.
type protocolError string

func (e protocolError) Error() string { return "Protocol error: " + string(e) }

const (
	errBulkLength       protocolError = "invalid bulk length"
	errMultibulkLength  protocolError = "invalid multibulk length"
	errUnauthBulk       protocolError = "unauthenticated bulk length"
	errUnauthMultibulk  protocolError = "unauthenticated multibulk length"
	errInlineTooBig     protocolError = "too big inline request"
	errUnbalancedQuotes protocolError = "unbalanced quotes in request"
)

// liftedByAuth tells whether the same bytes would pass after AUTH.
func (e protocolError) liftedByAuth() bool {
	return e == errUnauthBulk || e == errUnauthMultibulk
}

// errExpectedBulk names the byte that stands where an argument should begin.
func errExpectedBulk(got byte) protocolError {
	quoted := strings.NewReplacer("\r", " ", "\n", " ").Replace(string([]byte{got}))
	return protocolError("expected '$', got '" + quoted + "'")
}

// stage is where in a command the scanner stands.
type stage uint8

const (
	atStart  stage = iota // before a command
	inCount               // in the line "*3"
	inLength              // in a line "$5"
	inBody                // in the bytes of an argument, or its line end
	inInline              // in a command typed by hand
)

// event is what the scanner has come to.
type event uint8

const (
	needMore event = iota // all bytes are read, and the command goes on
	ended                 // a command ends here
	ignored               // what ends here asks for nothing ("*0", "*-1")
	typed                 // an inline command ends here; scanner.inline holds it
	refused               // a protocol error; nothing may be read behind it
)

// maxHead is longer than any head of a frame can be: a type byte, 20 digits,
// CR LF.
const maxHead = 32

// scanner finds where commands end, byte by byte at most once, and refuses
// those that break a limit. It keeps no bytes but those of a line that is cut
// in two by reads. One goroutine uses it at a time.
type scanner struct {
	limits *Limits
	// authenticated lifts the limits that hold before.
	authenticated bool

	stage  stage
	args   int    // arguments of this command that have not ended
	body   int    // bytes of this argument that are still to come, CR LF included
	line   []byte // beginning of a line whose end has not come, or a refused line
	again  bool   // line was refused for lack of AUTH and may be judged once more
	inline []byte // the last inline command, valid until the next call
}

// next reads b up to the next event and returns how many bytes that took. With
// needMore that is all of them. A refusal that liftedByAuth may be asked about
// again by calling next with what is behind it; any other is final.
func (s *scanner) next(b []byte) (n int, ev event, err error) {
	if s.again {
		s.again = false
		line := s.line
		s.line = s.line[:0]
		if ev, err = s.judge(line); ev != needMore {
			return 0, ev, err
		}
	}
	for n < len(b) {
		var k int
		switch s.stage {
		case atStart:
			s.stage = inInline
			if b[n] == '*' {
				s.stage = inCount
			}
			continue
		case inCount, inLength:
			k, ev, err = s.head(b[n:])
		case inBody:
			k, ev, err = s.skipBody(b[n:])
		case inInline:
			k, ev, err = s.typedLine(b[n:])
		}
		n += k
		if ev != needMore {
			return n, ev, err
		}
	}
	return n, needMore, nil
}

// head reads a line that announces a count or a length.
func (s *scanner) head(b []byte) (int, event, error) {
	if s.stage == inLength && len(s.line) == 0 && b[0] != '$' {
		return 0, refused, errExpectedBulk(b[0])
	}
	line, n := s.takeLine(b, maxHead)
	if line == nil && len(s.line) < maxHead {
		return n, needMore, nil
	}
	ev, err := s.judge(line)
	return n, ev, err
}

// takeLine returns the line that b goes on with, with its line end, and how
// many bytes of b belong to it; or nil when its end is not among the bytes
// that fit a line of max bytes. What it returns is valid until the next call.
func (s *scanner) takeLine(b []byte, max int) (line []byte, n int) {
	if room := max - len(s.line); len(b) > room {
		b = b[:room]
	}
	end := bytes.IndexByte(b, '\n')
	switch {
	case end < 0:
		s.line = append(s.line, b...)
		return nil, len(b)
	case len(s.line) == 0:
		return b[:end+1], end + 1
	}
	line = append(s.line, b[:end+1]...)
	s.line = line[:0]
	return line, end + 1
}

// judge looks at a whole line that announces a count or a length; nil is one
// that is too long.
func (s *scanner) judge(line []byte) (event, error) {
	number, whole := bytes.CutSuffix(line, []byte("\r\n"))
	var n int64
	if whole {
		n, whole = parseInt(number[1:])
	}
	if s.stage == inCount {
		return s.judgeCount(line, n, whole)
	}
	return s.judgeLength(line, n, whole)
}

func (s *scanner) judgeCount(line []byte, n int64, ok bool) (event, error) {
	switch {
	case !ok || n > int64(s.limits.MaxArgs):
		return refused, errMultibulkLength
	case n > int64(s.limits.UnauthMaxArgs) && !s.authenticated:
		s.keep(line)
		return refused, errUnauthMultibulk
	case n <= 0:
		s.stage = atStart
		return ignored, nil
	}
	s.args, s.stage = int(n), inLength
	return needMore, nil
}

func (s *scanner) judgeLength(line []byte, n int64, ok bool) (event, error) {
	switch {
	case !ok || n < 0 || n > int64(s.limits.MaxBulk):
		return refused, errBulkLength
	case n > int64(s.limits.UnauthMaxBulk) && !s.authenticated:
		s.keep(line)
		return refused, errUnauthBulk
	}
	s.body, s.stage = int(n)+2, inBody
	return needMore, nil
}

// keep remembers a refused line, to be judged again after AUTH.
func (s *scanner) keep(line []byte) {
	s.line = append([]byte(nil), line...)
	s.again = true
}

// skipBody passes over an argument and checks that a line end is behind it.
func (s *scanner) skipBody(b []byte) (int, event, error) {
	n := min(len(b), s.body)
	if at := s.body - 2; at >= 0 && at < n && b[at] != '\r' {
		return at, refused, errBulkLength
	}
	if at := s.body - 1; at < n && b[at] != '\n' {
		return at, refused, errBulkLength
	}
	s.body -= n
	if s.body > 0 {
		return n, needMore, nil
	}
	s.args--
	if s.args > 0 {
		s.stage = inLength
		return n, needMore, nil
	}
	s.stage = atStart
	return n, ended, nil
}

// typedLine reads an inline command.
func (s *scanner) typedLine(b []byte) (int, event, error) {
	line, n := s.takeLine(b, s.limits.MaxInline)
	if line == nil {
		if len(s.line) >= s.limits.MaxInline {
			return n, refused, errInlineTooBig
		}
		return n, needMore, nil
	}
	if cap(s.line) > maxHead {
		s.line = nil // a long one is not kept
	}
	line = line[:len(line)-1]
	s.inline = bytes.TrimSuffix(line, []byte("\r"))
	s.stage = atStart
	return n, typed, nil
}
