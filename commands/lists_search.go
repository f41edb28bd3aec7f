package commands

import (
	"math"

	"coordd/resp"
	"coordd/store"
)

// listSearch says which of a list's elements to find.
type listSearch struct {
	fromEnd bool  // begin with the last
	skip    int64 // so many that match are passed over
	limit   int64 // and so many are wanted at most; 0 is all
	look    int64 // so many elements are looked at at most; 0 is all
}

// matches returns the indexes of the elements equal to v, in the order found.
func matches(l *store.List, v string, s listSearch) []int {
	var found []int
	i, step, visit := 0, 1, l.Range
	if s.fromEnd {
		i, step, visit = l.Len()-1, -1, l.RangeBack
	}
	looked := int64(0)
	visit(0, l.Len(), func(at string) bool {
		if at == v {
			if s.skip > 0 {
				s.skip--
			} else {
				found = append(found, i)
			}
		}
		i += step
		looked++
		return looked != s.look && (s.limit == 0 || int64(len(found)) < s.limit)
	})
	return found
}

// magnitude is |n|; that of the lowest number is cut by one to fit.
func magnitude(n int64) int64 {
	if n >= 0 {
		return n
	}
	return -max(n, -math.MaxInt64)
}

// lposOptions are the options of LPOS.
type lposOptions struct {
	rank, count, maxLen int64
	counted             bool // COUNT was given: the answer is an array
}

func parseLPos(args []string) (o lposOptions, refusal resp.Reply) {
	o.rank = 1
	for i := 0; i < len(args); i += 2 {
		if i+1 == len(args) {
			return o, errSyntax
		}
		n, ok := parseInt(args[i+1])
		switch word := args[i]; {
		case isWord(word, "RANK"):
			switch {
			case !ok:
				return o, errNotInteger
			case n == math.MinInt64:
				return o, errLongRange
			case n == 0:
				return o, errRankZero
			}
			o.rank = n
		case isWord(word, "COUNT"):
			if !ok || n < 0 {
				return o, errCountNegative
			}
			o.count, o.counted = n, true
		case isWord(word, "MAXLEN"):
			if !ok || n < 0 {
				return o, errMaxLenNegative
			}
			o.maxLen = n
		default:
			return o, errSyntax
		}
	}
	return o, resp.Reply{}
}

func lpos(tx *store.Tx, args []string) resp.Reply {
	o, refusal := parseLPos(args[3:])
	if refusal.IsError() {
		return refusal
	}
	l, err := tx.List(args[1])
	if err != nil {
		return failed(err)
	}
	search := listSearch{fromEnd: o.rank < 0, skip: magnitude(o.rank) - 1, limit: o.count, look: o.maxLen}
	if !o.counted {
		search.limit = 1
	}
	found := matches(l, args[2], search)
	if !o.counted {
		if len(found) == 0 {
			return resp.Null
		}
		return resp.Int(int64(found[0]))
	}
	indexes := make([]resp.Reply, len(found))
	for i, at := range found {
		indexes[i] = resp.Int(int64(at))
	}
	return resp.Array(indexes...)
}
