package commands

import (
	"fmt"
	"strconv"
	"testing"
)

// A walk from cursor to cursor sees every member, whatever COUNT is.
func TestMemberScansSeeAll(t *testing.T) {
	for _, members := range []int{1, 100, 5000} {
		for _, count := range []int{1, 7, 10_000} {
			l := newTestLog(t)
			for i := range members {
				m := fmt.Sprint("m", i)
				l.do(1, "SADD", "s", m)
				l.do(1, "ZADD", "z", strconv.Itoa(i), m)
			}
			for command, step := range map[string]int{"SSCAN s": 1, "ZSCAN z": 2} {
				seen, cursor := map[string]bool{}, "0"
				for {
					r := l.do(1, command[:5], command[6:], cursor, "COUNT", strconv.Itoa(count))
					for i := 0; i < len(r.Elems[1].Elems); i += step {
						seen[r.Elems[1].Elems[i].Str] = true
					}
					if cursor = r.Elems[0].Str; cursor == "0" {
						break
					}
				}
				if len(seen) != members {
					t.Errorf("%s COUNT %d saw %d of %d members", command, count, len(seen), members)
				}
			}
		}
	}
}
