package commands

import (
	"math/rand"
	"strconv"
	"strings"
	"testing"

	"coordd/commands/transcript"
	"coordd/resp"
)

func TestLongDouble(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"0", "0"}, {"-0", "0"}, {"0.0", "0"}, {"-0.0000000000000000001", "0"}, {"1", "1"}, {"+1.50", "1.5"}, {"-1e2", "-100"},
		{"0x10", "16"}, {"-0x1p-1", "-0.5"}, {".5", "0.5"}, {"5.", "5"}, {"007", "7"}, {"0e99999999999999999999", "0"},
		{"3.0e3", "3000"}, {"0.1", "0.1"}, {"1e-17", "0.00000000000000001"}, {"1e-18", "0"}, {"1e-4950", "0"},
		{"18446744073709551615", "18446744073709551615"}, {"18446744073709551617", "18446744073709551616"},
		{"inf", "+Inf"}, {"-Infinity", "-Inf"},
	} {
		f, ok := parseLongDouble(c.in)
		if !ok {
			t.Errorf("%q is refused", c.in)
			continue
		}
		if got := formatLongDouble(f); got != c.want {
			t.Errorf("%q is printed as %q, want %q", c.in, got, c.want)
		}
	}
	for _, s := range []string{
		"", ".", "+", "e5", "1e", "1e5.", " 1", "1 ", "1_0", "0x", "0x1_0", "-0x", "--0x1", "+-1", "0b1", "nan", "1e4933", "1e-4960",
		"1e999999999999", "1e-999999999999", "0x1p20000", "0x1p-20000", "0x1p99999999999", strings.Repeat("1", longDoubleText),
	} {
		if f, ok := parseLongDouble(s); ok {
			t.Errorf("%q is taken as %v", s, f)
		}
	}
}

// What a client can send must not cost more than a moment.
func TestLongDoubleIsQuick(t *testing.T) {
	for _, s := range []string{
		"1e4900", "1e-4900", strings.Repeat("9", 4900), "0." + strings.Repeat("3", 5000),
		"0e1000000000", "1e2147483647", "0x1p2147483647", "0x" + strings.Repeat("f", 4000),
	} {
		r := testing.Benchmark(func(b *testing.B) {
			if b.N > 1 {
				return
			}
			for range b.N {
				parseLongDouble(s)
			}
		})
		if r.T.Seconds() > 1 {
			t.Errorf("%.20s... takes %v", s, r.T)
		}
	}
}

// The digits of INCRBYFLOAT are those of a real Redis, over chains of
// additions of the kinds of numbers people and fuzzers send.
func TestIncrByFloatAgreesWithRedis(t *testing.T) {
	addr, ok := transcript.StartRedis(t)
	if !ok {
		return
	}
	player := transcript.NewTCP(addr)
	t.Cleanup(player.Close)
	const seed, chains, steps = 1, 300, 12
	rnd := rand.New(rand.NewSource(seed))
	for chain := range chains {
		key := "f" + strconv.Itoa(chain)
		ours := "0"
		for range steps {
			by := randomNumber(rnd)
			theirs, err := player.Do("", resp.RESP2, []string{"INCRBYFLOAT", key, by})
			if err != nil {
				t.Fatal(err)
			}
			was := ours
			mine := sumText(ours, by)
			if mine.IsError() != theirs.IsError() || mine.Str != theirs.Str {
				t.Fatalf("%s + %s:\ncoordd %s\nRedis  %s", was, by, mine.Str, theirs.Str)
			}
			if !mine.IsError() {
				ours = mine.Str
			}
		}
	}
}

// sumText is INCRBYFLOAT without a store.
func sumText(old, by string) resp.Reply {
	a, ok1 := parseLongDouble(old)
	b, ok2 := parseLongDouble(by)
	if !ok1 || !ok2 {
		return errNotFloat
	}
	sum, ok := addLongDouble(a, b)
	if !ok {
		return errNaNOrInf
	}
	return resp.Bulk(formatLongDouble(sum))
}

func randomNumber(rnd *rand.Rand) string {
	sign := []string{"", "-", "+"}[rnd.Intn(3)]
	switch rnd.Intn(8) {
	case 0:
		return sign + strconv.Itoa(rnd.Intn(1000))
	case 1:
		return sign + strconv.FormatFloat(rnd.Float64(), 'f', rnd.Intn(20), 64)
	case 2:
		return sign + strconv.FormatFloat(rnd.ExpFloat64()*1e6, 'e', rnd.Intn(18), 64)
	case 3: // many digits
		return sign + strconv.FormatUint(rnd.Uint64(), 10) + "." + strconv.FormatUint(rnd.Uint64(), 10)
	case 4: // halfway cases of a 64-bit mantissa
		return sign + strconv.FormatUint(rnd.Uint64()|1<<63, 10) + ".5"
	case 5:
		return sign + "0x" + strconv.FormatUint(rnd.Uint64(), 16) + "p" + strconv.Itoa(rnd.Intn(100)-60)
	case 6:
		return sign + strconv.Itoa(rnd.Intn(100)) + "e" + strconv.Itoa(rnd.Intn(60)-30)
	default:
		return []string{"1e4931", "-1e4932", "1e-4940", "inf", "-inf", "nan", "x", "", ".5", "1e5000", "1e-5000"}[rnd.Intn(11)]
	}
}
