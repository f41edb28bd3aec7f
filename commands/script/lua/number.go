package lua

import (
	"math"
	"strconv"
	"strings"
)

// FormatNumber writes a number as Lua shows it: "%.14g".
func FormatNumber(f float64) string {
	if i := int64(f); float64(i) == f && i > -1e14 && i < 1e14 && (i != 0 || !math.Signbit(f)) {
		return strconv.FormatInt(i, 10)
	}
	return FormatG(f, 14)
}

// FormatG is C's "%.<precision>g". A NaN has one text: its sign depends on the
// processor, and Redis's machines nearly always show this one.
func FormatG(f float64, precision int) string {
	switch {
	case math.IsNaN(f):
		return "-nan"
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	}
	return strconv.FormatFloat(f, 'g', precision, 64)
}

// ParseNumber reads a text as Lua does where a number is wanted: what C's
// strtod takes, blanks around it, and nothing else.
func ParseNumber(s string) (float64, bool) {
	s = strings.Trim(s, blanks)
	body := strings.TrimLeft(s, "+-")
	if len(s)-len(body) > 1 || body == "" {
		return 0, false
	}
	switch strings.ToLower(body) {
	case "inf", "infinity":
		return math.Inf(sign(s)), true
	case "nan":
		return math.NaN(), true
	}
	if c := body[0]; c != '.' && (c < '0' || c > '9') {
		return 0, false
	}
	if strings.IndexByte(body, '_') >= 0 { // Go's separator of digits
		return 0, false
	}
	if len(body) > 1 && body[1]|0x20 == 'x' && !strings.ContainsAny(body, "pP") {
		s += "p0" // the exponent that Go demands of a hexadecimal number
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil && !math.IsInf(f, 0) {
		return 0, false
	}
	return f, true
}

func sign(s string) int {
	if s[0] == '-' {
		return -1
	}
	return 1
}

const blanks = " \t\n\v\f\r"

// parseInBase reads a whole number as strtoul does. A negative one wraps, as
// there.
func parseInBase(s string, base int) (float64, bool) {
	s = strings.Trim(s, blanks)
	negative := strings.HasPrefix(s, "-")
	s = strings.TrimPrefix(strings.TrimPrefix(s, "-"), "+")
	if base == 16 && len(s) > 2 && s[0] == '0' && s[1]|0x20 == 'x' {
		s = s[2:]
	}
	if s == "" {
		return 0, false
	}
	var n uint64
	overflow := false
	for i := range len(s) {
		d := digitOf(s[i])
		if d >= base {
			return 0, false
		}
		if n > (math.MaxUint64-uint64(d))/uint64(base) {
			overflow = true
		}
		n = n*uint64(base) + uint64(d)
	}
	if overflow {
		n = math.MaxUint64
	} else if negative {
		n = -n
	}
	return float64(n), true
}

// digitOf is the value of a digit in any base up to 36, else 36.
func digitOf(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c|0x20 && c|0x20 <= 'z':
		return int(c|0x20-'a') + 10
	}
	return 36
}

// ToInt64 converts as C on amd64 does: towards zero, and what does not fit is
// the least number. Go leaves that to the processor.
func ToInt64(f float64) int64 {
	if f >= -1<<63 && f < 1<<63 {
		return int64(f)
	}
	return math.MinInt64
}

// toInt is ToInt64, cut to what positions and counts need.
func toInt(f float64) int {
	return int(min(max(ToInt64(f), math.MinInt32), math.MaxInt32))
}

// modulo has the sign of its divisor, as Lua's % has.
func modulo(a, b float64) float64 {
	return a - math.Floor(a/b)*b
}
