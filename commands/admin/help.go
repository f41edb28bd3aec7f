package admin

import (
	"strings"

	"coordd/commands"
	"coordd/resp"
)

// help is the HELP of a container, made of the rows of its subcommands.
func (a *admin) help(container string) func(*commands.Client, []string) resp.Reply {
	return func(*commands.Client, []string) resp.Reply {
		lines := []resp.Reply{resp.Simple(strings.ToUpper(container) + " <subcommand> [<arg> [value] [opt] ...]. Subcommands are:")}
		for _, s := range a.Table().Subs(container) {
			_, name, _ := strings.Cut(s.Name, "|")
			call := strings.TrimSpace(strings.ToUpper(name) + " " + s.Syntax)
			lines = append(lines, resp.Simple(call), resp.Simple("    "+s.Summary))
		}
		return resp.Array(lines...)
	}
}
