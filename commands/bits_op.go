package commands

import (
	"encoding/binary"

	"coordd/resp"
	"coordd/store"
)

// bitOperation puts string after string into a result whose bits are all the
// same at first.
type bitOperation struct {
	start byte
	join  func(result, next uint64) uint64
}

func parseBitOperation(word string) (bitOperation, bool) {
	switch {
	case isWord(word, "AND"):
		return bitOperation{0xff, func(r, n uint64) uint64 { return r & n }}, true
	case isWord(word, "OR"):
		return bitOperation{0, func(r, n uint64) uint64 { return r | n }}, true
	case isWord(word, "XOR"):
		return bitOperation{0, func(r, n uint64) uint64 { return r ^ n }}, true
	case isWord(word, "NOT"): // of one string only
		return bitOperation{0, func(_, n uint64) uint64 { return ^n }}, true
	}
	return bitOperation{}, false
}

// bitOp stores its result in the place of anything but a lock, which is ended
// by UNLOCK, DEL or its deadline only.
func bitOp(tx *store.Tx, args []string) resp.Reply {
	destination, keys := args[2], args[3:]
	op, ok := parseBitOperation(args[1])
	if !ok {
		return errSyntax
	}
	if isWord(args[1], "NOT") && len(keys) > 1 {
		return errBitOpNot
	}
	sources, size := make([]string, len(keys)), 0
	for i, key := range keys {
		v, _, err := tx.Get(key) // what is missing is empty
		if err != nil {
			return failed(err)
		}
		sources[i], size = v, max(size, len(v))
	}
	if tx.Type(destination) == store.LockType {
		return errWrongType
	}
	if size == 0 {
		deleteKey(tx, destination)
		return resp.Int(0)
	}
	tx.Set(destination, alias(op.of(sources, size)))
	Notify(tx, StringEvents, "set", destination)
	return resp.Int(int64(size))
}

// of combines strings, none of which is longer than size; behind their ends
// are zeros.
func (op bitOperation) of(sources []string, size int) []byte {
	result := make([]byte, size)
	if op.start != 0 {
		for i := range result {
			result[i] = op.start
		}
	}
	for _, v := range sources {
		op.add(result, v)
	}
	return result
}

// add joins one string to the result, eight bytes at a time.
func (op bitOperation) add(result []byte, v string) {
	i := 0
	for ; i+8 <= len(result); i += 8 {
		next := uint64(0)
		if i+8 <= len(v) {
			next = wordAt(v, i)
		} else if i < len(v) {
			next = bitsAt(v, 8*i, 64)
		}
		binary.BigEndian.PutUint64(result[i:], op.join(binary.BigEndian.Uint64(result[i:]), next))
	}
	for ; i < len(result); i++ {
		result[i] = byte(op.join(uint64(result[i]), bitsAt(v, 8*i, 8)))
	}
}
