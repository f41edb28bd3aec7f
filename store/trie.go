package store

import (
	"math/bits"
	"slices"
	"sort"
)

// A position is a number of 53 bits, so that a cursor is exact as a double too.
const (
	positionBits = 53
	rootShift    = 64 - positionBits
)

// The sizes of nodes, as measured: a keyspace branches widely at the top, which
// spares a lookup cache misses; a collection of a few hundred members does not
// get a leaf for each.
const (
	leafMax  = 128 // a leaf with more items becomes a branch
	leafMin  = 32  // a branch with no more items becomes a leaf
	fan      = 16
	wideFan  = 128
	wideBits = 14 // of a position: a keyspace's slot
)

// trie is a table ordered by (position, name). Positions are hashes, so the
// items of a leaf are spread evenly and the place of one is guessed, not
// searched: at a million keys a lookup takes less than half the time that it
// takes in a B-tree, whose binary search mispredicts and misses the cache at
// each level. How items are spread over nodes depends on history, and nothing that
// can be observed depends on how they are spread.
// The zero value is an empty trie.
type trie[V any, P named[V]] struct {
	root *node[V, P]
	own  *token
	wide bool // wideFan for the first wideBits
}

// named is what a trie holds: a V with a name.
type named[V any] interface {
	*V
	name() string
}

// token marks who may change a node. Two are never equal.
type token struct{ _ byte }

type item[V any] struct {
	pos uint64
	v   V
}

// node is a leaf (items) or a branch (kids, as many as a power of two, by the
// next bits of the position; nil where there is nothing). Only the trie with the
// same token may change it.
type node[V any, P named[V]] struct {
	own   *token
	count int // items below
	items []item[V]
	kids  []*node[V, P]
}

// clone copies the trie in O(1): from now on neither may change the nodes that exist.
func (t *trie[V, P]) clone() trie[V, P] {
	c := *t
	t.own, c.own = new(token), new(token)
	return c
}

func (t *trie[V, P]) len() int {
	if t.root == nil {
		return 0
	}
	return t.root.count
}

// get finds an item for reading, nil when there is none. The pointer holds
// until the trie changes.
func (t *trie[V, P]) get(pos uint64, name string) *V {
	n, p := t.root, pos<<rootShift
	for n != nil && n.kids != nil {
		n, p = n.kids[n.kid(p)], p<<n.bits()
	}
	if n != nil {
		if i, ok := n.find(p, pos, name); ok {
			return &n.items[i].v
		}
	}
	return nil
}

// bits is how many bits of a position a branch takes.
func (n *node[V, P]) bits() uint { return uint(bits.TrailingZeros(uint(len(n.kids)))) }

// kid is the index of the kid for p, a position without the bits that led to n.
func (n *node[V, P]) kid(p uint64) uint64 { return p >> (64 - n.bits()) }

// at is the item of a rank, which must be in range, as get gives it.
func (t *trie[V, P]) at(rank int) *V {
	n := t.root
	for n.kids != nil {
		for _, k := range n.kids {
			if k == nil {
				continue
			}
			if rank < k.count {
				n = k
				break
			}
			rank -= k.count
		}
	}
	return &n.items[rank].v
}

// ascend visits the items at position from and behind until f returns false.
func (t *trie[V, P]) ascend(from uint64, f func(pos uint64, v *V) bool) {
	t.root.ascend(from, from<<rootShift, true, f)
}

// ascend is bounded while the node is on the path to from; p is from without
// the bits that led to the node.
func (n *node[V, P]) ascend(from, p uint64, bounded bool, f func(uint64, *V) bool) bool {
	if n == nil {
		return true
	}
	if n.kids != nil {
		first := 0
		if bounded {
			first = int(n.kid(p))
		}
		for i := first; i < len(n.kids); i++ {
			if !n.kids[i].ascend(from, p<<n.bits(), bounded && i == first, f) {
				return false
			}
		}
		return true
	}
	for i := range n.items {
		if n.items[i].pos >= from && !f(n.items[i].pos, &n.items[i].v) {
			return false
		}
	}
	return true
}

// find is the index of an item in a leaf, or the one it would have; p is pos
// without the bits that led to the leaf.
func (n *node[V, P]) find(p, pos uint64, name string) (int, bool) {
	if len(n.items) > leafMax { // a crowd at one position: somebody makes collisions
		i := sort.Search(len(n.items), func(i int) bool {
			it := &n.items[i]
			return it.pos > pos || it.pos == pos && P(&it.v).name() >= name
		})
		return i, i < len(n.items) && n.items[i].pos == pos && P(&n.items[i].v).name() == name
	}
	i := int(p >> 32 * uint64(len(n.items)) >> 32)
	for i < len(n.items) && n.items[i].pos < pos {
		i++
	}
	for i > 0 && n.items[i-1].pos >= pos {
		i--
	}
	for ; i < len(n.items) && n.items[i].pos == pos; i++ {
		at := P(&n.items[i].v).name()
		if at == name {
			return i, true
		}
		if at > name {
			break
		}
	}
	return i, false
}

// copyFor copies a node for a new owner.
func (n *node[V, P]) copyFor(own *token) *node[V, P] {
	c := &node[V, P]{own: own, count: n.count, kids: slices.Clone(n.kids)}
	if n.kids == nil {
		c.items = withRoom(n.items)
	}
	return c
}

// withRoom copies items into a slice with room for some more. Doubling, as
// append does, would cost every key 20 bytes.
func withRoom[T any](items []T) []T {
	return append(make([]T, 0, roomFor(len(items))), items...)
}

func roomFor(n int) int { return n + n/4 + 1 }
