package codec

import (
	"strings"
	"unicode/utf8"

	"coordd/commands/script/lua"
)

// jsonDecoder reads one value.
type jsonDecoder struct {
	*jsonSettings
	c     *lua.Call
	s     string
	pos   int
	level int

	// The present token.
	kind   string // its name, as errors have it; "" if it is none
	wrong  string // why it is none
	from   int    // where it, or what is wrong, begins
	text   string
	number float64
	truth  bool
}

func jsonDecode(c *lua.Call, s *jsonSettings) {
	if len(c.Args) != 1 {
		c.ArgError(1, "expected 1 argument")
	}
	d := jsonDecoder{jsonSettings: s, c: c, s: c.Str(1)}
	if len(d.s) >= 2 && (d.s[0] == 0 || d.s[1] == 0) {
		c.Errorf("JSON parser does not support UTF-16 or UTF-32")
	}
	d.next()
	v := d.value()
	if d.next(); d.kind != "T_END" {
		d.expected("the end")
	}
	c.Return(v)
}

func (d *jsonDecoder) expected(what string) {
	found := d.kind
	if found == "" {
		found = d.wrong
	}
	d.c.Errorf("Expected %s but found %s at character %d", what, found, d.from+1)
}

var jsonSigns = map[byte]string{
	'{': "T_OBJ_BEGIN", '}': "T_OBJ_END", '[': "T_ARR_BEGIN", ']': "T_ARR_END", ':': "T_COLON", ',': "T_COMMA",
}

// next goes to the next token.
func (d *jsonDecoder) next() {
	d.c.M.Step(1)
	for d.pos < len(d.s) && strings.IndexByte(" \t\n\r", d.s[d.pos]) >= 0 {
		d.pos++
	}
	d.from = d.pos
	if d.pos >= len(d.s) || d.s[d.pos] == 0 {
		d.kind = "T_END"
		return
	}
	c := d.s[d.pos]
	if sign := jsonSigns[c]; sign != "" {
		d.kind = sign
		d.pos++
		return
	}
	switch {
	case c == '"':
		d.readText()
	case c == '-' || '0' <= c && c <= '9':
		if !d.decodeInvalid && d.oddNumber() {
			d.fail("invalid number")
			return
		}
		d.readNumber()
	case d.word("true", "T_BOOLEAN"):
		d.truth = true
	case d.word("false", "T_BOOLEAN"):
		d.truth = false
	case d.word("null", "T_NULL"):
	case d.decodeInvalid && d.oddNumber():
		d.readNumber()
	default:
		d.fail("invalid token")
	}
}

// fail makes the token a fault.
func (d *jsonDecoder) fail(why string) { d.kind, d.wrong = "", why }

func (d *jsonDecoder) word(w, kind string) bool {
	if !strings.HasPrefix(d.s[d.pos:], w) {
		return false
	}
	d.pos += len(w)
	d.kind = kind
	return true
}

// oddNumber tells whether a number is none of JSON's, though C reads it.
func (d *jsonDecoder) oddNumber() bool {
	s := d.s[d.pos:]
	if strings.HasPrefix(s, "+") {
		return true
	}
	s = strings.TrimPrefix(s, "-")
	if len(s) > 1 && s[0] == '0' {
		return s[1]|0x20 == 'x' || '0' <= s[1] && s[1] <= '9'
	}
	s = strings.ToLower(s[:min(len(s), 3)])
	return s == "inf" || s == "nan"
}

// readNumber reads as much as C's strtod would.
func (d *jsonDecoder) readNumber() {
	s := d.s[d.pos:]
	n := numberLength(s)
	f, ok := lua.ParseNumber(s[:n])
	if n == 0 || !ok {
		d.fail("invalid number")
		return
	}
	d.c.M.Step(n / 16)
	d.kind, d.number = "T_NUMBER", f
	d.pos += n
}

// numberLength is how long the number is that a text begins with.
func numberLength(s string) int {
	i := 0
	if i < len(s) && (s[i] == '-' || s[i] == '+') {
		i++
	}
	for _, w := range []string{"infinity", "inf", "nan"} {
		if len(s)-i >= len(w) && strings.EqualFold(s[i:i+len(w)], w) {
			return i + len(w)
		}
	}
	digits, exponent := "0123456789", "eE"
	if len(s) > i+2 && s[i] == '0' && s[i+1]|0x20 == 'x' && isHexDigit(s[i+2]) {
		digits, exponent = "0123456789abcdefABCDEF", "pP"
		i += 2
	}
	run := func() (n int) {
		for ; i < len(s) && strings.IndexByte(digits, s[i]) >= 0; i++ {
			n++
		}
		return n
	}
	whole := run()
	if i < len(s) && s[i] == '.' {
		i++
		if run() == 0 && whole == 0 {
			return 0
		}
	} else if whole == 0 {
		return 0
	}
	if end := i; i < len(s) && strings.IndexByte(exponent, s[i]) >= 0 {
		i++
		if i < len(s) && (s[i] == '-' || s[i] == '+') {
			i++
		}
		digits = "0123456789"
		if run() == 0 {
			i = end
		}
	}
	return i
}

func isHexDigit(b byte) bool {
	return '0' <= b && b <= '9' || 'a' <= b|0x20 && b|0x20 <= 'f'
}

// readText reads a string.
func (d *jsonDecoder) readText() {
	d.pos++
	begin := d.pos
	var b []byte
	escaped := false
	for {
		if d.pos >= len(d.s) || d.s[d.pos] == 0 {
			d.from = d.pos
			d.fail("unexpected end of string")
			return
		}
		c := d.s[d.pos]
		if c == '"' {
			break
		}
		if c != '\\' {
			if escaped {
				b = append(b, c)
			}
			d.pos++
			continue
		}
		if !escaped {
			escaped = true
			b = append(b, d.s[begin:d.pos]...)
		}
		if b = d.escape(b); b == nil {
			return
		}
	}
	d.kind, d.text = "T_STRING", d.s[begin:d.pos]
	if escaped {
		d.text = string(b)
	}
	d.c.M.Alloc(len(d.text))
	d.pos++
}

// escape reads a backslash and what follows; nil: it is none.
func (d *jsonDecoder) escape(b []byte) []byte {
	at := d.pos
	c := byte(0)
	if at+1 < len(d.s) {
		c = d.s[at+1]
	}
	if i := strings.IndexByte(`"\/bfnrt`, c); i >= 0 && c != 0 {
		d.pos += 2
		return append(b, "\"\\/\b\f\n\r\t"[i])
	}
	d.from = at
	if c != 'u' {
		d.fail("invalid escape code")
		return nil
	}
	r, n := d.codepoint(at)
	if n == 0 {
		d.fail("invalid unicode escape code")
		return nil
	}
	d.pos += n
	return utf8.AppendRune(b, r)
}

// codepoint reads "\u1234", or two of them that belong together; n is their
// length, 0: they are wrong.
func (d *jsonDecoder) codepoint(at int) (r rune, n int) {
	const low, high, mask = 0xdc00, 0xd800, 0xfc00
	r, ok := d.hex4(at)
	if !ok || r&mask == low {
		return 0, 0
	}
	if r&mask != high {
		return r, 6
	}
	second, ok := d.hex4(at + 6)
	if !ok || second&mask != low {
		return 0, 0
	}
	return (r-high)<<10 + (second - low) + 0x10000, 12
}

// hex4 reads the number of one "\u1234".
func (d *jsonDecoder) hex4(at int) (r rune, ok bool) {
	if at+6 > len(d.s) || d.s[at] != '\\' || d.s[at+1] != 'u' {
		return 0, false
	}
	for _, c := range []byte(d.s[at+2 : at+6]) {
		if !isHexDigit(c) {
			return 0, false
		}
		digit := rune(c&15) + rune(c>>6)*9
		r = r<<4 | digit
	}
	return r, true
}

// value makes a value of the present token and what follows it.
func (d *jsonDecoder) value() lua.Value {
	d.c.M.Alloc(sizeValue)
	switch d.kind {
	case "T_STRING":
		return d.text
	case "T_NUMBER":
		return d.number
	case "T_BOOLEAN":
		return d.truth
	case "T_NULL":
		return jsonNull
	case "T_OBJ_BEGIN":
		return d.object()
	case "T_ARR_BEGIN":
		return d.array()
	}
	d.expected("value")
	return nil
}

// descend goes one level down.
func (d *jsonDecoder) descend() {
	if d.level++; d.level > min(d.decodeDepth, mostDepth) {
		d.c.Errorf("Found too many nested data structures (%d) at character %d", d.level, d.pos)
	}
}

func (d *jsonDecoder) object() lua.Value {
	d.descend()
	m := d.c.M
	t := m.NewTable(0)
	if d.next(); d.kind == "T_OBJ_END" {
		d.level--
		return t
	}
	for {
		if d.kind != "T_STRING" {
			d.expected("object key string")
		}
		key := d.text
		if d.next(); d.kind != "T_COLON" {
			d.expected("colon")
		}
		d.next()
		m.Set(t, key, d.value())
		switch d.next(); d.kind {
		case "T_OBJ_END":
			d.level--
			return t
		case "T_COMMA":
			d.next()
		default:
			d.expected("comma or object end")
		}
	}
}

func (d *jsonDecoder) array() lua.Value {
	d.descend()
	m := d.c.M
	t := m.NewTable(0)
	if d.next(); d.kind == "T_ARR_END" {
		d.level--
		return t
	}
	for i := 1; ; i++ {
		m.SetInt(t, i, d.value())
		switch d.next(); d.kind {
		case "T_ARR_END":
			d.level--
			return t
		case "T_COMMA":
			d.next()
		default:
			d.expected("comma or array end")
		}
	}
}
