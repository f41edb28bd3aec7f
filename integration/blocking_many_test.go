package integration

import (
	"errors"
	"strconv"
	"syscall"
	"testing"
	"time"

	"coordd/integration/cluster"
)

// manyBlocked is how many clients TestManyBlocked has, if the system lets this
// process open as many connections.
const manyBlocked = 9_900

// Very many clients wait for one key on one node: each costs little memory, a
// push asks and serves one of them at once, and all are served in order.
func TestManyBlocked(t *testing.T) {
	clients := manyBlocked
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err == nil && limit.Cur < uint64(clients+100) {
		clients = int(limit.Cur) - 100
	}
	c := cluster.Start(t, cluster.Options{Binary: binary(t)})
	n := c.Others(c.Leader(t))[0]
	before := residentBytes(t, n)
	began := time.Now()
	waiting := make([]*cluster.Client, clients)
	waiting[0] = block(t, n, "BLPOP", "k", "0").Client
	for i := 1; i < clients; i++ {
		waiting[i] = n.Dial(t)
		if err := waiting[i].Send("BLPOP", "k", "0"); err != nil {
			t.Fatal(err)
		}
	}
	cluster.Poll(t, time.Minute, "all to wait", func() error {
		if got := countBlocked(t, n); got != strconv.Itoa(clients) {
			return errors.New(got + " wait")
		}
		return nil
	})
	enrolled := time.Since(began)
	each := (residentBytes(t, n) - before) / clients
	began = time.Now()
	n.Do(t, "RPUSH", "other", "x")
	aside := time.Since(began)
	began = time.Now()
	n.Do(t, "RPUSH", "k", "first")
	if reply, err := waiting[0].Receive(); err != nil || len(reply.Elems) != 2 {
		t.Fatalf("the first got %v %v", reply, err)
	}
	one := time.Since(began)
	began = time.Now()
	args := []string{"RPUSH", "k"}
	for i := range clients - 1 {
		args = append(args, strconv.Itoa(i))
	}
	n.Do(t, args...)
	got := map[string]bool{}
	for i, w := range waiting[1:] {
		reply, err := w.Receive()
		if err != nil || len(reply.Elems) != 2 || got[reply.Elems[1].Str] {
			t.Fatalf("client %d: %v %v", i, reply, err)
		}
		got[reply.Elems[1].Str] = true
	}
	t.Logf("%d clients: enrolled within %v, %d bytes of memory each; a push aside took %v; one was served in %v, all others in %v",
		clients, enrolled.Round(time.Millisecond), each, aside.Round(time.Microsecond), one.Round(time.Microsecond), time.Since(began).Round(time.Millisecond))
	if each > 64<<10 {
		t.Errorf("a client that waits costs %d bytes", each)
	}
	if aside > time.Second || one > 2*time.Second {
		t.Errorf("a push took %v, to serve one %v", aside, one)
	}
}

func residentBytes(t *testing.T, n *cluster.Node) int {
	t.Helper()
	bytes, err := cluster.ResidentBytes(n.Process().PID())
	if err != nil {
		t.Fatal(err)
	}
	return int(bytes)
}
