package lua

import "strings"

// captures are the values of all captures; where there are none, that of the
// whole match, if it is given.
func (m *matcher) captures(whole *string) []Value {
	if m.level == 0 {
		if whole == nil {
			return nil
		}
		return []Value{*whole}
	}
	values := make([]Value, m.level)
	for i := range values {
		values[i] = m.captured(i)
	}
	return values
}

func (m *matcher) captured(i int) Value {
	k := m.capture[i]
	switch k.size {
	case unfinished:
		m.c.Errorf("unfinished capture")
	case onPosition:
		return number(float64(k.from + 1))
	}
	return m.src[k.from : k.from+k.size]
}

// replacement is what gsub puts in place of a match.
func (m *matcher) replacement(by Value, from, end int) string {
	whole := m.src[from:end]
	var v Value
	switch by := by.(type) {
	case *Table:
		m.c.M.Step(1)
		v = m.c.index(by, m.firstCapture(whole), nil, m.c.line)
	case *Function:
		level := m.level // the function may not, but another match of it might, change captures
		v = first(m.c.Call(by, m.captures(&whole)...))
		m.level = level
	default:
		s, _ := toString(by)
		return m.expand(s, whole)
	}
	if !Truth(v) {
		return whole
	}
	s, ok := toString(v)
	if !ok {
		m.c.Errorf("invalid replacement value (a %s)", TypeName(v))
	}
	return s
}

func (m *matcher) firstCapture(whole string) Value {
	if m.level == 0 {
		return whole
	}
	return m.captured(0)
}

// expand puts captures into a replacement text.
func (m *matcher) expand(s, whole string) string {
	if strings.IndexByte(s, '%') < 0 {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch {
		case i >= len(s):
			b.WriteByte(0) // C reads its end of string
		case !isDigit(s[i]):
			b.WriteByte(s[i])
		case s[i] == '0', s[i] == '1' && m.level == 0:
			m.c.M.Alloc(len(whole))
			b.WriteString(whole)
		default:
			l := int(s[i] - '1')
			if l >= m.level {
				m.c.Errorf("invalid capture index")
			}
			text, _ := toString(m.captured(l))
			m.c.M.Alloc(len(text))
			b.WriteString(text)
		}
	}
	return b.String()
}
