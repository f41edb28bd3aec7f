package differ

import (
	"strings"
)

func stringFamily() *family {
	return &family{
		kinds: "sssn",
		holds: Strings,
		values: map[string]func(*maker) string{
			"offset": (*maker).offset,
			"setrange.offset": func(m *maker) string {
				return m.pick(m.offset(), m.offset(), m.offset(), m.offset(), m.offset(), "536870912")
			},
			"incrbyfloat.increment": (*maker).decimal,
			"value":                 (*maker).stringValue,
			// A key that is due at once is there for Redis until it is looked at.
			"unix-time-seconds":      func(m *maker) string { return m.pick("4000000000", "99999999999", "0", "-1", "abc") },
			"unix-time-milliseconds": func(m *maker) string { return m.pick("4000000000000", "9999999999999", "0", "-1", "abc") },
		},
		setups: []func(*maker) []string{
			func(m *maker) []string { return []string{"SET", m.keyOf("s"), m.stringValue()} },
			func(m *maker) []string { return []string{"SET", m.keyOf("s"), m.number(), "EX", "100000"} },
			func(m *maker) []string { return []string{"MSET", m.keyOf("s"), m.text(), m.keyOf("s"), m.decimal()} },
			func(m *maker) []string { return []string{"SET", m.keyOf("s"), m.decimal()} },
		},
	}
}

// offset is a place in a string; one that is allowed is never so far off that
// much memory would be used.
func (m *maker) offset() string {
	if m.IntN(8) == 0 {
		return m.pick("-1", "4294967296", "9223372036854775807", "abc", "", "1.5", "-9223372036854775808")
	}
	if m.IntN(10) == 0 {
		return itoa(m.IntN(3000))
	}
	return itoa(m.IntN(24))
}

// stringValue is a text, or a longer one.
func (m *maker) stringValue() string {
	switch m.IntN(14) {
	case 3:
		return m.bytes()
	case 4: // two of these have much in common
		b := make([]byte, m.IntN(40))
		for i := range b {
			b[i] = "abc"[m.IntN(3)]
		}
		return string(b)
	case 0:
		return strings.Repeat(m.text(), 1+m.IntN(60))
	case 1:
		return m.decimal()
	case 2:
		return m.pick("ohmytext", "mynewtext", "abcbdab", "bdcaba", "foobar")
	}
	return m.text()
}
