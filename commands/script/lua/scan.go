package lua

import (
	"fmt"
	"strings"
)

// token is a word of the language. Signs of one byte are their byte.
type token int

const (
	tokenEnd token = iota + 256
	tokenName
	tokenNumber
	tokenString
	tokenConcat
	tokenDots
	tokenEq
	tokenNe
	tokenLe
	tokenGe
	tokenAnd
	tokenBreak
	tokenDo
	tokenElse
	tokenElseif
	tokenEndWord
	tokenFalse
	tokenFor
	tokenFunction
	tokenIf
	tokenIn
	tokenLocal
	tokenNil
	tokenNot
	tokenOr
	tokenRepeat
	tokenReturn
	tokenThen
	tokenTrue
	tokenUntil
	tokenWhile
)

var reserved = map[string]token{
	"and": tokenAnd, "break": tokenBreak, "do": tokenDo, "else": tokenElse, "elseif": tokenElseif,
	"end": tokenEndWord, "false": tokenFalse, "for": tokenFor, "function": tokenFunction, "if": tokenIf,
	"in": tokenIn, "local": tokenLocal, "nil": tokenNil, "not": tokenNot, "or": tokenOr,
	"repeat": tokenRepeat, "return": tokenReturn, "then": tokenThen, "true": tokenTrue,
	"until": tokenUntil, "while": tokenWhile,
}

// signs are the tokens of several bytes.
var signs = map[token]string{
	tokenConcat: "..", tokenDots: "...", tokenEq: "==", tokenNe: "~=", tokenLe: "<=", tokenGe: ">=",
	tokenEnd: "<eof>", tokenName: "<name>", tokenNumber: "<number>", tokenString: "<string>",
}

// text is how errors show a token.
func (t token) text() string {
	if t < 256 {
		if t < ' ' || t == 127 {
			return fmt.Sprintf("char(%d)", int(t))
		}
		return string([]byte{byte(t)})
	}
	if s, ok := signs[t]; ok {
		return s
	}
	for word, w := range reserved {
		if w == t {
			return word
		}
	}
	return "?"
}

// scanner cuts a source into tokens.
type scanner struct {
	src    string
	source string // its name
	pos    int
	line   int

	tok      token // the present one
	from     int   // where it begins
	str      string
	num      float64
	lastLine int // of the token before

	ahead *lookahead
}

// lookahead is a token that was read before its time.
type lookahead struct {
	tok        token
	from, line int
	str        string
	num        float64
}

// syntaxError is how the parser gives up.
type syntaxError struct{ text string }

func (s *scanner) fail(text, near string) {
	text = fmt.Sprintf("%s:%d: %s", shortSource(s.source), s.line, text)
	if near != "" {
		text += " near '" + near + "'"
	}
	panic(syntaxError{text})
}

// failHere names the present token.
func (s *scanner) failHere(text string) {
	switch s.tok {
	case tokenName, tokenString, tokenNumber:
		s.fail(text, s.src[s.from:s.pos])
	}
	s.fail(text, s.tok.text())
}

// next goes to the next token.
func (s *scanner) next() {
	s.lastLine = s.line
	if a := s.ahead; a != nil {
		s.tok, s.from, s.line, s.str, s.num, s.ahead = a.tok, a.from, a.line, a.str, a.num, nil
		return
	}
	s.tok = s.scan()
}

// peek looks at the token after the present one.
func (s *scanner) peek() token {
	tok, from, line, str, num, last := s.tok, s.from, s.line, s.str, s.num, s.lastLine
	s.next()
	s.ahead = &lookahead{s.tok, s.from, s.line, s.str, s.num}
	s.tok, s.from, s.line, s.str, s.num, s.lastLine = tok, from, line, str, num, last
	return s.ahead.tok
}

// at is the byte so far ahead, 0 behind the end.
func (s *scanner) at(i int) byte {
	if s.pos+i < len(s.src) {
		return s.src[s.pos+i]
	}
	return 0
}

func (s *scanner) scan() token {
	s.skip()
	s.from = s.pos
	if s.pos >= len(s.src) {
		return tokenEnd
	}
	c := s.src[s.pos]
	switch {
	case isLetter(c):
		for isLetter(s.at(0)) || isDigit(s.at(0)) {
			s.pos++
		}
		s.str = s.src[s.from:s.pos]
		if word, ok := reserved[s.str]; ok {
			return word
		}
		return tokenName
	case isDigit(c), c == '.' && isDigit(s.at(1)):
		return s.number()
	case c == '"' || c == '\'':
		return s.quoted(c)
	case c == '[':
		if level := s.longBracket(); level >= 0 {
			s.str = s.long(level, "string")
			return tokenString
		} else if level == badBracket {
			s.fail("invalid long string delimiter", s.src[s.from:s.pos])
		}
	}
	return s.sign(c)
}

// sign reads what is neither word, number nor string.
func (s *scanner) sign(c byte) token {
	for _, t := range []token{tokenDots, tokenConcat, tokenEq, tokenNe, tokenLe, tokenGe} {
		if strings.HasPrefix(s.src[s.pos:], signs[t]) {
			s.pos += len(signs[t])
			return t
		}
	}
	s.pos++
	return token(c)
}

// skip passes blanks and comments.
func (s *scanner) skip() {
	for s.pos < len(s.src) {
		switch c := s.src[s.pos]; {
		case c == '\n' || c == '\r':
			s.newline()
		case strings.IndexByte(blanks, c) >= 0:
			s.pos++
		case c == '-' && s.at(1) == '-':
			s.pos += 2
			s.comment()
		default:
			return
		}
	}
}

func (s *scanner) comment() {
	if s.at(0) == '[' {
		s.from = s.pos
		if level := s.longBracket(); level >= 0 {
			s.long(level, "comment")
			return
		}
	}
	for s.pos < len(s.src) && s.src[s.pos] != '\n' && s.src[s.pos] != '\r' {
		s.pos++
	}
}

// newline passes one line break, which may have two bytes.
func (s *scanner) newline() {
	c := s.src[s.pos]
	s.pos++
	if d := s.at(0); (d == '\n' || d == '\r') && d != c {
		s.pos++
	}
	s.line++
}

// badBracket is a '[' with '=' but no second '['.
const badBracket = -2

// longBracket passes "[==[" and tells its level. It passes nothing of a plain
// '[', whose level is -1.
func (s *scanner) longBracket() int {
	level := 0
	for s.at(1+level) == '=' {
		level++
	}
	switch {
	case s.at(1+level) == '[':
		s.pos += level + 2
		return level
	case level == 0:
		return -1
	}
	s.pos += level + 1
	return badBracket
}

// long reads to the closing bracket of the same level.
func (s *scanner) long(level int, what string) string {
	closing := "]" + strings.Repeat("=", level) + "]"
	if c := s.at(0); c == '\n' || c == '\r' {
		s.newline()
	}
	var b strings.Builder
	for {
		switch c := s.at(0); {
		case s.pos >= len(s.src):
			s.fail("unfinished long "+what, "<eof>")
		case c == ']' && strings.HasPrefix(s.src[s.pos:], closing):
			s.pos += len(closing)
			return b.String()
		case c == '\n' || c == '\r':
			s.newline()
			b.WriteByte('\n')
		default:
			b.WriteByte(c)
			s.pos++
		}
	}
}

func (s *scanner) number() token {
	for isDigit(s.at(0)) || s.at(0) == '.' {
		s.pos++
	}
	if s.at(0)|0x20 == 'e' {
		s.pos++
		if c := s.at(0); c == '+' || c == '-' {
			s.pos++
		}
	}
	for isLetter(s.at(0)) || isDigit(s.at(0)) {
		s.pos++
	}
	text := s.src[s.from:s.pos]
	n, ok := ParseNumber(text)
	if !ok {
		s.fail("malformed number", text)
	}
	s.num = n
	return tokenNumber
}

// quoted reads a string in quotes.
func (s *scanner) quoted(quote byte) token {
	s.pos++
	var b strings.Builder
	for {
		switch c := s.at(0); {
		case s.pos >= len(s.src):
			s.fail("unfinished string", "<eof>")
		case c == quote:
			s.pos++
			s.str = b.String()
			return tokenString
		case c == '\n' || c == '\r':
			s.fail("unfinished string", s.src[s.from:s.pos])
		case c == '\\':
			s.pos++
			s.escape(&b)
		default:
			b.WriteByte(c)
			s.pos++
		}
	}
}

// escape reads what follows a backslash.
func (s *scanner) escape(b *strings.Builder) {
	if s.pos >= len(s.src) {
		return // the loop sees the end
	}
	c := s.src[s.pos]
	if c == '\n' || c == '\r' {
		s.newline()
		b.WriteByte('\n')
		return
	}
	if isDigit(c) {
		n := 0
		for i := 0; i < 3 && isDigit(s.at(0)); i++ {
			n = n*10 + int(s.at(0)-'0')
			s.pos++
		}
		if n > 255 {
			s.fail("escape sequence too large", s.src[s.from:s.pos])
		}
		b.WriteByte(byte(n))
		return
	}
	s.pos++
	if i := strings.IndexByte("abfnrtv", c); i >= 0 {
		c = "\a\b\f\n\r\t\v"[i]
	}
	b.WriteByte(c)
}

func isLetter(c byte) bool { return c == '_' || 'a' <= c|0x20 && c|0x20 <= 'z' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
