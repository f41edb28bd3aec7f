package commands

import (
	"math"

	"coordd/resp"
	"coordd/store"
)

// fieldParts says what a reply shows of every field.
type fieldParts struct{ names, values bool }

func hkeys(tx *store.Tx, args []string) resp.Reply {
	return allFields(tx, args[1], fieldParts{names: true}, resp.Array)
}

func hvals(tx *store.Tx, args []string) resp.Reply {
	return allFields(tx, args[1], fieldParts{values: true}, resp.Array)
}

func hgetAll(tx *store.Tx, args []string) resp.Reply {
	return allFields(tx, args[1], fieldParts{names: true, values: true}, resp.Map)
}

func allFields(tx *store.Tx, key string, parts fieldParts, reply func(...resp.Reply) resp.Reply) resp.Reply {
	h, err := tx.Hash(key)
	if err != nil {
		return failed(err)
	}
	return reply(parts.all(h)...)
}

func (p fieldParts) all(h *store.Hash) []resp.Reply {
	size := h.Len()
	if p.names && p.values {
		size *= 2
	}
	shown := make([]resp.Reply, 0, size)
	h.Each(func(field, value string) bool {
		shown = p.add(shown, field, value)
		return true
	})
	return shown
}

func (p fieldParts) add(to []resp.Reply, field, value string) []resp.Reply {
	if p.names {
		to = append(to, resp.Bulk(field))
	}
	if p.values {
		to = append(to, resp.Bulk(value))
	}
	return to
}

// size is the number of bytes that a field takes in a reply.
func (p fieldParts) size(field, value string) int {
	n := 0
	if p.names {
		n += len(field)
	}
	if p.values {
		n += len(value)
	}
	return n
}

func hrandField(tx *store.Tx, args []string) resp.Reply {
	if len(args) > 2 {
		return hrandFields(tx, args)
	}
	h, err := tx.Hash(args[1])
	if err != nil {
		return failed(err)
	}
	if h == nil {
		return resp.Null
	}
	field, _ := h.At(tx.Intn(h.Len()))
	return resp.Bulk(field)
}

func hrandFields(tx *store.Tx, args []string) resp.Reply {
	count, refusal := parseSampleCount(args[2])
	if refusal.IsError() {
		return refusal
	}
	parts, reply := fieldParts{names: true}, resp.Array
	if len(args) > 3 {
		if len(args) > 4 || !isWord(args[3], "WITHVALUES") {
			return errSyntax
		}
		if max(count, -count) > math.MaxInt64/2 { // Redis doubles it
			return errOutOfRange
		}
		parts.values, reply = true, resp.Pairs
	}
	h, err := tx.Hash(args[1])
	if err != nil {
		return failed(err)
	}
	switch {
	case h == nil:
		return resp.Array()
	case count >= int64(h.Len()):
		return reply(parts.all(h)...)
	}
	var drawn []int
	if count >= 0 {
		drawn = sample(tx, h.Len(), count)
	} else if drawn, refusal = sampleRepeats(tx, h.Len(), -count, func(i int) int { return parts.size(h.At(i)) }); refusal.IsError() {
		return refusal
	}
	var found []resp.Reply
	for _, i := range drawn {
		field, value := h.At(i)
		found = parts.add(found, field, value)
	}
	return reply(found...)
}

// hscan checks in Redis's order: cursor, key, options.
func hscan(tx *store.Tx, args []string) resp.Reply {
	if _, ok := parseCursor(args[2]); !ok {
		return errInvalidCursor
	}
	h, err := tx.Hash(args[1])
	if err != nil {
		return failed(err)
	}
	if h == nil {
		return scanReply(0, nil)
	}
	o, refusal := parseMemberScan(args)
	if refusal.IsError() {
		return refusal
	}
	var found []resp.Reply
	next := h.Scan(o.cursor, o.count, func(field, value string) {
		if o.pattern == "*" || globMatch(o.pattern, field) {
			found = append(found, resp.Bulk(field), resp.Bulk(value))
		}
	})
	return scanReply(next, found)
}
