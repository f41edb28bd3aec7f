package resp

import (
	"runtime"
	"strings"
	"testing"
)

// held is the memory that is in use after a collection, heap and stacks.
func held() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // what sync.Pools hold goes with the second one
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}

// Idle connections must be so cheap that ten thousand of them harm nobody.
// The client's end of each, in this process too, is measured apart.
func TestIdleConnectionIsCheap(t *testing.T) {
	const n = 1000
	ln := listen(t)
	base := held()
	var ends []*Client // and their other ends, which nobody serves
	for range n {
		c, err := Dial(t.Context(), ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		nc, err := ln.Accept()
		if err != nil {
			t.Fatal(err)
		}
		c.w = nil
		ends = append(ends, c, &Client{nc: nc})
	}
	unserved := (held() - base) / n
	for _, c := range ends {
		c.Close()
	}
	clear(ends)

	s, p := serving(t, Limits{}, echo)
	base = held()
	var clients []*Client
	for range n {
		c := connect(t, s)
		ask(t, c, "PING")
		c.in, c.cmd, c.w = nil, nil, nil
		clients = append(clients, c)
	}
	served := (held() - base) / n
	t.Logf("an idle connection costs %d bytes, beside %d of the sockets and the client", served-unserved, unserved)
	if served-unserved > 40<<10 {
		t.Error("that is too much")
	}
	if len(p.opened()) != n {
		t.Errorf("%d connections opened", len(p.opened()))
	}
	runtime.KeepAlive(clients)
}

// What a connection needed once for a large command or a large reply it does
// not keep.
func TestLargeBuffersAreGivenBack(t *testing.T) {
	large := strings.Repeat("x", 4<<20)
	s, p := serving(t, Limits{}, func(c *Conn, cmds []Command) {
		c.SetAuthenticated(true)
		for _, cmd := range cmds {
			if cmd.Args[0] == "LARGE" {
				c.Write(Bulk(large).Append(nil, RESP2))
			} else {
				c.Write(OK.Append(nil, RESP2))
			}
		}
	})
	const n = 8
	warm := connect(t, s)
	if _, err := warm.Do("PING"); err != nil {
		t.Fatal(err)
	}
	base := held()
	for range n {
		c := connect(t, s)
		for _, args := range [][]string{{"PING"}, {"SET", "k", large}, {"LARGE"}, make([]string, 100_000)} {
			if _, err := c.Do(args...); err != nil {
				t.Fatal(err)
			}
		}
		pipeline := strings.Repeat("PING\r\n", 10_000)
		say(t, c, pipeline)
		for range 10_000 {
			if _, err := c.Receive(); err != nil {
				t.Fatal(err)
			}
		}
		c.in, c.cmd = nil, nil // the client's own
	}
	poll(t, "the memory to be given back", func() bool { return held()-base < n*(40<<10) })
	if p.ended() > 0 {
		t.Errorf("%d connections have ended", p.ended())
	}
}

// What the pools take back is small, and keeps nothing alive.
func TestPoolsKeepLittle(t *testing.T) {
	s, _ := serving(t, Limits{}, func(c *Conn, cmds []Command) {
		c.Write(Bulk(strings.Repeat("x", 10*keepOutput)).Append(nil, RESP2))
	})
	c := connect(t, s)
	for range 100 {
		if _, err := c.Do("SET", "k", "v"); err != nil {
			t.Fatal(err)
		}
		if n := cap(s.writes.Get().(*writeBuffer).b); n > keepOutput {
			t.Fatalf("an output buffer of %d bytes was kept", n)
		}
		b := s.batches.Get().(*batch)
		for _, arg := range b.args[:cap(b.args)] {
			if arg != "" {
				t.Fatalf("an argument %q was kept", arg)
			}
		}
	}
}

// Announcements reserve nothing: clients with half a command cost what they
// have sent, however much they say will come.
func TestAnnouncedSizesReserveNothing(t *testing.T) {
	s, p := serving(t, Limits{}, authenticated)
	halves := []struct{ head, drop string }{
		{"*1048576\r\n", "$0\r\n\r\n"},
		{"*1\r\n$536870912\r\n", "x"},
		{"*2\r\n$1000\r\nabc", "x"},
		{"typed", " x"},
	}
	base := held()
	const n = 200
	var clients []*Client
	for i := range n {
		c := connect(t, s)
		ask(t, c, "PING")
		c.in, c.cmd, c.w = nil, nil, nil
		half := halves[i%len(halves)]
		for _, piece := range append([]string{half.head}, strings.Split(strings.Repeat(half.drop+"|", 50), "|")...) {
			if _, err := c.nc.Write([]byte(piece)); err != nil {
				t.Fatal(err)
			}
		}
		clients = append(clients, c)
	}
	poll(t, "the last bytes to arrive", func() bool {
		for i, c := range p.opened() {
			if half := halves[i%len(halves)]; c.QueryBuffer() != len(half.head)+50*len(half.drop) {
				return false
			}
		}
		return true
	})
	cost := (held() - base) / n
	t.Logf("a client with half a command costs %d bytes", cost)
	if cost > 40<<10 {
		t.Error("that is too much")
	}
	runtime.KeepAlive(clients)
}
