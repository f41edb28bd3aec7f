package store

import "slices"

// put adds v under a name that is v's own, or replaces what is there, and tells
// whether it is new.
func (t *trie[V, P]) put(pos uint64, name string, v V) (added bool) {
	return t.putIn(&t.root, rootShift, pos, name, v)
}

// putIn is put below a node; pos<<shift is the position without the bits that led there.
func (t *trie[V, P]) putIn(at **node[V, P], shift uint, pos uint64, name string, v V) (added bool) {
	n := t.mutable(at)
	if n.kids != nil {
		added = t.putIn(&n.kids[n.kid(pos<<shift)], shift+n.bits(), pos, name, v)
		if added {
			n.count++
		}
		return added
	}
	i, found := n.find(pos<<shift, pos, name)
	if found {
		n.items[i].v = v
		return false
	}
	if len(n.items) == cap(n.items) {
		n.items = withRoom(n.items)
	}
	n.items = slices.Insert(n.items, i, item[V]{pos, v})
	n.count++
	t.split(n, shift)
	return true
}

// split turns a leaf that is too large into a branch. Items that share their
// position cannot be parted, so a leaf of such items is never too large.
func (t *trie[V, P]) split(n *node[V, P], shift uint) {
	last := len(n.items) - 1
	if last < leafMax || n.items[0].pos == n.items[last].pos {
		return
	}
	if t.wide && shift < rootShift+wideBits {
		n.kids = make([]*node[V, P], wideFan)
	} else {
		n.kids = make([]*node[V, P], fan)
	}
	for from := 0; from <= last; {
		k := n.kid(n.items[from].pos << shift)
		to := from + 1
		for to <= last && n.kid(n.items[to].pos<<shift) == k {
			to++
		}
		kid := &node[V, P]{own: t.own, count: to - from, items: withRoom(n.items[from:to])}
		t.split(kid, shift+n.bits())
		n.kids[k] = kid
		from = to
	}
	n.items = nil
}

// ref finds an item that is there, for changing it (but not its name). The
// pointer holds until the trie changes or is cloned.
func (t *trie[V, P]) ref(pos uint64, name string) *V {
	n, p := t.mutable(&t.root), pos<<rootShift
	for n.kids != nil {
		n, p = t.mutable(&n.kids[n.kid(p)]), p<<n.bits()
	}
	i, _ := n.find(p, pos, name)
	return &n.items[i].v
}

// remove takes an item out that is there.
func (t *trie[V, P]) remove(pos uint64, name string) { t.removeIn(&t.root, rootShift, pos, name) }

func (t *trie[V, P]) removeIn(at **node[V, P], shift uint, pos uint64, name string) {
	n := t.mutable(at)
	n.count--
	switch {
	case n.count == 0:
		*at = nil
	case n.kids == nil:
		i, _ := n.find(pos<<shift, pos, name)
		n.items = slices.Delete(n.items, i, i+1)
		if cap(n.items) > 2*roomFor(len(n.items)) {
			n.items = withRoom(n.items)
		}
	default:
		t.removeIn(&n.kids[n.kid(pos<<shift)], shift+n.bits(), pos, name)
		if n.count <= leafMin {
			n.items = n.gather(make([]item[V], 0, roomFor(n.count)))
			n.kids = nil
		}
	}
}

func (n *node[V, P]) gather(items []item[V]) []item[V] {
	for _, k := range n.kids {
		if k != nil {
			items = k.gather(items)
		}
	}
	return append(items, n.items...)
}

// mutable replaces a node by one that t may change.
func (t *trie[V, P]) mutable(at **node[V, P]) *node[V, P] {
	switch n := *at; {
	case n == nil:
		*at = &node[V, P]{own: t.own}
	case n.own != t.own:
		*at = n.copyFor(t.own)
	}
	return *at
}
