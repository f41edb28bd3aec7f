package commands

import (
	"math"
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

func TestParseInt(t *testing.T) {
	good := map[string]int64{
		"0": 0, "1": 1, "-1": -1, "10": 10, "1234567890": 1234567890,
		"9223372036854775807": math.MaxInt64, "-9223372036854775808": math.MinInt64,
	}
	for s, want := range good {
		if n, ok := parseInt(s); !ok || n != want {
			t.Errorf("parseInt(%q) = %d, %v", s, n, ok)
		}
	}
	for _, s := range []string{
		"", "-", "+1", "-0", "00", "01", "-01", " 1", "1 ", "1.0", "1e3", "0x1", "1_0", "a", "1a", "\x00", "٣",
		"9223372036854775808", "-9223372036854775809", "18446744073709551616", "99999999999999999999",
	} {
		if n, ok := parseInt(s); ok {
			t.Errorf("parseInt(%q) = %d, want a refusal", s, n)
		}
	}
}

// A number is good if printing it gives the text back.
func TestParseIntIsCanonical(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.OneOf(
			rapid.StringMatching(`[+-]?[0-9]{1,20}`),
			rapid.Map(rapid.Int64(), func(n int64) string { return strconv.FormatInt(n, 10) }),
		).Draw(t, "s")
		n, err := strconv.ParseInt(s, 10, 64)
		want := err == nil && strconv.FormatInt(n, 10) == s
		if got, ok := parseInt(s); ok != want || ok && got != n {
			t.Fatalf("parseInt(%q) = %d, %v; want %d, %v", s, got, ok, n, want)
		}
	})
}

func TestParseFloat(t *testing.T) {
	good := map[string]float64{
		"0": 0, "-0": 0, "1": 1, "+1": 1, "-1.5": -1.5, ".5": .5, "5.": 5, "1e3": 1000, "1E-2": .01,
		"0x10": 16, "0X1p-1": .5, "-0x.8p1": -1, "0e5": 0, "0x0": 0, "0e-999": 0, "007": 7,
		"inf": math.Inf(1), "+Inf": math.Inf(1), "-INFINITY": math.Inf(-1),
		"1.7976931348623157e308": math.MaxFloat64, "4.9406564584124654e-324": 5e-324,
	}
	for s, want := range good {
		if f, ok := parseFloat(s); !ok || f != want {
			t.Errorf("parseFloat(%q) = %v, %v; want %v", s, f, ok, want)
		}
	}
	for _, s := range []string{
		"", ".", "-", "e", "1e", "1e+", " 1", "1 ", "1_0", "0x", "0x1_0", "--1", "0b1", "0o7", "1f", "nan", "NaN", "-nan",
		"1e309", "-1e309", "1e-400", "0x1p-1080", "in", "infi", "1,5", "\x00",
	} {
		if f, ok := parseFloat(s); ok {
			t.Errorf("parseFloat(%q) = %v, want a refusal", s, f)
		}
	}
}

func TestIsWord(t *testing.T) {
	for _, s := range []string{"KEEPTTL", "keepttl", "KeepTtl"} {
		if !isWord(s, "KEEPTTL") {
			t.Errorf("%q is the word", s)
		}
	}
	for _, s := range []string{"", "KEEPTT", "KEEPTTLL", "\u212aEEPTTL", "KEEPTTl\x00"} {
		if isWord(s, "KEEPTTL") {
			t.Errorf("%q is not the word", s)
		}
	}
}

func TestClampRange(t *testing.T) {
	for _, c := range []struct {
		start, stop int64
		n, from, to int
	}{
		{0, -1, 5, 0, 5}, {0, 0, 5, 0, 1}, {1, 3, 5, 1, 4}, {-2, -1, 5, 3, 5}, {-100, 100, 5, 0, 5},
		{3, 1, 5, 0, 0}, {5, 9, 5, 0, 0}, {0, -6, 5, 0, 0}, {0, -1, 0, 0, 0}, {0, 0, 0, 0, 0},
		{math.MinInt64, math.MaxInt64, 5, 0, 5}, {math.MaxInt64, math.MinInt64, 5, 0, 0},
	} {
		if from, to := clampRange(c.start, c.stop, c.n); from != c.from || to != c.to {
			t.Errorf("clampRange(%d, %d, %d) = %d, %d; want %d, %d", c.start, c.stop, c.n, from, to, c.from, c.to)
		}
	}
}

func TestCountedKeys(t *testing.T) {
	find := countedKeys(1)
	for _, c := range []struct {
		args []string
		want []int
	}{
		{[]string{"lmpop", "2", "a", "b", "LEFT"}, []int{2, 3}},
		{[]string{"lmpop", "1", "a"}, []int{2}},
		{[]string{"lmpop", "2", "a"}, nil},
		{[]string{"lmpop", "0", "a"}, nil},
		{[]string{"lmpop", "-1", "a"}, nil},
		{[]string{"lmpop", "x", "a"}, nil},
		{[]string{"lmpop", "9223372036854775807", "a"}, nil},
		{[]string{"lmpop"}, nil},
	} {
		if got := find(c.args); !slices.Equal(got, c.want) {
			t.Errorf("%q: %v, want %v", c.args, got, c.want)
		}
	}
}
