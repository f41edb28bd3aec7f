package store

import "encoding/binary"

// RadixTree counts the keys and the nodes of the radix tree in which Redis would
// keep the stream: XINFO tells them, and tests of clients look at them. A key is
// an id in 16 bytes; a node of the tree is a fork, a run of bytes without one, or an end.
func (s *Stream) RadixTree() (keys, nodes int) {
	if s == nil || len(s.nodes) == 0 {
		return 0, 1
	}
	ids := make([][16]byte, len(s.nodes))
	for i, n := range s.nodes {
		binary.BigEndian.PutUint64(ids[i][:], n.first.Millis)
		binary.BigEndian.PutUint64(ids[i][8:], n.first.Seq)
	}
	return len(ids), radixNodes(ids, 0)
}

// radixNodes counts the nodes below which are the sorted ids, all of which have
// the same bytes before depth.
func radixNodes(ids [][16]byte, depth int) (nodes int) {
	first, last := ids[0], ids[len(ids)-1]
	fork := depth
	for fork < len(first) && first[fork] == last[fork] {
		fork++
	}
	nodes = 1
	if fork > depth {
		nodes++ // the run that leads there
	}
	if fork == len(first) {
		return nodes
	}
	for from := 0; from < len(ids); {
		to := from + 1
		for to < len(ids) && ids[to][fork] == ids[from][fork] {
			to++
		}
		nodes += radixNodes(ids[from:to], fork+1)
		from = to
	}
	return nodes
}
