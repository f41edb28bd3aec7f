package config

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"coordd/commands"
	"coordd/resp"
)

// Config is what the commands of this package need. All functions are called
// by many connections at once.
type Config struct {
	// Table returns the node's table of commands, for HELP.
	Table func() *commands.Table
	// Settings are the node's.
	Settings *Settings
	// Decide has a command of Internal carried out by the log of the first group
	// and returns its reply once this node's Settings hold the outcome, or an
	// error. It may wait for a leader.
	Decide func(args []string) resp.Reply
	// Rewrite puts settings of this node, by Redis's names, into its config file;
	// ErrNoFile says that there is none.
	Rewrite func(changed map[string]string) error
	// ResetStats sets the statistics of INFO back to nothing.
	ResetStats func()
}

// ErrNoFile is Config.Rewrite's answer on a node without a config file.
var ErrNoFile = errors.New("no config file")

// words is the receiver of the handlers.
type words struct{ Config }

// Groups returns the commands of this package. It is an error to leave a field
// of the Config empty.
func Groups(cfg Config) ([]commands.Group, error) {
	if cfg.Table == nil || cfg.Settings == nil || cfg.Decide == nil || cfg.Rewrite == nil || cfg.ResetStats == nil {
		return nil, errors.New("config: every field of Config must be set")
	}
	w := &words{cfg}
	return []commands.Group{{Name: "server", Specs: append(w.config(), internal()...)}}, nil
}

// The flags of all rows but those of help and of the log.
const hidden = commands.Admin | commands.NoScript | commands.Loading | commands.Stale

func (w *words) config() []commands.Spec {
	return []commands.Spec{
		{Name: "config", Arity: -2, Since: "2.0.0", Summary: "Concerns the settings of this node and of the cluster."},
		{Name: "config|get", Arity: -3, Flags: hidden, Since: "2.0.0", Syntax: "parameter [parameter ...]", Summary: "Returns the settings whose names fit a pattern.", Conn: w.get},
		{Name: "config|help", Arity: 2, Flags: commands.Loading | commands.Stale, Since: "5.0.0", Summary: "Lists the subcommands.", Conn: w.help},
		{Name: "config|resetstat", Arity: 2, Flags: hidden, Since: "2.0.0", Summary: "Sets the statistics of this node back.", Conn: w.resetStat},
		{Name: "config|rewrite", Arity: 2, Flags: hidden, Since: "2.8.0", Summary: "Writes what was changed on this node into its config file.", Conn: w.rewrite},
		{Name: "config|set", Arity: -4, Flags: hidden, Since: "2.0.0", Syntax: "parameter value [parameter value ...]", Summary: "Changes settings, all or none.", Conn: w.set},
	}
}

// get answers each setting once, however many patterns it fits, by name.
func (w *words) get(_ *commands.Client, args []string) resp.Reply {
	patterns := make([]string, len(args)-2)
	for i, p := range args[2:] {
		patterns[i] = strings.ToLower(p)
	}
	settings := w.Settings.shown()
	pairs := []resp.Reply{}
	for _, name := range slices.Sorted(maps.Keys(settings)) {
		fits := func(pattern string) bool { return commands.Match(pattern, name) }
		if slices.ContainsFunc(patterns, fits) {
			pairs = append(pairs, resp.Bulk(name), resp.Bulk(settings[name]))
		}
	}
	return resp.Map(pairs...)
}

func (w *words) resetStat(*commands.Client, []string) resp.Reply {
	w.ResetStats()
	return resp.OK
}

func (w *words) rewrite(*commands.Client, []string) resp.Reply {
	changed := w.Settings.unfiled()
	switch err := w.Rewrite(changed); {
	case errors.Is(err, ErrNoFile):
		return resp.Error("ERR The server is running without a config file")
	case err != nil:
		return resp.Error("ERR Rewriting config file: " + oneLine(err.Error()))
	}
	w.Settings.file(changed)
	return resp.OK
}

// help is made of the rows of the table.
func (w *words) help(*commands.Client, []string) resp.Reply {
	lines := []resp.Reply{resp.Simple("CONFIG <subcommand> [<arg> [value] [opt] ...]. Subcommands are:")}
	for _, s := range w.Table().Subs("config") {
		_, name, _ := strings.Cut(s.Name, "|")
		call := strings.TrimSpace(strings.ToUpper(name) + " " + s.Syntax)
		lines = append(lines, resp.Simple(call), resp.Simple("    "+s.Summary))
	}
	return resp.Array(lines...)
}

// oneLine makes foreign bytes fit for an error reply.
func oneLine(s string) string { return strings.NewReplacer("\r", " ", "\n", " ").Replace(s) }
