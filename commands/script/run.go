package script

import (
	"fmt"
	"strings"

	"coordd/commands/script/lua"
	"coordd/resp"
	"coordd/ring"
	"coordd/store"
)

// run is one program at work.
type run struct {
	*host
	tx       *store.Tx // of the database that is selected
	limits   lua.Limits
	used     lua.Limits // once it is over
	name     string     // of the script or function, for errors
	readOnly bool
	resp3    bool     // replies come as RESP3 has them
	group    int      // whose keys it may use; noGroup: none
	library  *loading // whose text is being run, if that is so
	// inCommand is set while a command of the table is at work.
	inCommand bool
}

// noGroup is the group of a script that declares no keys, where there are
// several: it may run in any of them, and no key is owned by it.
const noGroup = -1

// groupOf is the group of the keys that a script declares. They are of one
// group: the session has seen to that.
func (h *host) groupOf(keys []string) int {
	switch {
	case h.Groups() == 1:
		return 0
	case len(keys) == 0:
		return noGroup
	}
	return h.Owner(ring.SlotOf(keys[0]))
}

// script runs a script with its globals KEYS and ARGV.
func (r *run) script(s *script, keys, args []string) resp.Reply {
	return r.with(func(m *lua.Machine) lua.Value {
		m.Set(m.Globals, "KEYS", array(m, keys))
		m.Set(m.Globals, "ARGV", array(m, args))
		return first(m.Call(m.Load(s.program)))
	})
}

// with runs f on a machine and makes a reply of what it returns, or of its
// error.
func (r *run) with(f func(m *lua.Machine) lua.Value) (reply resp.Reply) {
	err := r.on(func(m *lua.Machine) { reply = r.toReply(m, f(m), 0) })
	if err != nil {
		return r.failure(err)
	}
	return reply
}

// on runs f on a machine, which is empty before and after.
func (r *run) on(f func(m *lua.Machine)) (err *lua.Error) {
	if r.readOnly { // views run side by side: their memory must not add up
		r.views <- struct{}{}
		defer func() { <-r.views }()
	}
	m := r.machines.Get().(*lua.Machine)
	defer r.survive(m, &err)
	r.begin(m)
	err = m.Protect(func() { f(m) })
	r.end(m)
	return err
}

// survive makes an error of a fault in the interpreter: the program would meet
// it on every node, and after every restart. A fault in a command is none of the
// program's, and stops the node as always.
func (r *run) survive(m *lua.Machine, err **lua.Error) {
	fault := recover()
	if fault == nil {
		return
	}
	if r.inCommand {
		panic(fault)
	}
	*err = &lua.Error{Value: "the script met a fault of the interpreter", Source: "=?", Line: -1}
	defer func() {
		if recover() != nil {
			return // what is left of the machine is left to the garbage collector
		}
	}()
	m.Reset(lua.Limits{})
}

func (r *run) begin(m *lua.Machine) {
	m.Reset(r.limits)
	m.Host = r
	m.Rand = func() int { return r.tx.Intn(1 << 31) }
}

func (r *run) end(m *lua.Machine) {
	r.used = m.Used()
	m.Set(m.Globals, "KEYS", nil)
	m.Set(m.Globals, "ARGV", nil)
	m.Reset(lua.Limits{})
	m.Host, m.Rand = nil, nil
	r.machines.Put(m)
}

// failure is the reply to a program that has stopped with an error.
func (r *run) failure(e *lua.Error) resp.Reply {
	text, _, _ := strings.Cut(errorText(e.Value), "\x00") // which ends there, in Redis
	return failure(fmt.Sprintf("%s script: %s, on %s:%d.", text, r.name, e.Source, e.Line))
}

// errorText is the text of an error value: that in "err" of a table, as
// commands raise them, or the value as a text.
func errorText(v lua.Value) string {
	switch v := v.(type) {
	case *lua.Table:
		if s, ok := lua.ToString(v.Get("err")); ok {
			return s
		}
		return "ERR unknown error"
	case nil:
		return "ERR nil"
	case bool:
		return fmt.Sprintf("ERR %t", v)
	}
	if s, ok := lua.ToString(v); ok {
		return "ERR " + s
	}
	return "ERR " + lua.TypeName(v)
}

func array(m *lua.Machine, values []string) *lua.Table {
	t := m.NewTable(len(values))
	for i, v := range values {
		m.SetInt(t, i+1, v)
	}
	return t
}

func first(values []lua.Value) lua.Value {
	if len(values) == 0 {
		return nil
	}
	return values[0]
}
