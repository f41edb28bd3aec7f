package commands

import (
	"fmt"
	"maps"
	"strconv"
	"strings"
	"testing"

	"coordd/resp"
)

// fillHash makes a hash whose field i has the value "v"+i.
func fillHash(l *testLog, key string, size int) map[string]string {
	l.t.Helper()
	want, args := map[string]string{}, []string{"HSET", key}
	for i := range size {
		field := strconv.Itoa(i)
		want[field] = "v" + field
		args = append(args, field, "v"+field)
	}
	l.do(1, args...)
	return want
}

// A walk sees every field with its value, however small its steps are.
func TestHScanSeesAll(t *testing.T) {
	for _, size := range []int{1, 100, 1000} {
		for _, count := range []string{"1", "10", "333", "100000"} {
			l := newTestLog(t)
			want, got := fillHash(l, "h", size), map[string]string{}
			calls := 0
			for cursor := ""; cursor != "0"; calls++ {
				r := l.do(1, "HSCAN", "h", cursor, "COUNT", count)
				cursor = r.Elems[0].Str
				for i := 0; i < len(r.Elems[1].Elems); i += 2 {
					got[r.Elems[1].Elems[i].Str] = r.Elems[1].Elems[i+1].Str
				}
			}
			if !maps.Equal(got, want) {
				t.Errorf("%d fields, COUNT %s: %d were seen in %d calls", size, count, len(got), calls)
			}
			if n, _ := strconv.Atoi(count); size > 128 && calls < size/n/4 {
				t.Errorf("%d fields, COUNT %s: only %d calls", size, count, calls)
			}
		}
	}
}

// HRANDFIELD draws fields, each with its own value, and none twice unless it
// is told to.
func TestHRandField(t *testing.T) {
	for _, size := range []int{5, 300} {
		l := newTestLog(t)
		values := fillHash(l, "h", size)
		drawn := map[string]bool{}
		for range 20 * size {
			r := l.do(1, "HRANDFIELD", "h", "3", "WITHVALUES")
			if r.Kind != resp.PairsKind || len(r.Elems) != 6 {
				t.Fatalf("%+v", r)
			}
			once := map[string]bool{}
			for i := 0; i < len(r.Elems); i += 2 {
				field := r.Elems[i].Str
				if value, ok := values[field]; !ok || value != r.Elems[i+1].Str {
					t.Fatalf("%s has the value %q", field, r.Elems[i+1].Str)
				}
				once[field], drawn[field] = true, true
			}
			if len(once) != 3 {
				t.Fatalf("%v", once)
			}
		}
		single := map[string]bool{}
		for range 20 * size {
			single[l.do(1, "HRANDFIELD", "h").Str] = true
		}
		if len(drawn) != size || len(single) != size {
			t.Errorf("of %d fields %d were ever drawn by three, %d one by one", size, len(drawn), len(single))
		}
	}
}

// The bound of a reply with repeated fields counts the values as well, if they
// are wanted.
func TestHRandFieldIsBounded(t *testing.T) {
	l := newTestLog(t)
	l.do(1, "HSET", "small", "f", "v")
	l.do(1, "HSET", "large", "f", strings.Repeat("x", 1<<20))
	for command, ok := range map[string]bool{
		"HRANDFIELD small -1000":                           true,
		"HRANDFIELD small -1048577":                        false,
		"HRANDFIELD small -9223372036854775807":            false,
		"HRANDFIELD small -1048577 WITHVALUES":             false,
		"HRANDFIELD small -4611686018427387903 WITHVALUES": false,
		"HRANDFIELD large -513":                            true,
		"HRANDFIELD large -5 WITHVALUES":                   true,
		"HRANDFIELD large -513 WITHVALUES":                 false,
	} {
		if r := l.do(1, strings.Split(command, " ")...); r.IsError() == ok || r.IsError() && r.Str != errOutOfRange.Str {
			t.Errorf("%s: %v %s", command, fmt.Sprint(r.Kind), r.Str)
		}
	}
}
