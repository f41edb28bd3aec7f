package commands

import (
	"encoding/binary"
	"errors"
	"unsafe"

	"coordd/store"
)

// One command as it stands in an entry of the log:
//
//	uvarint  database
//	uvarint  number of arguments, the name among them
//	each     uvarint length, then the bytes
//
// The form is kept in logs on disk and read by other versions: changing it
// needs a new version of the entry around it.

var errBadCommand = errors.New("commands: a command of the log does not decode")

// EncodeCommand appends the log form of one command to dst.
func EncodeCommand(dst []byte, db int, args []string) []byte {
	dst = binary.AppendUvarint(dst, uint64(db))
	dst = binary.AppendUvarint(dst, uint64(len(args)))
	for _, a := range args {
		dst = binary.AppendUvarint(dst, uint64(len(a)))
		dst = append(dst, a...)
	}
	return dst
}

// DecodeCommand reads what EncodeCommand wrote. The arguments alias b, which
// must not change as long as they are in use. An error means that b was
// written by something else, or damaged; nothing but all of b is a command.
func DecodeCommand(b []byte) (db int, args []string, err error) {
	return decodeCommand(nil, b)
}

// decodeCommand is DecodeCommand into a slice that is used again.
func decodeCommand(into []string, b []byte) (db int, args []string, err error) {
	head, b, ok := cutUvarint(b)
	if !ok || head >= store.Databases {
		return 0, nil, errBadCommand
	}
	count, b, ok := cutUvarint(b)
	if !ok || count == 0 || count > uint64(len(b)) { // an argument takes a byte at least
		return 0, nil, errBadCommand
	}
	args = into[:0]
	for range count {
		var size uint64
		size, b, ok = cutUvarint(b)
		if !ok || size > uint64(len(b)) {
			return 0, nil, errBadCommand
		}
		args = append(args, alias(b[:size]))
		b = b[size:]
	}
	if len(b) != 0 {
		return 0, nil, errBadCommand
	}
	return int(head), args, nil
}

func cutUvarint(b []byte) (v uint64, rest []byte, ok bool) {
	v, n := binary.Uvarint(b)
	if n <= 0 {
		return 0, nil, false
	}
	return v, b[n:], true
}

// alias gives the bytes as a string without a copy. b must never be written
// again: so it is with an entry of the log once Apply has it, and with bytes
// that a handler has just made. The store clones every string it keeps.
func alias(b []byte) string {
	return unsafe.String(unsafe.SliceData(b), len(b))
}
