package integration

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"coordd/integration/cluster"
)

// Two clients add to a balance, each while it holds the lock: A adds 1, B adds
// 10. A is paused between reading the balance and writing it, for longer than
// its lease, and B does its work meanwhile.
func comparePausedHolder(t *testing.T) table {
	one := []string{cluster.StartRedis(t)}
	three := []string{cluster.StartRedis(t), cluster.StartRedis(t), cluster.StartRedis(t)}
	node := cluster.Start(t, cluster.Options{Binary: binary(t)}).Nodes[0].Addr
	data := cluster.StartRedis(t)

	columns := []struct {
		name string
		got  pausedOutcome
	}{
		{"`SET NX PX`, one Redis", pauseHolder(t, data, setNX(t, data, one))},
		{"Redlock, three Redis", pauseHolder(t, data, setNX(t, data, three))},
		{"coordd `LOCK` and `FENCE`", pauseHolder(t, node, fencedLock(t, node))},
	}
	for _, c := range columns[:2] {
		expect(t, c.name+": A's late write", c.got.write, "OK")
		expect(t, c.name+": A's release", c.got.release, "no")
		expect(t, c.name+": the balance", c.got.balance, "101")
	}
	expect(t, "coordd: A's release", columns[2].got.release, "no")
	expect(t, "coordd: the balance", columns[2].got.balance, "110")
	expect(t, "coordd: A's late write", columns[2].got.write, "error `FENCED`")
	rows := table{{""}, {"A wakes up and writes"}, {"the balance, 100 at first, is"}, {"A releases the lock: was it its own?"}}
	for _, c := range columns {
		for i, text := range []string{c.name, c.got.write, c.got.balance, c.got.release} {
			rows[i] = append(rows[i], text)
		}
	}
	return rows
}

// pausedOutcome is what A was told of its late write, what the balance is then,
// and whether the lock was still A's to release ("yes", "no").
type pausedOutcome struct{ write, release, balance string }

// holder is a way to hold a lock. take answers a token, or false while somebody
// else has it; write writes the balance with that token.
type holder struct {
	take    func(owner string, leaseMillis int) (token int64, ok bool)
	write   func(token int64, balance int) string
	release func(owner string) bool
}

// pauseHolder plays the two clients against the lock, with the balance at addr.
// A's pause is that it does nothing until B is done.
func pauseHolder(t *testing.T, addr string, h holder) (got pausedOutcome) {
	t.Helper()
	expect(t, "SET", ask(t, addr, "SET", "balance", "100"), "OK")
	const leaseMillis = 300
	tokenA, ok := h.take("A", leaseMillis)
	if !ok {
		t.Fatal("A does not get a lock that nobody has")
	}
	seenByA := balance(t, addr)

	var tokenB int64
	cluster.Poll(t, cluster.ReadyWithin, "the lock to be free", func() error {
		if tokenB, ok = h.take("B", 60_000); !ok {
			return fmt.Errorf("A still has it")
		}
		return nil
	})
	expect(t, "B's write", h.write(tokenB, balance(t, addr)+10), "OK")

	got.write = h.write(tokenA, seenByA+1)
	got.balance = strconv.Itoa(balance(t, addr))
	got.release = "no"
	if h.release("A") {
		got.release = "yes"
	}
	if !h.release("B") {
		t.Error("B lost its lock")
	}
	return got
}

func balance(t *testing.T, addr string) int {
	t.Helper()
	n, err := strconv.Atoi(ask(t, addr, "GET", "balance"))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// compareAndDelete ends a lock that is one's own.
const compareAndDelete = `
if redis.call('GET', KEYS[1]) == ARGV[1] then
  return redis.call('DEL', KEYS[1])
end
return 0`

// setNX is the usual recipe: SET NX PX, and compare-and-delete, on a majority of
// some independent servers. On several of them it is Redlock, but for the clock
// arithmetic, which only makes a client give up sooner.
func setNX(t *testing.T, addr string, servers []string) holder {
	onMajority := func(want string, args ...string) bool {
		n := 0
		for _, server := range servers {
			if ask(t, server, args...) == want {
				n++
			}
		}
		return n > len(servers)/2
	}
	release := func(owner string) bool {
		return onMajority("1", "EVAL", compareAndDelete, "1", "lock", owner)
	}
	return holder{
		take: func(owner string, leaseMillis int) (int64, bool) {
			if onMajority("OK", "SET", "lock", owner, "NX", "PX", strconv.Itoa(leaseMillis)) {
				return 0, true
			}
			release(owner)
			return 0, false
		},
		write: func(_ int64, balance int) string {
			return ask(t, addr, "SET", "balance", strconv.Itoa(balance))
		},
		release: release,
	}
}

// fencedLock is LOCK, and FENCE for writes that carry its token.
func fencedLock(t *testing.T, addr string) holder {
	return holder{
		take: func(owner string, leaseMillis int) (int64, bool) {
			token, err := strconv.ParseInt(ask(t, addr, "LOCK", "lock", owner, strconv.Itoa(leaseMillis)), 10, 64)
			return token, err == nil
		},
		write: func(token int64, balance int) string {
			answer := ask(t, addr, "FENCE", "lock", strconv.FormatInt(token, 10), "SET", "balance", strconv.Itoa(balance))
			if kind, _, refused := strings.Cut(answer, " "); refused { // the rest has tokens in it
				return "error `" + kind + "`"
			}
			return answer
		},
		release: func(owner string) bool { return ask(t, addr, "UNLOCK", "lock", owner) == "1" },
	}
}
