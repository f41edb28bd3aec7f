package resp

import (
	"math"
	"strconv"
	"testing"

	"pgregory.net/rapid"
)

func TestFormatDouble(t *testing.T) {
	for _, c := range []struct {
		f    float64
		want string
	}{
		{0, "0"}, {math.Copysign(0, -1), "-0"}, {1, "1"}, {-3, "-3"},
		{math.Inf(1), "inf"}, {math.Inf(-1), "-inf"}, {math.NaN(), "nan"},
		{0.1, "0.1"}, {-0.5, "-0.5"}, {1.5, "1.5"}, {math.Nextafter(0.3, 1), "0.30000000000000004"},
		{3.141592653589793, "3.141592653589793"},
		// Whole numbers up to 2^62 in full, beyond only while short.
		{1e18, "1000000000000000000"}, {1 << 62, "4611686018427387904"}, {-(1 << 62), "-4611686018427387904"},
		{1 << 53, "9007199254740992"}, {1 << 63, "9223372036854776000"}, {1e19, "1e+19"}, {1.25e20, "1.25e+20"},
		{1e100, "1e+100"}, {-1.7976931348623157e308, "-1.7976931348623157e+308"},
		// Six places behind the point are plain, more need a short number.
		{0.000001, "0.000001"}, {0.0000001, "1e-7"}, {0.0000015, "1.5e-6"}, {5e-324, "5e-324"},
		{0.012345678901, "0.012345678901"}, {1234.567890123, "1234.567890123"},
		{12345.67890123, "1.234567890123e+4"}, {12345.678901, "12345.678901"},
	} {
		if got := FormatDouble(c.f); got != c.want {
			t.Errorf("FormatDouble(%v) = %q, want %q", c.f, got, c.want)
		}
	}
}

// The text is the number, and there is no shorter one with as many digits.
func TestFormatDoubleProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := math.Float64frombits(rapid.Uint64().Draw(t, "bits"))
		text := FormatDouble(f)
		back, err := strconv.ParseFloat(text, 64)
		if err != nil || back != f && !(math.IsNaN(f) && math.IsNaN(back)) {
			t.Fatalf("%x became %q, which is %v, %v", f, text, back, err)
		}
		if len(text) > 26 {
			t.Fatalf("%q is too long", text)
		}
	})
}
