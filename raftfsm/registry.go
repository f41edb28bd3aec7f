package raftfsm

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/cespare/xxhash/v2"
)

// registry is the Machine of group 0: what the cluster knows of itself, as
// small named values. A command puts a value or, with no value, removes it.
type registry struct {
	mu     sync.RWMutex // guards values
	values map[string]string
}

// MetaGroup is the id of the group that holds the registry, and no user keys.
const MetaGroup = 0

// Names in the registry. They are in snapshots and never change.
const (
	nodePrefix = "node/" // + node id: a Member
	gonePrefix = "gone/" // + node id: the node has been removed and must not come back
)

// change is a command of the registry.
type change struct {
	Name  string  `json:"name"`
	Value *string `json:"value,omitempty"` // nil: remove
}

// registryOK is the reply to every command of the registry.
var registryOK = []byte("ok")

func newRegistry() *registry { return &registry{values: map[string]string{}} }

// Apply implements Machine.
func (r *registry) Apply(index uint64, _ int64, cmds [][]byte) [][]byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	replies := make([][]byte, len(cmds))
	for i, cmd := range cmds {
		if len(cmd) == 0 {
			continue
		}
		var c change
		if err := json.Unmarshal(cmd, &c); err != nil {
			panic(fmt.Sprintf("log index %d of the meta group cannot be understood: %v", index, err))
		}
		if c.Value == nil {
			delete(r.values, c.Name)
		} else {
			r.values[c.Name] = *c.Value
		}
		replies[i] = registryOK
	}
	return replies
}

// NextDeadline implements Machine: time changes nothing here.
func (r *registry) NextDeadline() int64 { return 0 }

// list is all values whose names begin with prefix, by the rest of their names.
func (r *registry) list(prefix string) map[string]string {
	r.mu.RLock()
	defer r.mu.RUnlock()
	out := map[string]string{}
	for name, v := range r.values {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			out[rest] = v
		}
	}
	return out
}

// frozenRegistry is a copy: the registry is small.
type frozenRegistry map[string]string

// Freeze implements Machine.
func (r *registry) Freeze() Frozen {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return frozenRegistry(maps.Clone(r.values))
}

// WriteTo implements Frozen.
func (f frozenRegistry) WriteTo(w io.Writer) (int64, error) {
	b := f.encode()
	n, err := w.Write(append(binary.BigEndian.AppendUint64(nil, xxhash.Sum64(b)), b...))
	return int64(n), err
}

func (f frozenRegistry) encode() []byte {
	var b []byte
	for _, name := range slices.Sorted(maps.Keys(f)) {
		for _, s := range []string{name, f[name]} {
			b = binary.AppendUvarint(b, uint64(len(s)))
			b = append(b, s...)
		}
	}
	return b
}

// Hash implements Frozen.
func (f frozenRegistry) Hash() uint64 { return xxhash.Sum64(f.encode()) }

// Release implements Frozen.
func (f frozenRegistry) Release() {}

// Restore implements Machine.
func (r *registry) Restore(src io.Reader) error {
	b, err := io.ReadAll(bufio.NewReader(src))
	if err != nil {
		return err
	}
	if len(b) < 8 || binary.BigEndian.Uint64(b) != xxhash.Sum64(b[8:]) {
		return fmt.Errorf("registry: checksum does not match")
	}
	d := decoder{b: b[8:]}
	values := map[string]string{}
	for !d.failed && len(d.b) > 0 {
		name := d.text()
		values[name] = d.text()
	}
	if d.failed {
		return fmt.Errorf("registry: %w", errEntry)
	}
	r.mu.Lock()
	r.values = values
	r.mu.Unlock()
	return nil
}
