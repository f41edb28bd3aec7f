package lua

import "fmt"

// Error is what stops a program: an error of Lua, which pcall may catch, or a
// limit, which nothing may.
type Error struct {
	Value  Value  // a string, or what error() was given
	Source string // of the function at work, as debug.getinfo shows it
	Line   int
	Limit  bool
}

// Error implements error.
func (e *Error) Error() string {
	if s, ok := toString(e.Value); ok {
		return s
	}
	return "(error object is a " + TypeName(e.Value) + " value)"
}

// Texts of the limits.
const (
	stepLimitText = "Script takes more steps than a script may"
	byteLimitText = "Script takes more memory than a script may"
)

// Throw stops the program with an error of any value.
func (m *Machine) Throw(v Value) {
	e := &Error{Value: v}
	e.Source, e.Line = m.position()
	panic(e)
}

// stop ends the program for good.
func (m *Machine) stop(text string) {
	e := &Error{Value: text, Limit: true}
	e.Source, e.Line = m.position()
	panic(e)
}

// position tells where the program is, as Redis's error handler sees it: the
// function at work, or its caller if that is a library's.
func (m *Machine) position() (source string, line int) {
	c := m.top
	if c != nil && c.fn.native != nil {
		c = c.prev
	}
	if c == nil || c.fn.native != nil {
		return "=[C]", -1
	}
	return c.fn.proto.source, c.line
}

// Where is the prefix of an error's text that says where it was raised: level
// 0 is the function at work, 1 the one that called it. A function that was left
// by a tail call counts, and is nowhere.
func (m *Machine) Where(level int) string {
	c := m.top
	for ; level > 0 && c != nil; c = c.prev {
		level -= 1 + c.tail
	}
	if level < 0 || c == nil || c.fn.native != nil {
		return ""
	}
	return fmt.Sprintf("%s:%d: ", shortSource(c.fn.proto.source), c.line)
}

// raisef stops the program with a text; the function at work is at fault.
func (m *Machine) raisef(format string, args ...any) {
	m.Throw(m.Where(0) + fmt.Sprintf(format, args...))
}

// Try runs f. An error of Lua's is returned; the machine is then where it was.
// A limit, and a panic of Go's, pass through.
func (m *Machine) Try(f func()) (err *Error) {
	stack, top, calls, natives, depth := m.stack, m.top, m.calls, m.natives, m.depth
	defer func() {
		switch r := recover().(type) {
		case nil:
		case *Error:
			if r.Limit {
				panic(r)
			}
			err = r
			m.stack, m.top, m.calls, m.natives, m.depth = stack, top, calls, natives, depth
		default:
			panic(r)
		}
	}()
	f()
	return nil
}

// shortSource is the name of a chunk as errors show it.
func shortSource(source string) string {
	const room = 59 // LUA_IDSIZE, without the end
	if source == "" {
		source = "?"
	}
	switch source[0] {
	case '=':
		return source[1:min(len(source), room+1)]
	case '@':
		if s := source[1:]; len(s) > room {
			return "..." + s[len(s)-room+3:]
		}
		return source[1:]
	}
	const frame = len(`[string "..."]`)
	line := source
	for i := range len(line) {
		if line[i] == '\n' || line[i] == '\r' {
			line = line[:i]
			break
		}
	}
	if len(line) > room-frame {
		line = line[:room-frame]
	} else if len(line) == len(source) {
		return `[string "` + line + `"]`
	}
	return `[string "` + line + `..."]`
}
