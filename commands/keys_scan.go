package commands

import (
	"strconv"
	"strings"

	"coordd/resp"
	"coordd/store"
)

func listKeys(tx *store.Tx, args []string) resp.Reply {
	pattern := args[1]
	found := []resp.Reply{}
	tx.Each(func(key string, _ store.Type) bool {
		if pattern == "*" || globMatch(pattern, key) {
			found = append(found, resp.Bulk(key))
		}
		return true
	})
	return resp.Array(found...)
}

// scanEnd is behind every position that a cursor can stand at.
const scanEnd = 1 << 53

// scanOptions are the options of SCAN and of its kin for members.
type scanOptions struct {
	cursor  uint64
	count   int
	pattern string // "*" is every key
	typed   bool
	typ     string // lower case; of typed
}

// scan walks the keys of one group. The cursor is the store's: a position,
// which needs no memory of the walk on any node.
func scan(tx *store.Tx, args []string) resp.Reply {
	o, refusal := parseScan(args)
	if refusal.IsError() {
		return refusal
	}
	if o.cursor >= scanEnd {
		return scanReply(0, nil)
	}
	var found []resp.Reply
	next := tx.Scan(o.cursor, o.count, func(key string, t store.Type) {
		if (!o.typed || o.typ == t.String()) && (o.pattern == "*" || globMatch(o.pattern, key)) {
			found = append(found, resp.Bulk(key))
		}
	})
	return scanReply(next, found)
}

func parseScan(args []string) (o scanOptions, refusal resp.Reply) {
	const defaultCount = 10
	o = scanOptions{count: defaultCount, pattern: "*"}
	var ok bool
	if o.cursor, ok = parseCursor(args[1]); !ok {
		return o, errInvalidCursor
	}
	for i := 2; i < len(args); i += 2 {
		if i+1 == len(args) {
			return o, errSyntax
		}
		switch word, arg := args[i], args[i+1]; {
		case isWord(word, "COUNT"):
			n, ok := parseInt(arg)
			if !ok {
				return o, errNotInteger
			}
			if n < 1 {
				return o, errSyntax
			}
			o.count = int(n)
		case isWord(word, "MATCH"):
			o.pattern = arg
		case isWord(word, "TYPE"):
			o.typed, o.typ = true, string(appendLower(nil, arg))
		default:
			return o, errSyntax
		}
	}
	return o, resp.Reply{}
}

// parseCursor reads what C's strtoul takes: nothing is 0, a sign is allowed,
// and -1 is the largest number there is.
func parseCursor(s string) (uint64, bool) {
	s, _, _ = strings.Cut(s, "\x00") // where C's string ends
	if s == "" {
		return 0, true
	}
	digits, negative := strings.CutPrefix(s, "-")
	if !negative {
		digits = strings.TrimPrefix(s, "+")
	}
	n, err := strconv.ParseUint(digits, 10, 64)
	if negative {
		n = -n
	}
	return n, err == nil
}
