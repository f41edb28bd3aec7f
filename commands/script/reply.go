package script

import (
	"strings"

	"coordd/commands/script/lua"
	"coordd/resp"
)

// fromReply makes a value of a command's reply. Programs see RESP2's types until
// they ask for RESP3's.
func (r *run) fromReply(m *lua.Machine, reply resp.Reply) lua.Value {
	m.Alloc(len(reply.Str) + 16)
	switch reply.Kind {
	case resp.IntKind:
		return float64(reply.Int)
	case resp.BulkKind:
		return reply.Str
	case resp.SimpleKind:
		return wrapped(m, "ok", reply.Str)
	case resp.ErrorKind:
		return wrapped(m, "err", reply.Str)
	case resp.NullKind, resp.NullArrayKind:
		if r.resp3 {
			return nil
		}
		return false
	case resp.DoubleKind:
		if r.resp3 {
			return wrapped(m, "double", reply.Float)
		}
		return reply.Digits()
	case resp.BoolKind:
		if r.resp3 {
			return reply.Int != 0
		}
		return float64(reply.Int)
	case resp.BigNumberKind:
		if r.resp3 {
			return wrapped(m, "big_number", reply.Str)
		}
		return reply.Str
	case resp.VerbatimKind:
		if r.resp3 {
			text := wrapped(m, "string", reply.Str)
			m.Set(text, "format", "txt")
			return wrapped(m, "verbatim_string", text)
		}
		return reply.Str
	}
	return r.fromElements(m, reply)
}

func wrapped(m *lua.Machine, field string, v lua.Value) *lua.Table {
	t := m.NewTable(0)
	m.Set(t, field, v)
	return t
}

// fromElements makes a table of a reply that has elements.
func (r *run) fromElements(m *lua.Machine, reply resp.Reply) lua.Value {
	t := m.NewTable(len(reply.Elems))
	inTwos := reply.Kind == resp.PairsKind && r.resp3 || reply.Kind == resp.ItemsKind && !r.resp3
	switch {
	case (reply.Kind == resp.MapKind || reply.Kind == resp.ItemsKind) && r.resp3:
		for k, v := range keysAndValues(reply.Elems) {
			m.SetRaw(t, r.fromReply(m, k), r.fromReply(m, v))
		}
		return wrapped(m, "map", t)
	case reply.Kind == resp.SetKind && r.resp3:
		for _, e := range reply.Elems {
			m.SetRaw(t, r.fromReply(m, e), true)
		}
		return wrapped(m, "set", t)
	case inTwos:
		i := 0
		for k, v := range keysAndValues(reply.Elems) {
			i++
			m.SetInt(t, i, r.fromElements(m, resp.Array(k, v)))
		}
		return t
	}
	for i, e := range reply.Elems {
		m.SetInt(t, i+1, r.fromReply(m, e))
	}
	return t
}

// maxNesting is how deep a program's reply may be nested.
const maxNesting = 100

// toReply makes a reply of what a program has returned.
func (r *run) toReply(m *lua.Machine, v lua.Value, level int) resp.Reply {
	m.Step(1)
	m.Alloc(sizeReply)
	switch v := v.(type) {
	case string:
		m.Alloc(len(v))
		return resp.Bulk(v)
	case bool:
		switch {
		case r.resp3:
			return resp.Bool(v)
		case v:
			return resp.Int(1)
		}
		return resp.Null
	case float64:
		return resp.Int(lua.ToInt64(v))
	case *lua.Table:
		if level > maxNesting {
			return resp.Error("ERR reached lua stack limit")
		}
		return r.tableReply(m, v, level)
	}
	return resp.Null
}

// sizeReply is what a reply takes beside its text.
const sizeReply = 96

// tableReply makes a reply of a table: its fields say of which kind.
func (r *run) tableReply(m *lua.Machine, t *lua.Table, level int) resp.Reply {
	if s, ok := t.Get("err").(string); ok {
		return failure(s)
	}
	if s, ok := t.Get("ok").(string); ok {
		s, _, _ = strings.Cut(s, "\x00") // as in Redis
		return resp.Simple(oneLine(s))
	}
	if f, ok := t.Get("double").(float64); ok {
		return resp.Double(f)
	}
	if s, ok := t.Get("big_number").(string); ok {
		return resp.Reply{Kind: resp.BigNumberKind, Str: oneLine(s)}
	}
	if text, ok := t.Get("verbatim_string").(*lua.Table); ok {
		_, formatted := text.Get("format").(string)
		if s, ok := text.Get("string").(string); ok && formatted {
			return resp.Verbatim(s)
		}
	}
	var elems []resp.Reply
	add := func(v lua.Value) { elems = append(elems, r.toReply(m, v, level+1)) }
	if pairs, ok := t.Get("map").(*lua.Table); ok {
		pairs.Each(func(k, v lua.Value) bool {
			add(k)
			add(v)
			return true
		})
		return resp.Map(elems...)
	}
	if members, ok := t.Get("set").(*lua.Table); ok {
		members.Each(func(k, _ lua.Value) bool {
			add(k)
			return true
		})
		return resp.Set(elems...)
	}
	for i := 1; ; i++ {
		v := t.GetInt(i)
		if v == nil {
			return resp.Array(elems...)
		}
		add(v)
	}
}
