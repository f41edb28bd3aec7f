package peer

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

// Kind is what a connection on the peer port is for.
type Kind byte

// The kinds of connection. The values are on the wire and never change.
const (
	Raft    Kind = 'R'
	Forward Kind = 'F'
	Calls   Kind = 'C'
)

// Identity is who is at the other end of a connection.
type Identity struct {
	Cluster string // empty while the node belongs to no cluster yet
	Node    string
}

// Preamble is what the dialling side says first.
type Preamble struct {
	Kind  Kind
	Group uint32 // Raft and Forward only
	From  Identity
}

// ErrRefused is what Dial wraps when the other node turned the connection away.
var ErrRefused = errors.New("peer refused the connection")

// magic opens every connection; its last byte is the protocol's version.
var magic = [8]byte{'c', 'o', 'o', 'r', 'd', 'd', 0, 1}

// A preamble must arrive within handshakeTimeout, and its names are at most
// maxName bytes long: a stranger costs little.
const (
	handshakeTimeout = 5 * time.Second
	maxName          = 128
)

func writePreamble(w io.Writer, p Preamble) error {
	b := append([]byte(nil), magic[:]...)
	b = append(b, byte(p.Kind))
	b = binary.BigEndian.AppendUint32(b, p.Group)
	for _, s := range []string{p.From.Cluster, p.From.Node} {
		b = append(b, byte(len(s)))
		b = append(b, s...)
	}
	_, err := w.Write(b)
	return err
}

func readPreamble(r io.Reader) (Preamble, error) {
	var head [13]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return Preamble{}, err
	}
	if [8]byte(head[:8]) != magic {
		return Preamble{}, errors.New("not a coordd peer of this version")
	}
	p := Preamble{Kind: Kind(head[8]), Group: binary.BigEndian.Uint32(head[9:])}
	for _, s := range []*string{&p.From.Cluster, &p.From.Node} {
		text, err := readName(r)
		if err != nil {
			return Preamble{}, err
		}
		*s = text
	}
	return p, nil
}

func readName(r io.Reader) (string, error) {
	var n [1]byte
	if _, err := io.ReadFull(r, n[:]); err != nil {
		return "", err
	}
	if n[0] > maxName {
		return "", errors.New("name too long")
	}
	b := make([]byte, n[0])
	_, err := io.ReadFull(r, b)
	return string(b), err
}

// answer tells the dialling side whether it may go on: an empty text is a yes.
func writeAnswer(w io.Writer, text string) error {
	if len(text) > 255 {
		text = text[:255]
	}
	_, err := w.Write(append([]byte{byte(len(text))}, text...))
	return err
}

func readAnswer(r io.Reader) error {
	var n [1]byte
	if _, err := io.ReadFull(r, n[:]); err != nil {
		return err
	}
	if n[0] == 0 {
		return nil
	}
	b := make([]byte, n[0])
	if _, err := io.ReadFull(r, b); err != nil {
		return err
	}
	return fmt.Errorf("%w: %s", ErrRefused, b)
}

// Dial connects to the peer port at addr (a host name is resolved now) and
// waits until the other side has accepted the preamble.
func Dial(addr string, p Preamble, timeout time.Duration) (net.Conn, error) {
	conn, err := net.DialTimeout("tcp", addr, timeout)
	if err != nil {
		return nil, err
	}
	if err := greet(conn, p, timeout); err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

func greet(conn net.Conn, p Preamble, timeout time.Duration) error {
	if err := conn.SetDeadline(time.Now().Add(timeout)); err != nil {
		return err
	}
	if err := writePreamble(conn, p); err != nil {
		return err
	}
	if err := readAnswer(conn); err != nil {
		return err
	}
	return conn.SetDeadline(time.Time{})
}
