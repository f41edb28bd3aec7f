package resp

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"math/big"
	"net"
	"os"
	"strings"
	"testing"
	"time"
)

func TestClient(t *testing.T) {
	s, _ := serving(t, Limits{}, func(c *Conn, cmds []Command) {
		for _, cmd := range cmds {
			switch cmd.Args[0] {
			case "ERROR":
				c.Write(Error("ERR no").Append(nil, RESP2))
			case "MAP":
				c.Write(Map(Bulk("k"), Double(1.5)).Append(nil, RESP3))
			case "GARBAGE":
				c.Write([]byte("?\r\n"))
			case "SILENCE":
			default:
				c.Write(Bulk(cmd.Args[0]).Append(nil, RESP2))
			}
		}
	})
	c := connect(t, s)
	if r, err := c.Do("ERROR"); err != nil || !same(r, Error("ERR no")) {
		t.Errorf("%+v, %v", r, err)
	}
	if r, err := c.Do("MAP"); err != nil || !same(r, Map(Bulk("k"), Double(1.5))) {
		t.Errorf("%+v, %v", r, err)
	}
	if raw, err := c.DoRaw("MAP"); err != nil || string(raw) != "%1\r\n$1\r\nk\r\n,1.5\r\n" {
		t.Errorf("%q, %v", raw, err)
	}
	const n = 5000 // a pipeline
	for i := range n {
		if err := c.Send(strings.Repeat("x", i%300)); err != nil {
			t.Fatal(err)
		}
	}
	for i := range n {
		if r, err := c.Receive(); err != nil || len(r.Str) != i%300 {
			t.Fatalf("%d: %+v, %v", i, r, err)
		}
	}
	if _, err := c.Do("GARBAGE"); err != ErrMalformed {
		t.Errorf("garbage: %v", err)
	}
	c = connect(t, s)
	c.Timeout = 20 * time.Millisecond
	if _, err := c.Do("SILENCE"); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("silence: %v", err)
	}
	c.Close()
	if _, err := c.Do("PING"); err == nil {
		t.Error("a closed client answers")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Dial(ctx, s.ln.Addr().String()); err == nil {
		t.Error("Dial does not heed its context")
	}
}

// Connections that are no sockets of their own are served as well.
func TestServerOverTLS(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	cert := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der, err := x509.CreateCertificate(rand.Reader, cert, cert, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	config := &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
	waiting := make(chan struct{})
	p := &player{serve: func(c *Conn, cmds []Command) {
		if cmds[0].Args[0] == "WAIT" {
			gone := c.Gone()
			close(waiting)
			<-gone
		}
		authenticated(c, cmds)
	}}
	s := start(t, tls.NewListener(listen(t), config), Limits{MaxClients: 1}, p)
	dial := func() *Client {
		nc, err := net.Dial("tcp", s.ln.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		c := NewClient(tls.Client(nc, &tls.Config{InsecureSkipVerify: true}))
		c.Timeout = patience
		t.Cleanup(func() { c.Close() })
		return c
	}
	c := dial()
	ask(t, c, "PING")
	ask(t, c, "SET", strings.Repeat("x", 1<<20))
	if _, err := dial().Do("PING"); err == nil {
		t.Error("a second client is let in")
	}
	say(t, c, "WAIT\r\n")
	<-waiting
	c.Close()
	poll(t, "the session to be closed", func() bool { return p.ended() == 1 })
}
