package resp

// segments is a queue of bytes in pieces, so that what is long need not be
// moved to grow, and what has been read can be given back piece by piece.
type segments struct {
	list [][]byte
	at   int // list[:at] is read
	size int // bytes that are not read
}

// push appends b itself, not a copy.
func (s *segments) push(b []byte) {
	if len(b) > 0 {
		s.list = append(s.list, b)
		s.size += len(b)
	}
}

// copyIn appends a copy. Small pieces share an allocation, which is never much
// larger than what there is already.
func (s *segments) copyIn(b []byte) {
	if n := len(s.list); n > 0 {
		last := s.list[n-1]
		k := min(len(b), cap(last)-len(last))
		s.list[n-1] = append(last, b[:k]...)
		s.size += k
		b = b[k:]
	}
	if len(b) > 0 {
		piece := make([]byte, 0, max(len(b), min(s.size, readSize)))
		s.push(append(piece, b...))
	}
}

// take moves everything from other to the end of s.
func (s *segments) take(other *segments) {
	if other.size > 0 {
		s.list = append(s.list, other.list...)
		s.size += other.size
		*other = segments{}
	}
}

// moveTo fills p as far as it can and returns how many bytes that were.
func (s *segments) moveTo(p []byte) int {
	n := 0
	for n < len(p) && s.at < len(s.list) {
		k := copy(p[n:], s.list[s.at])
		n += k
		s.size -= k
		s.list[s.at] = s.list[s.at][k:]
		if len(s.list[s.at]) == 0 {
			s.list[s.at] = nil // may be collected
			s.at++
		}
	}
	if s.at == len(s.list) {
		s.list, s.at = s.list[:0], 0
		if cap(s.list) > 16 {
			s.list = nil
		}
	}
	return n
}
