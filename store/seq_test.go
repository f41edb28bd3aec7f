package store

import (
	"slices"
	"sort"
	"testing"

	"pgregory.net/rapid"
)

// sequence is a seq beside the slice it should be.
type sequence struct {
	seq   seq[int]
	model []int
}

func TestSeqAgainstSlice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := []*sequence{{}}
		pick := func(t *rapid.T) *sequence { return all[rapid.IntRange(0, len(all)-1).Draw(t, "which")] }
		t.Repeat(map[string]func(*rapid.T){
			"insert": func(t *rapid.T) { pick(t).insert(t) },
			"remove": func(t *rapid.T) { pick(t).remove(t) },
			"keep":   func(t *rapid.T) { pick(t).keep(t) },
			"replace": func(t *rapid.T) {
				q := pick(t)
				if len(q.model) == 0 {
					return
				}
				i := rapid.IntRange(0, len(q.model)-1).Draw(t, "i")
				if old := q.seq.replace(q.seq.place(i), -i); old != q.model[i] {
					t.Fatalf("replaced %d, want %d", old, q.model[i])
				}
				q.model[i] = -i
			},
			"clone": func(t *rapid.T) {
				q := pick(t)
				if len(all) == 4 {
					all = slices.Delete(all, 0, 1)
				}
				all = append(all, &sequence{q.seq.clone(), slices.Clone(q.model)})
			},
			"": func(t *rapid.T) {
				for _, q := range all {
					q.check(t)
				}
			},
		})
	})
}

// spot draws an index: an end, or anywhere.
func (q *sequence) spot(t *rapid.T, max int) int {
	return rapid.OneOf(rapid.Just(0), rapid.Just(max), rapid.IntRange(0, max)).Draw(t, "spot")
}

func (q *sequence) insert(t *rapid.T) {
	i := q.spot(t, len(q.model))
	for n := rapid.IntRange(1, 400).Draw(t, "n"); n > 0; n-- {
		q.seq.insert(q.seq.place(i), n)
		q.model = slices.Insert(q.model, i, n)
	}
}

func (q *sequence) remove(t *rapid.T) {
	for n := rapid.IntRange(1, 400).Draw(t, "n"); n > 0 && len(q.model) > 0; n-- {
		i := q.spot(t, len(q.model)-1)
		if got := q.seq.remove(q.seq.place(i)); got != q.model[i] {
			t.Fatalf("removed %d, want %d", got, q.model[i])
		}
		q.model = slices.Delete(q.model, i, i+1)
	}
}

func (q *sequence) keep(t *rapid.T) {
	from, to := q.spot(t, len(q.model)), q.spot(t, len(q.model))
	q.seq.keep(from, to)
	q.model = slices.Clone(q.model[from:max(from, to)])
}

func (q *sequence) check(t *rapid.T) {
	n := len(q.model)
	if q.seq.n != n {
		t.Fatalf("length %d, want %d", q.seq.n, n)
	}
	for i, v := range q.model {
		at := q.seq.place(i)
		if q.seq.at(i) != v || q.seq.index(at) != i {
			t.Fatalf("element %d is %d, want %d", i, q.seq.at(i), v)
		}
	}
	if q.seq.index(q.seq.place(n)) != n || q.seq.place(n) != q.seq.end() {
		t.Fatal("the end is not at the end")
	}
	from := n / 3
	to := max(from, n-3)
	var there, back []int
	q.seq.each(from, to, func(v int) bool { there = append(there, v); return true })
	q.seq.eachBack(from, to, func(v int) bool { back = append(back, v); return true })
	slices.Reverse(back)
	if !slices.Equal(there, q.model[from:to]) || !slices.Equal(back, q.model[from:to]) {
		t.Fatalf("[%d,%d) has %d items, and %d backwards, or others", from, to, len(there), len(back))
	}
	for i := range q.seq.parts {
		if l := len(q.seq.parts[i].items); l == 0 || l > partMax {
			t.Fatalf("part of %d items", l)
		}
	}
}

// What is thinned out does not stay spread over as many parts.
func TestSeqSmallPartsJoin(t *testing.T) {
	var q seq[int]
	for i := range 100 * partMax {
		q.insert(q.end(), i)
	}
	for i := q.n - 1; i >= 0; i-- {
		if i%20 != 0 {
			q.remove(q.place(i))
		}
	}
	if most := q.n/(partMax/4) + 1; len(q.parts) > most {
		t.Errorf("%d items in %d parts, want no more than %d", q.n, len(q.parts), most)
	}
}

func TestSeqSearch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var q seq[int]
		var model []int
		for _, v := range rapid.SliceOfN(rapid.IntRange(0, 300), 0, 600).Draw(t, "values") {
			before := func(at int) bool { return at < v }
			at := q.search(before)
			i := sort.SearchInts(model, v)
			if q.index(at) != i {
				t.Fatalf("%d is at %d, want %d", v, q.index(at), i)
			}
			q.insert(at, v)
			model = slices.Insert(model, i, v)
		}
	})
}

// The parts of a list that grows at an end, a queue for instance, are full.
func TestSeqPartsAreFullAtTheEnds(t *testing.T) {
	for name, at := range map[string]func(*seq[int]) place{
		"front": func(*seq[int]) place { return place{} },
		"back":  func(q *seq[int]) place { return q.end() },
	} {
		var q seq[int]
		for i := range 100 * partMax {
			q.insert(at(&q), i)
		}
		if len(q.parts) != 100 {
			t.Errorf("%s: %d parts for 100 times %d items", name, len(q.parts), partMax)
		}
	}
}
