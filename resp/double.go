package resp

import (
	"math"
	"strconv"
)

// FormatDouble prints a double as Redis 7.2 does in its replies: the shortest
// digits that give the same double again; whole numbers up to 2^62 in full;
// otherwise plain where that is short, and else with an exponent (1e+20,
// 1.5e-7). Infinities are "inf" and "-inf", not a number is "nan".
func FormatDouble(f float64) string {
	var buf [32]byte
	return string(appendFloat(buf[:0], f))
}

func appendFloat(dst []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, "nan"...)
	case math.IsInf(f, 1):
		return append(dst, "inf"...)
	case math.IsInf(f, -1):
		return append(dst, "-inf"...)
	case f == 0 && math.Signbit(f):
		return append(dst, "-0"...)
	case math.Abs(f) <= 1<<62 && f == math.Trunc(f):
		return strconv.AppendInt(dst, int64(f), 10)
	}
	if f < 0 {
		dst, f = append(dst, '-'), -f
	}
	return appendShortest(dst, f)
}

// appendShortest prints a positive double that is no int64. The rule where
// plain notation ends is that of the fpconv library, which Redis uses: it
// looks at the place of the last digit (10^last) and of the first (10^first).
func appendShortest(dst []byte, f float64) []byte {
	var buf [32]byte
	digits, first := shortestDigits(buf[:0], f)
	last := first - len(digits) + 1
	magnitude := max(first, -first)
	switch {
	case last >= 0 && magnitude < len(digits)+7:
		dst = append(dst, digits...)
		return appendZeros(dst, last)
	case last < 0 && (last > -7 || magnitude < 4):
		whole := len(digits) + last // digits before the point
		if whole <= 0 {
			dst = append(dst, "0."...)
			dst = appendZeros(dst, -whole)
			return append(dst, digits...)
		}
		dst = append(dst, digits[:whole]...)
		dst = append(dst, '.')
		return append(dst, digits[whole:]...)
	}
	dst = append(dst, digits[0])
	if len(digits) > 1 {
		dst = append(dst, '.')
		dst = append(dst, digits[1:]...)
	}
	dst = append(dst, 'e')
	if first >= 0 {
		dst = append(dst, '+')
	}
	return strconv.AppendInt(dst, int64(first), 10)
}

// shortestDigits gives the digits of a positive double without point or
// trailing zeros, and the power of ten of the first one.
func shortestDigits(buf []byte, f float64) (digits []byte, first int) {
	buf = strconv.AppendFloat(buf, f, 'e', -1, 64) // d.ddde±dd or de±dd
	e := len(buf) - 1
	for buf[e] != 'e' {
		e--
	}
	for _, c := range buf[e+2:] {
		first = first*10 + int(c-'0')
	}
	if buf[e+1] == '-' {
		first = -first
	}
	if e == 1 {
		return buf[:1], first
	}
	copy(buf[1:], buf[2:e])
	return buf[:e-1], first
}

func appendZeros(dst []byte, n int) []byte {
	for range n {
		dst = append(dst, '0')
	}
	return dst
}

// appendDouble writes a double reply, which RESP2 clients see as a bulk.
func appendDouble(dst []byte, r Reply, p Proto) []byte {
	var buf [32]byte
	text := append(buf[:0], r.Str...)
	if r.Str == "" {
		text = appendFloat(text, r.Float)
	}
	if p == RESP2 {
		dst = appendHead(dst, '$', int64(len(text)))
	} else {
		dst = append(dst, ',')
	}
	dst = append(dst, text...)
	return append(dst, '\r', '\n')
}
