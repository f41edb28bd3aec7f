package config

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A kind reads a value as a client writes it and returns it as CONFIG GET shows
// it, or what is wrong with it, in Redis's words. now is the value in effect.
type kind func(text, now string) (value, wrong string)

// anyText takes whatever is written.
func anyText(text, _ string) (value, wrong string) { return strings.Clone(text), "" }

func yesNo(text, _ string) (value, wrong string) {
	if lower := strings.ToLower(text); lower == "yes" || lower == "no" {
		return lower, ""
	}
	return "", "argument must be 'yes' or 'no'"
}

// number is a whole number within bounds.
func number(least, most int64) kind {
	return func(text, _ string) (value, wrong string) {
		n, err := strconv.ParseInt(text, 10, 64)
		switch {
		case err != nil || strconv.FormatInt(n, 10) != text:
			return "", "argument couldn't be parsed into an integer"
		case n < least || n > most:
			return "", outOfBounds(least, most)
		}
		return strconv.FormatInt(n, 10), ""
	}
}

func outOfBounds(least, most int64) string {
	return fmt.Sprintf("argument must be between %d and %d inclusive", least, most)
}

// memory is a number of bytes, with one of Redis's units or none.
func memory(least, most int64) kind {
	return func(text, _ string) (value, wrong string) {
		n, ok := bytes(text)
		switch {
		case !ok:
			return "", "argument must be a memory value"
		case n < least || n > most: // -1 is more than fits
			return "", outOfBounds(least, most)
		}
		return strconv.FormatInt(n, 10), ""
	}
}

// units of memory, in lower case.
var units = map[string]int64{
	"": 1, "b": 1,
	"k": 1e3, "kb": 1 << 10,
	"m": 1e6, "mb": 1 << 20,
	"g": 1e9, "gb": 1 << 30,
}

// bytes reads a number of bytes: -1 for one that does not fit, 0 for no digits,
// as Redis does.
func bytes(text string) (n int64, ok bool) {
	digits := strings.TrimRight(text, "bBkKmMgG")
	unit, known := units[strings.ToLower(text[len(digits):])]
	if digits == "" {
		return 0, known
	}
	u, err := strconv.ParseUint(digits, 10, 64)
	switch {
	case err != nil || !known:
		return 0, false
	case u > uint64(math.MaxInt64/unit):
		return -1, true
	}
	return int64(u) * unit, true
}

// oneOf is one of some words, in any case of letters.
func oneOf(words ...string) kind {
	return func(text, _ string) (value, wrong string) {
		if lower := strings.ToLower(text); slices.Contains(words, lower) {
			return lower, ""
		}
		return "", "argument(s) must be one of the following: " + strings.Join(words, ", ")
	}
}

// isBlank tells whether a text has nothing but blanks: no list, not even an
// empty one.
func isBlank(text string) bool { return text != "" && strings.TrimSpace(text) == "" }

// savePoints are pairs of seconds and changes.
func savePoints(text, _ string) (value, wrong string) {
	words := strings.Fields(text)
	for i, word := range words {
		if n, err := strconv.Atoi(word); err != nil || n < 1-i%2 {
			return "", "Invalid save parameters"
		}
	}
	if len(words)%2 != 0 || isBlank(text) {
		return "", "Invalid save parameters"
	}
	return strings.Join(words, " "), ""
}

// percentiles are numbers from 0 to 100.
func percentiles(text, _ string) (value, wrong string) {
	words := strings.Fields(text)
	if isBlank(text) {
		return "", "Invalid latency-tracking-info-percentiles parameters"
	}
	for i, word := range words {
		f, err := strconv.ParseFloat(word, 64)
		switch {
		case err != nil:
			return "", "Invalid latency-tracking-info-percentiles parameters"
		case !(f >= 0 && f <= 100):
			return "", "latency-tracking-info-percentiles parameters should sit between [0.0,100.0]"
		}
		words[i] = strconv.FormatFloat(f, 'f', -1, 64)
	}
	return strings.Join(words, " "), ""
}
