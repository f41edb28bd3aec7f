package admin

import (
	"maps"
	"slices"
	"strings"

	"coordd/commands"
	"coordd/resp"
)

func (a *admin) config() []commands.Spec {
	return []commands.Spec{
		{Name: "config", Arity: -2, Since: "2.0.0", Summary: "Concerns the settings of this node."},
		{Name: "config|get", Arity: -3, Flags: hidden, Since: "2.0.0", Syntax: "parameter [parameter ...]", Summary: "Returns the settings whose names fit a pattern.", Conn: a.configGet},
		{Name: "config|help", Arity: 2, Flags: always, Since: "5.0.0", Summary: "Lists the subcommands.", Conn: a.help("config")},
	}
}

// configGet answers each setting once, however many patterns it fits, by name.
func (a *admin) configGet(_ *commands.Client, args []string) resp.Reply {
	patterns := make([]string, len(args)-2)
	for i, p := range args[2:] {
		patterns[i] = strings.ToLower(p)
	}
	settings := a.Settings()
	pairs := []resp.Reply{}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		fits := func(pattern string) bool { return commands.Match(pattern, name) }
		if slices.ContainsFunc(patterns, fits) {
			pairs = append(pairs, resp.Bulk(name), resp.Bulk(settings[name]))
		}
	}
	return resp.Map(pairs...)
}
