package store

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"testing"

	"pgregory.net/rapid"
)

// mark is an item whose position is as made up as its name.
type mark struct {
	pos   uint64
	label string
	val   int
}

func (m *mark) name() string { return m.label }

func byPlace(a, b mark) int {
	return cmp.Or(cmp.Compare(a.pos, b.pos), cmp.Compare(a.label, b.label))
}

// marked is a trie beside the sorted slice it should be.
type marked struct {
	trie  trie[mark, *mark]
	model []mark
}

func (m *marked) put(t *rapid.T, v mark) {
	i, found := slices.BinarySearchFunc(m.model, v, byPlace)
	if found {
		m.model[i] = v
	} else {
		m.model = slices.Insert(m.model, i, v)
	}
	if m.trie.put(v.pos, v.label, v) == found {
		t.Fatalf("put %v: there was one: %v", v, found)
	}
}

func (m *marked) remove(t *rapid.T, v mark) {
	i, found := slices.BinarySearchFunc(m.model, v, byPlace)
	if there := m.trie.get(v.pos, v.label) != nil; there != found {
		t.Fatalf("get %v: %v, want %v", v, there, found)
	}
	if found {
		m.model = slices.Delete(m.model, i, i+1)
		m.trie.remove(v.pos, v.label)
	}
}

// drawMarks gives up to 400 marks: all over the place, close together, a few
// per position, or crowded at one.
func drawMarks(t *rapid.T) (all []mark) {
	first := rapid.IntRange(0, 400).Draw(t, "first")
	n := rapid.IntRange(1, 400).Draw(t, "n")
	spread := rapid.SampledFrom([]string{"wide", "near", "few", "crowd", "ends"}).Draw(t, "spread")
	for i := first; i < first+n; i++ {
		m := mark{label: fmt.Sprint(i), val: n}
		switch spread {
		case "wide":
			m.pos = hash53(m.label)
		case "near":
			m.pos = 1<<40 + uint64(i)
		case "few":
			m.pos = uint64(i%50) << 47
		case "crowd":
			m.pos = 77 << 39
		case "ends":
			m.pos = uint64(i%2) * (1<<positionBits - 1)
		}
		all = append(all, m)
	}
	return all
}

func TestTrieAgainstSlice(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		tries := []*marked{{trie: trie[mark, *mark]{wide: rapid.Bool().Draw(t, "wide")}}}
		pick := func(t *rapid.T) *marked { return tries[rapid.IntRange(0, len(tries)-1).Draw(t, "which")] }
		t.Repeat(map[string]func(*rapid.T){
			"put": func(t *rapid.T) {
				m := pick(t)
				for _, v := range drawMarks(t) {
					m.put(t, v)
				}
			},
			"remove": func(t *rapid.T) {
				m := pick(t)
				for _, v := range drawMarks(t) {
					m.remove(t, v)
				}
			},
			"ref": func(t *rapid.T) {
				m := pick(t)
				for _, v := range drawMarks(t) {
					i, found := slices.BinarySearchFunc(m.model, v, byPlace)
					if found {
						m.trie.ref(v.pos, v.label).val, m.model[i].val = -1, -1
					}
				}
			},
			"clone": func(t *rapid.T) {
				m := pick(t)
				c := &marked{m.trie.clone(), slices.Clone(m.model)}
				if len(tries) == 4 {
					tries = slices.Delete(tries, 0, 1)
				}
				tries = append(tries, c)
			},
			"": func(t *rapid.T) {
				for _, m := range tries {
					checkTrie(t, m)
				}
			},
		})
	})
}

func checkTrie(t *rapid.T, m *marked) {
	if m.trie.len() != len(m.model) {
		t.Fatalf("length %d, want %d", m.trie.len(), len(m.model))
	}
	from := uint64(0)
	if len(m.model) > 0 {
		from = m.model[len(m.model)/3].pos + 1
	}
	for _, from := range []uint64{0, from} {
		var got []mark
		m.trie.ascend(from, func(_ uint64, v *mark) bool { got = append(got, *v); return true })
		want := m.model[sort.Search(len(m.model), func(i int) bool { return m.model[i].pos >= from }):]
		if !slices.Equal(got, want) {
			t.Fatalf("from %d: %d items, want %d, or others", from, len(got), len(want))
		}
	}
	for i, v := range m.model {
		if got := m.trie.at(i); *got != v {
			t.Fatalf("rank %d is %v, want %v", i, got, v)
		}
		if got := m.trie.get(v.pos, v.label); got == nil || *got != v {
			t.Fatalf("get %v: %v", v, got)
		}
	}
	if m.trie.root != nil {
		checkNode(t, m.trie.root)
	}
}

// checkNode sees that counts are right and nodes have their size.
func checkNode(t *rapid.T, n *node[mark, *mark]) {
	if n.kids == nil {
		last := len(n.items) - 1
		if n.count != last+1 || last < 0 || last >= leafMax && n.items[0].pos != n.items[last].pos {
			t.Fatalf("leaf of %d items counts %d", last+1, n.count)
		}
		return
	}
	sum := 0
	for _, k := range n.kids {
		if k != nil {
			checkNode(t, k)
			sum += k.count
		}
	}
	if n.count != sum || sum <= leafMin {
		t.Fatalf("branch of %d items counts %d", sum, n.count)
	}
}

// A crowd at one position, as somebody can make who knows the hash, must not
// make every access walk through it.
func TestTrieCrowdIsSearched(t *testing.T) {
	var tr trie[counted, *counted]
	calls := 0
	for i := range 2000 {
		name := fmt.Sprintf("%04d", i)
		tr.put(9, name, counted{name, &calls})
	}
	calls = 0
	if tr.get(9, "1234") == nil || calls > 40 {
		t.Fatalf("asked for %d names", calls)
	}
}

// counted counts how often its name is asked for.
type counted struct {
	label string
	calls *int
}

func (c *counted) name() string {
	*c.calls++
	return c.label
}
