package raftfsm

import (
	"bytes"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// toy is a Machine of lists of words: the command "key word" appends a word to
// a list and answers how long the list is now. The words of the list "until"
// are times at which something is due; an entry does two of them.
type toy struct {
	mu    sync.Mutex // guards all below
	lists map[string][]string
	until []int64 // rising
}

func newToy() *toy { return &toy{lists: map[string][]string{}} }

func (t *toy) Apply(_ uint64, now int64, cmds [][]byte) [][]byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	for range 2 {
		if len(t.until) > 0 && t.until[0] <= now {
			t.until = t.until[1:]
		}
	}
	replies := make([][]byte, len(cmds))
	for i, c := range cmds {
		if len(c) == 0 {
			continue
		}
		key, word, _ := strings.Cut(string(c), " ")
		t.lists[key] = append(t.lists[key], word)
		if ms, err := strconv.ParseInt(word, 10, 64); err == nil && key == "until" {
			t.until = append(t.until, ms)
			slices.Sort(t.until)
		}
		replies[i] = fmt.Append(nil, len(t.lists[key]))
	}
	return replies
}

func (t *toy) list(key string) []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return slices.Clone(t.lists[key])
}

func (t *toy) NextDeadline() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.until) == 0 {
		return 0
	}
	return t.until[0]
}

type frozenToy []byte

func (t *toy) Freeze() Frozen {
	t.mu.Lock()
	defer t.mu.Unlock()
	b, err := json.Marshal(maps.Clone(t.lists)) // encoding/json sorts the keys
	if err != nil {
		panic(err)
	}
	return frozenToy(b)
}

func (f frozenToy) WriteTo(w io.Writer) (int64, error) { return bytes.NewReader(f).WriteTo(w) }

func (f frozenToy) Hash() uint64 {
	h := fnv.New64a()
	_, _ = h.Write(f)
	return h.Sum64()
}

func (f frozenToy) Release() {}

func (t *toy) Restore(r io.Reader) error {
	lists := map[string][]string{}
	if err := json.NewDecoder(r).Decode(&lists); err != nil {
		return err
	}
	t.mu.Lock()
	t.lists = lists
	t.mu.Unlock()
	return nil
}
