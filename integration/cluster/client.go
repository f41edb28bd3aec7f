package cluster

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"

	"coordd/resp"
)

// OpTimeout is how long a Client waits for one reply. It is longer than the
// server itself looks for a leader, so on a healthy machine only a broken
// promise lets it pass.
const OpTimeout = 20 * time.Second

// Client is a plain connection, as small as can be. It reads replies with its
// own parser, not the server's, so that a fault there cannot hide itself.
// It is not safe for concurrent use.
type Client struct {
	nc      net.Conn
	r       *bufio.Reader
	Timeout time.Duration // of one Do or Receive; OpTimeout when made
}

// Dial connects to a node.
func Dial(addr string) (*Client, error) {
	nc, err := net.DialTimeout("tcp", addr, 5*time.Second)
	if err != nil {
		return nil, err
	}
	return &Client{nc: nc, r: bufio.NewReader(nc), Timeout: OpTimeout}, nil
}

// Close ends the connection.
func (c *Client) Close() error { return c.nc.Close() }

// Do sends one command and waits for its reply. An error reply is a Reply;
// error means that the connection is of no more use.
func (c *Client) Do(args ...string) (resp.Reply, error) {
	if err := c.Send(args...); err != nil {
		return resp.Reply{}, err
	}
	return c.Receive()
}

// Send writes one command and does not wait.
func (c *Client) Send(args ...string) error { return c.Write(AppendCommand(nil, args...)) }

// Write writes bytes as they are.
func (c *Client) Write(raw []byte) error {
	c.nc.SetWriteDeadline(time.Now().Add(c.Timeout))
	_, err := c.nc.Write(raw)
	return err
}

// Receive reads the next reply.
func (c *Client) Receive() (resp.Reply, error) {
	c.nc.SetReadDeadline(time.Now().Add(c.Timeout))
	return readReply(c.r)
}

// AppendCommand encodes a command as clients send it.
func AppendCommand(dst []byte, args ...string) []byte {
	dst = fmt.Appendf(dst, "*%d\r\n", len(args))
	for _, arg := range args {
		dst = fmt.Appendf(dst, "$%d\r\n%s\r\n", len(arg), arg)
	}
	return dst
}

// Do connects, sends one command, and returns the reply.
func Do(addr string, args ...string) (resp.Reply, error) {
	c, err := Dial(addr)
	if err != nil {
		return resp.Reply{}, err
	}
	defer c.Close()
	return c.Do(args...)
}

func readReply(r *bufio.Reader) (resp.Reply, error) {
	line, err := r.ReadString('\n')
	if err != nil {
		return resp.Reply{}, err
	}
	line, whole := strings.CutSuffix(line, "\r\n")
	if !whole || line == "" {
		return resp.Reply{}, fmt.Errorf("reply line %q", line)
	}
	kind, rest := resp.Kind(line[0]), line[1:]
	switch kind {
	case resp.SimpleKind, resp.ErrorKind, resp.BigNumberKind:
		return resp.Reply{Kind: kind, Str: rest}, nil
	case resp.NullKind:
		return resp.Null, nil
	case resp.IntKind:
		n, err := strconv.ParseInt(rest, 10, 64)
		return resp.Int(n), err
	case resp.DoubleKind:
		f, err := strconv.ParseFloat(rest, 64)
		return resp.Double(f), err
	case resp.BoolKind:
		return resp.Bool(rest == "t"), nil
	}
	n, err := strconv.Atoi(rest)
	if err != nil {
		return resp.Reply{}, fmt.Errorf("reply line %q: %w", line, err)
	}
	switch kind {
	case resp.BulkKind, resp.VerbatimKind:
		return readBulk(r, kind, n)
	case resp.ArrayKind, resp.SetKind, resp.PushKind:
		return readElems(r, kind, n)
	case resp.MapKind:
		return readElems(r, kind, 2*n)
	}
	return resp.Reply{}, fmt.Errorf("reply line %q: unknown kind", line)
}

func readBulk(r *bufio.Reader, kind resp.Kind, n int) (resp.Reply, error) {
	if n < 0 {
		return resp.Null, nil
	}
	body := make([]byte, n+2)
	if _, err := io.ReadFull(r, body); err != nil {
		return resp.Reply{}, err
	}
	if string(body[n:]) != "\r\n" {
		return resp.Reply{}, errors.New("bulk reply does not end where it should")
	}
	text := string(body[:n])
	if kind == resp.VerbatimKind {
		text = strings.TrimPrefix(text, "txt:")
	}
	return resp.Reply{Kind: kind, Str: text}, nil
}

func readElems(r *bufio.Reader, kind resp.Kind, n int) (resp.Reply, error) {
	if n < 0 {
		return resp.NullArray, nil
	}
	reply := resp.Reply{Kind: kind}
	for range n {
		elem, err := readReply(r)
		if err != nil {
			return resp.Reply{}, err
		}
		reply.Elems = append(reply.Elems, elem)
	}
	return reply, nil
}
