package observe

import (
	"strings"

	"coordd/commands"
	"coordd/resp"
)

// Groups returns the commands of this package.
func (r *Recorder) Groups() []commands.Group {
	const (
		always = commands.Loading | commands.Stale
		log    = always | commands.Admin
		hidden = log | commands.NoScript
		varied = hidden | commands.NonDeterministic
	)
	return []commands.Group{{Name: "server", Specs: []commands.Spec{
		{Name: "latency", Arity: -2, Since: "2.8.13", Summary: "Concerns how long commands take."},
		{Name: "latency|doctor", Arity: 2, Flags: varied, Since: "2.8.13", Summary: "Says what the events that were kept point at.", Conn: r.latencyDoctor},
		{Name: "latency|help", Arity: 2, Flags: always, Since: "2.8.13", Summary: "Lists the subcommands.", Conn: r.help("latency")},
		{Name: "latency|histogram", Arity: -2, Flags: varied, Since: "7.0.0", Syntax: "[command [command ...]]", Summary: "Returns how the times of commands are spread.", Conn: r.latencyHistogram},
		{Name: "latency|history", Arity: 3, Flags: varied, Since: "2.8.13", Syntax: "event", Summary: "Returns when an event took long, and how long.", Conn: r.latencyHistory},
		{Name: "latency|latest", Arity: 2, Flags: varied, Since: "2.8.13", Summary: "Returns the latest sample of every event.", Conn: r.latencyLatest},
		{Name: "latency|reset", Arity: -2, Flags: hidden, Since: "2.8.13", Syntax: "[event [event ...]]", Summary: "Forgets the samples of events.", Conn: r.latencyReset},
		{Name: "monitor", Arity: 1, Flags: hidden, Since: "1.0.0", Summary: "Shows this connection every command that this node's clients send.", Conn: r.monitor},
		{Name: "slowlog", Arity: -2, Since: "2.2.12", Summary: "Concerns the commands that took long."},
		{Name: "slowlog|get", Arity: -2, Flags: log | commands.NonDeterministic, Since: "2.2.12", Syntax: "[count]", Summary: "Returns the last commands that took long.", Conn: r.slowGet},
		{Name: "slowlog|help", Arity: 2, Flags: always, Since: "6.2.0", Summary: "Lists the subcommands.", Conn: r.help("slowlog")},
		{Name: "slowlog|len", Arity: 2, Flags: log | commands.NonDeterministic | commands.AggSum, Since: "2.2.12", Summary: "Counts the commands that are kept.", Conn: r.slowLen},
		{Name: "slowlog|reset", Arity: 2, Flags: log | commands.AllSucceeded, Since: "2.2.12", Summary: "Forgets the commands that are kept.", Conn: r.slowReset},
	}}}
}

// help is the HELP of a container, made of its rows.
func (r *Recorder) help(container string) func(*commands.Client, []string) resp.Reply {
	return func(*commands.Client, []string) resp.Reply {
		lines := []resp.Reply{resp.Simple(strings.ToUpper(container) + " <subcommand> [<arg> [value] [opt] ...]. Subcommands are:")}
		for _, s := range r.table().Subs(container) {
			_, name, _ := strings.Cut(s.Name, "|")
			lines = append(lines, resp.Simple(strings.TrimSpace(strings.ToUpper(name)+" "+s.Syntax)), resp.Simple("    "+s.Summary))
		}
		return resp.Array(lines...)
	}
}
