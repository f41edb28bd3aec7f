package commands

import (
	"coordd/resp"
	"coordd/store"
)

// fieldWord is what BITFIELD does to one integer.
type fieldWord int

const (
	fieldGet fieldWord = iota
	fieldSet
	fieldIncrBy
)

// fieldStep is one of the operations of a BITFIELD.
type fieldStep struct {
	word     fieldWord
	typ      bitInt
	offset   int          // of its first bit
	operand  int64        // of SET and INCRBY
	overflow overflowMode // what SET and INCRBY do with a number that does not fit
}

// bitField wants room in the longest string for the last bit of what it
// writes; Redis looks at the first one only.
func bitField(tx *store.Tx, args []string) resp.Reply {
	steps, refusal := parseBitField(args[2:])
	if refusal.IsError() {
		return refusal
	}
	size := 0 // in bytes, to hold all that is written
	for _, s := range steps {
		if s.word != fieldGet {
			size = max(size, s.end())
		}
	}
	if size > maxString {
		return errBitOffset
	}
	v, _, err := tx.Get(args[1])
	if err != nil {
		return failed(err)
	}
	if size == 0 {
		return readFields(v, steps)
	}
	// As in Redis, the string grows even if every step fails by its overflow.
	b, changed := grownTo(v, size), size > len(v)
	grown, told := changed, false
	replies := make([]resp.Reply, len(steps))
	for i, s := range steps {
		var wrote bool
		replies[i], wrote = s.run(b)
		changed = changed || wrote
		told = told || wrote || grown && s.word != fieldGet && replies[i].Kind != resp.NullKind
	}
	if changed {
		tx.Put(args[1], alias(b))
	}
	if told {
		Notify(tx, StringEvents, "setbit", args[1])
	}
	return resp.Array(replies...)
}

func bitFieldRO(tx *store.Tx, args []string) resp.Reply {
	steps, refusal := parseBitField(args[2:])
	if refusal.IsError() {
		return refusal
	}
	for _, s := range steps {
		if s.word != fieldGet {
			return errBitFieldRO
		}
	}
	v, _, err := tx.Get(args[1])
	if err != nil {
		return failed(err)
	}
	return readFields(v, steps)
}

func readFields(v string, steps []fieldStep) resp.Reply {
	replies := make([]resp.Reply, len(steps))
	for i, s := range steps {
		replies[i] = resp.Int(s.typ.decode(bitsAt(v, s.offset, s.typ.width)))
	}
	return resp.Array(replies...)
}

// run does one step on a string that is long enough.
func (s fieldStep) run(b []byte) (reply resp.Reply, wrote bool) {
	old := s.typ.decode(bitsAt(b, s.offset, s.typ.width))
	n, fits, reply := old, true, resp.Int(old)
	switch s.word {
	case fieldGet:
		return reply, false
	case fieldSet:
		n, fits = s.typ.fit(s.operand, s.overflow)
	case fieldIncrBy:
		n, fits = s.typ.add(old, s.operand, s.overflow)
		reply = resp.Int(n)
	}
	if !fits {
		return resp.Null, false
	}
	setBits(b, s.offset, s.typ.width, uint64(n))
	return reply, n != old
}

// end is the size of a string that reaches to the step's last bit.
func (s fieldStep) end() int { return (s.offset+s.typ.width-1)/8 + 1 }

// parseBitField reads the steps. OVERFLOW holds for all that come after it.
func parseBitField(args []string) (steps []fieldStep, refusal resp.Reply) {
	mode := overflowWrap
	for len(args) > 0 {
		if isWord(args[0], "OVERFLOW") && len(args) > 1 {
			var ok bool
			if mode, ok = parseOverflow(args[1]); !ok {
				return nil, errOverflowWord
			}
			args = args[2:]
			continue
		}
		s, rest, refusal := parseFieldStep(args)
		if refusal.IsError() {
			return nil, refusal
		}
		s.overflow = mode
		steps, args = append(steps, s), rest
	}
	return steps, resp.Reply{}
}

func parseFieldStep(args []string) (s fieldStep, rest []string, refusal resp.Reply) {
	words := 3 // of the step
	switch {
	case isWord(args[0], "GET"):
		s.word = fieldGet
	case isWord(args[0], "SET"):
		s.word, words = fieldSet, 4
	case isWord(args[0], "INCRBY"):
		s.word, words = fieldIncrBy, 4
	default:
		return s, nil, errSyntax
	}
	if len(args) < words {
		return s, nil, errSyntax
	}
	var ok bool
	if s.typ, ok = parseBitInt(args[1]); !ok {
		return s, nil, errIntType
	}
	if s.offset, ok = parseFieldOffset(args[2], s.typ.width); !ok {
		return s, nil, errBitOffset
	}
	if s.word != fieldGet {
		if s.operand, ok = parseInt(args[3]); !ok {
			return s, nil, errNotInteger
		}
	}
	return s, args[words:], resp.Reply{}
}
