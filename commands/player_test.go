package commands

import (
	"bytes"
	"fmt"
	"testing"

	"coordd/commands/transcript"
	"coordd/resp"
	"coordd/store"
)

// testSlot stands in for the ring: any pure function of the key will do.
func testSlot(key string) uint16 {
	h := uint32(2166136261)
	for i := range len(key) {
		h = (h ^ uint32(key[i])) * 16777619
	}
	return uint16(h % 16384)
}

func newTestEngine() *Engine {
	return NewEngine(NewTable(DataGroups()...), store.New(testSlot))
}

// enginePlayer plays transcripts to an Engine, without a network or a log,
// with a clock that stands still unless told otherwise.
type enginePlayer struct {
	engine *Engine
	index  uint64
	now    int64
	dbs    map[string]int // by connection
}

var _ transcript.Player = (*enginePlayer)(nil)

func (p *enginePlayer) Reset() error {
	const summer2024 = 1_720_000_000_000
	*p = enginePlayer{engine: newTestEngine(), now: summer2024, dbs: make(map[string]int)}
	return nil
}

func (p *enginePlayer) Advance(ms int64) { p.now += ms }

// Do applies every command, and a read also to a view: both must agree, since
// a session may take either way.
func (p *enginePlayer) Do(conn string, proto resp.Proto, args []string) (resp.Reply, error) {
	conn = fmt.Sprint(conn, proto)
	if len(args) == 2 && isWord(args[0], "SELECT") { // a session's command, but too useful to miss
		db, refusal := parseDB(args[1])
		if refusal.IsError() {
			return refusal, nil
		}
		p.dbs[conn] = db
		return resp.OK, nil
	}
	p.index++
	db := p.dbs[conn]
	wire := p.engine.Apply(p.index, p.now, [][]byte{EncodeCommand(nil, db, args)})[0]
	if spec, _ := p.engine.table.Resolve(args); spec != nil && spec.Flags&Read != 0 {
		view := p.engine.View(p.now, mix(p.index, 0), db, spec, args).Append(nil, resp.Wire)
		if !bytes.Equal(view, wire) {
			return resp.Reply{}, fmt.Errorf("applied, it answers %q; on a view %q", wire, view)
		}
	}
	reply, n, err := resp.Parse(resp.Transcode(nil, wire, proto))
	if err != nil || n == 0 {
		return reply, fmt.Errorf("the reply %q does not parse: %v", wire, err)
	}
	return reply, nil
}

// checkRestore fails t if a snapshot of the state restores to another state.
func (p *enginePlayer) checkRestore(t *testing.T) {
	t.Helper()
	frozen := p.engine.Freeze()
	defer frozen.Release()
	var snapshot bytes.Buffer
	if _, err := frozen.WriteTo(&snapshot); err != nil {
		t.Fatal(err)
	}
	other := newTestEngine()
	if err := other.Restore(&snapshot); err != nil {
		t.Fatal(err)
	}
	if was, is := p.engine.Hash(), other.Hash(); was != is {
		t.Errorf("state %x restores to %x", was, is)
	}
}
