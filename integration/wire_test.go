package integration

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"coordd/integration/cluster"
)

const (
	patience     = 5 * time.Second // how long bad input may keep its connection
	slowestReply = 2 * time.Second // what attacks may cost a well-behaved client at most
	attackMemory = 300 << 20       // what the attacks may cost the server at most
	idleClients  = 10_000
	idleMemory   = 1 << 30
	lorises      = 200
)

// A witness is a well-behaved client that goes on working while others attack.
type witness struct {
	slowest atomic.Int64
	served  atomic.Int64
	stop    chan struct{}
	ended   chan error
}

func startWitness(t *testing.T, n *cluster.Node) *witness {
	t.Helper()
	w := &witness{stop: make(chan struct{}), ended: make(chan error, 1)}
	c := n.Dial(t)
	go func() { w.ended <- w.work(c) }() // ends with require, or with the connection
	return w
}

func (w *witness) work(c *cluster.Client) error {
	for i := 0; ; i++ {
		select {
		case <-w.stop:
			return nil
		default:
		}
		value := fmt.Sprint(i)
		began := time.Now()
		if reply, err := c.Do("SET", "witness", value); err != nil || reply.Str != "OK" {
			return fmt.Errorf("SET: %q %w", reply.Str, err)
		}
		if reply, err := c.Do("GET", "witness"); err != nil || reply.Str != value {
			return fmt.Errorf("GET: %q, wanted %q (%w)", reply.Str, value, err)
		}
		w.slowest.Store(max(w.slowest.Load(), int64(time.Since(began))))
		w.served.Add(2)
	}
}

// require ends the witness, and fails the test if it was harmed.
func (w *witness) require(t *testing.T) {
	t.Helper()
	after := w.served.Load() + 10
	cluster.Poll(t, patience, "the well-behaved client to be served", func() error {
		if w.served.Load() < after && len(w.ended) == 0 {
			return fmt.Errorf("%d replies", w.served.Load())
		}
		return nil
	})
	close(w.stop)
	if err := <-w.ended; err != nil {
		t.Errorf("a well-behaved client was harmed: %v", err)
	}
	if slowest := time.Duration(w.slowest.Load()); slowest > slowestReply {
		t.Errorf("a well-behaved client waited %v", slowest)
	}
	t.Logf("the well-behaved client: %d replies, the slowest pair after %v", w.served.Load(), time.Duration(w.slowest.Load()))
}

// attacks are bytes that end, at worst, the connection that sent them. end
// says whether they must: some are only the beginning of a lawful command.
var attacks = []struct {
	name string
	raw  string
	ends bool
	says string // that the server must answer, "" for anything
}{
	{"bulk length of 2^63-1", "*1\r\n$9223372036854775807\r\nx\r\n", true, "-ERR Protocol error: invalid bulk length"},
	{"array of four thousand million", "*4000000000\r\n", true, "-ERR Protocol error: invalid multibulk length"},
	{"array of 2^63", "*9223372036854775808\r\n", true, "-ERR Protocol error: invalid multibulk length"},
	{"array longer than any number", "*" + strings.Repeat("9", 100) + "\r\n", true, ""},
	{"bulk of 600 MB", "*2\r\n$3\r\nGET\r\n$629145600\r\n", true, "-ERR Protocol error: invalid bulk length"},
	{"negative bulk", "*1\r\n$-7\r\n", true, "-ERR Protocol error: invalid bulk length"},
	{"no bulk where one must be", "*1\r\n+PING\r\n", true, "-ERR Protocol error: expected '$', got '+'"},
	{"endless inline", strings.Repeat("x", 100_000), true, "-ERR Protocol error: too big inline request"},
	{"unbalanced quotes", "SET k \"v\r\n", true, "-ERR Protocol error: unbalanced quotes in request"},
	{"nothing but line ends", strings.Repeat("\r\n", 50_000), false, ""},
	{"empty and negative arrays", strings.Repeat("*0\r\n*-1\r\n", 10_000), false, ""},
	{"a million elements announced", "*1000000\r\n$3\r\nDEL\r\n", false, ""},
	{"512 MB announced", "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$536870912\r\nabc", false, ""},
	{"zeros", strings.Repeat("\x00", 100_000), true, ""},
}

// Bad input does no harm but to its own connection (promise P9).
func TestAttacks(t *testing.T) {
	n := cluster.Start(t, cluster.Options{Binary: binary(t), Nodes: 1}).Nodes[0]
	pid := n.Process().PID()
	before, err := cluster.ResidentBytes(pid)
	if err != nil {
		t.Fatal(err)
	}
	w := startWitness(t, n)
	for _, a := range attacks {
		t.Run(a.name, func(t *testing.T) {
			const times = 20 // at once: what one connection costs, many must not
			var conns []net.Conn
			for range times {
				conn, err := net.Dial("tcp", n.Addr)
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
				conns = append(conns, conn)
				conn.SetDeadline(time.Now().Add(patience))
				io.WriteString(conn, a.raw) // it may be cut off in the middle
			}
			for _, conn := range conns {
				if a.ends {
					requireEnd(t, conn, a.says)
				}
			}
			if now, err := cluster.ResidentBytes(pid); err != nil || now > before+attackMemory {
				t.Errorf("the server holds %d MB, before the attacks %d MB (%v)", now>>20, before>>20, err)
			}
		})
		if !n.Running() {
			t.Fatalf("%s: the server ended", a.name)
		}
	}
	w.require(t)
}

// requireEnd reads until the server closes the connection.
func requireEnd(t *testing.T, conn net.Conn, says string) {
	t.Helper()
	got, err := io.ReadAll(conn)
	if timeout, ok := err.(net.Error); ok && timeout.Timeout() {
		t.Errorf("the connection was still open after %v; the server said %q", patience, got)
	}
	// A reset may overtake the reply, when much was sent that nobody read.
	if err == nil && !strings.HasPrefix(string(got), says) {
		t.Errorf("the server said %q, wanted %q", got, says)
	}
}

// Noise of all kinds, for a while.
func TestNoise(t *testing.T) {
	s := seed(t)
	r := rand.New(rand.NewPCG(s, s))
	n := cluster.Start(t, cluster.Options{Binary: binary(t), Nodes: 1}).Nodes[0]
	w := startWitness(t, n)
	pieces := []string{"*", "$", "\r\n", "1", "3", "-", "9999999999", "SET", "k", "\"", "'", "\x00", "\xff", " ", "*3\r\n$3\r\nSET\r\n", "$1\r\nk\r\n", "PING\r\n", "+", ":"}
	for range 300 {
		var noise strings.Builder
		for range 1 + r.IntN(40) {
			noise.WriteString(pieces[r.IntN(len(pieces))])
		}
		conn, err := net.Dial("tcp", n.Addr)
		if err != nil {
			t.Fatal(err)
		}
		io.WriteString(conn, noise.String())
		if r.IntN(2) == 0 {
			conn.(*net.TCPConn).SetLinger(0) // goes with a reset
		}
		conn.Close()
		if !n.Running() {
			t.Fatalf("the server ended after %q", noise.String())
		}
	}
	w.require(t)
}

// Clients that send a byte now and then hold up nobody, and are served when
// their command is whole.
func TestSlowLoris(t *testing.T) {
	n := cluster.Start(t, cluster.Options{Binary: binary(t), Nodes: 1}).Nodes[0]
	w := startWitness(t, n)
	var conns []*cluster.Client
	for range lorises {
		conns = append(conns, n.Dial(t))
	}
	for i, b := range cluster.AppendCommand(nil, "SET", "slow", "loris") {
		for _, c := range conns {
			if err := c.Write([]byte{b}); err != nil {
				t.Fatalf("byte %d: %v", i, err)
			}
		}
		select {
		case <-time.After(20 * time.Millisecond):
		case <-n.Process().Exited():
			t.Fatal("the server ended")
		}
	}
	for _, c := range conns {
		if reply, err := c.Receive(); err != nil || reply.Str != "OK" {
			t.Fatalf("a slow client got %q %v", reply.Str, err)
		}
	}
	w.require(t)
}

// Ten thousand connections that do nothing harm nobody, and still work.
func TestIdleClients(t *testing.T) {
	raiseFileLimit(t, idleClients+2000)
	n := cluster.Start(t, cluster.Options{Binary: binary(t), Nodes: 1, Args: []string{"--maxclients", "20000"}}).Nodes[0]
	w := startWitness(t, n)
	idle := make([]*cluster.Client, idleClients)
	for i := range idle {
		idle[i] = n.Dial(t)
		if i%100 == 0 {
			if reply, err := idle[i].Do("PING"); err != nil || reply.Str != "PONG" {
				t.Fatalf("connection %d: %q %v", i, reply.Str, err)
			}
		}
	}
	for i := 0; i < len(idle); i += 97 {
		if reply, err := idle[i].Do("GET", "witness"); err != nil || reply.IsError() {
			t.Fatalf("connection %d after a rest: %q %v", i, reply.Str, err)
		}
	}
	if held, err := cluster.ResidentBytes(n.Process().PID()); err != nil || held > idleMemory {
		t.Errorf("%d connections cost %d MB (%v)", idleClients, held>>20, err)
	} else {
		t.Logf("%d connections: the server holds %d MB", idleClients, held>>20)
	}
	for _, c := range idle {
		c.Close()
	}
	cluster.Poll(t, cluster.EqualWithin, "the server to forget those that left", func() error {
		info, err := n.Info("clients")
		if err == nil && len(info["connected_clients"]) > 2 {
			err = fmt.Errorf("connected_clients:%s", info["connected_clients"])
		}
		return err
	})
	w.require(t)
}

// raiseFileLimit lets this process, and those it starts, open n files.
func raiseFileLimit(t *testing.T, n uint64) {
	t.Helper()
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	limit.Cur, limit.Max = max(limit.Cur, n), max(limit.Max, n)
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatalf("this test needs %d open files; raise the hard limit (ulimit -Hn) or run it as root: %v", n, err)
	}
}
