package config

import (
	"fmt"
	"testing"

	"coordd/commands"
	"coordd/resp"
	"coordd/ring"
	"coordd/store"
)

// rig is a node without a network or a log: what the log would carry is applied
// at once. It plays transcripts.
type rig struct {
	t        testing.TB
	start    map[string]string
	table    *commands.Table
	engine   *commands.Engine
	settings *Settings
	index    uint64

	refusal resp.Reply // what Decide answers instead, if it is an error
	written map[string]string
	file    error // what Rewrite answers
	resets  int
}

func newRig(t testing.TB, start map[string]string) *rig {
	t.Helper()
	r := &rig{t: t, start: start, file: ErrNoFile}
	if err := r.Reset(); err != nil {
		t.Fatal(err)
	}
	return r
}

// Reset implements transcript.Player: a node that has just been started.
func (r *rig) Reset() (err error) {
	if r.settings, err = New(r.start); err != nil {
		return err
	}
	groups, err := Groups(Config{
		Table:    func() *commands.Table { return r.table },
		Settings: r.settings,
		Decide: func(args []string) resp.Reply {
			if r.refusal.IsError() {
				return r.refusal
			}
			return r.apply(args)
		},
		Rewrite:    func(changed map[string]string) error { r.written = changed; return r.file },
		ResetStats: func() { r.resets++ },
	})
	if err != nil {
		return err
	}
	r.table = commands.NewTable(append(commands.DataGroups(), groups...)...)
	r.engine = commands.NewEngine(r.table, store.New(ring.SlotOf))
	r.engine.Observe(func(e *commands.Effects) {
		for _, effect := range e.Emitted {
			r.settings.SetShared(effect.(Decided))
		}
	})
	return nil
}

// Advance implements transcript.Player: nothing here knows the time.
func (r *rig) Advance(int64) {}

func (r *rig) apply(args []string) resp.Reply {
	r.index++
	wire := r.engine.Apply(r.index, int64(r.index), [][]byte{commands.EncodeCommand(nil, 0, args)})[0]
	reply, _, err := resp.Parse(wire)
	if err != nil {
		r.t.Fatal(err)
	}
	return reply
}

// Do implements transcript.Player.
func (r *rig) Do(_ string, proto resp.Proto, args []string) (resp.Reply, error) {
	reply := r.run(args)
	read, n, err := resp.Parse(reply.Append(nil, proto))
	if err != nil || n == 0 {
		return read, fmt.Errorf("the reply %+v does not parse: %v", reply, err)
	}
	return read, nil
}

func (r *rig) run(args []string) resp.Reply {
	spec, refusal := r.table.Resolve(args)
	switch {
	case spec == nil:
		return refusal
	case spec.Conn != nil:
		return spec.Conn(nil, args)
	}
	return r.apply(args)
}
