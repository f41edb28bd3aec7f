package commands

import (
	"math"
	"slices"

	"coordd/resp"
	"coordd/store"
)

// zsource is one input of ZUNION and its kin: a sorted set, or a set, whose
// members all have the score 1. Both nil is a key that is absent.
type zsource struct {
	zset   *store.ZSet
	set    *store.Set
	weight float64
}

func zsourceAt(tx *store.Tx, key string) (src zsource, err error) {
	src.weight = 1
	if tx.Type(key) == store.SetType {
		src.set, err = tx.SetOf(key)
	} else {
		src.zset, err = tx.ZSet(key)
	}
	return src, err
}

func (src zsource) len() int { return src.zset.Len() + src.set.Len() }

func (src zsource) score(m string) (float64, bool) {
	if src.set.Has(m) {
		return 1, true
	}
	return src.zset.Score(m)
}

func (src zsource) each(f func(m string, score float64) bool) {
	src.set.Each(func(m string) bool { return f(m, 1) })
	src.zset.Range(0, src.zset.Len(), f)
}

// sourcesBySize puts the smallest first, as Redis does. For an intersection
// that saves time; for both it is the order in which scores are added, and a
// sum of doubles depends on that.
func sourcesBySize(sources []zsource) []zsource {
	sources = slices.Clone(sources)
	slices.SortStableFunc(sources, func(a, b zsource) int { return a.len() - b.len() })
	return sources
}

// orZero takes 0 for what is not a number: infinity by zero, infinity less infinity.
func orZero(score float64) float64 {
	if math.IsNaN(score) {
		return 0
	}
	return score
}

func sumOfScores(a, b float64) float64 { return orZero(a + b) }

// lowerScore keeps a where b is not a number, as the comparison in C does.
func lowerScore(a, b float64) float64 {
	if b < a {
		return b
	}
	return a
}

func higherScore(a, b float64) float64 {
	if b > a {
		return b
	}
	return a
}

// zcombineOptions are what stands in ZUNION and its kin.
type zcombineOptions struct {
	sources    []zsource
	aggregate  func(a, b float64) float64
	withScores bool
	limit      int64 // of ZINTERCARD; 0 is none
}

// zcombineForm says which options a command takes.
type zcombineForm struct {
	aggregates bool // WEIGHTS and AGGREGATE
	scores     bool // WITHSCORES
	counts     bool // LIMIT
}

// parseZCombine reads from numkeys on. The types of the keys are looked at
// before the options are, as in Redis.
func parseZCombine(tx *store.Tx, args []string, name string, form zcombineForm) (o zcombineOptions, refusal resp.Reply) {
	n, ok := parseInt(args[0])
	switch {
	case !ok:
		return o, errNotInteger
	case n < 1:
		return o, errNoInputKey(name)
	case n > int64(len(args)-1):
		return o, errSyntax
	}
	o.sources, o.aggregate = make([]zsource, n), sumOfScores
	for i, key := range args[1 : 1+n] {
		var err error
		if o.sources[i], err = zsourceAt(tx, key); err != nil {
			return o, failed(err)
		}
	}
	for rest := args[1+n:]; len(rest) > 0; {
		used, refusal := o.readOption(rest, form)
		if refusal.IsError() {
			return o, refusal
		}
		rest = rest[used:]
	}
	return o, resp.Reply{}
}

// readOption reads the option that rest begins with, and tells how many
// arguments it took.
func (o *zcombineOptions) readOption(rest []string, form zcombineForm) (used int, refusal resp.Reply) {
	switch word := rest[0]; {
	case form.aggregates && isWord(word, "WEIGHTS") && len(rest) > len(o.sources):
		for i := range o.sources {
			var ok bool
			if o.sources[i].weight, ok = parseFloat(rest[1+i]); !ok {
				return 0, errWeightNotFloat
			}
		}
		return 1 + len(o.sources), resp.Reply{}
	case form.aggregates && isWord(word, "AGGREGATE") && len(rest) > 1:
		switch {
		case isWord(rest[1], "SUM"):
			o.aggregate = sumOfScores
		case isWord(rest[1], "MIN"):
			o.aggregate = lowerScore
		case isWord(rest[1], "MAX"):
			o.aggregate = higherScore
		default:
			return 0, errSyntax
		}
		return 2, resp.Reply{}
	case form.scores && isWord(word, "WITHSCORES"):
		o.withScores = true
		return 1, resp.Reply{}
	case form.counts && isWord(word, "LIMIT") && len(rest) > 1:
		var ok bool
		if o.limit, ok = parseInt(rest[1]); !ok || o.limit < 0 {
			return 0, errLimitNegative
		}
		return 2, resp.Reply{}
	}
	return 0, errSyntax
}

// destinationAndCounted finds the keys of "ZUNIONSTORE destination numkeys key
// [key ...]".
func destinationAndCounted(args []string) []int {
	sources := countedKeys(2)(args)
	if sources == nil {
		return nil
	}
	return append([]int{1}, sources...)
}
