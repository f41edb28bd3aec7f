package commands

import (
	"math"
	"testing"
	"time"
)

// How long a command waits stands where Redis has it, and is rounded up to a
// millisecond; what the attempt refuses does not wait.
func TestBlockTimeout(t *testing.T) {
	table := NewTable(DataGroups()...)
	for _, c := range []struct {
		args  []string
		limit time.Duration
		waits bool
	}{
		{[]string{"BLPOP", "a", "b", "0"}, 0, true},
		{[]string{"BLPOP", "a", "b", "-0.0001"}, 0, true},
		{[]string{"BLPOP", "a", "1.5"}, 1500 * time.Millisecond, true},
		{[]string{"BRPOP", "a", "0.0000001"}, time.Millisecond, true},
		{[]string{"BLMOVE", "a", "b", "LEFT", "RIGHT", "2"}, 2 * time.Second, true},
		{[]string{"BRPOPLPUSH", "a", "b", "3"}, 3 * time.Second, true},
		{[]string{"BLMPOP", "4", "1", "9", "LEFT"}, 4 * time.Second, true},
		{[]string{"BZMPOP", "5", "1", "9", "MIN", "COUNT", "7"}, 5 * time.Second, true},
		{[]string{"BZPOPMIN", "a", "0x10"}, 16 * time.Second, true},
		{[]string{"BZPOPMAX", "a", "9200000000000000"}, math.MaxInt64 / time.Millisecond * time.Millisecond, true},
		{[]string{"BZPOPMAX", "a", "9223372036854775"}, 0, false},
		{[]string{"RESERVE", "a", "w", "PX", "100"}, 0, false},
		{[]string{"RESERVE", "a", "w", "PX", "100", "BLOCK", "0"}, 0, true},
		{[]string{"RESERVE", "a", "w", "BLOCK", "250", "PX", "100"}, 250 * time.Millisecond, true},
		{[]string{"RESERVE", "a", "w", "BLOCK", "250"}, 0, false},
		{[]string{"XREAD", "STREAMS", "s", "0"}, 0, false},
		{[]string{"XREAD", "COUNT", "1", "BLOCK", "10", "STREAMS", "s", "0"}, 10 * time.Millisecond, true},
		{[]string{"XREAD", "STREAMS", "BLOCK", "0"}, 0, false},
		{[]string{"XREAD", "BLOCK", "-1", "STREAMS", "s", "0"}, 0, false},
		{[]string{"XREADGROUP", "GROUP", "BLOCK", "5", "STREAMS", "s", ">"}, 0, false},
		{[]string{"XREADGROUP", "GROUP", "g", "c", "BLOCK", "0", "STREAMS", "s", ">"}, 0, true},
		{[]string{"BLPOP", "a", "inf"}, 0, false},
		{[]string{"BLPOP", "a", "-1"}, 0, false},
		{[]string{"BLPOP", "a", "x"}, 0, false},
	} {
		limit, waits := BlockTimeout(table.Lookup(c.args[0]), c.args)
		if limit != c.limit || waits != c.waits {
			t.Errorf("%q: %v, %v; want %v, %v", c.args, limit, waits, c.limit, c.waits)
		}
	}
}
