package store

import "strings"

// ZSet is a set of members ordered by (score, member). A nil *ZSet is an empty
// one. The methods that change it are for one got from MakeZSet. Ranks are
// 0-based; "to" is exclusive.
//
// The ranks are a seq; a table of scores is added when it grows large, and stays.
type ZSet struct {
	pooled
	ranks  seq[ranked]
	large  bool
	scores dict[float64]
}

type ranked struct {
	score float64
	m     string
}

func (a ranked) before(b ranked) bool {
	return a.score < b.score || a.score == b.score && a.m < b.m
}

func newZSet() *object {
	z := &ZSet{}
	z.self = z
	return &z.object
}

func (z *ZSet) kind() Type { return ZSetType }

func (z *ZSet) clone() *object {
	c := &ZSet{ranks: z.ranks.clone(), large: z.large, scores: z.scores.clone()}
	c.self, c.notes = c, z.notes.clone()
	return &c.object
}

// Encoding is the word of OBJECT ENCODING.
func (z *ZSet) Encoding() string {
	if z != nil && z.large {
		return "skiplist"
	}
	return "listpack"
}

// Len counts the members.
func (z *ZSet) Len() int {
	if z == nil {
		return 0
	}
	return z.ranks.n
}

// Score is the score of m; false when m is no member.
func (z *ZSet) Score(m string) (float64, bool) {
	if z == nil {
		return 0, false
	}
	if z.large {
		return z.scores.value(m)
	}
	for p := range z.ranks.parts {
		for i := range z.ranks.parts[p].items {
			if r := &z.ranks.parts[p].items[i]; r.m == m {
				return r.score, true
			}
		}
	}
	return 0, false
}

// Put makes m a member with this score (not NaN) and tells whether it was none
// before. One that was keeps its deadline: a new weight is no sign of life.
func (z *ZSet) Put(m string, score float64) bool {
	z.mustBeOpen()
	if score != score {
		panic("store: score is not a number")
	}
	old, found := z.Score(m)
	if found && old == score {
		return false
	}
	z.dirty = true
	z.derived.Store(nil)
	kept := ranked{score, m}
	if found {
		kept.m = z.ranks.remove(z.find(ranked{old, m})).m
	} else {
		kept.m = strings.Clone(m)
	}
	z.insert(kept, !found)
	return !found
}

// insert adds a rank whose member is cloned; fresh if the table does not know it.
func (z *ZSet) insert(r ranked, fresh bool) {
	if !z.large && (len(r.m) > listWordMax || z.ranks.n >= listMax) {
		z.large = true
		z.ranks.each(0, z.ranks.n, func(r ranked) bool {
			z.scores.setKept(r.m, r.score)
			return true
		})
	}
	z.ranks.insert(z.find(r), r)
	switch {
	case z.large && fresh:
		z.scores.setKept(r.m, r.score)
	case z.large:
		z.scores.set(r.m, r.score)
	}
}

// find is the place of a rank, or the one it would have.
func (z *ZSet) find(r ranked) place {
	return z.ranks.search(func(at ranked) bool { return at.before(r) })
}

// Remove takes m out, with all that is kept of it, and tells whether it was a member.
func (z *ZSet) Remove(m string) bool {
	score, found := z.Score(m)
	if !found {
		return false
	}
	z.mustBeOpen()
	z.ranks.remove(z.find(ranked{score, m}))
	z.scores.forget(m)
	z.removed(m)
	return true
}

// At is the member at a rank in [0, Len).
func (z *ZSet) At(rank int) (m string, score float64) {
	r := z.ranks.at(rank)
	return r.m, r.score
}

// Rank is the rank of m; false when m is no member.
func (z *ZSet) Rank(m string) (int, bool) {
	score, found := z.Score(m)
	if !found {
		return 0, false
	}
	return z.ranks.index(z.find(ranked{score, m})), true
}

// SeekScore is the rank of the first member with a score >= s, or > s with
// after; Len when there is none.
func (z *ZSet) SeekScore(s float64, after bool) int {
	return z.seek(func(r ranked) bool { return r.score < s || after && r.score == s })
}

// SeekLex is the rank of the first member >= m, or > m with after, when all
// scores are equal (as ZRANGE BYLEX demands). When they are not it looks among
// the members of the lowest score only, so that the answer is still a function
// of the members.
func (z *ZSet) SeekLex(m string, after bool) int {
	if z.Len() == 0 {
		return 0
	}
	lowest := z.ranks.at(0).score
	return z.seek(func(r ranked) bool { return r.score == lowest && (r.m < m || after && r.m == m) })
}

func (z *ZSet) seek(before func(ranked) bool) int {
	if z == nil {
		return 0
	}
	return z.ranks.index(z.ranks.search(before))
}

// Range visits the ranks [from, to) until f returns false.
func (z *ZSet) Range(from, to int, f func(m string, score float64) bool) {
	if z != nil {
		z.ranks.each(from, to, func(r ranked) bool { return f(r.m, r.score) })
	}
}

// RangeBack visits the ranks [from, to) from the end until f returns false.
func (z *ZSet) RangeBack(from, to int, f func(m string, score float64) bool) {
	if z != nil {
		z.ranks.eachBack(from, to, func(r ranked) bool { return f(r.m, r.score) })
	}
}

// Scan visits members from a cursor on, as Tx.Scan does keys; a small set at once.
func (z *ZSet) Scan(cursor uint64, count int, f func(m string, score float64)) (next uint64) {
	if z == nil {
		return 0
	}
	if z.large {
		return z.scores.scan(cursor, count, f)
	}
	z.Range(0, z.ranks.n, func(m string, score float64) bool {
		f(m, score)
		return true
	})
	return 0
}
