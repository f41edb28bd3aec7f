package store

import (
	"strings"

	"github.com/cespare/xxhash/v2"
)

// dict maps names to values, ordered by (hash of the name, name). It is the
// large form of sets, hashes and sorted sets. The zero value is empty.
type dict[V any] struct {
	trie[pair[V], *pair[V]]
}

type pair[V any] struct {
	val V // before the key: a struct{} at the end of a struct takes up space
	key string
}

func (p *pair[V]) name() string { return p.key }

func hash53(name string) uint64 { return xxhash.Sum64String(name) >> rootShift }

func (d *dict[V]) clone() dict[V] { return dict[V]{d.trie.clone()} }

func (d *dict[V]) value(name string) (v V, ok bool) {
	if d.root == nil {
		return v, false
	}
	p := d.get(hash53(name), name)
	if p == nil {
		return v, false
	}
	return p.val, true
}

// set maps name, which is cloned if it is new, to v, which is kept.
func (d *dict[V]) set(name string, v V) (added bool) {
	pos := hash53(name)
	if d.get(pos, name) != nil {
		d.ref(pos, name).val = v
		return false
	}
	name = strings.Clone(name)
	return d.put(pos, name, pair[V]{v, name})
}

// setKept is set for a name that the caller has cloned.
func (d *dict[V]) setKept(name string, v V) (added bool) {
	return d.put(hash53(name), name, pair[V]{v, name})
}

func (d *dict[V]) forget(name string) bool {
	if d.root == nil {
		return false
	}
	pos := hash53(name)
	if d.get(pos, name) == nil {
		return false
	}
	d.remove(pos, name)
	return true
}

func (d *dict[V]) each(f func(name string, v V) bool) {
	d.ascend(0, func(_ uint64, p *pair[V]) bool { return f(p.key, p.val) })
}

func (d *dict[V]) scan(cursor uint64, count int, f func(name string, v V)) (next uint64) {
	return scan(&d.trie, cursor, 1<<positionBits, count, func(p *pair[V]) { f(p.key, p.val) })
}
