package commands

import (
	"math/big"
	"strconv"
	"strings"
)

// Redis computes INCRBYFLOAT in C's long double, on x86 a mantissa of 64
// bits, and prints 17 digits after the point. A big.Float of that precision
// gives the same digits on every machine.
const (
	longDoubleBits   = 64
	longDoubleMaxExp = 16384      // of a mantissa in [0.5, 1)
	longDoubleMinExp = -16445 + 1 // smaller becomes 0, even as a denormal
	longDoubleText   = 5 << 10    // Redis reads no longer number
)

// parseLongDouble reads a number as C's strtold does, under the rules of
// parseFloat. It may be infinite.
func parseLongDouble(s string) (*big.Float, bool) {
	if len(s) == 0 || len(s) >= longDoubleText || strings.IndexByte(s, '_') >= 0 {
		return nil, false
	}
	body := s
	if s[0] == '-' || s[0] == '+' {
		body = s[1:]
	}
	var f *big.Float
	ok := true
	switch {
	case isWord(body, "INF") || isWord(body, "INFINITY"):
		return new(big.Float).SetInf(s[0] == '-'), true
	case isHex(body) && body == strings.TrimLeft(body, "+-"):
		var err error
		f, _, err = big.ParseFloat(withExponent(body), 0, longDoubleBits, big.ToNearestEven)
		ok = err == nil
	default:
		f, ok = parseDecimal(body)
	}
	if !ok || !inLongDouble(f) || f.Sign() == 0 && !writtenAsZero(body) {
		return nil, false
	}
	if s[0] == '-' {
		f.Neg(f)
	}
	return f, true
}

// parseDecimal reads digits [. digits] [e exponent], rounded once.
func parseDecimal(s string) (*big.Float, bool) {
	mantissa, exponent := s, 0
	if i := strings.IndexAny(s, "eE"); i >= 0 {
		var ok bool
		if exponent, ok = parseExponent(s[i+1:]); !ok {
			return nil, false
		}
		mantissa = s[:i]
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	digits := whole + fraction
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return nil, false
	}
	exponent -= len(fraction)
	digits = strings.TrimLeft(digits, "0")
	f := new(big.Float).SetPrec(longDoubleBits)
	if digits == "" {
		return f, true
	}
	// Far out of range either way: such powers of ten are not worth computing.
	if size := len(digits) + exponent; size > longDoubleText || size < -longDoubleText {
		return nil, false
	}
	n, _ := new(big.Int).SetString(digits, 10)
	power := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(exponent, -exponent))), nil)
	if exponent >= 0 {
		return f.SetInt(n.Mul(n, power)), true
	}
	// A Float made of an Int, with no precision set, is exact.
	return f.Quo(new(big.Float).SetInt(n), new(big.Float).SetInt(power)), true
}

// parseExponent reads what follows an "e"; no number that Redis takes needs
// more than four digits, so larger ones are cut to "far out of range".
func parseExponent(s string) (int, bool) {
	const far = 1 << 20
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		numError, isNum := err.(*strconv.NumError)
		if !isNum || numError.Err != strconv.ErrRange {
			return 0, false
		}
	}
	return int(max(-far, min(n, far))), true
}

// inLongDouble tells whether a finite f is neither too large nor, unless it
// is 0, too small for a long double.
func inLongDouble(f *big.Float) bool {
	if f.IsInf() {
		return false
	}
	exp := f.MantExp(nil)
	return f.Sign() == 0 || longDoubleMinExp <= exp && exp <= longDoubleMaxExp
}

// formatLongDouble prints f as Redis does for people: 17 digits after the
// point, no exponent, no zeros at the end and no "-0".
func formatLongDouble(f *big.Float) string {
	s := f.Text('f', 17)
	s = strings.TrimRight(s, "0")
	s = strings.TrimSuffix(s, ".")
	if s == "-0" {
		return "0"
	}
	return s
}
