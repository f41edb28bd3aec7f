package admin

import (
	"coordd/commands"
	"coordd/resp"
)

// doc is what COMMAND DOCS tells about a command. redis-cli makes its HELP and
// the hints behind the cursor of it.
func doc(t *commands.Table, s *commands.Spec) resp.Reply {
	d := []resp.Reply{
		resp.Bulk("summary"), resp.Bulk(s.Summary),
		resp.Bulk("since"), resp.Bulk(s.Since),
		resp.Bulk("group"), resp.Bulk(t.GroupOf(s)),
	}
	if s.Syntax != "" {
		d = append(d, resp.Bulk("arguments"), arguments(parseSyntax(s.Syntax)))
	}
	if subs := t.Subs(s.Name); len(subs) > 0 {
		var docs []resp.Reply
		for _, sub := range subs {
			docs = append(docs, resp.Bulk(sub.Name), doc(t, sub))
		}
		d = append(d, resp.Bulk("subcommands"), resp.Map(docs...))
	}
	return resp.Map(d...)
}

// arguments renders a list of arguments as COMMAND DOCS does.
func arguments(list []argument) resp.Reply {
	out := make([]resp.Reply, len(list))
	for i, a := range list {
		m := []resp.Reply{resp.Bulk("name"), resp.Bulk(a.name), resp.Bulk("type"), resp.Bulk(a.kind)}
		if a.token != "" {
			m = append(m, resp.Bulk("token"), resp.Bulk(a.token))
		}
		var flags []string
		if a.optional {
			flags = append(flags, "optional")
		}
		if a.multiple {
			flags = append(flags, "multiple")
		}
		if flags != nil {
			m = append(m, resp.Bulk("flags"), resp.Set(simples(flags)...))
		}
		if a.parts != nil {
			m = append(m, resp.Bulk("arguments"), arguments(a.parts))
		}
		out[i] = resp.Map(m...)
	}
	return resp.Array(out...)
}
