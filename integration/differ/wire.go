package differ

import (
	"bufio"
	"net"
	"time"

	"coordd/resp"
)

// replyWithin is how long a server may take over a whole pipeline.
const replyWithin = 60 * time.Second

// server is a connection to one of the two.
type server struct {
	nc      net.Conn
	r       *bufio.Reader
	out, in []byte // room that is used again
}

func dial(addr string) (*server, error) {
	nc, err := net.DialTimeout("tcp", addr, 5*time.Second)
	if err != nil {
		return nil, err
	}
	return &server{nc: nc, r: bufio.NewReaderSize(nc, 256<<10)}, nil
}

// ask sends commands as one pipeline and returns the bytes of each reply, which
// are valid until the next call.
// Sending goes on beside reading, for neither server holds what a client does
// not read.
func (s *server) ask(cmds [][]string) ([][]byte, error) {
	s.nc.SetDeadline(time.Now().Add(replyWithin))
	out := s.out[:0]
	for _, args := range cmds {
		out = resp.AppendCommand(out, args...)
	}
	s.out = out
	sent := make(chan error, 1)
	go func() { // ends with the deadline at the latest
		_, err := s.nc.Write(out)
		sent <- err
	}()
	replies := make([][]byte, len(cmds))
	arena := s.in[:0]
	ends := make([]int, len(cmds))
	for i := range cmds {
		var err error
		if arena, err = readFrame(s.r, arena); err != nil {
			return nil, err
		}
		ends[i] = len(arena)
	}
	s.in = arena
	from := 0
	for i, to := range ends {
		replies[i] = arena[from:to:to]
		from = to
	}
	return replies, <-sent
}

// walk repeats a command of the SCAN family with the cursor it returns, until
// that is 0, and returns all that it has found as one array. An error is
// returned as it came.
func (s *server) walk(args []string) ([]byte, error) {
	at := 1 // where the cursor stands: behind the key, but for SCAN itself
	if name(args) != "scan" {
		at = 2
	}
	found := map[string]bool{}
	whole := Node{Kind: '*'}
	step := 1
	if name(args) == "hscan" || name(args) == "zscan" {
		step = 2
	}
	args = append([]string(nil), args...)
	for range maxWalk {
		replies, err := s.ask([][]string{args})
		if err != nil {
			return nil, err
		}
		node := parseNode(replies[0])
		if node.isError() || len(node.Elems) != 2 {
			return replies[0], nil
		}
		elems := node.Elems[1].Elems
		for i := 0; i+step <= len(elems); i += step {
			key := Node{Elems: elems[i : i+step]}.key()
			if !found[key] { // a walk may show an element twice
				found[key] = true
				whole.Elems = append(whole.Elems, elems[i:i+step]...)
			}
		}
		if args[at] = node.Elems[0].Text; args[at] == "0" {
			return whole.encode(nil), nil
		}
	}
	return []byte("-a walk that does not end\r\n"), nil
}

// maxWalk is more calls than any walk here needs.
const maxWalk = 5000

// encode writes an array of bulks, which is what a walk finds.
func (n Node) encode(dst []byte) []byte {
	elems := make([]resp.Reply, len(n.Elems))
	for i, e := range n.Elems {
		elems[i] = resp.Bulk(e.Text)
	}
	return resp.Array(elems...).Append(dst, resp.RESP2)
}
