package resp

import (
	"bufio"
	"context"
	"net"
	"time"
)

// Client is a plain connection to a server, for tests and tools. Commands may
// be pipelined: any number of Send, then as many Receive. It is not safe for
// concurrent use.
type Client struct {
	// Timeout bounds each Send and each Receive; 0 means no bound. After it has
	// struck the connection is of no more use.
	Timeout time.Duration

	nc  net.Conn
	w   *bufio.Writer
	in  []byte // read from the connection
	at  int    // in[:at] has been returned
	cmd []byte // the last command, encoded
}

// Dial connects to host:port, until ctx ends.
func Dial(ctx context.Context, addr string) (*Client, error) {
	var d net.Dialer
	nc, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	return NewClient(nc), nil
}

// NewClient makes a Client of a connection that it owns from then on.
func NewClient(nc net.Conn) *Client {
	return &Client{nc: nc, w: bufio.NewWriter(nc)}
}

// Do sends a command and waits for its reply. An error reply of the server is
// a Reply; an error means that the connection is of no more use.
func (c *Client) Do(args ...string) (Reply, error) {
	if err := c.Send(args...); err != nil {
		return Reply{}, err
	}
	return c.Receive()
}

// DoRaw is Do, and returns the bytes of the reply as they came. They belong to
// the caller.
func (c *Client) DoRaw(args ...string) ([]byte, error) {
	if err := c.Send(args...); err != nil {
		return nil, err
	}
	raw, err := c.receive()
	return append([]byte(nil), raw...), err
}

// Send writes a command. Receive or Flush sends what has been gathered; more
// than a few kilobytes go at once.
func (c *Client) Send(args ...string) error {
	c.cmd = AppendCommand(c.cmd[:0], args...)
	return c.Write(c.cmd)
}

// Write writes bytes as they are, whole commands or not, as Send does.
func (c *Client) Write(raw []byte) error {
	c.nc.SetWriteDeadline(c.deadline())
	_, err := c.w.Write(raw)
	return err
}

// Flush sends what has been written.
func (c *Client) Flush() error {
	c.nc.SetWriteDeadline(c.deadline())
	return c.w.Flush()
}

// Receive waits for the next reply, or push.
func (c *Client) Receive() (Reply, error) {
	raw, err := c.receive()
	if err != nil {
		return Reply{}, err
	}
	r, _, err := Parse(raw)
	return r, err
}

// Close ends the connection.
func (c *Client) Close() error { return c.nc.Close() }

func (c *Client) deadline() time.Time {
	if c.Timeout <= 0 {
		return time.Time{}
	}
	return time.Now().Add(c.Timeout)
}

// receive returns the bytes of the next reply, valid until the next call.
func (c *Client) receive() ([]byte, error) {
	if c.w.Buffered() > 0 {
		if err := c.Flush(); err != nil {
			return nil, err
		}
	}
	c.nc.SetReadDeadline(c.deadline())
	var e extent
	for {
		n, err := e.find(c.in[c.at:])
		if err == nil {
			raw := c.in[c.at : c.at+n]
			c.at += n
			return raw, nil
		}
		if err != ErrIncomplete {
			return nil, err
		}
		if err := c.fill(); err != nil {
			return nil, err
		}
	}
}

// fill reads once. What has been returned makes room first.
func (c *Client) fill() error {
	if c.at > 0 {
		c.in = c.in[:copy(c.in, c.in[c.at:])]
		c.at = 0
	}
	if len(c.in) == cap(c.in) {
		c.in = append(c.in, make([]byte, max(readSize, cap(c.in)))...)[:len(c.in)]
	}
	n, err := c.nc.Read(c.in[len(c.in):cap(c.in)])
	c.in = c.in[:len(c.in)+n]
	if n > 0 {
		return nil
	}
	return err
}
