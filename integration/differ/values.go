package differ

import (
	"math"
	"strconv"
	"strings"
)

// kinds are the first letters of keys. By habit "s1" holds a string, "l1" a
// list and so on; nothing keeps a command from breaking the habit.
const kinds = "sblheznx"

// key is any key.
func (m *maker) key() string { return m.keyOf(kinds) }

// keyOf is a key that mostly is of one of the kinds, and sometimes of another,
// or has an odd name.
func (m *maker) keyOf(of string) string {
	key := ""
	switch n := m.IntN(100); {
	case of == "" || n < 8:
		key = string(kinds[m.IntN(len(kinds))]) + itoa(m.IntN(2))
	case n < 10:
		key = m.pick("", "a key", "\x00\xff", "{x}s0", "{x}l1", "missing", strings.Repeat("k", 70))
	default:
		key = string(of[m.IntN(len(of))]) + itoa(m.IntN(2+m.IntN(2)))
	}
	m.keys[key] |= m.family.holds
	return key
}

// text is a value: mostly one of few, so that equal ones meet.
func (m *maker) text() string {
	switch n := m.IntN(100); {
	case n < 45:
		return string(rune('a' + m.IntN(8)))
	case n < 70:
		return itoa(m.IntN(20) - 4)
	case n < 80:
		return m.number()
	case n < 85:
		return "w" + itoa(m.IntN(1000))
	}
	return m.odd()
}

// member is an element of a collection: a few of them meet most often.
func (m *maker) member() string {
	if m.IntN(4) == 0 {
		return m.text()
	}
	return string("abcdef012"[m.IntN(9)])
}

// odd is a value that seldom fits.
func (m *maker) odd() string {
	return m.pick("", " ", "abc", "a b", "\x00", "\xff\xfe", "line\r\nbreak", "'", "\"", "é", "1.5", " 1", "1 ", "+1", "01", "-0", "0x1", "1e3",
		"nan", "inf", "-inf", "(1", "[a", "-", "+", "*", "NX", "GET", "COUNT", "3.0", "99999999999999999999", "18446744073709551615",
		strings.Repeat("x", 44), strings.Repeat("x", 45), strings.Repeat("x", 64), strings.Repeat("x", 65), strings.Repeat("y", 200))
}

// number is a whole number, seldom one that is none.
func (m *maker) number() string {
	switch n := m.IntN(100); {
	case n < 60:
		return itoa(m.IntN(14) - 4)
	case n < 75:
		return itoa(m.IntN(700) - 50)
	case n < 92:
		return m.pick("9223372036854775807", "-9223372036854775808", "9223372036854775806", "-9223372036854775807", "2147483647", "2147483648",
			"-2147483648", "-2147483649", "4294967295", "4294967296", "32767", "-32769", "1000000", "127", "128", "255", "9223372036854775808", "-9223372036854775809")
	}
	return m.odd()
}

// small is a number near zero, of which commands make something.
func (m *maker) small() string {
	if m.IntN(12) == 0 {
		return m.number()
	}
	return itoa(m.IntN(12) - 3)
}

// positive is a count, mostly.
func (m *maker) positive() string {
	if m.IntN(10) == 0 {
		return m.number()
	}
	return itoa(1 + m.IntN(5))
}

// decimal is a number with or without a point.
func (m *maker) decimal() string {
	switch n := m.IntN(100); {
	case n < 35:
		return itoa(m.IntN(14) - 4)
	case n < 45:
		return m.digits()
	case n < 65:
		return m.pick("0.5", "1.5", "-2.25", "3.0", "0.1", "0.2", "-0.3", "1e3", "1.0e-2", "100.001", "3.14159265358979", "2.718281828", "-0.0")
	case n < 90:
		return m.pick("inf", "-inf", "+inf", "1e308", "-1e308", "1.7976931348623157e308", "1e-308", "5e-324", "1e400", "nan", "9007199254740993",
			"123456789012345680", "1e17", "1e18", "1e21", "0x10", "1e15", "0.000001", "1e-7", "4.9406564584124654e-324", "9223372036854775807", "1e22", "infinity")
	}
	return m.number()
}

// digits is a decimal number of any length, with or without an exponent.
func (m *maker) digits() string {
	f := (m.Float64() - 0.5) * math.Pow10(m.IntN(8))
	switch m.IntN(4) {
	case 0:
		return strconv.FormatFloat(f, 'f', m.IntN(20), 64)
	case 1:
		return strconv.FormatFloat(f*math.Pow10(m.IntN(60)-30), 'e', m.IntN(17), 64)
	case 2:
		return strconv.FormatInt(int64(m.Uint64())>>m.IntN(60), 10)
	}
	return strconv.FormatFloat(f, 'g', -1, 64)
}

// bytes is a short text of any bytes.
func (m *maker) bytes() string {
	b := make([]byte, m.IntN(20))
	for i := range b {
		b[i] = byte(m.IntN(256))
	}
	return string(b)
}

// Deadlines are far away or over: what a deadline does when it comes is a
// matter of the clock, and not compared. Two are seldom the same, for then GT and
// LT would be a matter of the clock too.
func (m *maker) seconds() string {
	if m.IntN(5) == 0 {
		return m.pick("0", "-1", "-100", "9223372036854775807", "9223372036854775", "9223372036854776", "-9223372036854775808", "abc", "1.5", "", "99999999999999999999", "9223372036854775000")
	}
	return itoa(1000 + m.IntN(20000000))
}

func (m *maker) milliseconds() string {
	if m.IntN(5) == 0 {
		return m.pick("0", "-1", "9223372036854775807", "9223372036854775806", "-9223372036854775808", "abc", "1.5", "", "9223370000000000000")
	}
	return itoa(1000000 + m.IntN(20000000000))
}

func (m *maker) unixSeconds() string {
	if m.IntN(5) == 0 {
		return m.pick("0", "1", "-1", "1000000000", "9223372036854775807", "9223372036854775", "9223372036854776", "abc", "")
	}
	return m.pick("4000000000", "5000000000", "99999999999")
}

func (m *maker) unixMilliseconds() string {
	if m.IntN(5) == 0 {
		return m.pick("0", "1", "-1", "1000000000000", "9223372036854775807", "abc", "")
	}
	return m.pick("4000000000000", "5000000000999", "99999999999999")
}

// timeout is short, for what waits would wait for nothing.
func (m *maker) timeout() string {
	if m.IntN(6) == 0 {
		return m.pick("-1", "abc", "", "nan", "-0.1", "1 ", " 0.001")
	}
	return m.pick("0.001", "0.002", "1e-3", "0.0011")
}

// database is one of few, or none.
func (m *maker) database() string {
	if m.IntN(8) == 0 {
		return m.pick("16", "-1", "abc", "", "9223372036854775807", "4294967296", "15")
	}
	db := itoa(m.IntN(3))
	m.dbs[db] = true
	return db
}

// pattern is a glob.
func (m *maker) pattern() string {
	return m.pick("*", "*", "s*", "?1", "[a-e]*", "[^s]*", "\\*", "", "a", "[", "s[0", "s[0-", "*0", "**1", "?", "??", "[a-", "\\", "w*1", "*\\", "[\\a]", "[z-a]*", "1*", "-*", "h[01]")
}

// cursor begins a walk; one that begins elsewhere means nothing to another server.
func (m *maker) cursor() string {
	if m.IntN(10) == 0 {
		return m.pick("abc", "", "-1", " 0", "0 ", "18446744073709551616", "1.5", "00", "+0", "0x0")
	}
	return "0"
}

// enough is a COUNT that makes one call of SCAN the whole walk.
func (m *maker) enough() string {
	if m.IntN(8) == 0 {
		return m.pick("0", "-1", "abc", "", "9223372036854775808")
	}
	return "100000"
}

// sharedValue makes the arguments that mean the same in all families.
func sharedValue(name string) func(*maker) string {
	switch name {
	case "key", "key1", "key2", "newkey", "source", "destination", "dst", "src", "destkey":
		return func(m *maker) string { return m.keyOf(m.family.kinds) }
	case "value":
		return (*maker).text
	case "element", "pivot", "member", "field":
		return (*maker).member
	case "start", "end", "stop", "index", "rank":
		return (*maker).small
	case "count", "len", "limit", "num-matches", "min-match-len":
		return (*maker).positive
	case "numkeys": // written by counted
		return (*maker).positive
	case "increment", "decrement":
		return (*maker).number
	case "seconds":
		return (*maker).seconds
	case "milliseconds":
		return (*maker).milliseconds
	case "unix-time-seconds":
		return (*maker).unixSeconds
	case "unix-time-milliseconds":
		return (*maker).unixMilliseconds
	case "destination-db", "index-db":
		return (*maker).database
	case "timeout":
		return (*maker).timeout
	case "pattern":
		return (*maker).pattern
	case "cursor":
		return (*maker).cursor
	}
	return nil
}

func itoa(n int) string { return strconv.Itoa(n) }
