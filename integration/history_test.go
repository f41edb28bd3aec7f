package integration

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"coordd/integration/cluster"

	"github.com/anishathalye/porcupine"
)

const (
	keysPerKind   = 2    // keys of one kind that are worked on at a time
	opsPerKey     = 1500 // a key's history is closed and judged after so many operations
	unknownPerKey = 4    // and earlier when so many outcomes are open, for each doubles the search
	opsAfter      = 150  // but not before so many more, which may show what became of them
	checkWithin   = 2 * time.Minute
)

// A track is one key under test, with its history.
type track struct {
	kind kind
	key  string

	ops      []porcupine.Operation // under book.mu, like all below
	inFlight int
	unknown  int
	lastOpen int // len(ops) when the last unknown outcome was added
	closed   bool
}

func (tr *track) full() bool {
	return len(tr.ops) >= opsPerKey || tr.unknown >= unknownPerKey && len(tr.ops)-tr.lastOpen >= opsAfter
}

// A book holds the histories of a run. Full ones are judged while the run goes
// on, so that a long run needs no more memory than a short one.
type book struct {
	artifacts func() string // made only when something failed

	mu     sync.Mutex
	tracks []*track // those worked on now
	made   int      // keys so far, for their names
	judged map[string]int
	faults []string // what was wrong, in the order found

	full   chan *track
	judges sync.WaitGroup
}

func newBook(t testing.TB, kinds []kind) *book {
	b := &book{
		artifacts: sync.OnceValue(func() string { return cluster.Artifacts(t) }),
		judged:    map[string]int{},
		full:      make(chan *track, 1024),
	}
	for _, k := range kinds {
		for range keysPerKind {
			b.tracks = append(b.tracks, b.fresh(k))
		}
	}
	b.judges.Go(func() { // ends in finish
		for tr := range b.full {
			b.judge(tr)
		}
	})
	return b
}

// fresh makes a key that no run on this cluster has used. The caller holds mu,
// or is alone.
func (b *book) fresh(k kind) *track {
	b.made++
	return &track{kind: k, key: fmt.Sprintf("%s:%d", k.name, b.made)}
}

// begin picks a key for the next operation.
func (b *book) begin(r *rand.Rand) *track {
	b.mu.Lock()
	defer b.mu.Unlock()
	tr := b.tracks[r.IntN(len(b.tracks))]
	tr.inFlight++
	return tr
}

// drop ends an operation that has nothing to tell: it never left, or it was a
// read that got no answer.
func (b *book) drop(tr *track) { b.end(tr, nil) }

// end adds an operation to its key's history. An unknown outcome may take
// effect at any later time, so its operation never returns.
func (b *book) end(tr *track, op *porcupine.Operation) {
	if b.enter(tr, op) {
		b.full <- tr
	}
}

// enter does end's work and tells whether the key is ready to be judged.
func (b *book) enter(tr *track, op *porcupine.Operation) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	tr.inFlight--
	if op != nil {
		tr.ops = append(tr.ops, *op)
		if op.Output.(outcome).unknown {
			tr.ops[len(tr.ops)-1].Return = math.MaxInt64
			tr.unknown++
			tr.lastOpen = len(tr.ops)
		}
	}
	if tr.full() && !tr.closed {
		tr.closed = true
		for i, old := range b.tracks {
			if old == tr {
				b.tracks[i] = b.fresh(tr.kind)
			}
		}
	}
	return tr.closed && tr.inFlight == 0
}

// fault notes a broken promise.
func (b *book) fault(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.faults = append(b.faults, fmt.Sprintf(format, args...))
}

// failed tells whether anything was wrong so far.
func (b *book) failed() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.faults) > 0
}

// judge checks the history of a key that nobody works on any more.
func (b *book) judge(tr *track) {
	info, err := tr.kind.check(tr.ops, checkWithin)
	b.mu.Lock()
	b.judged[tr.kind.name] += len(tr.ops)
	b.mu.Unlock()
	if err != nil {
		b.fault("%s: %v (%d operations; history and picture in %s)", tr.key, err, len(tr.ops), b.keep(tr, info))
	}
}

// keep writes a key's history, and porcupine's picture of it, to files.
func (b *book) keep(tr *track, info porcupine.LinearizationInfo) string {
	base := filepath.Join(b.artifacts(), filepath.Base(tr.key))
	file, err := os.Create(base + ".jsonl")
	if err != nil {
		return err.Error()
	}
	defer file.Close()
	lines := json.NewEncoder(file)
	for _, op := range tr.ops {
		if err := lines.Encode(map[string]any{
			"client": op.ClientId, "call": op.Call, "return": op.Return, "did": op.Input, "got": describe(op.Output.(outcome)),
		}); err != nil {
			return err.Error()
		}
	}
	if tr.kind.model.Step != nil {
		if err := porcupine.VisualizePath(tr.kind.model, info, base+".html"); err != nil {
			return err.Error()
		}
	}
	return base + ".*"
}

// finish judges what is left, when no operation is in flight any more, and
// returns every fault of the run.
func (b *book) finish() []string {
	for _, tr := range b.tracks {
		b.full <- tr
	}
	close(b.full)
	b.judges.Wait()
	return b.faults
}
