package peer

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// echo answers every call with who asked and what.
func echo(from Identity, v Verb, body []byte, respond Respond) {
	if v == 9 {
		respond(nil, errors.New("no"))
		return
	}
	respond(fmt.Appendf(nil, "%s %d %s", from.Node, v, body), nil)
}

func listen(t *testing.T, accept Accept) *Listener {
	t.Helper()
	l, err := Listen("127.0.0.1:0", accept)
	if err != nil {
		t.Fatal(err)
	}
	l.Serve()
	t.Cleanup(func() { l.Close() })
	return l
}

func TestCallsAreAnsweredSideBySide(t *testing.T) {
	l := listen(t, func(conn net.Conn, p Preamble) error {
		go ServeCalls(conn, p.From, echo)
		return nil
	})
	c := NewCaller(func() Identity { return Identity{Node: "me"} })
	t.Cleanup(c.Close)
	var wg sync.WaitGroup
	for i := range 100 {
		wg.Go(func() {
			body := fmt.Append(nil, i)
			got, err := c.Call(l.Addr().String(), 3, body, 0)
			if want := fmt.Sprintf("me 3 %d", i); err != nil || string(got) != want {
				t.Errorf("got %q, %v; want %q", got, err, want)
			}
		})
	}
	wg.Wait()
	if _, err := c.Call(l.Addr().String(), 9, nil, 0); err == nil || err.Error() != "no" {
		t.Errorf("the error of the other side: %v", err)
	}
}

func TestACallToNobodyFailsSoon(t *testing.T) {
	l := listen(t, nil)
	addr := l.Addr().String()
	l.Close()
	c := NewCaller(func() Identity { return Identity{} })
	t.Cleanup(c.Close)
	if _, err := c.Call(addr, 1, nil, 5*time.Second); err == nil {
		t.Fatal("a call to a closed port was answered")
	}
}

func TestRedialPresentsTheNewIdentity(t *testing.T) {
	l := listen(t, func(conn net.Conn, p Preamble) error {
		go ServeCalls(conn, p.From, echo)
		return nil
	})
	name := "before"
	c := NewCaller(func() Identity { return Identity{Node: name} })
	t.Cleanup(c.Close)
	for _, want := range []string{"before", "after"} {
		name = want
		c.Redial()
		got, err := c.Call(l.Addr().String(), 1, nil, 0)
		if err != nil || !strings.HasPrefix(string(got), want) {
			t.Fatalf("got %q, %v; want it from %q", got, err, want)
		}
	}
}

func TestDialTellsWhyItWasRefused(t *testing.T) {
	l := listen(t, func(net.Conn, Preamble) error { return errors.New("not today") })
	_, err := Dial(l.Addr().String(), Preamble{Kind: Raft}, time.Second)
	if !errors.Is(err, ErrRefused) || !strings.Contains(err.Error(), "not today") {
		t.Fatalf("got %v", err)
	}
}

func TestAStrangerIsTurnedAway(t *testing.T) {
	l := listen(t, func(net.Conn, Preamble) error {
		t.Error("a stranger was accepted")
		return nil
	})
	for _, greeting := range []string{"GET / HTTP/1.1\r\n\r\n", "coordd\x00\x02R0000", strings.Repeat("\xff", 64)} {
		conn, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := conn.Write([]byte(greeting)); err != nil {
			t.Fatal(err)
		}
		if err := conn.SetReadDeadline(time.Now().Add(2 * handshakeTimeout)); err != nil {
			t.Fatal(err)
		}
		if n, err := conn.Read(make([]byte, 1)); n != 0 || err == nil {
			t.Errorf("greeting %q was answered", greeting)
		}
	}
}

func TestFramesOfAllSizesArrive(t *testing.T) {
	a, b := net.Pipe()
	out, in := NewFrames(a), NewFrames(b)
	t.Cleanup(out.Close)
	t.Cleanup(in.Close)
	sizes := []int{0, 1, 100, keepBuffer - 1, keepBuffer + 1, 3 * keepBuffer}
	for _, n := range sizes {
		if err := out.Send(func(dst []byte) []byte { return append(dst, make([]byte, n)...) }); err != nil {
			t.Fatal(err)
		}
	}
	for _, n := range sizes {
		body, err := in.Receive()
		if err != nil || !bytes.Equal(body, make([]byte, n)) {
			t.Fatalf("a frame of %d bytes came as %d, %v", n, len(body), err)
		}
	}
}

func FuzzPreamble(f *testing.F) {
	var b bytes.Buffer
	if err := writePreamble(&b, Preamble{Kind: Forward, Group: 7, From: Identity{"c", "n"}}); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Fuzz(func(t *testing.T, in []byte) {
		p, err := readPreamble(bytes.NewReader(in))
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := writePreamble(&out, p); err != nil || !bytes.HasPrefix(in, out.Bytes()) {
			t.Fatalf("a preamble that parses is written as %q", out.Bytes())
		}
	})
}
