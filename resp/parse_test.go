package resp

import (
	"bytes"
	"runtime"
	"strings"
	"testing"
)

func TestParseMalformed(t *testing.T) {
	for _, in := range []string{
		"x", "\r\n", "OK\r\n", "+OK\n", "+OK\rx\n", ":\r\n", ":1a\r\n", ":01\r\n", ":+1\r\n", ":-0\r\n", ":9223372036854775808\r\n",
		"$-2\r\n", "$01\r\na\r\n", "$1\r\nabc", "$1\r\na\r\r", "$9223372036854775807\r\n", "$99999999999999999999\r\n",
		"*-2\r\n", "*x\r\n", "*9223372036854775807\r\n", "%-1\r\n", "%1073741824\r\n", "~-1\r\n", ">-1\r\n", "_x\r\n", "#\r\n", "#x\r\n", "#tt\r\n",
		",\r\n", ",1x\r\n", "=3\r\nabc\r\n", "=5\r\ntxt;a\r\n", "=-1\r\n", "*1\r\n*1\r\n?\r\n",
		"^2\r\n:1\r\n:2\r\n", "`2\r\n:1\r\n:2\r\n", "&1\r\n`2\r\n:1\r\n:2\r\n", "@1\r\n^2\r\n:1\r\n:2\r\n", "@1\r\n`1\r\n:1\r\n",
		strings.Repeat("*1\r\n", 200) + ":1\r\n",
	} {
		if r, n, err := Parse([]byte(in)); err != ErrMalformed || n != 0 {
			t.Errorf("%.40q: got %+v, %d, %v", in, r, n, err)
		}
	}
}

// Nobody's word is enough to reserve memory for it.
func TestParseReservesNothing(t *testing.T) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for _, in := range []string{"*1000000000\r\n", "$2000000000\r\n", "%1000000000\r\n", "*1000000000\r\n*1000000000\r\n+a\r\n"} {
		if _, _, err := Parse([]byte(in)); err != ErrIncomplete {
			t.Errorf("%q: %v", in, err)
		}
	}
	runtime.ReadMemStats(&after)
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 1<<20 {
		t.Errorf("took %d bytes", grown)
	}
}

// The end of a reply is found in any pieces, and not before it is there.
func TestExtent(t *testing.T) {
	long := Array(Int(1), Bulk(strings.Repeat("x", 12345)), Null, Map(Bulk(""), Bulk("y"))).Append(nil, Wire)
	for _, step := range []int{1, 2, 7, 5000} {
		var e extent
		for at := step; at < len(long); at += step {
			if n, err := e.find(long[:at:at]); err != ErrIncomplete {
				t.Fatalf("in steps of %d, at %d: %d, %v", step, at, n, err)
			}
		}
		if n, err := e.find(long); err != nil || n != len(long) {
			t.Fatalf("in steps of %d: %d, %v, want %d", step, n, err, len(long))
		}
	}
	for _, bad := range []string{"$1\rxa\r\n", "$1\r\nabc", "$1\r\na\rb", "$99999999999\r\n", "$\r\n\r\n\r\n", "$x\r\n\r\n"} {
		var e extent
		if _, err := e.find([]byte(bad)); err != ErrMalformed {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

// What another node has damaged must not reach a client as half a reply.
func TestTranscodeDamaged(t *testing.T) {
	for _, wire := range []string{"", "x", "*2\r\n:1\r\n", "$-2\r\n", "%1\r\n+a\r\n", "*1\r\n$5\r\nab\r\n", ",1.5"} {
		for _, p := range []Proto{RESP2, RESP3} {
			got := Transcode([]byte("before"), []byte(wire), p)
			r, n, err := Parse(bytes.TrimPrefix(got, []byte("before")))
			if err != nil || n != len(got)-len("before") || !r.IsError() {
				t.Errorf("%q in %d: got %q", wire, p, got)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, form := range forms {
		for _, p := range []Proto{Wire, RESP2, RESP3} {
			f.Add(form.reply.Append(nil, p))
		}
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, n, err := Parse(b)
		var e extent
		m, extentErr := e.find(b)
		if err != nil {
			if n != 0 || !same(r, Reply{}) {
				t.Fatalf("%q: %+v, %d beside %v", b, r, n, err)
			}
			return
		}
		if n <= 0 || n > len(b) || extentErr != nil || m != n {
			t.Fatalf("%q: Parse took %d of it, extent %d, %v", b, n, m, extentErr)
		}
		if _, _, err := Parse(b[:n-1]); err != ErrIncomplete {
			t.Fatalf("%q without its end: %v", b[:n], err)
		}
		// What was read is written and read again, and any protocol can show it.
		again, k, err := Parse(r.Append(nil, Wire))
		if err != nil || !same(again, r) || k == 0 {
			t.Fatalf("%q: %+v came back as %+v, %v", b, r, again, err)
		}
		for _, p := range []Proto{RESP2, RESP3} {
			shown, k, err := Parse(Transcode(nil, r.Append(nil, Wire), p))
			if err != nil || k == 0 || !same(shown, seenIn(r, p)) {
				t.Fatalf("%q in %d: %+v, %v", b, p, shown, err)
			}
		}
	})
}
