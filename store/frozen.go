package store

import "io"

// Frozen is an immutable view of a store, taken by Freeze. Its methods may run
// beside anything that happens to the store, but not beside Release.
type Frozen struct {
	head head
	made creations
	keys [allDatabases]trie[entry, *entry]
}

// Freeze takes a view of the whole state in O(1). The view may be read beside
// everything that happens to the store later. Writer only, between commands.
func (s *Store) Freeze() *Frozen {
	f := &Frozen{head: s.head, made: s.made}
	s.mine = 0
	for i := range s.dbs {
		f.keys[i] = s.dbs[i].keys.clone()
	}
	s.epoch++
	return f
}

// WriteTo writes the snapshot, to be read by Store.ReadFrom.
func (f *Frozen) WriteTo(w io.Writer) (int64, error) {
	e := newEncoder(w)
	f.encode(e)
	e.trailer()
	return e.n, e.err
}

// Hash is what Store.Hash was when the view was taken.
func (f *Frozen) Hash() uint64 {
	e := newEncoder(io.Discard)
	f.encode(e)
	return e.hash()
}

// Release lets go of the data; the view must not be used afterwards.
func (f *Frozen) Release() { *f = Frozen{} }

// Hash is a hash of the whole logical state: equal on all nodes that ran the
// same entries, also after a restore. O(size of the data). It may run beside views.
func (s *Store) Hash() uint64 {
	f := Frozen{head: s.head, made: s.made}
	for i := range s.dbs {
		f.keys[i] = s.dbs[i].keys
	}
	return f.Hash()
}
