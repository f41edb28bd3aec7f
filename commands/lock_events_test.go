package commands

import (
	"fmt"
	"slices"
	"testing"
)

// The keyspace events of locks. What ends by itself is told as well, the key's
// going as that of any key.
func TestLockEvents(t *testing.T) {
	e := newTestEngine()
	e.Listen(allClasses)
	var got []string
	e.Observe(func(done *Effects) {
		for _, touch := range done.Touched {
			if touch.Expired {
				got = append(got, "expired "+touch.Key)
			}
		}
		for _, effect := range done.Emitted {
			if event, ok := effect.(Event); ok && event.Name != "new" {
				got = append(got, fmt.Sprint(event.Name, " ", event.Key))
			}
		}
	})
	index := uint64(0)
	at := func(now int64, args ...string) {
		index++
		e.Apply(index, now, [][]byte{EncodeCommand(nil, 0, args)})
	}
	for _, c := range []struct {
		now  int64
		line []string
		want []string
	}{
		{1000, []string{"LOCK", "k", "x", "50", "SHARED"}, []string{"lock k"}},
		{1000, []string{"LOCK", "k", "x", "50", "SHARED"}, nil}, // a renewal
		{1000, []string{"LOCK", "k", "y", "80", "SHARED"}, []string{"lock k"}},
		{1000, []string{"LOCK", "k", "z", "80"}, nil},
		{1050, []string{"PING"}, []string{"lockexpired k"}},
		{1080, []string{"PING"}, []string{"expired k", "lockexpired k"}},
		{1080, []string{"LOCK", "k", "x", "50", "SHARED"}, []string{"lock k"}},
		{1080, []string{"LOCK", "k", "y", "50", "SHARED"}, []string{"lock k"}},
		{1080, []string{"UNLOCK", "k", "x"}, []string{"unlock k"}},
		{1080, []string{"UNLOCK", "k", "y"}, []string{"unlock k", "del k"}},
	} {
		got = nil
		if at(c.now, c.line...); !slices.Equal(got, c.want) {
			t.Errorf("%v at %d: %q, want %q", c.line, c.now, got, c.want)
		}
	}
}
