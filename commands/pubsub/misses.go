package pubsub

import (
	"context"
	"strconv"
	"strings"
	"sync"

	"coordd/commands"
	"coordd/resp"
	"coordd/store"
)

// A read leaves nothing in the log, so the keys that it misses are told there
// afterwards: in batches, one under way for each group, as long as they are few
// enough to wait in memory. No reader waits for that. An event that finds no leader
// in time is lost.

const missBytes = 1 << 20 // of keys that wait for one group; what comes on top is lost

// misses are those of one group that the log has yet to be told.
type misses struct {
	mu      sync.Mutex // guards all below
	words   []string   // db, key ...
	bytes   int
	running bool // a goroutine is telling
}

// Missed takes the misses of a read of a group (commands.Engine.OnMiss).
func (h *Hub) Missed(group int, effects []any) {
	p := h.place.Load()
	if p == nil {
		return
	}
	part := p.parts[group]
	m := &part.misses
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, effect := range effects {
		e, ok := effect.(commands.Event)
		if !ok || m.bytes+len(e.Key)+itemBytes > missBytes {
			continue
		}
		m.words = append(m.words, strconv.Itoa(e.DB), strings.Clone(e.Key))
		m.bytes += len(e.Key) + itemBytes
	}
	if len(m.words) > 0 && !m.running {
		m.running = true
		go part.tellMisses() // ends when nothing is left to tell, or with close
	}
}

// tellMisses tells the log of what has been missed.
func (p *part) tellMisses() {
	for {
		p.misses.mu.Lock()
		words := p.misses.words
		p.misses.words, p.misses.bytes = nil, 0
		p.misses.running = len(words) > 0 && p.ctx.Err() == nil
		running := p.misses.running
		p.misses.mu.Unlock()
		if !running {
			return
		}
		ctx, cancel := context.WithTimeout(p.ctx, p.hub.cfg.RequestTimeout)
		args := append([]string{missedName}, words...)
		_, _ = p.place.Logs[p.group].Propose(ctx, [][]byte{commands.EncodeCommand(nil, 0, args)})
		cancel()
	}
}

// missed has every node find the events among the effects of its entry.
func missed(tx *store.Tx, args []string) resp.Reply {
	for i := 1; i+1 < len(args); i += 2 {
		db, err := strconv.Atoi(args[i])
		if err != nil || db < 0 || db >= commands.Databases {
			return resp.Error("ERR a word of the log does not decode")
		}
		commands.Notify(tx.On(db), commands.MissEvents, "keymiss", args[i+1])
	}
	return resp.OK
}
