package transcript

import (
	"context"
	"fmt"
	"time"

	"coordd/resp"
)

// TCP is a Player over the network, for a server at one address or for a
// cluster at several: every further connection goes to the next address. It
// is for one goroutine.
type TCP struct {
	addrs  []string
	opened int
	conns  map[tcpConn]*resp.Client
}

type tcpConn struct {
	name  string
	proto resp.Proto
}

// dialTimeout bounds how long a connection and its handshake may take.
const dialTimeout = 5 * time.Second

// quietWithin bounds how long the end of a connection may go unnoticed.
const quietWithin = 10 * time.Second

// nextTimeout bounds how long a message may take to come.
const nextTimeout = 5 * time.Second

// NewTCP makes a player that connects to addrs (host:port) when first asked
// to. The caller must Close it.
func NewTCP(addrs ...string) *TCP {
	return &TCP{addrs: addrs, conns: make(map[tcpConn]*resp.Client)}
}

// Do sends a command and waits for its reply.
func (p *TCP) Do(conn string, proto resp.Proto, args []string) (resp.Reply, error) {
	c, err := p.open(tcpConn{conn, proto})
	if err != nil {
		return resp.Reply{}, err
	}
	return c.Do(args...)
}

// Next implements Receiver.
func (p *TCP) Next(conn string, proto resp.Proto) (resp.Reply, error) {
	c, err := p.open(tcpConn{conn, proto})
	if err != nil {
		return resp.Reply{}, err
	}
	c.Timeout = nextTimeout
	defer func() { c.Timeout = 0 }()
	return c.Receive()
}

func (p *TCP) open(id tcpConn) (*resp.Client, error) {
	if c := p.conns[id]; c != nil {
		return c, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), dialTimeout)
	defer cancel()
	c, err := resp.Dial(ctx, p.addrs[p.opened%len(p.addrs)])
	if err != nil {
		return nil, err
	}
	p.opened++
	p.conns[id] = c
	if id.proto != resp.RESP3 {
		return c, nil
	}
	if hello, err := c.Do("HELLO", "3"); err != nil || hello.IsError() {
		return nil, fmt.Errorf("transcript: HELLO 3: %v %s", err, hello.Str)
	}
	return c, nil
}

// Advance waits. A server's clock is its own, so nothing else is possible.
func (p *TCP) Advance(ms int64) {
	const margin = 5 // Redis takes a key away one ms after its deadline
	time.Sleep(time.Duration(ms+margin) * time.Millisecond)
}

// Reset closes all connections and empties the server.
func (p *TCP) Reset() error {
	p.Close()
	reply, err := p.Do("", resp.RESP2, []string{"FLUSHALL"})
	if err == nil && reply.IsError() {
		err = fmt.Errorf("transcript: FLUSHALL: %s", reply.Str)
	}
	if err == nil {
		err = p.awaitQuiet()
	}
	return err
}

// awaitQuiet returns when the server has forgotten the subscriptions of the
// connections that were closed.
func (p *TCP) awaitQuiet() error {
	for began := time.Now(); time.Since(began) < quietWithin; time.Sleep(time.Millisecond) {
		left := 0
		for _, kind := range []string{"CHANNELS", "SHARDCHANNELS", "NUMPAT"} {
			reply, err := p.Do("", resp.RESP2, []string{"PUBSUB", kind})
			if err != nil {
				return err
			}
			left += len(reply.Elems) + int(reply.Int) // none, where there is no such command
		}
		if left == 0 {
			return nil
		}
	}
	return fmt.Errorf("transcript: there are still subscriptions after %v", quietWithin)
}

// Close closes all connections; the next Do opens them anew.
func (p *TCP) Close() {
	for id, c := range p.conns {
		c.Close() // nothing is lost: every reply has been read
		delete(p.conns, id)
	}
	p.opened = 0
}
