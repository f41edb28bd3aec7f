package commands

import (
	"errors"
	"math"
	"strconv"
	"strings"

	"coordd/store"
)

// scoreRange is a range of scores whose ends may be left out.
type scoreRange struct {
	min, max     float64
	noMin, noMax bool // the end itself is not part of it
}

// parseScoreRange reads ends as in "1" and "(1".
func parseScoreRange(min, max string) (r scoreRange, ok bool) {
	var ok1, ok2 bool
	r.min, r.noMin, ok1 = parseScoreEnd(min)
	r.max, r.noMax, ok2 = parseScoreEnd(max)
	return r, ok1 && ok2
}

// parseScoreEnd is looser than parseFloat, as in Redis, which gives the text
// to strtod and looks no further than for what is left: nothing is 0, space
// may stand before a number, and one that does not fit becomes infinite.
func parseScoreEnd(s string) (f float64, excluded, ok bool) {
	s, excluded = strings.CutPrefix(s, "(")
	s, _, _ = strings.Cut(s, "\x00") // where C's string ends
	if s == "" {
		return 0, excluded, true
	}
	s = strings.TrimLeft(s, " \t\n\v\f\r")
	if strings.IndexByte(s, '_') >= 0 {
		return 0, false, false
	}
	f, err := strconv.ParseFloat(withExponent(s), 64)
	ok = (err == nil || errors.Is(err, strconv.ErrRange)) && !math.IsNaN(f)
	return f, excluded, ok
}

// ranks is the range within a sorted set: from <= rank < to.
func (r scoreRange) ranks(z *store.ZSet) (from, to int) {
	from = z.SeekScore(r.min, r.noMin)
	return from, max(from, z.SeekScore(r.max, !r.noMax))
}

// lexEnd is an end of a range of strings: "-" and "+" are before and behind
// all, "[a" and "(a" are a string with itself or without.
type lexEnd struct {
	mark byte // one of -+[(
	text string
}

func parseLexEnd(s string) (lexEnd, bool) {
	if s == "-" || s == "+" {
		return lexEnd{s[0], ""}, true
	}
	if s == "" || s[0] != '[' && s[0] != '(' {
		return lexEnd{}, false
	}
	return lexEnd{s[0], s[1:]}, true
}

// lexRange is a range of strings, for sorted sets whose scores are all equal.
type lexRange struct{ min, max lexEnd }

func parseLexRange(min, max string) (r lexRange, ok bool) {
	var ok1, ok2 bool
	r.min, ok1 = parseLexEnd(min)
	r.max, ok2 = parseLexEnd(max)
	return r, ok1 && ok2
}

// ranks is the range within a sorted set: from <= rank < to.
func (r lexRange) ranks(z *store.ZSet) (from, to int) {
	from = r.min.seek(z, '(')
	return from, max(from, r.max.seek(z, '['))
}

// seek is the rank where the end is: behind a member that is the text if the
// mark is past, else before it.
func (e lexEnd) seek(z *store.ZSet, past byte) int {
	switch e.mark {
	case '-':
		return 0
	case '+':
		return z.Len()
	}
	return z.SeekLex(e.text, e.mark == past)
}
