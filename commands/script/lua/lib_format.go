package lua

import (
	"math"
	"strconv"
	"strings"
)

// verb is one "%..." of string.format.
type verb struct {
	minus, plus, blank, sharp, zero bool
	width                           int
	precision                       int // -1: none
	letter                          byte
}

func stringFormat(c *Call) {
	format := c.Str(1)
	c.M.Alloc(len(format))
	var b strings.Builder
	arg := 1
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			b.WriteByte(format[i])
			continue
		}
		if i++; i < len(format) && format[i] == '%' {
			b.WriteByte('%')
			continue
		}
		arg++
		if arg > len(c.Args) {
			c.ArgError(arg, "no value")
		}
		var v verb
		v, i = c.verb(format, i)
		s := c.formatted(v, arg)
		c.M.Alloc(len(s))
		b.WriteString(s)
	}
	c.Return(b.String())
}

// verb reads what follows a '%'; at is then its letter.
func (c *Call) verb(format string, at int) (v verb, i int) {
	v.precision = -1
	for i = at; i < len(format) && strings.IndexByte("-+ #0", format[i]) >= 0; i++ {
		switch format[i] {
		case '-':
			v.minus = true
		case '+':
			v.plus = true
		case ' ':
			v.blank = true
		case '#':
			v.sharp = true
		case '0':
			v.zero = true
		}
	}
	if i-at > len("-+ #0") {
		c.Errorf("invalid format (repeated flags)")
	}
	digits := func() (n int) {
		for k := 0; k < 2 && i < len(format) && isDigit(format[i]); k++ {
			n = n*10 + int(format[i]-'0')
			i++
		}
		return n
	}
	v.width = digits()
	if i < len(format) && format[i] == '.' {
		i++
		v.precision = digits()
	}
	if i < len(format) && isDigit(format[i]) {
		c.Errorf("invalid format (width or precision too long)")
	}
	if i < len(format) {
		v.letter = format[i]
	}
	return v, i
}

func (c *Call) formatted(v verb, arg int) string {
	switch v.letter {
	case 'c':
		return v.pad(string([]byte{byte(c.Int(arg))}))
	case 'd', 'i':
		return v.signed(ToInt64(c.Num(arg)))
	case 'o', 'u', 'x', 'X':
		return v.unsigned(toUint64(c.Num(arg)))
	case 'e', 'E', 'f', 'g', 'G':
		return v.float(c.Num(arg))
	case 'q':
		return quoted(c.Str(arg))
	case 's':
		s := c.Str(arg)
		const long = 100 // such strings go through whole
		if v.precision < 0 && len(s) >= long {
			return s
		}
		s, _, _ = strings.Cut(s, "\x00") // as C's printf ends it
		if v.precision >= 0 && v.precision < len(s) {
			s = s[:v.precision]
		}
		return v.pad(s)
	}
	letter := ""
	if v.letter != 0 {
		letter = string([]byte{v.letter})
	}
	c.Errorf("invalid option '%%%s' to 'format'", letter)
	return ""
}

// toUint64 converts as C on amd64 does.
func toUint64(f float64) uint64 {
	if f >= 1<<63 && f < 1<<64 {
		return uint64(f-1<<63) + 1<<63
	}
	return uint64(ToInt64(f))
}

// pad fills a text to its width with blanks.
func (v verb) pad(s string) string {
	n := v.width - len(s)
	switch {
	case n <= 0:
		return s
	case v.minus:
		return s + strings.Repeat(" ", n)
	}
	return strings.Repeat(" ", n) + s
}

// number puts sign, prefix and digits together; zeros may fill the width.
func (v verb) number(prefix, digits string, zeros bool) string {
	if n := v.width - len(prefix) - len(digits); zeros && v.zero && !v.minus && n > 0 {
		digits = strings.Repeat("0", n) + digits
	}
	return v.pad(prefix + digits)
}

func (v verb) plusSign() string {
	switch {
	case v.plus:
		return "+"
	case v.blank:
		return " "
	}
	return ""
}

// precise fills an integer's digits to its precision.
func (v verb) precise(digits string) string {
	if v.precision == 0 && digits == "0" {
		return ""
	}
	if n := v.precision - len(digits); n > 0 {
		return strings.Repeat("0", n) + digits
	}
	return digits
}

func (v verb) signed(n int64) string {
	prefix, digits := v.plusSign(), strconv.FormatInt(n, 10)
	if n < 0 {
		prefix, digits = "-", digits[1:]
	}
	return v.number(prefix, v.precise(digits), v.precision < 0)
}

func (v verb) unsigned(n uint64) string {
	base, prefix := 10, ""
	switch v.letter {
	case 'o':
		base = 8
	case 'x', 'X':
		base = 16
		if v.sharp && n != 0 {
			prefix = "0" + string([]byte{v.letter})
		}
	}
	digits := v.precise(strconv.FormatUint(n, base))
	if v.letter == 'X' {
		digits = strings.ToUpper(digits)
	}
	if v.letter == 'o' && v.sharp && !strings.HasPrefix(digits, "0") {
		digits = "0" + digits
	}
	return v.number(prefix, digits, v.precision < 0)
}

func (v verb) float(f float64) string {
	prefix := v.plusSign()
	if math.Signbit(f) && !math.IsNaN(f) || math.IsNaN(f) {
		prefix, f = "-", math.Abs(f) // a NaN's sign is that of FormatNumber
	}
	upper := v.letter < 'a'
	var s string
	switch {
	case math.IsInf(f, 0):
		s = "inf"
	case math.IsNaN(f):
		s = "nan"
	default:
		s = v.decimal(f)
	}
	if upper {
		s = strings.ToUpper(s)
	}
	return v.number(prefix, s, !math.IsInf(f, 0) && !math.IsNaN(f))
}

// decimal writes a finite number that is not negative.
func (v verb) decimal(f float64) string {
	precision := v.precision
	if precision < 0 {
		precision = 6
	}
	letter := v.letter | 0x20
	if letter != 'g' {
		s := strconv.FormatFloat(f, letter, precision, 64)
		if v.sharp && precision == 0 {
			mantissa, exponent, found := strings.Cut(s, "e")
			s = mantissa + "."
			if found {
				s += "e" + exponent
			}
		}
		return s
	}
	precision = max(precision, 1)
	if !v.sharp {
		return strconv.FormatFloat(f, 'g', precision, 64)
	}
	// "%#g" keeps the zeros at the end.
	_, e, _ := strings.Cut(strconv.FormatFloat(f, 'e', precision-1, 64), "e")
	exponent, _ := strconv.Atoi(e)
	v.precision, v.letter = precision-1, 'e'
	if exponent >= -4 && exponent < precision {
		v.precision, v.letter = precision-1-exponent, 'f'
	}
	return v.decimal(f)
}

// quoted writes a string such that Lua reads it back.
func quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := range len(s) {
		switch s[i] {
		case '"', '\\', '\n':
			b.WriteByte('\\')
			b.WriteByte(s[i])
		case '\r':
			b.WriteString(`\r`)
		case 0:
			b.WriteString(`\000`)
		default:
			b.WriteByte(s[i])
		}
	}
	b.WriteByte('"')
	return b.String()
}
