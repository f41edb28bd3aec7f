package raftfsm

import "sync"

// keptMarks is how many of the last entries a node can compare with others.
const keptMarks = 8192

// marks keeps the chained hash after each of the last entries, so that two
// nodes can compare at an index that both have applied.
type marks struct {
	mu    sync.Mutex // guards all below
	index uint64     // of the last entry
	chain uint64     // hash after it
	ring  [keptMarks]mark
}

type mark struct{ index, chain uint64 }

func (m *marks) add(index, chain uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.index, m.chain = index, chain
	m.ring[index%keptMarks] = mark{index, chain}
}

func (m *marks) reset(index, chain uint64) {
	m.mu.Lock()
	m.ring = [keptMarks]mark{}
	m.mu.Unlock()
	m.add(index, chain)
}

func (m *marks) last() uint64 {
	_, chain := m.latest()
	return chain
}

func (m *marks) latest() (index, chain uint64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.index, m.chain
}

// at is the hash after the entry at index, if that is still kept.
func (m *marks) at(index uint64) (chain uint64, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k := m.ring[index%keptMarks]
	return k.chain, k.index == index && index != 0
}
