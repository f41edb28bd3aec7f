package admin

import (
	"coordd/commands"
	"coordd/resp"
)

// module are the words about modules, of which there never are any: tools ask
// for the list when they connect.
func (a *admin) module() []commands.Spec {
	return []commands.Spec{
		{Name: "module", Arity: -2, Since: "4.0.0", Summary: "Concerns modules, which coordd does not load."},
		{Name: "module|help", Arity: 2, Flags: always, Since: "5.0.0", Summary: "Lists the subcommands.", Conn: a.help("module")},
		{Name: "module|list", Arity: 2, Flags: commands.Admin | commands.NoScript | commands.NonDeterministicOrder, Since: "4.0.0", Summary: "Lists the modules: none.",
			Conn: func(*commands.Client, []string) resp.Reply { return resp.Array() }},
	}
}
