package commands

import (
	"coordd/resp"
	"coordd/store"
)

// lcsOptions are the options of LCS.
type lcsOptions struct {
	length, index, withMatchLen bool
	minMatchLen                 int64
}

// lcsMatch is one run of equal bytes: where it begins in a and b, and how
// long it is.
type lcsMatch struct{ a, b, size int }

func lcs(tx *store.Tx, args []string) resp.Reply {
	a, _, errA := tx.Get(args[1])
	b, _, errB := tx.Get(args[2])
	if errA != nil || errB != nil {
		return errLCSTypes
	}
	o, refusal := parseLCSOptions(args[3:])
	if refusal.IsError() {
		return refusal
	}
	if (len(a)+1)*(len(b)+1) > maxString/4 { // a table of 4 bytes for each pair
		return errLCSMemory
	}
	table := lcsTable(a, b)
	size := int64(table[len(table)-1])
	switch {
	case o.length:
		return resp.Int(size)
	case o.index:
		return resp.Map(
			resp.Bulk("matches"), lcsMatchesReply(lcsMatches(table, a, b), o),
			resp.Bulk("len"), resp.Int(size))
	}
	return resp.Bulk(lcsText(lcsMatches(table, a, b), a, int(size)))
}

func parseLCSOptions(args []string) (o lcsOptions, refusal resp.Reply) {
	for i := 0; i < len(args); i++ {
		switch word := args[i]; {
		case isWord(word, "LEN"):
			o.length = true
		case isWord(word, "IDX"):
			o.index = true
		case isWord(word, "WITHMATCHLEN"):
			o.withMatchLen = true
		case isWord(word, "MINMATCHLEN") && i+1 < len(args):
			i++
			n, ok := parseInt(args[i])
			if !ok {
				return o, errNotInteger
			}
			o.minMatchLen = n
		default:
			return o, errSyntax
		}
	}
	if o.length && o.index {
		return o, errLCSLenIdx
	}
	return o, resp.Reply{}
}

// lcsTable is the table of the textbook: row i, column j (rows of len(b)+1)
// holds the length for the first i bytes of a and the first j of b.
func lcsTable(a, b string) []uint32 {
	width := len(b) + 1
	t := make([]uint32, (len(a)+1)*width)
	for i := range len(a) {
		above, row := t[i*width:(i+1)*width], t[(i+1)*width:(i+2)*width]
		for j := range len(b) {
			if a[i] == b[j] {
				row[j+1] = above[j] + 1
			} else {
				row[j+1] = max(above[j+1], row[j])
			}
		}
	}
	return t
}

// lcsMatches walks the table from its end, so the last match comes first.
// Where both ways are as long it goes back in b, as Redis does: the choice
// can be seen in the reply.
func lcsMatches(t []uint32, a, b string) []lcsMatch {
	width := len(b) + 1
	var found []lcsMatch
	run := lcsMatch{}
	endRun := func() {
		if run.size > 0 {
			found = append(found, run)
		}
		run = lcsMatch{}
	}
	i, j := len(a), len(b)
	for i > 0 && j > 0 {
		if a[i-1] == b[j-1] {
			i--
			j--
			run = lcsMatch{i, j, run.size + 1}
			continue
		}
		endRun()
		if t[(i-1)*width+j] > t[i*width+j-1] {
			i--
		} else {
			j--
		}
	}
	endRun()
	return found
}

func lcsText(matches []lcsMatch, a string, size int) string {
	text := make([]byte, 0, size)
	for k := len(matches) - 1; k >= 0; k-- {
		m := matches[k]
		text = append(text, a[m.a:m.a+m.size]...)
	}
	return alias(text)
}

func lcsMatchesReply(matches []lcsMatch, o lcsOptions) resp.Reply {
	list := []resp.Reply{}
	span := func(from, size int) resp.Reply {
		return resp.Array(resp.Int(int64(from)), resp.Int(int64(from+size-1)))
	}
	for _, m := range matches {
		if int64(m.size) < o.minMatchLen {
			continue
		}
		parts := []resp.Reply{span(m.a, m.size), span(m.b, m.size)}
		if o.withMatchLen {
			parts = append(parts, resp.Int(int64(m.size)))
		}
		list = append(list, resp.Array(parts...))
	}
	return resp.Array(list...)
}
