package commands

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestKeyPositions(t *testing.T) {
	for _, c := range []struct {
		keys Keys
		args string
		want []int
	}{
		{Keys{}, "ping", nil},
		{oneKey, "get a", []int{1}},
		{twoKeys, "rename a b", []int{1, 2}},
		{allKeys, "mget a b c", []int{1, 2, 3}},
		{Keys{First: 1, Last: -1, Step: 2}, "mset a 1 b 2", []int{1, 3}},
		{Keys{First: 1, Last: -2, Step: 1}, "blpop a b 0", []int{1, 2}},
		{Keys{First: 2, Last: 2, Step: 1}, "object encoding a", []int{2}},
		{Keys{Find: countedKeys(1)}, "sintercard 2 a b LIMIT 1", []int{2, 3}},
		{Keys{Find: countedKeys(1)}, "sintercard x a b", nil},
		{Keys{First: 5, Last: 5, Step: 1}, "short a", nil},
	} {
		if got := slices.Collect(c.keys.In(strings.Fields(c.args))); fmt.Sprint(got) != fmt.Sprint(c.want) {
			t.Errorf("%s: %v, want %v", c.args, got, c.want)
		}
	}
	for range allKeys.In([]string{"mget", "a", "b"}) {
		break // a loop may stop early, which yield must honour
	}
}
