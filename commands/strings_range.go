package commands

import (
	"coordd/resp"
	"coordd/store"
)

func getRange(tx *store.Tx, args []string) resp.Reply {
	start, ok1 := parseInt(args[2])
	end, ok2 := parseInt(args[3])
	if !ok1 || !ok2 {
		return errNotInteger
	}
	v, _, err := tx.Get(args[1])
	if err != nil {
		return failed(err)
	}
	if start < 0 && end < 0 && start > end {
		return resp.Bulk("")
	}
	// Unlike in a list's range, an end before the first byte means the first
	// byte: GETRANGE key 0 -100 answers one byte of any string.
	if size := int64(len(v)); end < -size {
		end = 0
	}
	from, to := clampRange(start, end, len(v))
	return resp.Bulk(v[from:to])
}

func setRange(tx *store.Tx, args []string) resp.Reply {
	offset, ok := parseInt(args[2])
	if !ok {
		return errNotInteger
	}
	if offset < 0 {
		return errOffsetRange
	}
	v, _, err := tx.Get(args[1])
	if err != nil {
		return failed(err)
	}
	part := args[3]
	if part == "" {
		return resp.Int(int64(len(v)))
	}
	if offset > maxString-int64(len(part)) {
		return errStringSize
	}
	at := int(offset)
	b := make([]byte, max(len(v), at+len(part))) // what lies between is zero bytes
	copy(b, v)
	copy(b[at:], part)
	tx.Put(args[1], alias(b))
	Notify(tx, StringEvents, "setrange", args[1])
	return resp.Int(int64(len(b)))
}
