package lua

import "strings"

// matcher matches Lua patterns, by backtracking. Every look at a byte is a
// step, since a pattern may need exponentially many.
type matcher struct {
	c       *Call
	src     string
	pattern string
	level   int // captures so far
	capture [maxCaptures]struct{ from, size int }
	depth   int
}

const (
	maxCaptures = 32
	maxMatching = 20000 // nested matches, against Go's stack
)

// Sizes of captures that are none yet.
const (
	unfinished = -1
	onPosition = -2 // "()"
)

// match matches src from s on with the pattern from p on. It returns where the
// match ends, or -1.
func (m *matcher) match(s, p int) int {
	if m.depth++; m.depth > maxMatching {
		m.c.Errorf("pattern too complex")
	}
	defer func() { m.depth-- }()
	for p < len(m.pattern) {
		m.c.M.Step(1)
		switch m.pattern[p] {
		case '(':
			if strings.HasPrefix(m.pattern[p+1:], ")") {
				return m.open(s, p+2, onPosition)
			}
			return m.open(s, p+1, unfinished)
		case ')':
			return m.close(s, p+1)
		case '$':
			if p+1 == len(m.pattern) {
				if s == len(m.src) {
					return s
				}
				return -1
			}
		case '%':
			if end, next, special := m.special(s, p); special {
				if end < 0 {
					return -1
				}
				s, p = end, next
				continue
			}
		}
		end := m.classEnd(p)
		switch {
		case end < len(m.pattern) && m.pattern[end] == '?':
			if s < len(m.src) && m.single(m.src[s], p, end) {
				if r := m.match(s+1, end+1); r >= 0 {
					return r
				}
			}
			p = end + 1
		case end < len(m.pattern) && m.pattern[end] == '*':
			return m.longest(s, p, end)
		case end < len(m.pattern) && m.pattern[end] == '+':
			if s < len(m.src) && m.single(m.src[s], p, end) {
				return m.longest(s+1, p, end)
			}
			return -1
		case end < len(m.pattern) && m.pattern[end] == '-':
			return m.shortest(s, p, end)
		default:
			if s >= len(m.src) || !m.single(m.src[s], p, end) {
				return -1
			}
			s, p = s+1, end
		}
	}
	return s
}

// special handles %b, %f and %1: it returns where the match and the item end.
func (m *matcher) special(s, p int) (end, next int, special bool) {
	if p+1 >= len(m.pattern) {
		return 0, 0, false
	}
	switch c := m.pattern[p+1]; {
	case c == 'b':
		return m.balanced(s, p+2), p + 4, true
	case c == 'f':
		p += 2
		if p >= len(m.pattern) || m.pattern[p] != '[' {
			m.c.Errorf("missing '[' after '%%f' in pattern")
		}
		next = m.classEnd(p)
		before, after := byte(0), byte(0)
		if s > 0 {
			before = m.src[s-1]
		}
		if s < len(m.src) {
			after = m.src[s]
		}
		if m.set(before, p, next-1) || !m.set(after, p, next-1) {
			return -1, 0, true
		}
		return s, next, true
	case isDigit(c):
		return m.again(s, c), p + 2, true
	}
	return 0, 0, false
}

// classEnd is where the single-character item that begins at p ends.
func (m *matcher) classEnd(p int) int {
	c := m.pattern[p]
	p++
	switch c {
	case '%':
		if p >= len(m.pattern) {
			m.c.Errorf("malformed pattern (ends with '%%')")
		}
		return p + 1
	case '[':
		if p < len(m.pattern) && m.pattern[p] == '^' {
			p++
		}
		for first := true; first || p >= len(m.pattern) || m.pattern[p] != ']'; first = false {
			if p >= len(m.pattern) {
				m.c.Errorf("malformed pattern (missing ']')")
			}
			m.c.M.Step(1)
			if m.pattern[p] == '%' && p+1 < len(m.pattern) {
				p++
			}
			p++
		}
		return p + 1
	}
	return p
}

// single tells whether a byte matches the item from p to end.
func (m *matcher) single(c byte, p, end int) bool {
	switch m.pattern[p] {
	case '.':
		return true
	case '%':
		return inClass(c, m.pattern[p+1])
	case '[':
		return m.set(c, p, end-1)
	}
	return m.pattern[p] == c
}

// set tells whether a byte is in the set from p ('[') to end (']').
func (m *matcher) set(c byte, p, end int) bool {
	m.c.M.Step((end - p) / 8)
	in := true
	p++
	if m.pattern[p] == '^' {
		in = false
		p++
	}
	for ; p < end; p++ {
		switch {
		case m.pattern[p] == '%' && p+1 <= end:
			p++
			if inClass(c, m.pattern[p]) {
				return in
			}
		case p+2 < end && m.pattern[p+1] == '-':
			if m.pattern[p] <= c && c <= m.pattern[p+2] {
				return in
			}
			p += 2
		case m.pattern[p] == c:
			return in
		}
	}
	return !in
}

// inClass tells whether a byte is in a class: "%a", or "%A" for all others. As
// in the C locale, which Redis's scripts run in.
func inClass(c, class byte) bool {
	var in bool
	lower := 'a' <= c && c <= 'z'
	upper := 'A' <= c && c <= 'Z'
	switch class | 0x20 {
	case 'a':
		in = lower || upper
	case 'c':
		in = c < ' ' || c == 127
	case 'd':
		in = isDigit(c)
	case 'l':
		in = lower
	case 'p':
		in = '!' <= c && c <= '~' && !lower && !upper && !isDigit(c)
	case 's':
		in = strings.IndexByte(blanks, c) >= 0
	case 'u':
		in = upper
	case 'w':
		in = lower || upper || isDigit(c)
	case 'x':
		in = digitOf(c) < 16
	case 'z':
		in = c == 0
	default:
		return class == c
	}
	return in == (class >= 'a') // capital letters are for all others
}

// longest tries as many of the item as there are from least on, then fewer.
func (m *matcher) longest(least, p, end int) int {
	s := least
	for s < len(m.src) && m.single(m.src[s], p, end) {
		m.c.M.Step(1)
		s++
	}
	for ; s >= least; s-- {
		if r := m.match(s, end+1); r >= 0 {
			return r
		}
	}
	return -1
}

// shortest tries no item, then more.
func (m *matcher) shortest(s, p, end int) int {
	for {
		if r := m.match(s, end+1); r >= 0 {
			return r
		}
		if s >= len(m.src) || !m.single(m.src[s], p, end) {
			return -1
		}
		s++
	}
}

func (m *matcher) open(s, p, size int) int {
	if m.level >= maxCaptures {
		m.c.Errorf("too many captures")
	}
	m.capture[m.level].from, m.capture[m.level].size = s, size
	m.level++
	r := m.match(s, p)
	if r < 0 {
		m.level--
	}
	return r
}

func (m *matcher) close(s, p int) int {
	for l := m.level - 1; l >= 0; l-- {
		if m.capture[l].size == unfinished {
			m.capture[l].size = s - m.capture[l].from
			r := m.match(s, p)
			if r < 0 {
				m.capture[l].size = unfinished
			}
			return r
		}
	}
	m.c.Errorf("invalid pattern capture")
	return -1
}

// balanced matches %bxy.
func (m *matcher) balanced(s, p int) int {
	if p+1 >= len(m.pattern) {
		m.c.Errorf("unbalanced pattern")
	}
	open, shut := m.pattern[p], m.pattern[p+1]
	if s >= len(m.src) || m.src[s] != open {
		return -1
	}
	for depth, i := 1, s+1; i < len(m.src); i++ {
		m.c.M.Step(1)
		switch m.src[i] {
		case shut:
			if depth--; depth == 0 {
				return i + 1
			}
		case open:
			depth++
		}
	}
	return -1
}

// again matches what a capture has matched.
func (m *matcher) again(s int, digit byte) int {
	l := int(digit) - '1'
	if l < 0 || l >= m.level || m.capture[l].size == unfinished {
		m.c.Errorf("invalid capture index")
	}
	k := m.capture[l]
	if k.size == onPosition {
		return -1 // no text: C compares a length that nothing has
	}
	m.c.M.Step(k.size / 16)
	if strings.HasPrefix(m.src[s:], m.src[k.from:k.from+k.size]) {
		return s + k.size
	}
	return -1
}
