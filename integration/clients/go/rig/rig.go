// Package rig is what the programs of this module share. Each is called as
//
//	<program> <master's name> <host:port> ...
//
// with the present leader last, prints "all is well" at its end, and fails with
// an exit code. "@kill-leader" on a line of its own asks the test to kill the
// leader, which it answers with a line on standard input.
package rig

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"time"
)

// What the program was called with.
var (
	MasterName = os.Args[1]
	Addrs      = os.Args[2:]
)

// within is the longest that a program may take.
const within = 2 * time.Minute

// A Part is one thing that a program shows.
type Part struct {
	Name string
	Do   func(ctx context.Context) error
}

// Main carries out the parts in order and returns the program's exit code.
func Main(parts ...Part) int {
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	for _, p := range parts {
		fmt.Println("-", p.Name)
		if err := p.Do(ctx); err != nil {
			fmt.Printf("%s: %v\n", p.Name, err)
			return 1
		}
	}
	fmt.Println("all is well")
	return 0
}

var answers = bufio.NewScanner(os.Stdin)

// KillLeader returns when the leader is dead.
func KillLeader() error {
	fmt.Println("@kill-leader")
	if !answers.Scan() || answers.Text() != "killed" {
		return fmt.Errorf("the leader lives: %q", answers.Text())
	}
	return nil
}

// Eventually waits until check holds.
func Eventually(ctx context.Context, what string, check func() bool) error {
	for !check() {
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", what, ctx.Err())
		case <-time.After(10 * time.Millisecond):
		}
	}
	return nil
}
