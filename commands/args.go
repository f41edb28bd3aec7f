package commands

import (
	"math"
	"strconv"
	"strings"
)

// Parsing of arguments, as strict as Redis is. All of it is pure: the same
// text gives the same value on every node.

// isWord tells whether a client wrote the option word (given in upper case)
// in any case of ASCII letters. Unicode's folding, which strings.EqualFold
// does, would take "KEEPTTL" with a Kelvin sign for an option.
func isWord(arg, word string) bool {
	if len(arg) != len(word) {
		return false
	}
	for i := range len(arg) {
		c := arg[i]
		if 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		if c != word[i] {
			return false
		}
	}
	return true
}

// parseInt reads a signed 64-bit integer in its one canonical form: no sign
// but '-', no leading zero, no space, no "-0" (string2ll in Redis).
func parseInt(s string) (int64, bool) {
	if s == "0" {
		return 0, true
	}
	digits := strings.TrimPrefix(s, "-")
	if len(digits) == 0 || len(digits) > 19 || digits[0] < '1' || digits[0] > '9' {
		return 0, false
	}
	var n uint64 // 19 digits always fit
	for i := range len(digits) {
		c := digits[i]
		if c < '0' || c > '9' {
			return 0, false
		}
		n = n*10 + uint64(c-'0')
	}
	if len(digits) < len(s) {
		return -int64(n), n <= 1<<63
	}
	return int64(n), n <= math.MaxInt64
}

// parseFloat reads a double as C's strtod does: decimal or hexadecimal, "inf"
// and "infinity" in any case, the whole text and no space before it. NaN and
// what does not fit (too large, or so small that it would become 0) are
// refused.
func parseFloat(s string) (float64, bool) {
	if strings.IndexByte(s, '_') >= 0 { // Go's digit separator, not C's
		return 0, false
	}
	f, err := strconv.ParseFloat(withExponent(s), 64)
	if err != nil || math.IsNaN(f) {
		return 0, false
	}
	if f == 0 && !writtenAsZero(s) {
		return 0, false
	}
	return f, true
}

// withExponent adds the binary exponent that Go demands of a hexadecimal
// number and C does not.
func withExponent(s string) string {
	if isHex(s) && !strings.ContainsAny(s, "pP") {
		return s + "p0"
	}
	return s
}

// isHex tells whether a number is written in base 16.
func isHex(s string) bool {
	s = strings.TrimLeft(s, "+-")
	return len(s) > 1 && s[0] == '0' && s[1]|0x20 == 'x'
}

// writtenAsZero tells whether a well-formed number that became 0 was 0 as
// written: no other digit stands before its exponent.
func writtenAsZero(s string) bool {
	exponent := "eE"
	if isHex(s) {
		exponent = "pP"
	}
	if i := strings.IndexAny(s, exponent); i >= 0 {
		s = s[:i]
	}
	return !strings.ContainsAny(s, "123456789abcdefABCDEF")
}

// clampRange turns Redis's inclusive range, where -1 is the last element,
// into from <= i < to within n elements; from == to when it holds none.
func clampRange(start, stop int64, n int) (from, to int) {
	size := int64(n)
	if start < 0 {
		start = max(start+size, 0)
	}
	if stop < 0 {
		stop += size
	}
	stop = min(stop, size-1)
	if start > stop || start >= size {
		return 0, 0
	}
	return int(start), int(stop) + 1
}

// countedKeys finds the keys of a command that says how many follow, as in
// "LMPOP numkeys key [key ...]": at is the position of numkeys. Of a command
// whose count is wrong it finds none.
func countedKeys(at int) func(args []string) []int {
	return func(args []string) []int {
		if len(args) <= at {
			return nil
		}
		n, ok := parseInt(args[at])
		if !ok || n <= 0 || n > int64(len(args)-at-1) {
			return nil
		}
		keys := make([]int, n)
		for i := range keys {
			keys[i] = at + 1 + i
		}
		return keys
	}
}
