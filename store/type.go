package store

import "errors"

// Type is the type of a key's value. The numbers are part of the snapshot
// format: they never change, new ones go last.
type Type uint8

// The types. NoneType is what an absent key has.
const (
	NoneType Type = iota
	StringType
	ListType
	SetType
	HashType
	ZSetType
	StreamType
	LockType
)

// ErrWrongType says that a key holds another type than the one asked for.
var ErrWrongType = errors.New("store: key holds another type")

// String gives the word that the command TYPE answers.
func (t Type) String() string {
	switch t {
	case StringType:
		return "string"
	case ListType:
		return "list"
	case SetType:
		return "set"
	case HashType:
		return "hash"
	case ZSetType:
		return "zset"
	case StreamType:
		return "stream"
	case LockType:
		return "lock"
	}
	return "none"
}
