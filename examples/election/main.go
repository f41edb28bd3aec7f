// Command election has one leader at a time among several processes, and keeps
// writes of leaders of the past out.
//
// The promise: when the leader is killed, another leads with a larger token, and
// what the dead one has sent and the network delivers late is refused. The data
// is what the leader of the day has written.
package main

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"github.com/redis/go-redis/v9"

	"coordd/client"
)

// The key is of the same slot as the election, so that both are always in one
// group.
const (
	name = "example:{election}"
	key  = "example:{election}:plan"
)

func main() {
	as := flag.String("as", "", "be this candidate, until killed")
	flag.Parse()
	addr := cmp.Or(flag.Arg(0), os.Getenv("COORDD_ADDR"), "127.0.0.1:6379")
	db := redis.NewClient(&redis.Options{Addr: addr})
	defer db.Close()
	err := error(nil)
	if *as != "" {
		err = candidate(context.Background(), db, *as)
	} else {
		err = run(context.Background(), db, addr)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "election:", err)
		os.Exit(1)
	}
}

// candidate campaigns, and writes a plan whenever it leads. It tells its parent,
// and ends when that does: then nothing is at the other end of its input.
func candidate(ctx context.Context, db *redis.Client, id string) error {
	ctx, stop := context.WithCancel(ctx)
	go func() {
		io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	// doc: election-go
	e := client.NewElection(db, name, client.ElectionConfig{ID: id, TTL: 2 * time.Second})
	return e.Run(ctx, func(ctx context.Context, term *client.Lock) error {
		for ctx.Err() == nil { // ends when another may lead
			if err := term.Fence(ctx, "SET", key, "the plan of "+id).Err(); err != nil {
				return err
			}
			fmt.Println(term.Token()) // the parent reads it
			time.Sleep(100 * time.Millisecond)
		}
		return nil
	})
	// end
}

func run(ctx context.Context, db *redis.Client, addr string) error {
	first, killFirst, err := begin(addr, "first")
	if err != nil {
		return err
	}
	defer killFirst()
	old, err := readToken(first)
	if err != nil {
		return fmt.Errorf("first: %w", err)
	}
	fmt.Println("first leads with token", old)

	second, killSecond, err := begin(addr, "second") // it waits
	if err != nil {
		return err
	}
	defer killSecond()
	killFirst()
	token, err := readToken(second)
	if err != nil {
		return fmt.Errorf("second: %w", err)
	}
	fmt.Println("first is killed, second leads with token", token)
	if token <= old {
		return errors.New("a later token must be larger")
	}

	// The first had sent this before it died.
	err = db.Do(ctx, "FENCE", name, old, "SET", key, "the plan of first").Err()
	fmt.Println("a late write of first:", err)
	if !redis.HasErrorPrefix(err, "FENCED") {
		return errors.New("a leader of the past has written")
	}
	plan, err := db.Get(ctx, key).Result()
	if err != nil {
		return err
	}
	fmt.Println("what counts is", plan)
	if plan != "the plan of second" {
		return errors.New("the leader's plan is lost")
	}
	return nil
}

// begin starts a candidate as a process of its own; kill ends it, as a loss of
// power would.
func begin(addr, id string) (says *bufio.Scanner, kill func(), err error) {
	self, err := os.Executable()
	if err != nil {
		return nil, nil, err
	}
	cmd := exec.Command(self, "-as", id, addr)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	kill = func() {
		cmd.Process.Kill()
		cmd.Wait()
		in.Close()
	}
	return bufio.NewScanner(out), kill, nil
}

// readToken reads the token with which a candidate leads, once it does.
func readToken(says *bufio.Scanner) (token int64, err error) {
	if !says.Scan() {
		return 0, errors.Join(errors.New("it has ended"), says.Err())
	}
	_, err = fmt.Sscan(says.Text(), &token)
	return token, err
}
