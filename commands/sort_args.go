package commands

import (
	"strings"

	"coordd/resp"
	"coordd/store"
)

// sortOptions are the options of SORT.
type sortOptions struct {
	by                sortPattern
	unsorted          bool // a BY gives all elements the same weight
	get               []sortPattern
	offset, count     int64 // count < 0: all
	alpha, descending bool
	stores            bool
	destination       string
}

func parseSort(args []string, stores bool) (o sortOptions, refusal resp.Reply) {
	o.count = -1
	for i := 0; i < len(args); i++ {
		left := len(args) - i - 1
		switch word := args[i]; {
		case isWord(word, "ASC"):
			o.descending = false
		case isWord(word, "DESC"):
			o.descending = true
		case isWord(word, "ALPHA"):
			o.alpha = true
		case isWord(word, "LIMIT") && left >= 2:
			var ok1, ok2 bool
			o.offset, ok1 = parseInt(args[i+1])
			o.count, ok2 = parseInt(args[i+2])
			if !ok1 || !ok2 {
				return o, errNotInteger
			}
			i += 2
		case stores && isWord(word, "STORE") && left >= 1:
			i++
			o.stores, o.destination = true, args[i]
		case isWord(word, "BY") && left >= 1:
			i++
			o.by = parseSortPattern(args[i])
			o.unsorted = o.unsorted || !o.by.star // also when a pattern follows, as in Redis
		case isWord(word, "GET") && left >= 1:
			i++
			o.get = append(o.get, parseSortPattern(args[i]))
		default:
			return o, errSyntax
		}
	}
	return o, resp.Reply{}
}

// sortPattern is a pattern of BY or GET: the first star stands for the
// element, and "->field" behind it for a field of a hash.
type sortPattern struct {
	given          bool
	itself         bool // "#"
	star           bool
	prefix, suffix string
	field          string // "": the key is a string
}

func parseSortPattern(arg string) (p sortPattern) {
	p.given = true
	p.itself = arg == "#"
	p.prefix, p.suffix, p.star = strings.Cut(arg, "*")
	if key, field, ok := strings.Cut(p.suffix, "->"); ok && field != "" {
		p.suffix, p.field = key, field
	}
	return p
}

// lookup is what the pattern finds for an element; false when there is nothing
// of the right type.
func (p sortPattern) lookup(tx *store.Tx, elem string) (v string, ok bool) {
	if p.itself {
		return elem, true
	}
	if !p.star {
		return "", false
	}
	key := p.prefix + elem + p.suffix
	if p.field == "" {
		v, ok, _ = tx.Get(key) // another type is as good as nothing
		return v, ok
	}
	h, _ := tx.Hash(key)
	return h.Get(p.field)
}

// sortKeys finds the keys that SORT names: the first argument and the last
// STORE.
func sortKeys(args []string) []int {
	if len(args) < 2 {
		return nil
	}
	store := 0
	for i := 2; i < len(args); i++ {
		switch left := len(args) - i - 1; {
		case isWord(args[i], "LIMIT"):
			i += 2
		case isWord(args[i], "BY"), isWord(args[i], "GET"):
			i++
		case isWord(args[i], "STORE") && left >= 1:
			i++
			store = i
		}
	}
	if store == 0 {
		return []int{1}
	}
	return []int{1, store}
}

// sortROKeys finds the one key that SORT_RO names.
func sortROKeys([]string) []int { return []int{1} }
