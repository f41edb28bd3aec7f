package differ

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strconv"
)

// Node is a reply taken apart: the type byte, the text of a line or bulk, and
// the elements of an aggregate (of a map, keys and values in turn).
type Node struct {
	Kind  byte
	Text  string
	Null  bool // $-1, *-1 or _
	Elems []Node
}

// size says how much follows a head line: bytes of a bulk, or elements. It is
// -1 for a line that stands alone.
func size(line []byte) (n int, isBulk bool, err error) {
	switch line[0] {
	case '$', '=':
		isBulk = true
	case '*', '~', '>', '%':
	case '+', '-', ':', '_', ',', '#', '(':
		return -1, false, nil
	default:
		return 0, false, fmt.Errorf("a reply begins with %q", line)
	}
	n, err = strconv.Atoi(string(line[1 : len(line)-2]))
	if line[0] == '%' {
		n *= 2
	}
	return n, isBulk, err
}

// readFrame appends the bytes of one whole reply to dst.
func readFrame(r *bufio.Reader, dst []byte) ([]byte, error) {
	for left := 1; left > 0; left-- {
		line, err := r.ReadSlice('\n')
		if err != nil {
			return dst, err
		}
		if len(line) < 3 || line[len(line)-2] != '\r' {
			return dst, fmt.Errorf("a line of a reply is %q", line)
		}
		n, isBulk, err := size(line)
		if err != nil {
			return dst, err
		}
		dst = append(dst, line...)
		switch {
		case n < 0:
		case isBulk:
			from := len(dst)
			dst = append(dst, make([]byte, n+2)...)
			if _, err := io.ReadFull(r, dst[from:]); err != nil {
				return dst, err
			}
		default:
			left += n
		}
	}
	return dst, nil
}

// parseNode takes a whole reply apart. What readFrame has read always parses.
func parseNode(raw []byte) Node {
	n, _ := parseAt(raw)
	return n
}

func parseAt(raw []byte) (Node, []byte) {
	end := bytes.IndexByte(raw, '\n') + 1
	line, rest := raw[:end], raw[end:]
	node := Node{Kind: line[0], Text: string(line[1 : end-2])}
	n, isBulk, _ := size(line)
	switch {
	case n < 0:
		node.Null = node.Kind == '_' || (node.Kind == '$' || node.Kind == '*') && node.Text == "-1"
	case isBulk:
		node.Text, rest = string(rest[:n]), rest[n+2:]
	default:
		node.Text = ""
		for range n {
			var elem Node
			elem, rest = parseAt(rest)
			node.Elems = append(node.Elems, elem)
		}
	}
	return node, rest
}

// equal compares two replies exactly.
func (n Node) equal(m Node) bool {
	if n.Kind != m.Kind || n.Text != m.Text || n.Null != m.Null || len(n.Elems) != len(m.Elems) {
		return false
	}
	for i := range n.Elems {
		if !n.Elems[i].equal(m.Elems[i]) {
			return false
		}
	}
	return true
}

// isError tells whether the reply is an error.
func (n Node) isError() bool { return n.Kind == '-' }

// key is a text that two nodes share only if they are equal.
func (n Node) key() string { return fmt.Sprintf("%q", n.flat(nil)) }

func (n Node) flat(dst []string) []string {
	dst = append(dst, string(n.Kind)+n.Text)
	for _, e := range n.Elems {
		dst = e.flat(dst)
	}
	return append(dst, itoa(len(n.Elems)))
}
