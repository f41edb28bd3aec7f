package block

import (
	"fmt"
	"slices"
	"testing"

	"coordd/commands"
)

// Ten thousand clients wait for one key: what the state machine does to enroll
// one, for a push that serves one, and to serve one of many.
func BenchmarkQueue(b *testing.B) {
	const clients = 10_000
	e := newTestEngine()
	index := uint64(0)
	do := func(args ...string) {
		index++
		e.Apply(index, 1, [][]byte{commands.EncodeCommand(nil, 0, args)})
	}
	next, first := 1, 1
	enroll := func() {
		do(waitName, "n1", "1", fmt.Sprint(next), "BLPOP", "k", "0")
		next++
	}
	serve := func(n int) {
		do(append([]string{"RPUSH", "k"}, slices.Repeat([]string{"x"}, n)...)...)
		claim, heard := []string{claimName, "n1", "1"}, []string{heardName, "n1", "1"}
		for range n {
			claim = append(claim, fmt.Sprint(first), fmt.Sprint(index))
			heard = append(heard, fmt.Sprint(first))
			first++
		}
		do(claim...)
		do(heard...)
	}
	for range clients {
		enroll()
	}
	b.Run("push, claim and serve one, and enroll another", func(b *testing.B) {
		for range b.N {
			serve(1)
			enroll()
		}
	})
	b.Run("as many as are asked at a time", func(b *testing.B) {
		for range b.N {
			serve(mostAsked)
			for range mostAsked {
				enroll()
			}
		}
	})
}
