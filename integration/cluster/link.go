package cluster

import (
	"fmt"
	"io"
	"net"
	"sync/atomic"
	"testing"
)

// Link is a TCP port that passes everything on to a server, as a network
// would, until Lose is called.
type Link struct {
	Addr string // where to connect instead of to the server
	lost atomic.Bool
}

// NewLink opens a link to a server. It ends with the test.
func NewLink(t testing.TB, server string) *Link {
	t.Helper()
	ln, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", FreePorts(t, 1)))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { ln.Close() })
	l := &Link{Addr: ln.Addr().String()}
	go func() { // ends when the listener is closed
		for {
			client, err := ln.Accept()
			if err != nil {
				return
			}
			go l.pass(client, server) // ends with either side
		}
	}()
	return l
}

// Lose has everything that the server sends from now on lost on the way. What
// is sent to the server still arrives.
func (l *Link) Lose() { l.lost.Store(true) }

func (l *Link) pass(client net.Conn, server string) {
	defer client.Close()
	upstream, err := net.Dial("tcp", server)
	if err != nil {
		return
	}
	go func() { // ends with either side
		defer upstream.Close()
		_, _ = io.Copy(upstream, client)
	}()
	_, _ = io.Copy(lossy{client, l}, upstream)
}

// lossy writes nothing once the link loses what it is given.
type lossy struct {
	to   io.Writer
	link *Link
}

func (w lossy) Write(p []byte) (int, error) {
	if w.link.lost.Load() {
		return len(p), nil
	}
	return w.to.Write(p)
}
